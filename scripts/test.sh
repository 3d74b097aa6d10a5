# shellcheck shell=bash
# ./cohort test: every gate and every test; all of them run, and all are reported. Sourced by ./cohort.

readonly VERIFY_LOG=$COHORT_ROOT/target/cohort-verify.log
readonly VERIFY_BEGIN=$COHORT_ROOT/target/cohort-verify.begin

PASSED=0
FAILED=0
SKIPPED=0
SUMMARY=()

# check NAME COMMAND ARGUMENT...: runs it in a subshell and notes how it went and how long it took.
check() {
  local name=$1 status=0 begin=$SECONDS
  shift
  say "== $name"
  ("$@") || status=$?
  if ((status == 0)); then
    PASSED=$((PASSED + 1))
    SUMMARY+=("$(printf 'passed   %5d s  %s' $((SECONDS - begin)) "$name")")
  else
    FAILED=$((FAILED + 1))
    SUMMARY+=("$(printf 'FAILED   %5d s  %s (exit %d)' $((SECONDS - begin)) "$name" "$status")")
  fi
}

# skip NAME REASON
skip() {
  SKIPPED=$((SKIPPED + 1))
  SUMMARY+=("$(printf 'skipped           %s: %s' "$1" "$2")")
}

# Java tests of this run that did not run, by their reasons: Maven's own log only counts them.
java_skips() {
  local count reason
  while read -r count reason; do
    skip "Java: $count tests or classes of tests" "$reason"
  done < <(
    find "$COHORT_ROOT" -path '*/target/*-reports/TEST-*.xml' -newer "$VERIFY_BEGIN" -exec \
      grep -ho '<skipped [^>]*message="[^"]*"' {} + |
      sed -e 's/.*message="//' -e 's/"$//' -e 's/.*skipped: //' -e 's/&apos;/'"'"'/g' | sort | uniq -c
  )
}

java_tests() {
  # For the tests against an API server; without the programs they say that they are skipped.
  if [[ -z $(cluster_build_obstacle) ]]; then
    check "Java: programs of the API server" require_cluster_programs
    if (require_cluster_programs) 2>/dev/null; then require_cluster_programs; fi
    check "Java: helm" require_helm
    if (require_helm) 2>/dev/null; then require_helm; fi
  fi
  check "Java: build, gates, tests" java_verify
  java_skips
  if ((FAILED == 0)); then
    check "Java: reproducible jars" "$COHORT_ROOT/scripts/check-reproducible.sh"
  else
    skip "Java: reproducible jars" "the build has failed"
  fi
}

# Maven's log without what nobody reads when all is well.
show_verify_progress() {
  grep -E --line-buffered '^\[INFO\] (Building [^j]|Tests run:|BUILD|Total time)|^\[(ERROR|WARNING)\]|^\s+at |Exception' || true
}

java_verify() {
  require_jdk
  require_maven
  local digest
  digest=$(source_digest)
  mkdir -p "$COHORT_ROOT/target"
  : >"$VERIFY_BEGIN"
  run_maven verify 2>&1 | tee "$VERIFY_LOG" | show_verify_progress || {
    say "the whole log is in $VERIFY_LOG"
    return 1
  }
  printf '%s' "$digest" >"$BUILD_STAMP"
}

distiller_tool() {
  cd "$COHORT_ROOT/distiller" || return
  "$PYTHON_ENV/bin/python" -m "$@"
}

distiller_tests() {
  if [[ ! -f $COHORT_ROOT/distiller/pyproject.toml ]]; then
    skip "distiller" "not in this checkout"
    return
  fi
  check "distiller: environment" require_python_env
  if ! (require_python_env) 2>/dev/null; then return; fi
  require_python_env
  check "distiller: ruff check" distiller_tool ruff check .
  check "distiller: ruff format" distiller_tool ruff format --check .
  check "distiller: mypy" distiller_tool mypy
  check "distiller: pytest" distiller_tool pytest -q -n 2 --durations 5
}

