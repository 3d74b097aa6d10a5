# shellcheck shell=bash
# Finds the JDK, Maven and Python that Cohort needs. Sourced by ./cohort.

readonly MINIMUM_JDK=25
readonly MINIMUM_MAVEN=3.8.7
readonly MINIMUM_PYTHON=3.11

# say TEXT...: a line for people, on standard error; standard output belongs to the commands.
say() {
  printf '%s\n' "$*" >&2
}

# fail TEXT...: says why in one sentence and ends with the code for failures that are not about input.
fail() {
  printf 'cohort: %s\n' "$*" >&2
  exit 1
}

# Succeeds if version $1 is at least version $2; both are numbers with dots.
version_at_least() {
  local -a have want
  IFS=. read -r -a have <<<"$1"
  IFS=. read -r -a want <<<"$2"
  local i h w
  for i in "${!want[@]}"; do
    h=${have[i]:-0}
    h=${h%%[!0-9]*}
    w=${want[i]}
    if ((10#${h:-0} != 10#$w)); then
      ((10#${h:-0} > 10#$w))
      return
    fi
  done
}

# Prints the major version of the JDK in folder $1; nothing if it is not a JDK.
jdk_major() {
  local home=$1 version=
  [[ -x $home/bin/java && -x $home/bin/javac ]] || return 0
  if [[ -r $home/release ]]; then
    version=$(sed -n 's/^JAVA_VERSION="\{0,1\}\([0-9][0-9]*\).*/\1/p' "$home/release" | head -n 1)
  fi
  if [[ -z $version ]]; then
    version=$("$home/bin/javac" -version 2>&1 | sed -n 's/^javac \([0-9][0-9]*\).*/\1/p' | head -n 1)
  fi
  printf '%s' "$version"
}

# Prints the folders where a JDK may be, one a line, the preferred ones first.
jdk_candidates() {
  local javac
  [[ -n ${JAVA_HOME:-} ]] && printf '%s\n' "$JAVA_HOME"
  javac=$(type -P javac || true)
  if [[ -n $javac ]]; then
    javac=$(readlink -f "$javac" 2>/dev/null || printf '%s' "$javac")
    printf '%s\n' "${javac%/bin/javac}"
  fi
  if [[ -x /usr/libexec/java_home ]]; then
    /usr/libexec/java_home -v "$MINIMUM_JDK+" 2>/dev/null || true
  fi
  local folder
  for folder in \
    /usr/lib/jvm/* /usr/java/* /opt/*jdk* /opt/*java* /opt/java/* /opt/jdk/* \
    "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* "$HOME"/.asdf/installs/java/* \
    "$HOME"/.local/share/mise/installs/java/* \
    /Library/Java/JavaVirtualMachines/*/Contents/Home \
    "$HOME"/Library/Java/JavaVirtualMachines/*/Contents/Home \
    /opt/homebrew/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /usr/local/opt/openjdk*/libexec/openjdk.jdk/Contents/Home \
    /home/linuxbrew/.linuxbrew/opt/openjdk*/libexec; do
    [[ -d $folder ]] && printf '%s\n' "$folder"
  done
  return 0
}

# Prints the folder of the first JDK that is new enough; fails if there is none.
find_jdk() {
  local home major
  while IFS= read -r home; do
    major=$(jdk_major "$home")
    if [[ -n $major ]] && ((major >= MINIMUM_JDK)); then
      printf '%s\n' "$home"
      return
    fi
  done < <(jdk_candidates)
  return 1
}

# Exports JAVA_HOME.
require_jdk() {
  local home
  home=$(find_jdk) ||
    fail "no JDK $MINIMUM_JDK or later was found in JAVA_HOME, on the PATH or in the usual folders; install one (for example Temurin $MINIMUM_JDK) or point JAVA_HOME to it."
  export JAVA_HOME=$home
}

# Sets MAVEN to a command that is new enough. Needs JAVA_HOME.
require_maven() {
  local version
  MAVEN=$(type -P mvn || true)
  [[ -n $MAVEN ]] ||
    fail "Maven was not found on the PATH; install Maven $MINIMUM_MAVEN or later (Debian: apt install maven)."
  version=$("$MAVEN" -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9.]*[0-9]\).*/\1/p' | head -n 1)
  [[ -n $version ]] || fail "$MAVEN does not start with the JDK in $JAVA_HOME; run '$MAVEN -v' to see why."
  version_at_least "$version" "$MINIMUM_MAVEN" ||
    fail "Maven $version ($MAVEN) is too old; install Maven $MINIMUM_MAVEN or later."
}

# Sets PYTHON to a command that is new enough and can make virtual environments.
require_python() {
  local candidate without_venv=
  for candidate in "${COHORT_PYTHON:-}" python3 python3.11 python3.12 python3.13 python3.14; do
    [[ -n $candidate ]] || continue
    candidate=$(type -P "$candidate" || true)
    [[ -n $candidate ]] || continue
    "$candidate" -c "import sys; sys.exit(sys.version_info < (${MINIMUM_PYTHON/./, }))" \
      2>/dev/null || continue
    if "$candidate" -c 'import ensurepip, venv' 2>/dev/null; then
      # shellcheck disable=SC2034
      PYTHON=$candidate
      return
    fi
    without_venv=$candidate
  done
  [[ -z $without_venv ]] ||
    fail "$without_venv cannot make virtual environments; install its venv module (Debian: apt install python3-venv)."
  fail "no Python $MINIMUM_PYTHON or later was found on the PATH; install one or point COHORT_PYTHON to it."
}
