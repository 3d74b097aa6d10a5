package dev.cohort.packages;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cohort.packages.PackageException.Reason;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every kind of damage is refused with the file and the reason. */
class PackageDamageTest {
  private Path folder;

  @BeforeEach
  void copyPackage() throws IOException {
    folder = TinyPackage.copy("tiny-package");
  }

  private PackageException refused(Reason reason, String file, String detail) {
    PackageException refused =
        assertThrows(PackageException.class, () -> Package.open(folder), reason + " " + file);
    assertEquals(reason, refused.reason(), refused.getMessage());
    assertEquals(file, refused.file(), refused.getMessage());
    assertTrue(refused.getMessage().contains(detail), refused.getMessage());
    return refused;
  }

  private Path file(String name) {
    return folder.resolve(name);
  }

  @Test
  void missingFolderAndFiles() throws IOException {
    Files.delete(file("student-1.safetensors"));
    refused(Reason.MISSING_FILE, "student-1.safetensors", "the package lacks it");
    Files.delete(file("package.json"));
    refused(Reason.MISSING_FILE, "package.json", "the package lacks it");
    folder = folder.resolve("nowhere");
    refused(Reason.MISSING_FILE, folder.toString(), "no such package folder");
  }

  @Test
  void linksAndFolders() throws IOException {
    Path outside = Files.createTempFile("outside", ".safetensors");
    outside.toFile().deleteOnExit();
    Files.copy(
        file("student-1.safetensors"), outside, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    Files.delete(file("student-1.safetensors"));
    Files.createSymbolicLink(file("student-1.safetensors"), outside);
    refused(Reason.LINK, "student-1.safetensors", "a link or a folder");
    Files.delete(file("student-1.safetensors"));
    Files.createDirectory(file("student-1.safetensors"));
    refused(Reason.LINK, "student-1.safetensors", "a link or a folder");
    Files.delete(file("student-1.safetensors"));
  }

  @Test
  void aLinkedManifest() throws IOException {
    Path outside = folder.resolve("elsewhere.json");
    Files.move(file("package.json"), outside);
    Files.createSymbolicLink(file("package.json"), outside);
    refused(Reason.LINK, "package.json", "a link or a folder");
    Files.delete(outside);
  }

  @Test
  void aLinkToTheWholeFolderIsFine() throws IOException {
    Path link = folder.resolveSibling(folder.getFileName() + "-link");
    Files.createSymbolicLink(link, folder);
    assertEquals(folder.toRealPath(), Package.open(link).directory());
    Files.delete(link);
  }

  @Test
  void truncatedExtendedAndChangedFiles() throws IOException {
    byte[] good = Files.readAllBytes(file("student-2.safetensors"));
    Files.write(file("student-2.safetensors"), Arrays.copyOf(good, good.length - 1));
    refused(Reason.SIZE, "student-2.safetensors", "it has 72191 bytes; the manifest says 72192");
    Files.write(file("student-2.safetensors"), Arrays.copyOf(good, good.length + 1));
    refused(Reason.SIZE, "student-2.safetensors", "it has 72193 bytes");
    good[good.length - 1] ^= 64;
    Files.write(file("student-2.safetensors"), good);
    refused(Reason.HASH, "student-2.safetensors", "its SHA-256 is ");
  }

  @Test
  void aManifestOfAnotherVersionIsRefusedAsSuchWhateverElseItHolds() throws IOException {
    Files.writeString(file("package.json"), "{\"schema_version\": 2, \"news\": []}");
    refused(Reason.SCHEMA_VERSION, "package.json", "/schema_version is 2; this program reads 1");
    Files.writeString(file("package.json"), "{}");
    refused(Reason.SCHEMA_VERSION, "package.json", "/schema_version is missing");
    Files.writeString(file("package.json"), "");
    refused(Reason.SCHEMA_VERSION, "package.json", "/schema_version is missing");
  }

  @ParameterizedTest
  @MethodSource("texts")
  void manifestsThatAreNoJson(String text, String detail) throws IOException {
    Files.writeString(file("package.json"), text);
    refused(Reason.FORMAT, "package.json", detail);
  }

  static Stream<Arguments> texts() {
    return Stream.of(
        Arguments.of("{", "not JSON"),
        Arguments.of("\u0000\u0001", "not JSON"),
        Arguments.of("{\"schema_version\": 1} {}", "not JSON"),
        Arguments.of("{\"schema_version\": 1, \"schema_version\": 1}", "Duplicate"),
        Arguments.of("[".repeat(100_000), "nesting depth"),
        Arguments.of("{\"schema_version\": " + "1".repeat(5000) + "}", "not JSON"));
  }

  @Test
  void aHugeManifestIsNotRead() throws IOException {
    try (var channel =
        Files.newByteChannel(file("package.json"), java.nio.file.StandardOpenOption.WRITE)) {
      channel.position(ManifestReader.MAX_BYTES + 1L);
      channel.write(ByteBuffer.wrap(new byte[] {'}'}));
    }
    refused(Reason.SIZE, "package.json", "at most 67108864 are read");
  }

  @Test
  void aChangedManifestBreaksItsDigest() throws IOException {
    String text = Files.readString(file("package.json"));
    Files.writeString(file("package.json"), text.replace("\"music\"", "\"muzak\""));
    refused(Reason.DIGEST, "package.json", "the content's is sha256:");
    Files.writeString(file("package.json"), text.replaceFirst("sha256:.", "sha256:\\\\u0030"));
    refused(Reason.DIGEST, "package.json", "once, without escapes");
  }

  private static Arguments schema(String detail, Consumer<ObjectNode> change) {
    return Arguments.of(Reason.SCHEMA, detail, change);
  }

  private static Arguments shape(String detail, Consumer<ObjectNode> change) {
    return Arguments.of(Reason.SHAPE, detail, change);
  }

  private static ObjectNode at(ObjectNode manifest, String pointer) {
    return (ObjectNode) manifest.at(pointer);
  }

  private static void drop(ObjectNode manifest, String pointer) {
    ((ArrayNode) manifest.at(pointer)).remove(0);
  }

  /** A calibration that fits the three students. */
  private static ObjectNode calibrate(ObjectNode manifest) {
    ObjectNode calibration = manifest.putObject("calibration").put("bins", 15);
    calibration.putObject("errors");
    calibration.putArray("temperatures").add(1).add(1.5).add(2);
    return calibration;
  }

  private static ArrayNode temperatures(ObjectNode calibration) {
    return (ArrayNode) calibration.get("temperatures");
  }

  static Stream<Arguments> manifests() {
    return Stream.of(
        schema("/name:", m -> m.put("name", "Upper")),
        schema("/name:", m -> m.put("name", "-x")),
        schema("/version:", m -> m.put("version", "0")),
        schema("/version:", m -> m.put("version", 1)),
        schema("/task:", m -> m.put("task", "translation")),
        schema("/labels: null found", m -> m.putNull("labels")),
        schema("/labels:", m -> m.withArray("labels").add("money")),
        schema("/bias/0:", m -> m.withArray("bias").set(0, "1")),
        schema("required property 'bias'", m -> m.remove("bias")),
        schema("'surprise'", m -> m.put("surprise", 1)),
        schema("/students:", m -> m.withArray("students").removeAll()),
        schema("/files/0/path:", m -> at(m, "/files/0").put("path", "../tokenizer.json")),
        schema("/files/0/path:", m -> at(m, "/files/0").put("path", "/etc/passwd")),
        schema("/files/0/path:", m -> at(m, "/files/0").put("path", "package.json")),
        schema("/files/0/path:", m -> at(m, "/files/0").put("path", "a\\b")),
        schema("/files/0/bytes:", m -> at(m, "/files/0").put("bytes", 0)),
        schema("/files/0/bytes:", m -> at(m, "/files/0").put("bytes", 1.5)),
        schema("/files/0/sha256:", m -> at(m, "/files/0").put("sha256", "00")),
        schema("/weights:", m -> m.put("weights", "int4")),
        schema("/tokenizer/inputs:", m -> at(m, "/tokenizer").put("inputs", 3)),
        schema("/tokenizer/max_tokens:", m -> at(m, "/tokenizer").put("max_tokens", 2)),
        schema("/dimensions/output:", m -> at(m, "/dimensions").put("output", 0)),
        schema("/self_test/tolerance:", m -> at(m, "/self_test").put("tolerance", 0)),
        schema("/self_test/tolerance:", m -> at(m, "/self_test").put("tolerance", 1)),
        schema("/quality/metric:", m -> at(m, "/quality").put("metric", "f1")),
        schema("'dev'", m -> at(m, "/quality").remove("dev")),
        schema("/quality/dev/rows:", m -> at(m, "/quality/dev").put("rows", 0)),
        shape("/bias has 4", m -> drop(m, "/bias")),
        shape("/labels has 0", m -> m.remove("labels")),
        shape("/labels has 4", m -> drop(m, "/labels")),
        shape("/bias/0 is not a finite", m -> m.withArray("bias").set(0, 1e300)),
        shape("regression needs 1", m -> m.put("task", "regression")),
        shape("embedding needs 0", m -> m.put("task", "embedding")),
        shape("exceed /dimensions/positions", m -> at(m, "/tokenizer").put("position_offset", 1)),
        shape("only_second", m -> at(m, "/tokenizer").put("truncation", "only_second")),
        shape("/tokenizer/path is x.json", m -> at(m, "/tokenizer").put("path", "x.json")),
        shape("/students/0/graph is x", m -> at(m, "/students/0").put("graph", "x")),
        shape("/self_test/text has 1", m -> at(m, "/tokenizer").put("inputs", 2)),
        shape("/self_test/token_type_ids has", m -> drop(m, "/self_test/token_type_ids")),
        shape("/self_test/contributions has 2", m -> drop(m, "/self_test/contributions")),
        shape("/self_test/contributions/0 has 4", m -> drop(m, "/self_test/contributions/0")),
        shape("input_ids[0] is 9999", m -> ((ArrayNode) m.at("/self_test/input_ids")).set(0, 9999)),
        shape("/quality/dev/prefixes has 2", m -> drop(m, "/quality/dev/prefixes")),
        shape("/quality/dev/prefix_intervals has 2", m -> drop(m, "/quality/dev/prefix_intervals")),
        schema("'temperatures'", m -> calibrate(m).remove("temperatures")),
        schema("/calibration/temperatures/0:", m -> temperatures(calibrate(m)).set(0, 0)),
        schema("/calibration/temperatures/0:", m -> temperatures(calibrate(m)).set(0, 1e9)),
        shape("/calibration/temperatures has 2", m -> temperatures(calibrate(m)).remove(0)),
        shape(
            "/calibration needs /task classification",
            m -> calibrate(m.put("task", "embedding").without("labels"))),
        shape("/quality/dev/teacher is 95.0", m -> at(m, "/quality/dev").put("teacher", 95)),
        Arguments.of(
            Reason.PATH,
            "student-0.onnx is listed twice",
            (Consumer<ObjectNode>)
                m -> ((ArrayNode) m.at("/students/1/files")).add(m.at("/students/0/files/0"))));
  }

  @ParameterizedTest
  @MethodSource("manifests")
  void manifestsThatBreakTheSchemaOrContradictThemselves(
      Reason reason, String detail, Consumer<ObjectNode> change) throws IOException {
    ManifestText.change(folder, change);
    refused(reason, "package.json", detail);
  }

  static Stream<Arguments> int8Parts() {
    return Stream.of(
        schema("'teacher'", m -> at(m, "/int8").set("quality", at(m, "/quality"))),
        schema("'surprise'", m -> at(m, "/int8").put("surprise", 1)),
        schema("'graphs'", m -> at(m, "/int8").remove("graphs")),
        schema("/int8/graphs/0:", m -> ((ArrayNode) m.at("/int8/graphs")).set(0, "../x.onnx")),
        schema("/int8/tolerance:", m -> at(m, "/int8").put("tolerance", 0)),
        schema("/int8/tolerance:", m -> at(m, "/int8").put("tolerance", 1e300)),
        shape("/int8 needs /weights int8", m -> m.put("weights", "fp32")),
        shape("/int8/graphs has 2", m -> drop(m, "/int8/graphs")),
        shape(
            "/int8/graphs/0 is student-1.int8.onnx",
            m -> ((ArrayNode) m.at("/int8/graphs")).set(0, "student-1.int8.onnx")),
        shape(
            "the student's first graph",
            m -> ((ArrayNode) m.at("/int8/graphs")).set(0, "student-0.onnx")),
        shape("/int8/contributions has 2", m -> drop(m, "/int8/contributions")),
        shape("/int8/contributions/0 has 4", m -> drop(m, "/int8/contributions/0")),
        shape("/int8/quality/dev/rows has 99", m -> at(m, "/int8/quality/dev").put("rows", 99)),
        shape("/int8/quality/dev/prefixes has 2", m -> drop(m, "/int8/quality/dev/prefixes")),
        shape(
            "/int8/quality/test/rows has 100; /quality/test needs 0",
            m -> at(m, "/int8/quality").set("test", at(m, "/int8/quality/dev"))));
  }

  @ParameterizedTest
  @MethodSource("int8Parts")
  void int8PartsThatBreakTheSchemaOrContradictTheRest(
      Reason reason, String detail, Consumer<ObjectNode> change) throws IOException {
    folder = TinyPackage.copy("tiny-package-int8");
    ManifestText.change(folder, change);
    refused(reason, "package.json", detail);
  }

  @Test
  void tablesAndTokensThatContradictTheManifest() throws IOException {
    ManifestText.change(folder, m -> at(m, "/dimensions").put("vocabulary", 5000));
    refused(Reason.SHAPE, "embeddings.safetensors", "the manifest says 5000 rows");
    int rows =
        Package.open(TinyPackage.folder("tiny-package")).manifest().dimensions().vocabulary();
    ManifestText.change(folder, m -> at(m, "/dimensions").put("vocabulary", rows - 1));
    refused(Reason.SHAPE, "tokenizer.json", "allows 0 to " + (rows - 2));
  }

  @Test
  void tokenizersWithSectionsOfTheirOwn() throws IOException {
    String text = Files.readString(file("tokenizer.json"));
    ManifestText.replace(
        folder,
        "tokenizer.json",
        text.replaceFirst("\\{", "{\"padding\": {\"strategy\": \"BatchLongest\"}, \"x\": 0,")
            .replace("\"padding\":null,", "")
            .getBytes(StandardCharsets.UTF_8));
    refused(Reason.FORMAT, "tokenizer.json", "it has a padding section");
    ManifestText.replace(folder, "tokenizer.json", "[]".getBytes(StandardCharsets.UTF_8));
    refused(Reason.FORMAT, "tokenizer.json", "/model/vocab is missing");
    ManifestText.replace(folder, "tokenizer.json", new byte[] {'{'});
    refused(Reason.FORMAT, "tokenizer.json", "not JSON");
  }

  private void header(String json, String detail) throws IOException {
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + text.length + 16).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    ManifestText.replace(folder, "student-0.safetensors", file.array());
    refused(Reason.FORMAT, "student-0.safetensors", detail);
  }

