# shellcheck shell=bash
# ./cohort images: the services as container images, as tars, without a registry or a daemon. Sourced by ./cohort.

readonly IMAGE_SERVICES=(student-service aggregator operator)
readonly IMAGE_WORK=$COHORT_ROOT/build/images/.work

# jdk.jcmd and jdk.jfr are for those who look into a running service.
readonly RUNTIME_MODULES=java.base,java.instrument,java.logging,java.management,java.naming,java.net.http,java.security.sasl,java.sql,java.xml,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.unsupported,jdk.zipfs

images_help() {
  cat <<'TEXT'
Usage: ./cohort images [OPTION...] [SERVICE...]

Builds container images as OCI tars; no registry and no daemon is needed. Services: student-service, aggregator, operator;
default: all.

  --out DIR         folder of the tars; default: build/images
  --arch ARCH       amd64 or arm64; default: this machine's
  --base IMAGE      base image: a registry's reference, tar:///path or docker://name, of a Linux with glibc 2.34 or later;
                    default: one made here from Debian packages
  --name PREFIX     what stands before /SERVICE:VERSION in an image's name; default: cohort.dev
  --gpu             with ONNX Runtime's CUDA and TensorRT providers; the base must have the libraries (docs/images.md)
  --no-aot-cache    without the cache that makes a start faster
  --refresh         look for newer Debian packages

Environment: COHORT_IMAGE_JMODS, the jmods folder of a JDK for the other architecture; default: that of Debian's JDK.
TEXT
}

# images_usage TEXT: wrong arguments.
images_usage() {
  say "cohort: $1"
  exit 2
}

images_options() {
  IMAGE_OUT=$COHORT_ROOT/build/images IMAGE_ARCH=$(machine_architecture) IMAGE_BASE='' IMAGE_NAME=cohort.dev
  IMAGE_GPU='' IMAGE_AOT=true IMAGES=()
  while (($# > 0)); do
    case $1 in
      --out | --arch | --base | --name)
        (($# > 1)) || images_usage "$1 needs a value; ./cohort images --help lists the options."
        ;;&
      --out) IMAGE_OUT=$2 ;;
      --arch) IMAGE_ARCH=$2 ;;
      --base) IMAGE_BASE=$2 ;;
      --name) IMAGE_NAME=$2 ;;
      --gpu) IMAGE_GPU=true ;;
      --no-aot-cache) IMAGE_AOT='' ;;
      --refresh) export COHORT_IMAGE_REFRESH=true ;;
      --help)
        images_help
        exit
        ;;
      student-service | aggregator | operator) IMAGES+=("$1") ;;
      *) images_usage "images: '$1' is not an option or a service; ./cohort images --help lists them." ;;
    esac
    [[ $1 =~ ^--(out|arch|base|name)$ ]] && shift
    shift
  done
  [[ $IMAGE_ARCH =~ ^(amd64|arm64)$ ]] || images_usage "--arch is $IMAGE_ARCH; allowed are amd64 and arm64"
  # A cache can be trained only where it can run.
  [[ $IMAGE_ARCH == "$(machine_architecture)" ]] || IMAGE_AOT=''
  ((${#IMAGES[@]} > 0)) || IMAGES=("${IMAGE_SERVICES[@]}")
}

# link_runtime ARCH FOLDER: a Java runtime of the modules above, unless it is there; for another architecture than this
# machine's of the packaged modules of a JDK for that one.
link_runtime() {
  local key
  local -a modules=()
  if [[ $1 != "$(machine_architecture)" ]]; then
    require_jmods "$1"
    [[ -f $COHORT_IMAGE_JMODS/java.base.jmod ]] ||
      fail "COHORT_IMAGE_JMODS is $COHORT_IMAGE_JMODS, which holds no java.base.jmod; an image for $1 needs the jmods folder of a JDK for $1."
    modules=(--module-path "$COHORT_IMAGE_JMODS")
  fi
  key=$(printf '%s' "$RUNTIME_MODULES ${COHORT_IMAGE_JMODS:-}" | cat - "$JAVA_HOME/release" | sha256)
  [[ -d $2 && $(cat "$2.key" 2>/dev/null) == "$key" ]] && return
  rm -rf "$2"
  "$JAVA_HOME/bin/jlink" ${modules[@]+"${modules[@]}"} --add-modules "$RUNTIME_MODULES" --no-header-files --no-man-pages \
    --output "$2"
  printf '%s' "$key" >"$2.key"
}

# Packages the services so that all their classes come from one class path, which the AOT cache needs.
package_services() {
  local stamp=$IMAGE_WORK/packaged${IMAGE_GPU:+-gpu} digest
  digest=$(source_digest)
  [[ $(cat "$stamp" 2>/dev/null) == "$digest" ]] && return
  say "packaging the services"
  run_maven -q ${IMAGE_GPU:+-Pgpu} -Dmaven.test.skip=true -Dspotless.check.skip=true -Dcyclonedx.skip=true \
    -Dquarkus.package.jar.type=aot-jar -Dquarkus.package.output-directory="image${IMAGE_GPU:+-gpu}" \
    -pl "$(IFS=, && printf '%s' "${IMAGE_SERVICES[*]}")" -am package >"$IMAGE_WORK/package.log" 2>&1 || {
    grep -E '^\[(ERROR|FATAL)\]' "$IMAGE_WORK/package.log" | head -n 20 >&2
    fail "the services could not be packaged; the whole log is in $IMAGE_WORK/package.log."
  }
  printf '%s' "$digest" >"$stamp"
}

# move_natives ARCH LIBRARIES: takes native libraries out of the jars, so that nothing is unpacked at a start, and those of
# other systems away.
move_natives() {
  local debian_name ort_name jna_name jar
  case $1 in
    amd64) debian_name=x86_64 ort_name=linux-x64 jna_name=linux-x86-64 ;;
    arm64) debian_name=aarch64 ort_name=linux-aarch64 jna_name=linux-aarch64 ;;
  esac
  mkdir -p "$2/native"
  for jar in "$2"/lib/main/*; do
    case ${jar##*/} in
      com.microsoft.onnxruntime.onnxruntime*) extract_natives "$jar" "$2/native" ai/onnxruntime/native "$ort_name" ;;
      ai.djl.huggingface.tokenizers*) extract_natives "$jar" "$2/native" native/lib "linux-$debian_name/cpu" ;;
      net.java.dev.jna.jna-*) extract_natives "$jar" "$2/native" com/sun/jna "$jna_name" ;;
      io.netty.netty-transport-native-epoll*) extract_natives "$jar" "$2/native" META-INF/native . ;;
    esac
  done
}

