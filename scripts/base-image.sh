# shellcheck shell=bash
# Makes the base image of the services as a tar, without a registry or a daemon, from the files of a few Debian packages.
# Sourced by ./cohort.

# What the JVM and the native libraries need. The JVM has time zones of its own.
readonly BASE_PACKAGES=(base-files ca-certificates libc6 libgcc-s1 libstdc++6 zlib1g)

# The release that images for another architecture than this machine's are made of. It has a JDK as well, which needs a C
# library as new as its own.
readonly CROSS_RELEASE=trixie

# The user that the images run as: not root, and known by that number in policies.
readonly IMAGE_USER=65532

# Equal inputs give equal layers: fixed order, times and owners.
REPRODUCIBLE_TAR=(tar --create --sort=name --mtime=@1 --owner=0 --group=0 --numeric-owner --format=gnu)

# apt_private ARCH ROOT PROGRAM ARGUMENT...: apt-get or apt-cache for an architecture, with lists and cache of its own, so that
# neither root nor a change to this machine is needed. ROOT/sources.list, if it is there, replaces the machine's sources.
apt_private() {
  local arch=$1 state=$2 program=$3
  local -a sources=()
  shift 3
  mkdir -p "$state/lists/partial" "$state/cache/archives/partial"
  touch "$state/status"
  [[ ! -f $state/sources.list ]] ||
    sources=(-o Dir::Etc::sourcelist="$state/sources.list" -o Dir::Etc::sourceparts=/dev/null)
  "$program" -qq ${sources[@]+"${sources[@]}"} -o APT::Architecture="$arch" -o APT::Architectures::="$arch" -o Dir::State="$state" \
    -o Dir::State::Lists="$state/lists" -o Dir::State::status="$state/status" -o Dir::Cache="$state/cache" \
    -o APT::Sandbox::User= -o Acquire::Languages=none -o Acquire::Retries=2 -o Acquire::http::Timeout=60 "$@"
}

# write_source RELEASE STATE: a source of a release, in the archive that this machine's own Debian packages come from.
write_source() {
  local archive release=$1 state=$2 keys=/usr/share/keyrings/debian-archive-keyring.gpg
  apt_private "$(machine_architecture)" "$state.own" apt-get update >/dev/null 2>&1 || true
  # shellcheck disable=SC2016
  archive=$(apt_private "$(machine_architecture)" "$state.own" apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
    'Origin: Debian' 'Label: Debian' | head -n 1)
  rm -rf "$state.own"
  [[ -n $archive ]] || fail "this machine's apt knows no Debian archive to take packages of $release from."
  mkdir -p "$state"
  [[ -f $keys ]] && keys="[signed-by=$keys] " || keys=
  printf 'deb %s%s %s main\n' "$keys" "$archive" "$release" >"$state/sources.list"
}

# fetch_packages ARCH FOLDER PACKAGE...: the packages' newest versions into a folder: of this machine's release, or for another
# architecture of the one above.
fetch_packages() {
  if [[ $1 == "$(machine_architecture)" ]]; then
    fetch_packages_of own "$@"
  else
    fetch_packages_of "$CROSS_RELEASE" "$@"
  fi
}

# fetch_packages_of RELEASE ARCH FOLDER PACKAGE...: the same of a release, own being this machine's.
fetch_packages_of() {
  local release=$1 arch=$2 folder=$3
  shift 3
  rm -rf "$folder.new"
  mkdir -p "$folder.new/debs"
  [[ $release == own ]] || write_source "$release" "$folder.new/apt"
  # A source of this machine that has nothing to do with Debian may fail; what is missing shows below.
  apt_private "$arch" "$folder.new/apt" apt-get update >"$folder.new/apt.log" 2>&1 || true
  (
    cd "$folder.new/debs" || exit
    apt_private "$arch" "$folder.new/apt" apt-get download "$@" >>"$folder.new/apt.log" 2>&1
  ) || {
    tail -n 5 "$folder.new/apt.log" >&2
    fail "the Debian packages $* could not be fetched for $arch; the whole log is in $folder.new/apt.log."
  }
  rm -rf "$folder.new/apt" "$folder"
  mv "$folder.new" "$folder"
}