  @Test
  void weightFilesWithAWrongHeader() throws IOException {
    String tensor = "{\"a\": {\"dtype\": \"%s\", \"shape\": %s, \"data_offsets\": %s}}";
    header("[]", "not a JSON object");
    header("{}", "its tensors have 0 bytes but 16 follow");
    header(tensor.formatted("F32", "[2]", "[0, 8]"), "its tensors have 8 bytes but 16 follow");
    header(tensor.formatted("F32", "[4]", "[0, 15]"), "its shape is [4]");
    header(tensor.formatted("F32", "[4]", "[16, 0]"), "data_offsets [16, 0]");
    header(tensor.formatted("F32", "[4]", "[8, 24]"), "leaves a gap");
    header(tensor.formatted("F33", "[4]", "[0, 16]"), "no known dtype");
    header(tensor.formatted("F32", "[-4]", "[0, 16]"), "no known dtype, shape");
    header(tensor.formatted("F32", "[4.5]", "[0, 16]"), "no known dtype, shape");
    header(tensor.formatted("F32", "[4]", "[0]"), "no known dtype, shape");
    header(
        tensor.formatted("F32", "[281474976710656, 281474976710656]", "[0, 16]"),
        "its shape is [281474976710656");
    header(
        "{\"a\": {\"dtype\": \"U8\", \"shape\": [10], \"data_offsets\": [0, 10]},"
            + "\"b\": {\"dtype\": \"U8\", \"shape\": [10], \"data_offsets\": [6, 16]}}",
        "tensor b overlaps");
  }

