# shellcheck shell=bash
# Makes the Python environments that commands and tests need, outside the repository. Sourced by ./cohort.

readonly COHORT_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/cohort
readonly UV_VERSION=0.13.9

# make_folder FOLDER COMMAND ARGUMENT...: COMMAND makes the folder that it gets as its first argument. It works under another
# name, and the folder is renamed when complete: under its final name it is always whole.
make_folder() {
  local folder=$1 temporary=$1.new
  shift
  [[ -d $folder ]] && return
  rm -rf "$temporary"
  say "making $folder (once)"
  SECONDS=0
  if ! "$1" "$temporary" "${@:2}" >&2; then
    rm -rf "$temporary"
    fail "$folder could not be made; the lines above say why."
  fi
  mv "$temporary" "$folder"
  say "made in $SECONDS s"
}

make_uv() {
  "$PYTHON" -m venv "$1" &&
    "$1/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
}

make_packages() {
  local folder=$1
  shift
  export UV_PYTHON_DOWNLOADS=never
  "$UV" venv --quiet --relocatable --python "$PYTHON" "$folder" &&
    VIRTUAL_ENV=$folder "$UV" pip install --quiet "$@"
}

# once FOLDER COMMAND ARGUMENT...: make_folder, one process at a time.
once() {
  [[ -d $1 ]] || with_lock "$1.lock" make_folder "$@"
}

# make_environment NAME FILE INSTALL-ARGUMENT...: sets ENVIRONMENT to the folder of an environment with the packages that FILE
# names. The folder's name carries the file's digest, so that a changed file leads to another environment.
make_environment() {
  local name=$1 file=$2 version digest
  shift 2
  require_python
  version=$("$PYTHON" -V)
  digest=$({ cat "$file" && printf '%s' "$version"; } | sha256 | cut -c 1-16)
  ENVIRONMENT=$COHORT_CACHE/$name-$digest
  [[ ! -d $ENVIRONMENT ]] || return 0
  local uv_folder=$COHORT_CACHE/uv-$UV_VERSION-${version#Python }
  once "$uv_folder" make_uv
  UV=$uv_folder/bin/uv
  once "$ENVIRONMENT" make_packages "$@"
}

# Sets PYTHON_ENV to the distiller's environment, with the tools of its tests.
require_python_env() {
  local pyproject=$COHORT_ROOT/distiller/pyproject.toml
  if [[ -n ${COHORT_PYTHON_ENV:-} ]]; then
    [[ -x $COHORT_PYTHON_ENV/bin/python ]] ||
      fail "COHORT_PYTHON_ENV is $COHORT_PYTHON_ENV, which has no bin/python."
    PYTHON_ENV=$COHORT_PYTHON_ENV
    return
  fi
  [[ -f $pyproject ]] || fail "$pyproject is missing; this checkout has no distiller."
  make_environment python "$pyproject" -r "$pyproject" --extra dev
  PYTHON_ENV=$ENVIRONMENT
}