# unpack_base_packages FOLDER ROOT: the files that a service needs; of documentation only the licences.
unpack_base_packages() {
  local deb name root=$2
  mkdir -p "$root/var/lib/dpkg/status.d"
  for deb in "$1"/debs/*.deb; do
    dpkg-deb --extract "$deb" "$root"
    name=$(dpkg-deb --field "$deb" Package)
    # Scanners look here for what an image without a package manager is made of.
    dpkg-deb --field "$deb" >"$root/var/lib/dpkg/status.d/$name"
  done
  find "$root/usr/share/doc" -mindepth 2 ! -type d ! -name copyright -delete
  rm -rf "$root"/usr/share/{man,info,lintian,locale,bug,base-files,menu} "$root"/usr/lib/*/gconv "$root/usr/sbin" \
    "$root/sbin" "$root/usr/share/gcc"
  find "$root/usr/share/doc" -type d -empty -delete
  cat "$root"/usr/share/ca-certificates/mozilla/*.crt >"$root/etc/ssl/certs/ca-certificates.crt"
  cat >"$root/etc/passwd" <<TEXT
root:x:0:0:root:/root:/sbin/nologin
nonroot:x:$IMAGE_USER:$IMAGE_USER:nonroot:/tmp:/sbin/nologin
TEXT
  printf 'root:x:0:\nnonroot:x:%s:\n' "$IMAGE_USER" >"$root/etc/group"
  printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
  mkdir -p "$root/tmp" "$root/proc" "$root/sys" "$root/dev"
  chmod 1777 "$root/tmp"
}

# The name that Debian and image registries have for this machine's architecture.
machine_architecture() {
  case $(uname -m) in
    x86_64) echo amd64 ;;
    aarch64) echo arm64 ;;
    *) uname -m ;;
  esac
}

# pack_base_image ARCH FOLDER OUT: a docker-archive of one layer, FOLDER/debian.tar.
pack_base_image() {
  local digest
  digest=$(sha256 <"$2/debian.tar")
  printf '{"architecture":"%s","os":"linux","created":"1970-01-01T00:00:01Z","config":{"Env":["%s","%s"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
    "$1" PATH=/opt/java/bin:/usr/bin:/bin SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt "$digest" >"$2/config.json"
  printf '[{"Config":"config.json","RepoTags":["cohort-base:local"],"Layers":["debian.tar"]}]' >"$2/manifest.json"
  "${REPRODUCIBLE_TAR[@]}" --file="$3.new" --directory="$2" config.json manifest.json debian.tar
  mv "$3.new" "$3"
}

# make_jmods FOLDER ARCH: the packaged modules of Debian's JDK for an architecture.
make_jmods() {
  local package
  package=openjdk-$(jdk_major "$JAVA_HOME")-jdk-headless
  fetch_packages "$2" "$1.debs" "$package" || return
  mkdir -p "$1"
  dpkg-deb --fsys-tarfile "$1.debs"/debs/*.deb |
    tar --extract --directory="$1" --wildcards --strip-components=6 './usr/lib/jvm/*/jmods/*.jmod' || return
  rm -rf "$1.debs"
}

# require_jmods ARCH: sets COHORT_IMAGE_JMODS, the packaged modules of a JDK for another architecture, unless it is set.
require_jmods() {
  [[ -z ${COHORT_IMAGE_JMODS:-} ]] || return 0
  [[ -x $(type -P apt-get) && -x $(type -P dpkg-deb) ]] ||
    fail "an image for $1 needs COHORT_IMAGE_JMODS, the jmods folder of a JDK for $1: this machine has no apt to get one."
  COHORT_IMAGE_JMODS=$COHORT_CACHE/jmods-$(jdk_major "$JAVA_HOME")-$1
  once "$COHORT_IMAGE_JMODS" make_jmods "$1"
}

# base_image ARCH OUT: makes the tar, unless it is there for the same inputs. Debian packages are kept in the cache folder
# until COHORT_IMAGE_REFRESH is set.
base_image() {
  [[ -x $(type -P apt-get) && -x $(type -P dpkg-deb) ]] ||
    fail "the base image is made of Debian packages, and this machine has no apt; name another base with --base."
  local arch=$1 out=$2 work=$2.work key
  local debs=${XDG_CACHE_HOME:-$HOME/.cache}/cohort/base-image-$arch
  if [[ ! -d $debs || -n ${COHORT_IMAGE_REFRESH:-} ]]; then
    say "fetching Debian packages for the base image ($arch)"
    with_lock "$debs.lock" fetch_packages "$arch" "$debs" "${BASE_PACKAGES[@]}"
  fi
  key=$(cat "$COHORT_ROOT/scripts/base-image.sh" "$debs"/debs/*.deb | sha256)
  [[ -f $out && $(cat "$out.key" 2>/dev/null) == "$key" ]] && return
  rm -rf "$work"
  mkdir -p "$work/root"
  unpack_base_packages "$debs" "$work/root"
  "${REPRODUCIBLE_TAR[@]}" --file="$work/debian.tar" --directory="$work/root" .
  pack_base_image "$arch" "$work" "$out"
  rm -rf "$work"
  printf '%s' "$key" >"$out.key"
}
