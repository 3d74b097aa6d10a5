# shellcheck shell=bash
# ./cohort cluster and ./cohort e2e: the test cluster, and the tests that need one. Sourced by ./cohort.

# shellcheck source=e2e-tests/cluster/build.sh
source "$COHORT_ROOT/e2e-tests/cluster/build.sh"

# run_cluster COMMAND ARGUMENT...: becomes the cluster's script; builds what it needs to come up.
run_cluster() {
  case ${1:-} in
    obstacle)
      cluster_run_obstacle
      return
      ;;
    programs)
      require_cluster_programs
      printf '%s\n' "$COHORT_CLUSTER_DIR"
      return
      ;;
    up) require_cluster ;;
    exec | enter | kubectl | load | signal | restart | status)
      require_cluster_programs
      require_containerd
      ;;
  esac
  exec "$CLUSTER/cluster.sh" "$@"
}

# Exports what the tests of all tiers use, or says in VARIABLE_SKIPPED why it is not there.
export_cluster_tools() {
  local obstacle
  obstacle=$(cluster_build_obstacle)
  if [[ -n $obstacle ]]; then
    export COHORT_CLUSTER_SKIPPED=$obstacle COHORT_KWOK_SKIPPED=$obstacle COHORT_HELM_SKIPPED=$obstacle
    return
  fi
  require_kwok
  require_helm
}

# Builds the images that the pods of the tests run, and exports where they are.
export_images() {
  local obstacle
  # shellcheck source=e2e-tests/images/run.sh
  source "$COHORT_ROOT/e2e-tests/images/run.sh"
  obstacle=$(image_tests_obstacle | head -n 1)
  if [[ -n $obstacle ]]; then
    export COHORT_IMAGES_SKIPPED=$obstacle
    return
  fi
  build_images
  export COHORT_IMAGES=$COHORT_ROOT/build/images
}

# Exports the stock clients that ask an ensemble, and what PyTorch answers.
export_clients() {
  (require_python_env) || return 0
  # shellcheck source=e2e-tests/clients/run.sh
  source "$COHORT_ROOT/e2e-tests/clients/run.sh"
  require_python_env
  client_environment triton TRITON bin/python
  client_grpcurl
  client_reference
}

# Maven with the tests of one tier and no others.
e2e_verify() {
  require_jdk
  require_maven
  run_maven -Pcluster -Dcohort.tier="$1" -DskipTests -Dspotless.check.skip=true -Dcyclonedx.skip=true \
    -pl e2e-tests -am verify 2>&1 | tee "$COHORT_ROOT/target/cohort-e2e-$1.log" | show_verify_progress || {
    say "the whole log is in $COHORT_ROOT/target/cohort-e2e-$1.log"
    return 1
  }
}

# Ends a cluster that this command has brought up; its logs stay when something has failed.
end_cluster() {
  local logs=$COHORT_ROOT/target/cohort-e2e-cluster
  if ((FAILED > 0)); then
    rm -rf "$logs"
    cp -r "$COHORT_CLUSTER_STATE/log" "$logs" && say "the logs of the cluster's programs are in $logs"
  fi
  "$CLUSTER/cluster.sh" down
}

# Brings the test cluster up, unless KUBECONFIG names another, it cannot run here or is up already.
begin_cluster() {
  [[ -z ${KUBECONFIG:-} && -z $(cluster_run_obstacle) ]] || return 0
  check "cluster: programs" require_cluster
  ((FAILED == 0)) || return 0
  require_cluster
  export COHORT_CLUSTER_STATE=${COHORT_CLUSTER_STATE:-$COHORT_CACHE/cluster-state}
  if ! "$CLUSTER/cluster.sh" status >/dev/null 2>&1; then
    trap end_cluster EXIT
    check "cluster: up" "$CLUSTER/cluster.sh" up
  fi
}

# run_e2e [TIER...]: B (real pods), C (many fake nodes); without any, both. Leaves the cluster as it found it.
run_e2e() {
  local tier
  (($# > 0)) || set -- B C
  for tier in "$@"; do
    [[ $tier =~ ^[BC]$ ]] || {
      say "cohort: there is no tier '$tier'; there are B and C, and A is part of ./cohort test."
      exit 2
    }
  done
  SECONDS=0
  mkdir -p "$COHORT_ROOT/target"
  begin_cluster
  if ((FAILED == 0)); then check "cluster: tools" export_cluster_tools; fi
  if ((FAILED == 0)); then check "images" export_images; fi
  if ((FAILED == 0)) && [[ $* == *B* ]]; then check "clients" export_clients; fi
  if ((FAILED == 0)); then
    export_cluster_tools
    export_images
    if [[ $* == *B* ]]; then export_clients; fi
    for tier in "$@"; do
      : >"$VERIFY_BEGIN"
      check "tier $tier" e2e_verify "$tier"
      java_skips
    done
  fi
  summarize
}
