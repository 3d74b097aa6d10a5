package dev.cohort.student.engine;

import ai.onnxruntime.OrtSession.SessionOptions;

/** Sessions on the CPU. */
record CpuSessions(int intraOpThreads) implements Sessions {
  @Override
  public SessionOptions options(int student) {
    return OnnxRuntime.options(intraOpThreads);
  }

  @Override
  public String suffix() {
    return "";
  }
}
