package dev.cohort.student.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProcessorTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "flags\t\t: fpu avx2 avx512f avx512_vnni amx_tile | true",
        "flags : fpu avx2 avx_vnni | true",
        "flags : fpu amx_int8 | true",
        "Features\t: fp asimd asimddp sve | true",
        "flags : fpu avx2 avx512f avx512_vnnix | false",
        "Features : fp asimd | false",
        "model name : avx_vnni | false",
        "flags : avx_vnni; flags : avx_vnni | true",
        "flags : avx_vnni; flags : avx2 | false",
        "vmx flags : avx_vnni | false",
        "flags avx_vnni | false",
        "'' | false"
      })
  void knowsTheInstructionsOfEachArchitecture(String cpuinfo, boolean expected) {
    String text = cpuinfo.replace("; ", "\n\nprocessor : 1\n");
    assertEquals(expected, Processor.multipliesInt8("processor : 0\n" + text));
  }
}
