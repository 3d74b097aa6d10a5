package dev.cohort.packages;

import dev.cohort.packages.Manifest.ListedFile;
import dev.cohort.packages.Manifest.Student;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A verified package. {@link #open} has compared every byte of every file with the manifest, and
 * the files with each other, before it returns; what was refused never reaches an engine. Immutable
 * and thread-safe; holds no file open.
 *
 * <p>The files must not change in place afterwards: engines map them. Replace a package by writing
 * a new folder.
 */
public final class Package {
  /** Weights are outside the graph file, so a larger one is damaged or hostile. */
  private static final int MAX_GRAPH = 64 << 20;

  private static final int MAX_TOKENIZER = 64 << 20;

  private final PackageFolder folder;
  private final Manifest manifest;

  private Package(PackageFolder folder, Manifest manifest) {
    this.folder = folder;
    this.manifest = manifest;
  }

  /**
   * Verifies a package folder and returns it.
   *
   * @throws PackageException naming the file and the reason
   */
  public static Package open(Path directory) throws PackageException {
    PackageFolder folder = PackageFolder.of(directory);
    Manifest manifest =
        ManifestReader.read(folder.read(ManifestReader.FILE, ManifestReader.MAX_BYTES));
    ManifestCheck.check(manifest);
    Package opened = new Package(folder, manifest);
    opened.verifyFiles();
    opened.verifyTokenizer();
    opened.verifyStudents();
    return opened;
  }

  /** The folder, links resolved. */
  public Path directory() {
    return folder.path();
  }

  /** What {@code package.json} says. */
  public Manifest manifest() {
    return manifest;
  }

  /** {@code sha256:} and 64 hexadecimal digits; names the whole package. */
  public String digest() {
    return manifest.digest();
  }

  /**
   * Path of a student's graph for an arithmetic; its weights lie beside it.
   *
   * @throws java.util.NoSuchElementException when the package has no graphs for it
   */
  public Path graph(int student, Precision precision) {
    return folder.resolve(manifest.graph(student, precision));
  }

  /** Path of a listed file. */
  public Path file(String name) {
    return folder.resolve(name);
  }

  /**
   * Loads the tokenizer. The caller closes it.
   *
   * @throws PackageException when the library cannot load the file
   */
  public TextTokenizer tokenizer() throws PackageException {
    Manifest.Tokenization rules = manifest.tokenizer();
    return TextTokenizer.load(folder.read(rules.path(), MAX_TOKENIZER), rules);
  }

  /** Sums and activates contributions. */
  public Answers answers() {
    return Answers.of(manifest);
  }

  private void verifyFiles() throws PackageException {
    for (ListedFile file : manifest.files()) {
      folder.verify(file);
    }
    for (Student student : manifest.students()) {
      for (ListedFile file : student.files()) {
        folder.verify(file);
      }
    }
  }

  private void verifyTokenizer() throws PackageException {
    String path = manifest.tokenizer().path();
    TokenizerCheck.check(
        path, folder.read(path, MAX_TOKENIZER), manifest.dimensions().vocabulary());
  }

  private void verifyStudents() throws PackageException {
    Map<String, Safetensors> shared = weights(manifest.files());
    EmbeddingCheck.check(shared.values(), manifest.dimensions());
    for (int k = 0; k < manifest.studentsTotal(); k++) {
      Map<String, Safetensors> own = new HashMap<>(shared);
      own.putAll(weights(manifest.students().get(k).files()));
      for (Precision precision : Precision.values()) {
        if (manifest.runs(precision)) {
          verifyGraph(manifest.graph(k, precision), own);
        }
      }
    }
  }

  private void verifyGraph(String file, Map<String, Safetensors> weights) throws PackageException {
    OnnxGraph graph = OnnxGraph.read(file, folder.read(file, MAX_GRAPH));
    new GraphCheck(file, graph, weights, manifest.outputDimension()).check();
  }

  private Map<String, Safetensors> weights(List<ListedFile> files) throws PackageException {
    Map<String, Safetensors> weights = new HashMap<>();
    for (ListedFile file : files) {
      if (file.path().endsWith(".safetensors")) {
        weights.put(file.path(), Safetensors.read(folder, file.path()));
      }
    }
    return weights;
  }
}
