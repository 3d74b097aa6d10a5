# shellcheck shell=bash
# The inside of the namespaces: mounts, network, and the order in which everything starts. Sourced by cluster.sh.

mount_cgroups() {
  # /sys of the new network namespace, with the machine's cgroups in it.
  mkdir -p "$STATE/cgroup"
  mount --rbind /sys/fs/cgroup "$STATE/cgroup"
  mount -t sysfs sysfs /sys
  mount --rbind "$STATE/cgroup" /sys/fs/cgroup
  umount -l "$STATE/cgroup"
}

# The kubelet sets these for the whole machine: it writes to files of the cluster instead.
mount_sysctls() {
  local name file
  mkdir -p "$STATE/sysctl"
  for name in vm/overcommit_memory vm/panic_on_oom kernel/panic kernel/panic_on_oops kernel/keys/root_maxkeys kernel/keys/root_maxbytes; do
    file=$STATE/sysctl/${name//\//.}
    cat "/proc/sys/$name" >"$file"
    mount --bind "$file" "/proc/sys/$name"
  done
}

make_mounts() {
  local folder
  mount --make-rprivate /
  mount_cgroups
  mount -t tmpfs -o mode=755 run /run # sockets, shims, network namespaces of pods, locks
  for folder in "${STATE_FOLDERS[@]}"; do
    mkdir -p "$STATE/root$folder" "$folder"
    mount --bind "$STATE/root$folder" "$folder"
  done
  mount_sysctls
  # A peer group of its own, for pods that ask for mount propagation. Last, else the umount above would take away both copies.
  mount --make-rshared /
}

make_network() {
  ip link set lo up
  # Not every kernel has dummy interfaces; a pair holds an address as well.
  ip link add node0 type veth peer name node0-peer
  ip link set node0-peer up
  ip link set node0 up
  ip addr add "$NODE_IP/24" dev node0
  # Never taken, as kube-proxy rewrites the address, but connect() wants a route.
  ip route add "$SERVICE_CIDR" dev node0
  echo 1 >/proc/sys/net/ipv4/ip_forward
  # Else frames between two pods pass neither kube-proxy's rules nor those of NetworkPolicy.
  echo 1 >/proc/sys/net/bridge/bridge-nf-call-iptables || true
}

# wait_for SECONDS WHAT COMMAND...
wait_for() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || die "$what did not start"
    sleep 0.1
  done
}

accepts_connections() {
  (exec 3<>"/dev/tcp/$1/$2")
}

admin() {
  kubectl --kubeconfig "$ADMIN" "$@"
}

# Volumes for pods of any user.
volumes() {
  local i
  for ((i = 1; i <= VOLUMES; i++)); do
    mkdir -p "$STATE/volumes/$i"
    chmod 777 "$STATE/volumes/$i"
    cat <<END
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv-$i}
spec:
  capacity: {storage: 10Gi}
  accessModes: [ReadWriteOnce, ReadOnlyMany, ReadWriteMany]
  persistentVolumeReclaimPolicy: Retain
  storageClassName: standard
  local: {path: $STATE/volumes/$i}
  nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [$NODE]}]}]}}
END
  done
}

# What process 1 of the namespaces does.
run_inside() {
  make_mounts
  make_network
  write_configs
  start_program etcd
  start_program containerd
  wait_for 60 etcd accepts_connections 127.0.0.1 2379
  start_program kube-apiserver
  wait_for 60 containerd test -S /run/containerd/containerd.sock
  wait_for 60 "containerd's image service" ctr -n k8s.io images import "$PROGRAMS_DIR/images/pause.tar"
  start_program kubelet # it waits for the API server
  start_program fakegpu
  wait_for 90 kube-apiserver admin get --raw /readyz
  start_program kube-controller-manager
  start_program kube-scheduler
  start_program kube-proxy
  { cat "$HERE/manifests/access.yaml" && echo --- && cat "$HERE/manifests/storage.yaml" && volumes; } | admin apply -f - >/dev/null
  start_program coredns
  start_program netpol
  touch "$STATE/started"
  exec "$PROGRAMS_DIR/bin/kube" init
}
