package dev.cohort.benchmarks.fuzz;

import io.grpc.MethodDescriptor;
import java.io.ByteArrayInputStream;
import java.io.InputStream;

/** Requests as bytes, whether a method can read them or not. Sends only. */
record RawBytes() implements MethodDescriptor.Marshaller<byte[]> {
  /** The method with requests of bytes. */
  static <A> MethodDescriptor<byte[], A> requests(MethodDescriptor<?, A> method) {
    return method.toBuilder(new RawBytes(), method.getResponseMarshaller()).build();
  }

  @Override
  public InputStream stream(byte[] value) {
    return new ByteArrayInputStream(value);
  }

  @Override
  public byte[] parse(InputStream stream) {
    throw new UnsupportedOperationException("nothing is received as bytes; this is a bug");
  }
}
