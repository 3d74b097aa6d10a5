package dev.cohort.packages;

import dev.cohort.packages.PackageException.Reason;
import java.util.Collection;

/** Checks that the shared embedding tables have as many rows as the manifest says. */
final class EmbeddingCheck {
  private final Collection<Safetensors> files;

  private EmbeddingCheck(Collection<Safetensors> files) {
    this.files = files;
  }

  static void check(Collection<Safetensors> files, Manifest.Dimensions dimensions)
      throws PackageException {
    EmbeddingCheck check = new EmbeddingCheck(files);
    check.rows("embeddings.word.weight", dimensions.vocabulary());
    check.rows("embeddings.position.weight", dimensions.positions());
    if (dimensions.tokenTypes() > 0) {
      check.rows("embeddings.token_type.weight", dimensions.tokenTypes());
    }
  }

  private void rows(String name, int rows) throws PackageException {
    for (Safetensors file : files) {
      for (Safetensors.Tensor tensor : file.tensors()) {
        if (tensor.name().equals(name)) {
          requireRows(file.file(), tensor, rows);
          return;
        }
      }
    }
    throw new PackageException(
        Reason.SHAPE, ManifestReader.FILE, "no shared weight file has the tensor " + name);
  }

  private static void requireRows(String file, Safetensors.Tensor tensor, int rows)
      throws PackageException {
    if (tensor.shape().size() != 2 || tensor.shape().getFirst() != rows) {
      throw new PackageException(
          Reason.SHAPE,
          file,
          "tensor %s has shape %s; the manifest says %d rows"
              .formatted(tensor.name(), tensor.shape(), rows));
    }
  }
}
