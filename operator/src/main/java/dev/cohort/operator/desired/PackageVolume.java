package dev.cohort.operator.desired;

import dev.cohort.crds.HttpsSource;
import dev.cohort.crds.ImageMount;
import dev.cohort.crds.ImageSource;
import dev.cohort.crds.PackageSource;
import dev.cohort.crds.VolumeSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * How a package comes into a pod.
 *
 * @param mount the volume that holds it
 * @param folder where it is in the container
 * @param before what must run before the service starts
 */
record PackageVolume(Mount mount, String folder, Optional<Container> before) {
  private static final String NAME = "package";
  private static final String PATH = "/cohort/package";

  /** Where an image is copied to: no larger than what is downloaded may be. */
  private static final Quantity COPY_LIMIT = new Quantity("2Gi");

  /**
   * A package is a flat folder; whatever else the image has, such as {@code /proc} beside a package
   * in its root, stays where it is.
   */
  static final String COPY =
      "for file in \"$1\"/*; do if [ -f \"$file\" ]; then cp \"$file\" \"$2\" || exit 1; fi; done";

  /** How a source comes into a pod. */
  static PackageVolume of(Revision revision, Platform platform) {
    PackageSource source = revision.source();
    if (source.persistentVolumeClaim() != null) {
      return claim(source.persistentVolumeClaim());
    }
    if (source.https() != null) {
      return download(source.https(), revision.seatImage());
    }
    return isVolume(source.image(), platform) ? image(source.image()) : copy(source.image());
  }

  private static boolean isVolume(ImageSource source, Platform platform) {
    return source.mount() == ImageMount.VOLUME
        || source.mount() == ImageMount.AUTO && platform.imageVolumes();
  }

  private static PackageVolume claim(VolumeSource source) {
    return mounted(
        new VolumeBuilder()
            .withName(NAME)
            .withNewPersistentVolumeClaim()
            .withClaimName(source.claimName())
            .withReadOnly(true)
            .endPersistentVolumeClaim(),
        source.path());
  }

  private static PackageVolume image(ImageSource source) {
    return mounted(
        new VolumeBuilder()
            .withName(NAME)
            .withNewImage()
            .withReference(source.reference())
            .withPullPolicy(Json.word(source.pullPolicy()))
            .endImage(),
        source.path());
  }

  private static PackageVolume mounted(VolumeBuilder volume, String path) {
    return new PackageVolume(
        new Mount(volume.build(), PATH, true),
        path == null ? PATH : PATH + "/" + path,
        Optional.empty());
  }

  private static PackageVolume copy(ImageSource source) {
    Mount mount = Mount.empty(NAME, PATH, COPY_LIMIT);
    String from = source.path() == null ? "/" : "/" + source.path();
    return filled(
        mount,
        new Image(source.reference(), Json.word(source.pullPolicy())),
        builder -> builder.withCommand("sh", "-c", COPY, "copy", from, PATH));
  }

  private static PackageVolume download(HttpsSource source, Image seat) {
    Mount mount = Mount.empty(NAME, PATH, source.sizeLimit());
    return filled(
        mount,
        seat,
        builder ->
            builder
                .withArgs("fetch")
                .withEnv(
                    new Environment()
                        .set("cohort.fetch.url", source.url())
                        .set("cohort.fetch.sha256", source.sha256())
                        .set("cohort.fetch.size-limit", bytes(source.sizeLimit()))
                        .set("cohort.fetch.folder", PATH)
                        .variables()));
  }

  private static String bytes(Quantity quantity) {
    return quantity.getNumericalAmount().toBigInteger().toString();
  }

  private static PackageVolume filled(
      Mount mount, Image image, UnaryOperator<ContainerBuilder> work) {
    ContainerBuilder container =
        new ContainerBuilder()
            .withName("fetch-package")
            .withImage(image.reference())
            .withImagePullPolicy(image.pullPolicy())
            .withSecurityContext(Restricted.container())
            .withVolumeMounts(List.of(mount.inContainer(), Restricted.temporary().inContainer()));
    return new PackageVolume(
        new Mount(mount.volume(), PATH, true), PATH, Optional.of(work.apply(container).build()));
  }
}
