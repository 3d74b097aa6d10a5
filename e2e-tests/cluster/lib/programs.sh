# shellcheck shell=bash
# The programs of the cluster: their files, their arguments, starting and ending them. Sourced by cluster.sh.

write_configs() {
  mkdir -p /etc/cni/net.d /run/containerd
  : >"$STATE/resolv.conf"
  cat >/etc/cni/net.d/10-cohort.conflist <<END
{"cniVersion":"0.4.0","name":"cohort","plugins":[
 {"type":"bridge","bridge":"cni0","isGateway":true,"ipMasq":false,"hairpinMode":true,
  "ipam":{"type":"host-local","ranges":[[{"subnet":"$POD_CIDR"}]],"routes":[{"dst":"0.0.0.0/0"}]}},
 {"type":"portmap","capabilities":{"portMappings":true}}]}
END
  # Root without CAP_SYS_RESOURCE may not lower a score: without restrict_oom_score_adj no pod would start.
  cat >"$STATE/containerd.toml" <<END
version = 3
[plugins."io.containerd.cri.v1.images".pinned_images]
  sandbox = "cohort.test/pause:1"
[plugins."io.containerd.cri.v1.runtime"]
  restrict_oom_score_adj = true
[plugins."io.containerd.cri.v1.runtime".cni]
  bin_dirs = ["/usr/lib/cni"]
  conf_dir = "/etc/cni/net.d"
END
  # A full disk must not evict the pods of tests.
  cat >"$STATE/kubelet.yaml" <<END
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
address: $NODE_IP
authentication: {anonymous: {enabled: false}, webhook: {enabled: true}, x509: {clientCAFile: $PKI/ca.crt}}
authorization: {mode: Webhook}
tlsCertFile: $PKI/kubelet-server.crt
tlsPrivateKeyFile: $PKI/kubelet-server.key
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cgroupDriver: cgroupfs
cgroupRoot: /$NAME
failCgroupV1: false
failSwapOn: false
clusterDNS: ["$NODE_IP"]
clusterDomain: cluster.local
resolvConf: $STATE/resolv.conf
evictionHard: {memory.available: 100Mi, nodefs.available: 1%, nodefs.inodesFree: 1%, imagefs.available: 1%, imagefs.inodesFree: 1%}
imageGCHighThresholdPercent: 100
imageGCLowThresholdPercent: 99
serializeImagePulls: false
nodeStatusUpdateFrequency: 4s
featureGates: {$(sed 's/=/: /g; s/,/, /g' <<<"$FEATURE_GATES")}
END
  # The limits of conntrack belong to the machine's own network namespace: 0 leaves them.
  cat >"$STATE/kube-proxy.yaml" <<END
apiVersion: kubeproxy.config.k8s.io/v1alpha1
kind: KubeProxyConfiguration
mode: $PROXY_MODE
clusterCIDR: $POD_CIDR
hostnameOverride: $NODE
clientConnection: {kubeconfig: $PKI/kube-proxy.kubeconfig}
conntrack: {maxPerCore: 0, min: 0, tcpEstablishedTimeout: 0s, tcpCloseWaitTimeout: 0s}
iptables: {minSyncPeriod: 100ms, localhostNodePorts: false}
nftables: {minSyncPeriod: 100ms}
END
  cat >"$STATE/Corefile" <<END
.:53 {
  bind $NODE_IP
  errors
  health $NODE_IP:8180
  kubernetes cluster.local in-addr.arpa ip6.arpa {
    kubeconfig $PKI/coredns.kubeconfig
    pods insecure
    ttl 1
    fallthrough in-addr.arpa ip6.arpa
  }
}
END
}

# Each of these sets ARGUMENTS.

