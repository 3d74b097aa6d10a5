# shellcheck shell=bash
# The client tests: environments for the clients, the reference's answers, pytest. Sourced by scripts/test.sh.

readonly CLIENTS=$COHORT_ROOT/e2e-tests/clients
# The newest, and the last one that the Go of Debian 12 can build.
readonly GRPCURL_VERSIONS=(v1.9.3 v1.8.7)

# client_environment NAME VARIABLE PATH: exports VARIABLE, the path in the client's environment; or says in VARIABLE_SKIPPED why
# there is none.
client_environment() {
  local requirements=$CLIENTS/requirements/$1.txt
  if (make_environment "client-$1" "$requirements" -r "$requirements"); then
    make_environment "client-$1" "$requirements" -r "$requirements"
    export "COHORT_$2=$ENVIRONMENT/$3"
  else
    export "COHORT_$2_SKIPPED=the packages in ${requirements#"$COHORT_ROOT/"} cannot be installed here"
  fi
}

make_grpcurl() {
  local version
  for version in "${GRPCURL_VERSIONS[@]}"; do
    if GOBIN=$1 go install "github.com/fullstorydev/grpcurl/cmd/grpcurl@$version"; then return; fi
  done
  return 1
}

client_grpcurl() {
  local folder=$COHORT_CACHE/grpcurl-${GRPCURL_VERSIONS[0]}
  if [[ -n $(type -P grpcurl) ]]; then
    COHORT_GRPCURL=$(type -P grpcurl)
    export COHORT_GRPCURL
  elif [[ -z $(type -P go) ]]; then
    export COHORT_GRPCURL_SKIPPED="neither grpcurl nor Go to build it is installed"
  elif (once "$folder" make_grpcurl); then
    export COHORT_GRPCURL=$folder/grpcurl
  else
    export COHORT_GRPCURL_SKIPPED="this Go cannot build grpcurl ${GRPCURL_VERSIONS[*]}"
  fi
}

client_perf_analyzer() {
  if [[ -n $(type -P perf_analyzer) ]]; then
    COHORT_PERF_ANALYZER=$(type -P perf_analyzer)
    export COHORT_PERF_ANALYZER
  elif printf '%s\n' 2.38 "$(ldd --version | sed -n '1s/.* //p')" | sort -VC; then
    client_environment perf_analyzer PERF_ANALYZER bin/perf_analyzer
  elif (older_perf_analyzer); then
    older_perf_analyzer
  else
    export COHORT_PERF_ANALYZER_SKIPPED="perf_analyzer needs glibc 2.38, and no newer one could be fetched"
  fi
}

# The program with the C library of a newer Debian release, and that one's loader: on a machine whose own is too old for it.
older_perf_analyzer() {
  local requirements=$CLIENTS/requirements/perf_analyzer.txt library=$COHORT_CACHE/libraries-$CROSS_RELEASE
  [[ $(uname -m) == x86_64 && -x $(type -P apt-get) && -x $(type -P dpkg-deb) ]] || return
  once "$library" make_libraries || return
  make_environment client-perf_analyzer-$CROSS_RELEASE "$requirements" \
    --python-platform x86_64-manylinux_2_39 -r "$requirements" || return
  COHORT_PERF_ANALYZER="$library/usr/lib64/ld-linux-x86-64.so.2 --library-path $library/usr/lib/x86_64-linux-gnu"
  COHORT_PERF_ANALYZER+=" $(echo "$ENVIRONMENT"/lib/python3*/site-packages/perf_analyzer/bin/perf_analyzer)"
  export COHORT_PERF_ANALYZER
}

make_libraries() {
  local deb
  fetch_packages_of "$CROSS_RELEASE" amd64 "$1.debs" libc6 libgcc-s1 libstdc++6 libssl3t64 zlib1g || return
  for deb in "$1.debs"/debs/*.deb; do dpkg-deb --extract "$deb" "$1" || return; done
  rm -rf "$1.debs"
}

# Answers of the PyTorch reference for 1,000 texts, kept for as long as package, texts and code are the same.
make_reference() {
  local folder=$1 package=$2
  mkdir -p "$folder"
  head -n 1001 "$COHORT_ROOT/demo/data/clinc150/test.tsv" >"$folder/texts.tsv"
  PYTHONPATH=$COHORT_ROOT/distiller/src "$PYTHON_ENV/bin/python" -m cohort_distiller.reference \
    "$package" --texts "$folder/texts.tsv" --out "$folder/reference.npz"
}

client_reference() {
  local package=${COHORT_TEST_PACKAGE:-$COHORT_ROOT/demo/clinc150} digest
  [[ -f $package/package.json ]] || fail "$package is missing; the client tests serve it."
  digest=$(cat "$package/package.json" "$COHORT_ROOT/demo/data/clinc150/test.tsv" \
    "$COHORT_ROOT"/distiller/src/cohort_distiller/*.py | sha256 | cut -c 1-16)
  export COHORT_REFERENCE=$COHORT_CACHE/reference-$digest
  once "$COHORT_REFERENCE" make_reference "$package"
}

client_pytest() {
  client_reference
  cd "$CLIENTS" || return
  "${COHORT_TRITON:?the environment of the tests is missing}" -m pytest -q -rs --durations 5 "$@"
}

run_client_tests() {
  if ! (require_python_env); then
    skip "client tests" "no Python environment"
    return
  fi
  require_python_env
  check "clients: ruff" client_lint
  client_environment triton TRITON bin/python
  client_environment kserve KSERVE_PYTHON bin/python
  client_environment mlserver MLSERVER bin/mlserver
  client_grpcurl
  client_perf_analyzer
  check "clients: answers of PyTorch" client_reference
  check "clients: pytest" client_pytest
}

client_lint() {
  "$PYTHON_ENV/bin/python" -m ruff check "$CLIENTS" &&
    "$PYTHON_ENV/bin/python" -m ruff format --check "$CLIENTS"
}