# extract_natives JAR NATIVE FOLDER SUBFOLDER: moves the libraries of FOLDER/SUBFOLDER in a jar to NATIVE, and takes all other
# native libraries out of it. What is left is packed in a fixed order and with a fixed time.
extract_natives() {
  local content
  content=$(mktemp -d "$IMAGE_WORK/jar.XXXXXX")
  (
    cd "$content" || exit
    "$JAVA_HOME/bin/jar" --extract --file "$1"
    [[ ! -d $3/$4 ]] || find "$3/$4" -maxdepth 1 -name '*.so' -exec mv {} "$2" \;
    find . -type f \( -name '*.so' -o -name '*.dylib' -o -name '*.jnilib' -o -name '*.dll' -o -name '*.pdb' -o -name '*.a' \) -delete
    find . -type f ! -path ./META-INF/MANIFEST.MF | LC_ALL=C sort >"$content.list"
    "$JAVA_HOME/bin/jar" --create --file "$1" --manifest META-INF/MANIFEST.MF --date=1980-01-01T00:00:02Z "@$content.list"
  )
  rm -rf "$content" "$content.list"
}

# stage SERVICE ARCH FOLDER: the service's files, what seldom changes in FOLDER/libraries, the rest in FOLDER/service.
stage() {
  local app=$COHORT_ROOT/$1/target/image${IMAGE_GPU:+-gpu}
  rm -rf "$3"
  mkdir -p "$3/libraries" "$3/service/lib/main"
  cp -R "$app/lib" "$3/libraries/lib"
  mv "$3"/libraries/lib/main/dev.cohort.* "$3/service/lib/main/"
  cp -R "$app/app" "$app/quarkus" "$app/quarkus-run.jar" "$3/service/"
  move_natives "$2" "$3/libraries"
  sed -e '/^#/d' -e "s,@SERVICE@,/opt/cohort/$1,g" "$COHORT_ROOT/images/jvm/$1.options" >"$3/service/jvm.options"
}

