# shellcheck shell=bash
# Builds the Java modules when they are missing or older than their sources. Sourced by ./cohort.

readonly BUILD_STAMP=$COHORT_ROOT/target/cohort-build.sha256
readonly BUILD_LOG=$COHORT_ROOT/target/cohort-build.log

# The command that prints digests.
SHA256=(sha256sum)
type -P sha256sum >/dev/null || SHA256=(shasum -a 256)

# Prints the digest of standard input.
sha256() {
  "${SHA256[@]}" | cut -d ' ' -f 1
}

# Prints one digest over names and bytes of all that a build reads: POMs, main sources, Maven settings.
source_digest() {
  (
    cd "$COHORT_ROOT" || exit
    find . \( -name target -o -name .git -o -name node_modules -o -path ./distiller -o -path ./demo \
      -o -path ./docs \) -prune -o -type f \
      \( -name pom.xml -o -path '*/src/main/*' -o -path './.mvn/*' \) -print0 |
      LC_ALL=C sort -z | xargs -0 "${SHA256[@]}" | sha256
  )
}

# What ./cohort needs of a build. A module counts as soon as it is in the source tree.
build_outputs_exist() {
  [[ ! -f $COHORT_ROOT/cli/pom.xml || -f $COHORT_ROOT/cli/target/cohort-cli.jar ]] || return 1
  local module
  for module in student-service aggregator; do
    [[ ! -f $COHORT_ROOT/$module/pom.xml || -f $COHORT_ROOT/$module/target/quarkus-app/quarkus-run.jar ]] ||
      return 1
  done
}

build_is_current() {
  [[ -f $BUILD_STAMP && $(<"$BUILD_STAMP") == "$1" ]] && build_outputs_exist
}

# with_lock FILE COMMAND...: runs the command while no other process does so with the same file.
with_lock() {
  local file=$1
  shift
  mkdir -p "$(dirname "$file")"
  if type -P flock >/dev/null; then
    (
      flock -n 9 || {
        say "waiting for another cohort command to finish its set-up"
        flock 9
      }
      "$@" 9>&-
    ) 9>"$file"
  else
    with_folder_lock "$file.d" "$@"
  fi
}

# For systems without flock: a folder is the lock, and a lock whose owner is gone is taken over.
with_folder_lock() {
  local folder=$1 owner
  shift
  until mkdir "$folder" 2>/dev/null; do
    owner=$(cat "$folder/pid" 2>/dev/null || true)
    if [[ -n $owner ]] && ! kill -0 "$owner" 2>/dev/null; then rm -rf "$folder"; fi
    sleep 0.5
  done
  printf '%s' "$$" >"$folder/pid"
  local status=0
  ("$@") || status=$?
  rm -rf "$folder"
  return "$status"
}

# run_maven ARGUMENT...: Maven on the JDK that was found.
run_maven() {
  MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" \
    "$MAVEN" -B -ntp -f "$COHORT_ROOT/pom.xml" "$@"
}

# Turns Maven's log into one line that moves (terminal) or one line for each module (elsewhere).
show_build_progress() {
  local line module=
  while IFS= read -r line; do
    if [[ $line =~ ^\[INFO\]\ Building\ (.+)\ [^\ ]+\ +\[([0-9]+)/([0-9]+)\] ]]; then
      module="[${BASH_REMATCH[2]}/${BASH_REMATCH[3]}] ${BASH_REMATCH[1]}"
      [[ -t 2 ]] || say "  $module"
    fi
    if [[ -t 2 && -n $module ]]; then printf '\r\033[K  %s, %d s' "$module" "$SECONDS" >&2; fi
  done
  if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi
}

# Gates belong to ./cohort test, not to somebody's first look.
build_locked() {
  local digest=$1 status=0
  build_is_current "$digest" && return
  mkdir -p "$COHORT_ROOT/target"
  SECONDS=0
  say "building (JDK $JAVA_HOME); the first time this fetches the dependencies and takes some minutes"
  rm -f "$BUILD_STAMP"
  run_maven -Dmaven.test.skip=true -Dspotless.check.skip=true -Dcyclonedx.skip=true package 2>&1 |
    tee "$BUILD_LOG" | show_build_progress || status=$?
  if ((status != 0)); then
    grep -E '^\[(ERROR|FATAL)\]' "$BUILD_LOG" | head -n 30 >&2 || tail -n 30 "$BUILD_LOG" >&2
    fail "the build failed; the whole log is in $BUILD_LOG."
  fi
  printf '%s' "$digest" >"$BUILD_STAMP"
  say "built in $SECONDS s"
}

# Builds if needed. Exports JAVA_HOME, sets MAVEN.
require_build() {
  require_jdk
  local digest
  digest=$(source_digest)
  build_is_current "$digest" && return
  require_maven
  with_lock "$COHORT_ROOT/target/cohort-build.lock" build_locked "$digest"
}
