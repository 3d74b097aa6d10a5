#!/usr/bin/env bash
# A whole single-node Kubernetes cluster in namespaces of its own (net, mount, pid, ipc, uts): nothing of it can reach
# the machine's network, and when its process 1 ends the kernel ends and unmounts everything of it.
# ./cohort cluster runs this after building the programs. Usage:
#
#   up                     brings it up (does nothing when it is up), waits until the node is Ready
#   down                   ends it and takes away everything it left
#   status                 the node, the programs and their memory
#   exec COMMAND...        runs the command in the cluster's network with KUBECONFIG set (files and processes: this machine's)
#   enter COMMAND...       runs the command in all namespaces of the cluster (its pids, its mounts)
#   kubectl ARGUMENT...    kubectl as the administrator
#   load TAR...            imports image archives for pods (imagePullPolicy Never or IfNotPresent)
#   signal SIGNAL PROGRAM  sends a signal to a program: etcd, kube-apiserver, kube-controller-manager, kube-scheduler,
#                          containerd, kubelet, kube-proxy, coredns, netpol, fakegpu
#   restart PROGRAM        ends a program and starts it again
set -euo pipefail
SELF=$(readlink -f "$0")
HERE=$(dirname "$SELF")
readonly SELF HERE

# shellcheck source=e2e-tests/cluster/lib/settings.sh
source "$HERE/lib/settings.sh"
# shellcheck source=e2e-tests/cluster/lib/node.sh
source "$HERE/lib/node.sh"
# shellcheck source=e2e-tests/cluster/lib/programs.sh
source "$HERE/lib/programs.sh"

# Prints process 1 of the cluster as this machine numbers it; fails if the cluster is down.
init_pid() {
  local pid
  pid=$(cat "$STATE/init.pid" 2>/dev/null) || return 1
  # Another process may have got the number.
  [[ $(readlink "/proc/$pid/ns/net") == "$(cat "$STATE/init.ns" 2>/dev/null)" ]] && printf '%s' "$pid"
}

need_up() {
  init_pid >/dev/null || die "the cluster is down; bring it up with './cohort cluster up'"
}

enter() {
  nsenter --target "$(init_pid)" --mount --net --pid --ipc --uts -- "$@"
}

inside_network() {
  nsenter --net="/proc/$(init_pid)/ns/net" -- "$@"
}

node_is_ready() {
  local ready='{.status.conditions[?(@.type=="Ready")].status}'
  [[ $(inside_network kubectl --kubeconfig "$ADMIN" get node "$NODE" -o "jsonpath=$ready" 2>/dev/null) == True ]]
}

# Pods cannot be created before it is there.
has_service_account() {
  inside_network kubectl --kubeconfig "$ADMIN" -n default get serviceaccount default >/dev/null 2>&1
}

check_requirements() {
  local tool
  ((EUID == 0)) || die "only root may make the namespaces, networks and mounts"
  [[ -x $PROGRAMS_DIR/bin/kube ]] || die "no programs in $PROGRAMS_DIR; './cohort cluster up' builds them"
  for tool in containerd ctr runc ip iptables nft nsenter unshare; do
    [[ -n $(type -P "$tool") ]] || die "$tool is missing; './cohort cluster up' builds or installs it"
  done
  [[ -x /usr/lib/cni/bridge ]] || die "/usr/lib/cni/bridge is missing (Debian: apt install containernetworking-plugins)"
}

make_cgroups() {
  local controller
  for controller in $CONTROLLERS; do
    if [[ -d /sys/fs/cgroup/$controller ]]; then mkdir -p "/sys/fs/cgroup/$controller/$NAME"; fi
  done
  if [[ -e /sys/fs/cgroup/cgroup.controllers ]]; then mkdir -p "/sys/fs/cgroup/$NAME"; fi
  # A new cpuset of version 1 is empty, and nothing may join it.
  if [[ -d /sys/fs/cgroup/cpuset/$NAME ]]; then
    cat /sys/fs/cgroup/cpuset/cpuset.cpus >"/sys/fs/cgroup/cpuset/$NAME/cpuset.cpus"
    cat /sys/fs/cgroup/cpuset/cpuset.mems >"/sys/fs/cgroup/cpuset/$NAME/cpuset.mems"
  fi
}

remove_cgroups() {
  local controller folder
  for controller in $CONTROLLERS .; do # . is a machine with version 2 alone
    folder=/sys/fs/cgroup/$controller/$NAME
    for _ in {1..50}; do
      [[ -d $folder ]] || break
      find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
    [[ ! -d $folder ]] || say "cluster: left $folder"
  done
}