# add_aot_cache SERVICE FOLDER: the cache belongs to exactly these jars and this runtime; the one made for them is kept.
add_aot_cache() {
  local cache
  cache=$IMAGE_WORK/aot/$(aot_key "$1" "$2").aot
  [[ -f $cache ]] || fail "there is no AOT cache for $1 ($cache)."
  cp "$cache" "$2/service/$1.aot"
  printf -- '-XX:AOTCache=/opt/cohort/%s/%s.aot\n' "$1" "$1" >>"$2/service/jvm.options"
}

# aot_key SERVICE FOLDER: a digest of what an AOT cache depends on.
aot_key() {
  (
    cd "$2" || exit
    find . -type f ! -name '*.aot' -print0 | LC_ALL=C sort -z | xargs -0 "${SHA256[@]}"
    "${SHA256[@]}" <"$IMAGE_WORK/java-$IMAGE_ARCH/lib/modules"
    "${SHA256[@]}" <"$IMAGE_WORK/java-$IMAGE_ARCH/lib/server/libjvm.so"
  ) | sha256
}

# heap_percent SERVICE: how much of a container's memory the heap may take; of a seat most is outside of it. The rest of an
# operator, some 200 MiB, must fit beside it into the 384 MiB that it is to stay within.
heap_percent() {
  case $1 in
    student-service) echo 25 ;;
    operator) echo 30 ;;
    *) echo 50 ;;
  esac
}

# write_image SERVICE FOLDER BASE
write_image() {
  local tar=$IMAGE_OUT/$1-$IMAGE_ARCH.tar
  run_maven -q -pl images package jib:buildTar -Dspotless.check.skip=true -Dcyclonedx.skip=true \
    -Dimage.service="$1" -Dimage.arch="$IMAGE_ARCH" -Dimage.base="$3" \
    -Dimage.name="$IMAGE_NAME/$1:$(project_version)" -Dimage.java="$IMAGE_WORK/java-$IMAGE_ARCH" -Dimage.folder="$2" \
    -Dimage.heap-percent="$(heap_percent "$1")" \
    -Dimage.tar="$tar" >"$IMAGE_WORK/jib.log" 2>&1 || {
    grep -E '^\[(ERROR|FATAL)\]' "$IMAGE_WORK/jib.log" | head -n 20 >&2
    fail "the image of $1 could not be written; the whole log is in $IMAGE_WORK/jib.log."
  }
  name_for_containerd "$tar"
  say "$tar  $(cat "$tar.digest")"
}

# name_for_containerd TAR: containerd takes an image's name from an annotation of its own only. It stands in the index, which
# the image's digest does not cover.
name_for_containerd() {
  local folder
  folder=$(mktemp -d "$IMAGE_WORK/index.XXXXXX")
  tar --extract --warning=no-unknown-keyword --file="$1" --directory="$folder"
  sed -i 's,"org.opencontainers.image.ref.name":\("[^"]*"\),"io.containerd.image.name":\1\,&,' "$folder/index.json"
  "${REPRODUCIBLE_TAR[@]}" --file="$1" --directory="$folder" oci-layout index.json blobs
  rm -rf "$folder"
}

project_version() {
  sed -n 's,^  <version>\(.*\)</version>$,\1,p' "$COHORT_ROOT/pom.xml" | head -n 1
}

# build_images ARGUMENT...: see images_help.
build_images() {
  images_options "$@"
  [[ $(uname -s) == Linux ]] || fail "images are built on Linux only; this is $(uname -s)."
  require_build
  require_maven
  mkdir -p "$IMAGE_OUT" "$IMAGE_WORK"
  IMAGE_OUT=$(cd "$IMAGE_OUT" && pwd -P)
  with_lock "$IMAGE_WORK/lock" build_images_locked
}

build_images_locked() {
  local service base=$IMAGE_BASE
  package_services
  link_runtime "$IMAGE_ARCH" "$IMAGE_WORK/java-$IMAGE_ARCH"
  if [[ -z $base ]]; then
    base_image "$IMAGE_ARCH" "$IMAGE_WORK/base-$IMAGE_ARCH.tar"
    base=tar://$IMAGE_WORK/base-$IMAGE_ARCH.tar
  fi
  for service in "${IMAGE_SERVICES[@]}"; do
    stage "$service" "$IMAGE_ARCH" "$IMAGE_WORK/stage/$service"
  done
  if [[ -n $IMAGE_AOT ]]; then train_aot_caches; fi
  for service in "${IMAGES[@]}"; do
    [[ -z $IMAGE_AOT ]] || add_aot_cache "$service" "$IMAGE_WORK/stage/$service"
    write_image "$service" "$IMAGE_WORK/stage/$service" "$base"
  done
}