arguments_of_etcd() {
  ARGUMENTS=(--name=e2e --data-dir="$STATE/etcd" --unsafe-no-fsync --log-level=warn
    --listen-client-urls=http://127.0.0.1:2379 --advertise-client-urls=http://127.0.0.1:2379
    --listen-peer-urls=http://127.0.0.1:2380 --initial-advertise-peer-urls=http://127.0.0.1:2380 --initial-cluster=e2e=http://127.0.0.1:2380)
}

arguments_of_kube-apiserver() {
  # shellcheck disable=SC2054 # the commas belong to one argument
  ARGUMENTS=(--etcd-servers=http://127.0.0.1:2379 --advertise-address="$NODE_IP" --bind-address=0.0.0.0 --secure-port=6443
    --service-cluster-ip-range="$SERVICE_CIDR" --allow-privileged --authorization-mode=Node,RBAC --enable-admission-plugins=NodeRestriction
    --client-ca-file="$PKI/ca.crt" --tls-cert-file="$PKI/apiserver.crt" --tls-private-key-file="$PKI/apiserver.key"
    --kubelet-certificate-authority="$PKI/ca.crt" --kubelet-client-certificate="$PKI/apiserver-kubelet-client.crt"
    --kubelet-client-key="$PKI/apiserver-kubelet-client.key" --kubelet-preferred-address-types=InternalIP
    --service-account-issuer=https://kubernetes.default.svc.cluster.local --service-account-key-file="$PKI/service-account.pub"
    --service-account-signing-key-file="$PKI/service-account.key"
    --requestheader-client-ca-file="$PKI/front-proxy-ca.crt" --requestheader-allowed-names=front-proxy-client
    --requestheader-extra-headers-prefix=X-Remote-Extra- --requestheader-group-headers=X-Remote-Group --requestheader-username-headers=X-Remote-User
    --proxy-client-cert-file="$PKI/front-proxy-client.crt" --proxy-client-key-file="$PKI/front-proxy-client.key"
    --audit-policy-file="$HERE/manifests/audit-policy.yaml" --audit-log-path="$LOG/audit.log" --audit-log-maxsize=200 --audit-log-maxbackup=2
    --feature-gates="$FEATURE_GATES")
}

# With the 20 requests a second that is its default, 200 pods take more than a minute.
arguments_of_kube-controller-manager() {
  local kubeconfig=$PKI/kube-controller-manager.kubeconfig
  ARGUMENTS=(--kubeconfig="$kubeconfig" --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig"
    --use-service-account-credentials --leader-elect=false
    --root-ca-file="$PKI/ca.crt" --service-account-private-key-file="$PKI/service-account.key"
    --cluster-signing-cert-file="$PKI/ca.crt" --cluster-signing-key-file="$PKI/ca.key" --enable-hostpath-provisioner
    --node-monitor-grace-period=20s --kube-api-qps=500 --kube-api-burst=1000)
}

arguments_of_kube-scheduler() {
  local kubeconfig=$PKI/kube-scheduler.kubeconfig
  ARGUMENTS=(--kubeconfig="$kubeconfig" --authentication-kubeconfig="$kubeconfig" --authorization-kubeconfig="$kubeconfig"
    --leader-elect=false --kube-api-qps=500 --kube-api-burst=1000)
}

arguments_of_containerd() {
  ARGUMENTS=(--config "$STATE/containerd.toml" --log-level warn)
}

arguments_of_kubelet() {
  ARGUMENTS=(--config="$STATE/kubelet.yaml" --kubeconfig="$PKI/kubelet.kubeconfig" --hostname-override="$NODE" --node-ip="$NODE_IP")
}

arguments_of_kube-proxy() {
  ARGUMENTS=(--config="$STATE/kube-proxy.yaml")
}

arguments_of_coredns() {
  ARGUMENTS=("$STATE/Corefile")
}

arguments_of_netpol() {
  ARGUMENTS=(-kubeconfig "$PKI/netpol.kubeconfig" -node "$NODE")
}

arguments_of_fakegpu() {
  ARGUMENTS=(-count "$GPUS")
}

need_program() {
  [[ " $PROGRAMS " == *" $1 "* ]] || die "there is no program '$1'; there are $PROGRAMS"
}

# start_program NAME: in the background, its output in a file, its pid (as the cluster numbers it) in another.
start_program() {
  local name=$1 ARGUMENTS
  if [[ $name == fakegpu ]]; then
    ((GPUS > 0)) || return 0
    mkdir -p /var/lib/kubelet/device-plugins
  fi
  "arguments_of_$name"
  setsid "$name" "${ARGUMENTS[@]}" >>"$LOG/$name.log" 2>&1 </dev/null &
  printf '%s\n' $! >"$STATE/pid/$name"
}

# signal_program SIGNAL NAME
signal_program() {
  need_program "$2"
  kill -s "$1" "$(cat "$STATE/pid/$2")"
}

# Ends the program, by force after 10 s, and starts it again.
restart_program() {
  need_program "$1"
  local pid end=$((SECONDS + 10))
  pid=$(cat "$STATE/pid/$1")
  kill "$pid" 2>/dev/null || true
  while [[ -d /proc/$pid ]]; do
    ((SECONDS < end)) || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.1
  done
  start_program "$1"
}

show_memory() {
  local program pid
  for program in $PROGRAMS; do
    pid=$(cat "$STATE/pid/$program" 2>/dev/null) || continue
    if [[ -d /proc/$pid ]]; then
      awk -v name="$program" '/^(Rss|Pss):/ { kib[$1] = $2 }
        END { printf "%-24s rss %4d MiB, pss %4d MiB\n", name, kib["Rss:"] / 1024, kib["Pss:"] / 1024 }' "/proc/$pid/smaps_rollup"
    else
      printf '%-24s has ended\n' "$program"
    fi
  done
}
