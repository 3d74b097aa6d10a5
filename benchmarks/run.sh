#!/usr/bin/env bash
# Runs one measurement: benchmarks/run.sh NAME ARGUMENT... (or ./cohort bench NAME ARGUMENT...)
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)

usage() {
  cat <<'TEXT'
Usage: ./cohort bench NAME ARGUMENT...

  teacher TOKENS STUDENT-PACKAGE (TEACHER-PACKAGE | TEACHER.onnx)...
      one student against its teacher: one row of TOKENS tokens, one CPU thread
  reference PACKAGE TEXTS REFERENCE.jsonl
      largest difference between Java and PyTorch; TEXTS has one text a line
TEXT
}

case "${1:-}" in
  teacher) main=TeacherComparison ;;
  reference) main=ReferenceComparison ;;
  help | --help) usage && exit 0 ;;
  *) usage >&2 && exit 2 ;;
esac

app=$root/student-service/target/quarkus-app
exec "${JAVA_HOME:?set it to a JDK 25, or use ./cohort bench}/bin/java" --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow -Xmx1g \
  -Djava.util.logging.manager=org.jboss.logmanager.LogManager \
  -cp "$root/benchmarks/target/classes:$app/app/*:$app/lib/main/*:$app/lib/boot/*" "dev.cohort.benchmarks.$main" "${@:2}"
