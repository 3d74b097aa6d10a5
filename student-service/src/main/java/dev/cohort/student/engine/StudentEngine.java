package dev.cohort.student.engine;

import dev.cohort.packages.BatchRules;
import dev.cohort.packages.Manifest;
import dev.cohort.packages.Package;
import dev.cohort.packages.PackedBatch;
import dev.cohort.packages.Precision;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.stream.IntStream;

/**
 * Students of one package on one device. Holds native memory until closed.
 *
 * <p>Thread-safe: batches may run at the same time, on the calling threads, and students may be
 * added meanwhile. {@link #close} waits for the batches in progress.
 */
public final class StudentEngine implements AutoCloseable {
  /**
   * Attention scores, rows x longest x longest, that one run may have: 4 rows of 512 tokens, 50 MB
   * with 12 heads. A larger batch runs in parts; at this size that costs nothing measurable.
   */
  static final long MAX_SCORES = 1L << 20;

  private final Package source;
  private final Precision graphs;
  private final Sessions sessions;
  private final SortedMap<Integer, StudentModel> models = new ConcurrentSkipListMap<>();

  /** Running a batch reads, closing writes. */
  private final ReadWriteLock lock = new ReentrantReadWriteLock();

  /** Guarded by {@link #lock}. */
  private boolean closed;

  /**
   * An engine without students yet.
   *
   * @param graphs which graphs of the package to run; the package must have them
   * @param limits what one batch may hold; TensorRT builds engines for that
   * @throws EngineException when the device, or what is needed to use it, is missing
   */
  public StudentEngine(
      Package source, Precision graphs, EngineSettings settings, BatchRules limits) {
    this.source = source;
    this.graphs = graphs;
    this.sessions = Sessions.of(settings, source, limits);
  }

  /**
   * An engine on the CPU that holds the given students, each loaded and checked, with one thread a
   * batch.
   *
   * @param graphs which graphs of the package to run; the package must have them
   * @throws EngineException when a student cannot be loaded or fails the self-test
   */
  public static StudentEngine load(Package source, Precision graphs, Collection<Integer> students) {
    StudentEngine engine =
        new StudentEngine(source, graphs, EngineSettings.cpu(1), BatchRules.of(source.manifest()));
    try {
      students.forEach(engine::load);
      return engine;
    } catch (RuntimeException e) {
      engine.close();
      throw e;
    }
  }

  /** The same in fp32. */
  public static StudentEngine load(Package source, Collection<Integer> students) {
    return load(source, Precision.FP32, students);
  }

  /** An engine that holds all students of the package, in fp32. */
  public static StudentEngine load(Package source) {
    return load(source, Precision.FP32);
  }

  /** An engine that holds all students of the package. */
  public static StudentEngine load(Package source, Precision graphs) {
    int students = source.manifest().studentsTotal();
    return load(source, graphs, IntStream.range(0, students).boxed().toList());
  }

  /** For people: engine name and version. */
  public static String version() {
    return OnnxRuntime.version();
  }

  /** For people: engine name, version, and the device unless it is the CPU. */
  public String name() {
    return version() + sessions.suffix();
  }

  /** Arithmetic in use: {@code fp32}, {@code int8} or {@code fp16}. */
  public String precision() {
    return graphs == Precision.FP32 ? sessions.precision() : graphs.toString();
  }

  /**
   * Loads a student and lets it answer the package's self-test row; does nothing when it is there.
   *
   * @throws EngineException when it cannot be loaded or its answer is not the manifest's
   */
  public void load(int student) {
    if (models.containsKey(student)) {
      return;
    }
    StudentModel model =
        StudentModel.load(source.graph(student, graphs), sessions.options(student));
    try {
      selfTest(model, student);
    } catch (RuntimeException e) {
      model.close();
      throw e;
    }
    keep(student, model);
  }

  /** Students that are loaded, ascending. */
  public List<Integer> students() {
    return List.copyOf(models.keySet());
  }

  /** Whether students first..end-1 are all loaded. */
  public boolean holds(int first, int end) {
    return IntStream.range(first, end).allMatch(models::containsKey);
  }

  /**
   * Runs one student.
   *
   * @return its contribution {@code [R,D]}, row-major
   * @throws EngineException when the runtime fails
   * @throws IllegalStateException when the student is not loaded or the engine is closed
   */
  public float[] forward(PackedBatch batch, int student) {
    lock.readLock().lock();
    try {
      StudentModel model = models.get(student);
      if (model == null) {
        throw new IllegalStateException("student " + student + " is not loaded; this is a bug");
      }
      return forward(model, batch);
    } finally {
      lock.readLock().unlock();
    }
  }

  /** Contributions of students 0..k-1 in order; input of {@code Answers}. */
  public List<float[]> forwardPrefix(PackedBatch batch, int k) {
    return IntStream.range(0, k).mapToObj(student -> forward(batch, student)).toList();
  }

  @Override
  public void close() {
    lock.writeLock().lock();
    try {
      closed = true;
      models.values().forEach(StudentModel::close);
      models.clear();
    } finally {
      lock.writeLock().unlock();
    }
  }

  private void keep(int student, StudentModel model) {
    lock.readLock().lock();
    try {
      if (closed || models.putIfAbsent(student, model) != null) {
        model.close();
      }
    } finally {
      lock.readLock().unlock();
    }
  }

  private float[] forward(StudentModel model, PackedBatch batch) {
    List<PackedBatch> parts = batch.split(MAX_SCORES);
    if (parts.size() == 1) {
      return model.forward(batch);
    }
    int columns = source.manifest().outputDimension();
    float[] whole = new float[batch.rows() * columns];
    int start = 0;
    for (PackedBatch part : parts) {
      float[] block = model.forward(part);
      System.arraycopy(block, 0, whole, start, block.length);
      start += block.length;
    }
    return whole;
  }

  private void selfTest(StudentModel model, int student) {
    Manifest manifest = source.manifest();
    Manifest.SelfTest test = manifest.selfTest(graphs);
    List<Float> expected = test.contributions().get(student);
    PackedBatch row = PackedBatch.of(List.of(test.row()), BatchRules.of(manifest));
    float[] contribution = model.forward(row);
    if (contribution.length != expected.size()) {
      throw new EngineException(
          "student %d gives %d columns; the manifest says %d"
              .formatted(student, contribution.length, expected.size()));
    }
    float tolerance = test.tolerance() + sessions.looseness() * largest(expected);
    for (int column = 0; column < contribution.length; column++) {
      float difference = Math.abs(contribution[column] - expected.get(column));
      if (!(difference <= tolerance)) {
        throw new EngineException(
            "student %d fails the self-test: column %d is %s; the manifest says %s +- %s"
                .formatted(student, column, contribution[column], expected.get(column), tolerance));
      }
    }
  }

  private static float largest(List<Float> numbers) {
    return (float) numbers.stream().mapToDouble(Math::abs).max().orElse(0);
  }
}