# The files that others source are checked through those.
lint_scripts() {
  cd "$COHORT_ROOT" || return
  shellcheck -x -a cohort .ci/run scripts/cold-build.sh scripts/check-reproducible.sh benchmarks/run.sh benchmarks/prepare.sh \
    e2e-tests/cluster/cluster.sh e2e-tests/cluster/jvm/bin/java
}

scripts_tests() {
  if type -P shellcheck >/dev/null; then
    check "scripts: shellcheck" lint_scripts
  else
    skip "scripts: shellcheck" "shellcheck is not installed"
  fi
}

cluster_go() {
  cd "$CLUSTER" && CGO_ENABLED=0 GOFLAGS="-mod=readonly -trimpath -buildvcs=false" go "$@"
}

cluster_format() {
  local files
  files=$(gofmt -l "$CLUSTER")
  [[ -z $files ]] || {
    say "run gofmt -w on these:" "$files"
    return 1
  }
}

# The chart by itself; whether it is what crds/ and operator/ say, and works, is tested by ChartTest and ChartIT.
helm_tests() {
  local obstacle
  obstacle=$(cluster_build_obstacle)
  if [[ -n $obstacle ]]; then
    skip "helm" "$obstacle"
    return
  fi
  check "helm: tools" require_helm_tools
  if ! (require_helm_tools) 2>/dev/null; then return; fi
  require_helm_tools
  check "helm: lint" "$COHORT_HELM" lint --quiet --strict "$COHORT_ROOT/helm/cohort"
  check "helm: templates and values" "$COHORT_HELM_UNITTEST" "$COHORT_ROOT/helm/cohort"
}

require_helm_tools() {
  require_helm
  require_helm_unittest
}

# The programs of the test cluster themselves; what runs on it is ./cohort e2e.
cluster_tests() {
  local obstacle
  obstacle=$(cluster_build_obstacle)
  if [[ -n $obstacle ]]; then
    skip "cluster" "$obstacle"
    return
  fi
  check "cluster: build" require_cluster_programs
  check "cluster: gofmt" cluster_format
  check "cluster: go vet" cluster_go vet ./...
  # Each set of vet's checks walks through all of Kubernetes once.
  check "cluster: go test" cluster_go test -vet=off ./...
}

clients_tests() {
  local runner=$COHORT_ROOT/e2e-tests/clients/run.sh
  if [[ ! -f $runner ]]; then
    skip "client tests" "not in this checkout"
    return
  fi
  # shellcheck source=e2e-tests/clients/run.sh
  source "$runner"
  run_client_tests
}

images_tests() {
  # shellcheck source=e2e-tests/images/run.sh
  source "$COHORT_ROOT/e2e-tests/images/run.sh"
  run_image_tests
}

arm64_tests() {
  # shellcheck source=e2e-tests/images/run.sh
  source "$COHORT_ROOT/e2e-tests/images/run.sh"
  run_emulated_image_tests
}

# Says how all checks went; fails if one has.
summarize() {
  printf '\n'
  printf '%s\n' "${SUMMARY[@]}"
  printf 'all of it        %5d s\n' "$SECONDS"
  printf '%d passed, %d failed, %d skipped\n' "$PASSED" "$FAILED" "$SKIPPED"
  ((FAILED == 0))
}

# run_tests [PART...]: cluster, helm, java, distiller, clients, images, arm64, scripts; without any, all but the two of images, which
# take minutes.
run_tests() {
  local part
  (($# > 0)) || set -- cluster helm java distiller clients scripts
  for part in "$@"; do
    [[ $part =~ ^(cluster|helm|java|distiller|clients|images|arm64|scripts)$ ]] || {
      say "cohort: there is no part '$part' of the tests; there are cluster, helm, java, distiller, clients, images, arm64 and scripts."
      exit 2
    }
  done
  SECONDS=0
  for part in "$@"; do
    "${part}_tests"
  done
  summarize
}
