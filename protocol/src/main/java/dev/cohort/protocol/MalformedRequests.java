package dev.cohort.protocol;

import io.grpc.BindableService;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Ends a call with {@code INVALID_ARGUMENT} when a request's bytes are no message of the method's
 * type. By itself gRPC answers {@code UNKNOWN} and logs a failure of the service. Stateless.
 */
public final class MalformedRequests {
  private MalformedRequests() {}

  /** The same service; its handlers only get requests that could be read. */
  public static ServerServiceDefinition refusedBy(BindableService service) {
    ServerServiceDefinition plain = service.bindService();
    List<ServerMethodDefinition<?, ?>> methods = new ArrayList<>();
    plain.getMethods().forEach(method -> methods.add(checked(method)));
    // The schema is what reflection tells clients.
    ServiceDescriptor.Builder descriptor =
        ServiceDescriptor.newBuilder(plain.getServiceDescriptor().getName())
            .setSchemaDescriptor(plain.getServiceDescriptor().getSchemaDescriptor());
    methods.forEach(method -> descriptor.addMethod(method.getMethodDescriptor()));
    ServerServiceDefinition.Builder checked = ServerServiceDefinition.builder(descriptor.build());
    methods.forEach(checked::addMethod);
    return checked.build();
  }

  private static <Q, A> ServerMethodDefinition<Object, A> checked(
      ServerMethodDefinition<Q, A> method) {
    MethodDescriptor<Q, A> plain = method.getMethodDescriptor();
    return ServerMethodDefinition.create(
        plain.toBuilder(new Reading<>(plain), plain.getResponseMarshaller()).build(),
        new Handing<>(method.getServerCallHandler()));
  }

  /** Why bytes are no request. */
  private record Unreadable(String text) {}

  /** Gives a request of type {@code Q}, or an {@link Unreadable}. */
  private record Reading<Q>(MethodDescriptor<Q, ?> method)
      implements MethodDescriptor.Marshaller<Object> {
    @Override
    public InputStream stream(Object value) {
      throw new UnsupportedOperationException("a server sends no requests; this is a bug");
    }

    @Override
    public Object parse(InputStream stream) {
      try {
        return method.parseRequest(stream);
      } catch (StatusRuntimeException e) {
        Throwable cause = e.getCause() == null ? e : e.getCause();
        return new Unreadable(
            "the message is no request of %s: %s"
                .formatted(method.getFullMethodName(), cause.getMessage()));
      }
    }
  }

  /** Hands what could be read to the service. */
  private record Handing<Q, A>(ServerCallHandler<Q, A> service)
      implements ServerCallHandler<Object, A> {
    @Override
    // A call's first type says what its method reads, and no service asks that of a call.
    @SuppressWarnings("unchecked")
    public ServerCall.Listener<Object> startCall(ServerCall<Object, A> call, Metadata headers) {
      return new Sorting<>(
          call, service.startCall((ServerCall<Q, A>) (ServerCall<?, A>) call, headers));
    }
  }

  /** Calls come one after the other, as to every listener of gRPC. */
  private static final class Sorting<Q> extends ServerCall.Listener<Object> {
    private final ServerCall<?, ?> call;
    private final ServerCall.Listener<Q> service;
    private boolean refused;

    Sorting(ServerCall<?, ?> call, ServerCall.Listener<Q> service) {
      this.call = call;
      this.service = service;
    }

    @Override
    // Reading gives nothing else.
    @SuppressWarnings("unchecked")
    public void onMessage(Object message) {
      if (refused) {
        return;
      }
      if (message instanceof Unreadable unreadable) {
        refused = true;
        // First: it must send nothing more on a call that is closed.
        service.onCancel();
        call.close(Status.INVALID_ARGUMENT.withDescription(unreadable.text()), new Metadata());
        return;
      }
      service.onMessage((Q) message);
    }

    @Override
    public void onHalfClose() {
      if (!refused) {
        service.onHalfClose();
      }
    }

    @Override
    public void onCancel() {
      if (!refused) {
        service.onCancel();
      }
    }

    @Override
    public void onComplete() {
      if (!refused) {
        service.onComplete();
      }
    }

    @Override
    public void onReady() {
      if (!refused) {
        service.onReady();
      }
    }
  }
}
