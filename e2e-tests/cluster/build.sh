# shellcheck shell=bash
# Builds the programs of the test cluster and the tools beside it, each once, into the cache folder. Sourced by ./cohort.

readonly CLUSTER=$COHORT_ROOT/e2e-tests/cluster
readonly CLUSTER_GO=1.24
readonly CONTAINERD_VERSION=v2.3.7 # Debian's 1.6 has no image volumes
readonly KWOK_VERSION=v0.8.0
readonly HELM_VERSION=v4.3.1
readonly HELM_UNITTEST_VERSION=v1.1.2

# Prints why the programs cannot be built here; nothing if they can.
cluster_build_obstacle() {
  local version
  if [[ $(uname -s) != Linux ]]; then
    printf 'the test cluster needs Linux, this is %s' "$(uname -s)"
  elif [[ -z $(type -P go) ]]; then
    printf 'Go is not installed, which builds the test cluster'
  else
    version=$(go env GOVERSION)
    version_at_least "${version#go}" "$CLUSTER_GO" ||
      printf 'the test cluster is built by Go %s or later, this is %s' "$CLUSTER_GO" "${version#go}"
  fi
}

# go_build ARGUMENT...: a build that depends on nothing of this machine.
go_build() {
  CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" go build "$@"
}

# go_install FOLDER ARGUMENT...
go_install() {
  mkdir -p "$1" && CGO_ENABLED=0 GOFLAGS="-trimpath -buildvcs=false" GOBIN=$1 go install "${@:2}"
}

# Prints the digest of all that the programs are made of.
cluster_digest() {
  (
    cd "$CLUSTER" || exit
    {
      go env GOVERSION
      declare -f make_cluster_programs go_build
      cat go.mod go.sum
      find . -path ./tools -prune -o -name '*.go' ! -name '*_test.go' -print0 | LC_ALL=C sort -z | xargs -0 "${SHA256[@]}"
    } | sha256 | cut -c 1-16
  )
}

# make_cluster_programs FOLDER: bin/, images/ and the file version.
make_cluster_programs() {
  local bin=$1/bin images=$1/images version major minor flags=(-s -w) package name
  mkdir -p "$bin" "$images"
  (
    cd "$CLUSTER" || exit
    version=$(go list -m -f '{{.Version}}' k8s.io/kubernetes)
    IFS=. read -r major minor _ <<<"${version#v}"
    # What the server says of itself; charts look at it.
    for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
      flags+=(-X "$package.gitVersion=$version" -X "$package.gitMajor=$major" -X "$package.gitMinor=$minor"
        -X "$package.gitCommit=module" -X "$package.gitTreeState=clean" -X "$package.buildDate=1970-01-01T00:00:00Z")
    done
    go_build -mod=readonly -ldflags "${flags[*]}" -o "$bin/kube" . &&
      go_build -mod=readonly -ldflags "-s -w" -o "$bin/" ./cmd/... &&
      printf '%s\n' "${version#v}" >"$1/version"
  ) || return
  for name in etcd kube-apiserver kube-controller-manager kube-proxy kube-scheduler kubectl kubelet; do
    ln "$bin/kube" "$bin/$name" || return
  done
  for name in pause hello; do
    "$bin/mkimage" -entrypoint "/$name" "cohort.test/$name:1" "$images/$name.tar" "$bin/$name=/$name" || return
  done
}

# Exports COHORT_CLUSTER_DIR, the folder of the programs. The link beside it is for who runs Maven without ./cohort.
require_cluster_programs() {
  [[ -z ${COHORT_CLUSTER_DIR:-} ]] || return 0
  local obstacle folder
  obstacle=$(cluster_build_obstacle)
  [[ -z $obstacle ]] || fail "$obstacle."
  folder=$COHORT_CACHE/cluster-$(cluster_digest)
  once "$folder" make_cluster_programs
  ln -sfn "${folder##*/}" "$COHORT_CACHE/cluster"
  export COHORT_CLUSTER_DIR=$folder
}

make_containerd() {
  local module=github.com/containerd/containerd/v2
  go_install "$1" -tags "no_btrfs no_devmapper no_zfs no_aufs" -ldflags "-s -w -X $module/version.Version=$CONTAINERD_VERSION" \
    "$module/cmd/"{containerd,containerd-shim-runc-v2,ctr}"@$CONTAINERD_VERSION"
}

