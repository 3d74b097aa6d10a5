#!/usr/bin/env bash
# Runs measurements: benchmarks/run.sh NAME... (or ./cohort bench NAME...); --help lists them.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

# Two of them have arguments of their own.
case "${1:-}" in
  teacher) main=TeacherComparison && shift ;;
  reference) main=ReferenceComparison && shift ;;
  *) main=BenchCommand ;;
esac

# All that the services and the command line need is there once, in one version.
services=
for app in "$root"/{student-service,aggregator}/target/quarkus-app; do
  services+=":$app/app/*:$app/lib/main/*:$app/lib/boot/*"
done
for library in picocli HdrHistogram; do
  services+=:$(echo "$root"/cli/target/lib/"$library"-*.jar)
done

[[ $(locale charmap 2>/dev/null) == UTF-8 ]] || export LC_ALL=C.UTF-8
exec "${JAVA_HOME:?set it to a JDK 25, or use ./cohort bench}/bin/java" -XX:+UseSerialGC -Xmx1g \
  --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Dai.djl.offline=true \
  -Djava.util.logging.manager=org.jboss.logmanager.LogManager -Dcohort.home="$root" \
  -Dcohort.python="${COHORT_PYTHON_ENV:+$COHORT_PYTHON_ENV/bin/python}" \
  -cp "$root/benchmarks/target/classes:$root/cli/target/cohort-cli.jar$services" "dev.cohort.benchmarks.$main" "$@"
