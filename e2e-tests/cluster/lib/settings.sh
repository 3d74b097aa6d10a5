# shellcheck shell=bash
# shellcheck disable=SC2034 # the other parts read them
# Names, addresses and folders of the test cluster. Sourced by cluster.sh.

readonly CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/cohort
readonly PROGRAMS_DIR=${COHORT_CLUSTER_DIR:-$CACHE/cluster}          # what was built; kept between runs
readonly STATE=${COHORT_CLUSTER_STATE:-$CACHE/cluster-state}         # of the running cluster; "down" takes it away
readonly NODE_IP=${COHORT_CLUSTER_NODE_IP:-10.98.0.1}
readonly GPUS=${COHORT_CLUSTER_GPUS:-8}                              # fake devices nvidia.com/gpu of the node; 0 for none
readonly VOLUMES=${COHORT_CLUSTER_VOLUMES:-10}                       # volumes made at the start
readonly FEATURE_GATES=${COHORT_CLUSTER_FEATURE_GATES:-ImageVolume=true}
readonly PROXY_MODE=${COHORT_CLUSTER_PROXY_MODE:-iptables}           # or nftables
readonly NAME=${COHORT_CLUSTER_NAME:-cohort-e2e}                   # of its cgroups; a second cluster beside the first needs another, and another STATE
readonly NODE=cohort-node
readonly SERVICE_CIDR=10.96.0.0/16
readonly API_SERVICE_IP=10.96.0.1
readonly POD_CIDR=10.244.0.0/24
readonly LOG=$STATE/log
readonly PKI=$STATE/pki
readonly ADMIN=$PKI/admin.kubeconfig
readonly PROGRAMS="etcd kube-apiserver kube-controller-manager kube-scheduler containerd kubelet kube-proxy coredns netpol fakegpu"
readonly CONTROLLERS="cpu cpuacct cpuset memory devices freezer blkio pids systemd hugetlb net_cls net_prio perf_event unified"
# Folders of the machine that the cluster sees as its own.
readonly STATE_FOLDERS=(/var/lib/kubelet /var/lib/containerd /var/lib/cni /var/log /etc/cni /tmp/hostpath_pv)

export PATH=$PROGRAMS_DIR/bin:$PATH:/usr/sbin:/sbin
if [[ -n ${COHORT_CONTAINERD_DIR:-} ]]; then export PATH=$COHORT_CONTAINERD_DIR:$PATH; fi

say() {
  printf '%s\n' "$*" >&2
}

die() {
  printf 'cluster: %s\n' "$*" >&2
  exit 1
}