  @Test
  void weightFilesWithAWrongHeaderLength() throws IOException {
    for (long length : new long[] {-1, 0, 1, 1000, Long.MAX_VALUE, Long.MIN_VALUE}) {
      byte[] file = ByteBuffer.allocate(24).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
      ManifestText.replace(folder, "student-0.safetensors", file);
      refused(Reason.FORMAT, "student-0.safetensors", "the header length is " + length);
    }
    ManifestText.replace(folder, "student-0.safetensors", new byte[7]);
    refused(Reason.FORMAT, "student-0.safetensors", "it has 7 bytes, not even a header length");
  }

  @Test
  void graphsThatPointElsewhere() throws IOException {
    replaceInGraph("student-0.safetensors", "student-1.safetensors");
    refused(Reason.PATH, "student-0.onnx", "which is no weight file of this student");
    copyPackage();
    replaceInGraph("student-0.safetensors", "../../../etc/passwdxx");
    refused(Reason.PATH, "student-0.onnx", "'../../../etc/passwdxx'");
    copyPackage();
    replaceInGraph("student-0.safetensors", "tokenizer.json.......");
    refused(Reason.PATH, "student-0.onnx", "no weight file");
  }

  @Test
  void int8GraphsAreCheckedAsTheFirstOnes() throws IOException {
    String graph = "student-1.int8.onnx";
    folder = TinyPackage.copy("tiny-package-int8");
    replaceIn(graph, "student-1.safetensors", "student-2.safetensors");
    refused(Reason.PATH, graph, "which is no weight file of this student");
    folder = TinyPackage.copy("tiny-package-int8");
    replaceIn(graph, "row_starts", "row_stops_");
    refused(Reason.SHAPE, graph, "its inputs are [input_ids, pad_index");
    folder = TinyPackage.copy("tiny-package-int8");
    ManifestText.replace(folder, graph, new byte[] {8, 9});
    refused(Reason.FORMAT, graph, "it has no graph");
    folder = TinyPackage.copy("tiny-package-int8");
    Files.delete(file(graph));
    refused(Reason.MISSING_FILE, graph, "the package lacks it");
  }

