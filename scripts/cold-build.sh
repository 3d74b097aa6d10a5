#!/usr/bin/env bash
# Builds everything from an empty local Maven repository: the check that every version in the POMs can be fetched.
# Usage: scripts/cold-build.sh [MAVEN-ARGUMENT...]   (default: -DskipTests verify)
set -euo pipefail
COHORT_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
readonly COHORT_ROOT
cd "$COHORT_ROOT"

# shellcheck source=scripts/toolchain.sh
source scripts/toolchain.sh
# shellcheck source=scripts/build.sh
source scripts/build.sh
require_jdk
require_maven

repository=$(mktemp -d "${TMPDIR:-/tmp}/cohort-cold-build.XXXXXX")
trap 'rm -rf "$repository"' EXIT

(($# > 0)) || set -- -DskipTests verify
SECONDS=0
run_maven -Dmaven.repo.local="$repository" "$@"
printf 'cold build passed in %d s, %s fetched\n' "$SECONDS" "$(du -sh "$repository" | cut -f 1)"