# Starts process 1 and notes which process of this machine it is.
start_init() {
  setsid unshare --net --mount --pid --ipc --uts --fork --mount-proc "$SELF" __inside >"$LOG/inside.log" 2>&1 </dev/null 9>&- &
  local outer=$! child=
  until [[ -n $child ]]; do
    [[ -d /proc/$outer ]] || die "unshare failed: $(cat "$LOG/inside.log")"
    child=$(tr -d ' ' <"/proc/$outer/task/$outer/children") || true
    sleep 0.02
  done
  readlink "/proc/$child/ns/net" >"$STATE/init.ns"
  printf '%s\n' "$child" >"$STATE/init.pid"
}

# wait_until_up SECONDS
wait_until_up() {
  local end=$((SECONDS + $1))
  until [[ -e $STATE/started ]] && node_is_ready && has_service_account; do
    init_pid >/dev/null || die "the cluster's process 1 has ended: $(cat "$LOG/inside.log")"
    if ((SECONDS >= end)); then
      tail -v -n 15 "$LOG"/{inside,kubelet,kube-apiserver}.log >&2 || true
      die "the node is not Ready after $1 s; the logs are in $LOG"
    fi
    sleep 0.2
  done
}

up() {
  check_requirements
  if init_pid >/dev/null; then
    node_is_ready || die "up, but the node is not Ready: see $LOG, or './cohort cluster down'"
    say "up already"
    return
  fi
  local begin=$EPOCHREALTIME
  down
  mkdir -p "$LOG" "$STATE/pid" "$PKI"
  kube certs -dir "$PKI" -server "https://$NODE_IP:6443" -node "$NODE" \
    -names "localhost,127.0.0.1,$NODE,$NODE_IP,$API_SERVICE_IP,kubernetes,kubernetes.default,kubernetes.default.svc,kubernetes.default.svc.cluster.local"
  make_cgroups
  start_init
  wait_until_up 120
  say "up in $(awk "BEGIN{printf \"%.1f\", $EPOCHREALTIME - $begin}") s"
}

down() {
  local pid end=$((SECONDS + 5)) folder
  if pid=$(init_pid); then
    kill -TERM "$pid"
    while [[ -d /proc/$pid ]]; do
      ((SECONDS < end)) || kill -KILL "$pid" 2>/dev/null || true
      sleep 0.05
    done
  fi
  remove_cgroups
  rm -rf "$STATE"
  # Mount points that are empty again. To remove one would unmount it in another cluster that is up.
  for folder in "${STATE_FOLDERS[@]}"; do
    if [[ $folder != /var/log ]] && ! grep -qsF " $folder " /proc/[0-9]*/mountinfo; then rmdir "$folder" 2>/dev/null || true; fi
  done
}

status() {
  local pid
  pid=$(init_pid) || {
    echo "down"
    return 1
  }
  echo "up: process 1 is $pid here, logs are in $LOG"
  enter "$SELF" __memory
  inside_network kubectl --kubeconfig "$ADMIN" get nodes -o wide
}

# One "up" or "down" at a time; what they start does not hold the lock.
locked() {
  mkdir -p "$(dirname "$STATE")"
  exec 9>"$STATE.lock"
  flock 9
  "$@"
}

main() {
  local command=${1:-help} archive
  shift || true
  case $command in
    up) locked up ;;
    down) locked down ;;
    status) status ;;
    exec)
      need_up
      # The tests' JVM calls the script and reads the logs.
      export KUBECONFIG=$ADMIN COHORT_CLUSTER_SCRIPT=$SELF COHORT_CLUSTER_LOG=$LOG
      inside_network "$@"
      ;;
    enter)
      need_up
      enter "$@"
      ;;
    kubectl)
      need_up
      KUBECONFIG=$ADMIN inside_network kubectl "$@"
      ;;
    load)
      need_up
      for archive in "$@"; do
        enter ctr -n k8s.io images import --all-platforms "$(readlink -f "$archive")"
      done
      ;;
    signal)
      need_up
      enter "$SELF" __signal "$@"
      ;;
    restart)
      need_up
      enter "$SELF" __restart "$@"
      ;;
    __inside) run_inside ;;
    __signal) signal_program "$@" ;;
    __restart) restart_program "$@" ;;
    __memory) show_memory ;;
    *)
      sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//p}' "$SELF" >&2
      [[ $command == help ]] || exit 2
      ;;
  esac
}

main "$@"