  @Test
  void graphsWithOtherInputsOrOperators() throws IOException {
    replaceInGraph("row_starts", "row_stops_");
    refused(Reason.SHAPE, "student-0.onnx", "its inputs are [input_ids, pad_index");
    copyPackage();
    replaceInGraph("contribution", "contributiom");
    refused(Reason.SHAPE, "student-0.onnx", "its outputs must be exactly one");
    copyPackage();
    ManifestText.replace(folder, "student-0.onnx", new byte[] {1, 2, 3});
    refused(Reason.FORMAT, "student-0.onnx", "not an ONNX model");
    ManifestText.replace(folder, "student-0.onnx", new byte[] {8, 9});
    refused(Reason.FORMAT, "student-0.onnx", "it has no graph");
  }

  private void replaceInGraph(String old, String text) throws IOException {
    replaceIn("student-0.onnx", old, text);
  }

  /** Both texts have the same length, so the file's structure stays whole. */
  private void replaceIn(String name, String old, String text) throws IOException {
    assertEquals(old.length(), text.length());
    String graph = new String(Files.readAllBytes(file(name)), StandardCharsets.ISO_8859_1);
    assertTrue(graph.contains(old));
    ManifestText.replace(
        folder, name, graph.replace(old, text).getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void aGraphOfAnotherWidthOrWeightsOfAnotherStudent() throws IOException {
    // The int8 graph over fp32 weights: its integers lie where no tensor is.
    byte[] graph =
        Files.readAllBytes(TinyPackage.folder("tiny-package-int8").resolve("student-0.onnx"));
    ManifestText.replace(folder, "student-0.onnx", graph);
    refused(Reason.SHAPE, "student-0.onnx", "where no tensor is");
  }
}
