#!/usr/bin/env bash
# Builds the Java modules a second time, from a copy in another folder, and compares every module's jar byte for byte with the
# one in this checkout. Needs a checkout that has just been built (./cohort test does that first). Quarkus' own generated jars
# under quarkus-app are not compared: they hold no code of ours.
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

copy=$(mktemp -d "${TMPDIR:-/tmp}/cohort-reproducible.XXXXXX")
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard -- pom.xml .mvn LICENSE NOTICE '*/pom.xml' '*/src/main/*' |
  tar --null --files-from=- -cf - | tar -xf - -C "$copy"

# shellcheck disable=SC2153 # MAVEN is set by require_maven.
MAVEN_OPTS="--sun-misc-unsafe-memory-access=allow ${MAVEN_OPTS:-}" "$MAVEN" -B -ntp -q -f "$copy/pom.xml" \
  -DskipTests -Dspotless.check.skip=true \
  -Dcyclonedx.skip=true -Dquarkus.build.skip=true package

compared=0
differing=0
while IFS= read -r -d '' jar; do
  name=${jar#"$copy"/}
  [[ -f $name ]] || continue
  compared=$((compared + 1))
  cmp -s "$jar" "$name" || {
    say "differs: $name"
    differing=$((differing + 1))
  }
done < <(find "$copy" -path '*/target/cohort-*.jar' -print0)

((compared > 0)) || fail "no jar to compare: build this checkout first."
((differing == 0)) || fail "$differing of $compared jars differ between two builds of the same sources."
say "$compared jars are equal byte for byte in two builds."