# Exports COHORT_CONTAINERD_DIR: containerd, its shim and ctr.
require_containerd() {
  export COHORT_CONTAINERD_DIR=$COHORT_CACHE/containerd-$CONTAINERD_VERSION
  once "$COHORT_CONTAINERD_DIR" make_containerd
}

# KWOK knows no stages by itself; those of its module make nodes and pods Ready.
make_kwok() {
  local stages stage
  go_install "$1" -ldflags "-s -w" "sigs.k8s.io/kwok/cmd/kwok@$KWOK_VERSION" || return
  stages=$(go env GOMODCACHE)/sigs.k8s.io/kwok@$KWOK_VERSION/kustomize/stage
  for stage in node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease \
    pod/fast/pod-complete pod/fast/pod-delete pod/fast/pod-ready; do
    printf -- '---\n' && cat "$stages/$stage.yaml" || return
  done >"$1/stages.yaml"
}

# Exports COHORT_KWOK; the file stages.yaml lies beside it.
require_kwok() {
  once "$COHORT_CACHE/kwok-$KWOK_VERSION" make_kwok
  export COHORT_KWOK=$COHORT_CACHE/kwok-$KWOK_VERSION/kwok
}

make_helm() {
  go_install "$1" -ldflags "-s -w" "helm.sh/helm/v4/cmd/helm@$HELM_VERSION"
}

# Exports COHORT_HELM.
require_helm() {
  once "$COHORT_CACHE/helm-$HELM_VERSION" make_helm
  export COHORT_HELM=$COHORT_CACHE/helm-$HELM_VERSION/helm
}

# Its go.mod replaces a module, so that it is no program for "go install".
make_helm_unittest() {
  mkdir -p "$1" && (
    cd "$CLUSTER/tools/helm-unittest" &&
      go_build -mod=readonly -ldflags "-s -w" -o "$1/helm-unittest" github.com/helm-unittest/helm-unittest/cmd/helm-unittest
  )
}

# Exports COHORT_HELM_UNITTEST.
require_helm_unittest() {
  once "$COHORT_CACHE/helm-unittest-$HELM_UNITTEST_VERSION" make_helm_unittest
  export COHORT_HELM_UNITTEST=$COHORT_CACHE/helm-unittest-$HELM_UNITTEST_VERSION/helm-unittest
}

# Names and commands that a node needs, by the Debian package that has them.
cluster_missing_packages() {
  local command package
  while read -r command package; do
    type -P "$command" >/dev/null || [[ -x /usr/sbin/$command || -x $command ]] || printf '%s\n' "$package"
  done <<'TEXT'
runc runc
/usr/lib/cni/bridge containernetworking-plugins
iptables iptables
nft nftables
ip iproute2
nsenter util-linux
TEXT
}

# Prints why a cluster cannot run here; nothing if it can, after the packages of cluster_missing_packages are there.
cluster_run_obstacle() {
  local obstacle
  obstacle=$(cluster_build_obstacle)
  if [[ -n $obstacle ]]; then
    printf '%s' "$obstacle"
  elif ((EUID != 0)); then
    printf 'the test cluster makes namespaces, networks and mounts, which only root may'
  elif [[ -n $(cluster_missing_packages) && -z $(type -P apt-get) ]]; then
    printf 'these are not installed, nor is apt-get to install them: %s' "$(cluster_missing_packages | tr '\n' ' ')"
  elif ! unshare --mount --net --pid --ipc --uts --fork mount -t tmpfs none /tmp 2>/dev/null; then
    printf 'the test cluster makes namespaces and mounts, which this machine does not allow'
  fi
}

install_cluster_packages() {
  local -a missing
  mapfile -t missing < <(cluster_missing_packages)
  ((${#missing[@]} > 0)) || return 0
  say "installing ${missing[*]} for the test cluster"
  local -x DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null 2>&1 ||
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; }
}

# All that "up" needs.
require_cluster() {
  local obstacle
  obstacle=$(cluster_run_obstacle)
  [[ -z $obstacle ]] || fail "$obstacle."
  install_cluster_packages || fail "the packages above could not be installed."
  require_cluster_programs
  require_containerd
}
