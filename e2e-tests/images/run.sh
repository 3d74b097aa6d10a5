# shellcheck shell=bash
# Builds the images, unpacks them and runs them as a pod would: the image's own files only, read-only, as its user, without
# capabilities; asks what they answer. Sourced by scripts/test.sh.

readonly IMAGE_TEST=$COHORT_ROOT/build/images/.test
readonly IMAGE_TEST_TEXTS=20
readonly IMAGE_EMULATOR=qemu-aarch64-static
readonly IMAGE_EMULATED_CPU=cortex-a72

# Why these tests cannot run here; nothing if they can.
image_tests_obstacle() {
  [[ $(uname -s) == Linux ]] || echo "images are built on Linux only"
  [[ -x $(type -P apt-get) && -x $(type -P dpkg-deb) ]] || echo "this machine has no apt, and no base image was named"
}

image_run_obstacle() {
  ((EUID == 0)) || echo "only root may mount a read-only root and change to the image's user"
  unshare --mount true 2>/dev/null || echo "this machine allows no mount namespace"
}

run_image_tests() {
  local reason
  reason=$(image_tests_obstacle | head -n 1)
  if [[ -n $reason ]]; then
    skip "images" "$reason"
    return
  fi
  check "images: build" build_images
  check "images: equal digests when built again" images_are_reproducible
  reason=$(image_run_obstacle | head -n 1)
  if [[ -n $reason ]]; then
    skip "images: run read-only as user $IMAGE_USER" "$reason"
    return
  fi
  check "images: run read-only as user $IMAGE_USER, answer as the package does" images_answer
}

# The images for arm64 on a machine that is none: its programs are emulated one by one.
run_emulated_image_tests() {
  local reason
  reason=$({ image_tests_obstacle && image_run_obstacle && emulation_obstacle; } | head -n 1)
  if [[ -n $reason ]]; then
    skip "images: arm64" "$reason"
    return
  fi
  check "images: build for arm64" build_images --arch arm64
  check "images: arm64, run under emulation, answer as the package does" emulated_images_answer
}

emulation_obstacle() {
  [[ $(machine_architecture) == amd64 ]] || echo "this machine is no amd64; ./cohort test images tests its own images"
  [[ -x $(type -P "$IMAGE_EMULATOR") ]] || echo "$IMAGE_EMULATOR is not installed (Debian package qemu-user-static)"
}

images_are_reproducible() {
  local out=$IMAGE_TEST/again
  build_images --out "$out" student-service
  cmp "$out/student-service-$IMAGE_ARCH.tar" "$COHORT_ROOT/build/images/student-service-$IMAGE_ARCH.tar" || return
  rm -rf "$out"
}

# digests FILE: those that a manifest or an index names, in order.
digests() {
  grep -o '"digest":"sha256:[0-9a-f]*"' "$1" | sed 's/.*sha256:\(.*\)"/\1/'
}

# unpack_image TAR ROOT: lays its layers over each other.
unpack_image() {
  local blobs=$2.blobs manifest layer
  rm -rf "$2" "$blobs"
  mkdir -p "$2" "$blobs"
  tar --warning=no-unknown-keyword -xf "$1" -C "$blobs"
  manifest=$blobs/blobs/sha256/$(digests "$blobs/index.json")
  # The first is the configuration.
  for layer in $(digests "$manifest" | tail -n +2); do
    tar --warning=no-unknown-keyword -xzf "$blobs/blobs/sha256/$layer" -C "$2"
  done
  cp "$blobs/blobs/sha256/$(digests "$manifest" | head -n 1)" "$2.json"
  rm -rf "$blobs"
}

# config_list FILE KEY: the texts of a list in an image's configuration, one a line.
config_list() {
  sed "s/.*\"$2\":\[\([^]]*\)\].*/\1/" "$1" | sed -e 's/","/\n/g' -e 's/^"//' -e 's/"$//'
}

# config_text FILE KEY
config_text() {
  sed "s/.*\"$2\":\"\([^\"]*\)\".*/\1/" "$1"
}

# start_image ROOT SETTING...: becomes the image's program with its environment and these variables. The root file system is
# read-only, but for an empty /tmp; a cache that the JVM does not accept ends it. A ROOT/emulator runs the program.
start_image() {
  local root=$1 config=$1.json user options=-XX:AOTMode=on
  shift
  user=$(config_text "$config" User)
  local -a environment entrypoint
  mapfile -t environment < <(config_list "$config" Env)
  mapfile -t entrypoint < <(config_list "$config" Entrypoint)
  # A cache of another architecture is never trained.
  if [[ -f $root/emulator ]]; then entrypoint=(/emulator -cpu "$IMAGE_EMULATED_CPU" "${entrypoint[@]}") options=; fi
  export IMAGE_ROOT=$root PACKAGE=$COHORT_ROOT/demo/clinc150
  # shellcheck disable=SC2016
  exec unshare --mount bash -c '
    set -e
    mount --bind "$IMAGE_ROOT" "$IMAGE_ROOT"
    mount -o remount,bind,ro "$IMAGE_ROOT"
    mount --bind "$PACKAGE" "$IMAGE_ROOT/package"
    mount -t tmpfs -o mode=1777,size=64m tmpfs "$IMAGE_ROOT/tmp"
    mount --rbind /proc "$IMAGE_ROOT/proc"
    mount --rbind /sys "$IMAGE_ROOT/sys"
    mount --rbind /dev "$IMAGE_ROOT/dev"
    [[ ! -f $IMAGE_ROOT/cpuinfo ]] || mount --bind "$IMAGE_ROOT/cpuinfo" "$IMAGE_ROOT/proc/cpuinfo"
    exec "$@"' bash env -i "${environment[@]}" JDK_JAVA_OPTIONS="$options" "$@" setpriv --no-new-privs \
    unshare --root="$root" --wd="$(config_text "$config" WorkingDir)" --setgid="${user#*:}" --setuid="${user%:*}" \
    "${entrypoint[@]}"
}

# check_process PID SERVICE SECONDS: is it the image's user, without capabilities?
check_process() {
  local status=/proc/$1/status line
  for line in "Uid:	$IMAGE_USER	$IMAGE_USER	$IMAGE_USER	$IMAGE_USER" 'CapEff:	0000000000000000' 'NoNewPrivs:	1'; do
    grep -qxF "$line" "$status" || fail "$2 runs otherwise than with '$line': $(grep "${line%%:*}" "$status")"
  done
  say "$2: ready after about $3 s, $(awk '/^VmRSS/ {print int($2 / 1024)}' "$status") MiB resident"
}

images_answer() {
  images_options
  unpack_images
  answer_as_the_package
}

# Runs the unpacked images; their logs stay when something is wrong.
answer_as_the_package() {
  (run_images) || return
  rm -rf "${IMAGE_TEST:?}"
}

unpack_images() {
  local service
  for service in student-service aggregator; do
    unpack_image "$COHORT_ROOT/build/images/$service-$IMAGE_ARCH.tar" "$IMAGE_TEST/$service"
    mkdir -p "$IMAGE_TEST/$service/package"
  done
}

# What Linux says of the emulated processor. ONNX Runtime reads it, and ends where it tells of another architecture.
emulated_cpuinfo() {
  local number
  for ((number = 0; number < $(nproc); number++)); do
    printf 'processor\t: %s\nFeatures\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid\n' "$number"
    printf 'CPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x0\nCPU part\t: 0xd08\nCPU revision\t: 3\n\n'
  done
}

emulated_images_answer() {
  local service
  AOT_PATIENCE=900
  images_options --arch arm64
  unpack_images
  for service in student-service aggregator; do
    cp "$(type -P "$IMAGE_EMULATOR")" "$IMAGE_TEST/$service/emulator"
    emulated_cpuinfo >"$IMAGE_TEST/$service/cpuinfo"
  done
  answer_as_the_package
}

# stop_images PID...: they end by themselves, without an error.
stop_images() {
  local pid status=0
  kill -TERM "$@"
  for pid in "$@"; do
    wait "$pid" || status=$?
    ((status == 0 || status == 143)) || fail "a service ended with status $status after SIGTERM."
  done
}

run_images() {
  local seat_port seat_http grpc http metrics begin pid texts=$IMAGE_TEST/texts
  local -a pids=()
  seat_port=$(free_port) seat_http=$(free_port) grpc=$(free_port) http=$(free_port) metrics=$(free_port)
  # shellcheck disable=SC2154
  trap 'for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null; done' EXIT
  begin=$SECONDS
  start_image "$IMAGE_TEST/student-service" COHORT_HOST=127.0.0.1 COHORT_PACKAGE=/package COHORT_PORT="$seat_port" \
    COHORT_METRICS_PORT="$seat_http" >"$IMAGE_TEST/student-service.log" 2>&1 &
  pids+=("$!")
  wait_ready "$seat_http" "${pids[0]}" "$IMAGE_TEST/student-service.log"
  check_process "${pids[0]}" student-service $((SECONDS - begin))
  begin=$SECONDS
  start_image "$IMAGE_TEST/aggregator" COHORT_HOST=127.0.0.1 COHORT_PACKAGES=/package \
    COHORT_SEATS="127.0.0.1:$seat_port" COHORT_GRPC_PORT="$grpc" COHORT_HTTP_PORT="$http" \
    COHORT_METRICS_PORT="$metrics" COHORT_STUDENTS_MIN=4 >"$IMAGE_TEST/aggregator.log" 2>&1 &
  pids+=("$!")
  wait_ready "$metrics" "${pids[1]}" "$IMAGE_TEST/aggregator.log"
  check_process "${pids[1]}" aggregator $((SECONDS - begin))
  sed 1d "$COHORT_ROOT/demo/data/clinc150/test.tsv" | cut -f 1 | head -n "$IMAGE_TEST_TEXTS" >"$texts"
  (run_cli predict) <"$texts" >"$texts.package"
  (run_cli predict --target "127.0.0.1:$grpc" --model clinc150) <"$texts" >"$texts.images"
  [[ $(wc -l <"$texts.images") == "$IMAGE_TEST_TEXTS" ]] || fail "not every text has an answer."
  diff "$texts.package" "$texts.images" || fail "the images answer otherwise than the package."
  stop_images "${pids[@]}"
  pids=()
}
