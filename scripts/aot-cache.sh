# shellcheck shell=bash
# Trains the JVM's AOT caches of the services: they run under real load, with the runtime that ships, and write at their end
# which classes they loaded and what they spent their time on. Sourced by ./cohort.

# Caches are kept below this, by what they were made for.
readonly AOT_CACHES=$IMAGE_WORK/aot

# Seconds that a service gets to start, and to write its cache.
AOT_PATIENCE=120

# free_port: below those that the system itself gives to clients.
free_port() {
  local port
  while :; do
    port=$((20000 + RANDOM % 12000))
    (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
  done
  printf '%s' "$port"
}

# http_status PORT REQUEST...: sends a request to this machine and prints the status of the answer.
http_status() {
  local port=$1 line
  shift
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return
  printf '%s\r\n' "$@" >&3
  IFS= read -r -t 10 line <&3 || return
  cat <&3 >/dev/null
  exec 3<&-
  line=${line#* }
  printf '%s' "${line%% *}"
}

# http_get PORT PATH
http_get() {
  http_status "$1" "GET $2 HTTP/1.1" 'Host: localhost' 'Connection: close' ''
}

# http_infer PORT: one text.
http_infer() {
  local body='{"inputs":[{"name":"text","datatype":"BYTES","shape":[1],"data":["how do i ask for a day off"]}]}'
  http_status "$1" 'POST /v2/models/clinc150/infer HTTP/1.1' 'Host: localhost' 'Connection: close' \
    'Content-Type: application/json' "Content-Length: ${#body}" '' "$body"
}

# wait_ready PORT PID LOG: until a service says so.
wait_ready() {
  local end=$((SECONDS + AOT_PATIENCE))
  until [[ $(http_get "$1" /health/ready 2>/dev/null) == 200 ]]; do
    kill -0 "$2" 2>/dev/null || fail "a service ended during the training of its AOT cache: $(tail -n 3 "$3")"
    ((SECONDS < end)) || fail "a service was not ready within $AOT_PATIENCE s; its log is $3."
    sleep 0.2
  done
}

# train_service SERVICE SETTING...: becomes the service, run as in the image but for the place of its files.
train_service() {
  local service=$1 folder=$IMAGE_WORK/train/$1
  shift
  sed "s,/opt/cohort/$service,$folder,g" "$folder/jvm.options" >"$folder/train.options"
  cd "$folder" || return
  export ORT_DISABLE_TELEMETRY=1
  exec "$IMAGE_WORK/java-$IMAGE_ARCH/bin/java" "@train.options" -XX:AOTCacheOutput="$folder/new.aot" "$@" \
    -jar quarkus-run.jar
}

# Lays the jars out as in the image: the JVM compares their times with those that the cache was made with.
lay_out_training() {
  local service
  rm -rf "$IMAGE_WORK/train"
  for service in "${IMAGE_SERVICES[@]}"; do
    mkdir -p "$IMAGE_WORK/train/$service"
    cp -R "$IMAGE_WORK/stage/$service"/{libraries,service}/. "$IMAGE_WORK/train/$service"
    find "$IMAGE_WORK/train/$service" -exec touch -d @1 {} +
  done
}

# The load: health, metrics, one request over HTTP, and a spike over gRPC that prunes.
training_load() {
  local grpc=$1 http=$2 port
  shift 2
  for port in "$@"; do
    http_get "$port" /metrics >/dev/null
    http_get "$port" /health/live >/dev/null
  done
  [[ $(http_infer "$http") == 200 ]] || fail "the service answered no request over HTTP while its AOT cache was trained."
  (run_cli replay spike --rate 20 --peak 8 --duration 10s --warm-up 100 --target "127.0.0.1:$grpc" \
    --out "$IMAGE_WORK/train/replay") >"$IMAGE_WORK/train/replay.log" 2>&1 ||
    fail "the load for the AOT caches failed; its log is $IMAGE_WORK/train/replay.log."
}

# aot_file SERVICE: where the cache of the staged service is kept.
aot_file() {
  printf '%s' "$AOT_CACHES/$(aot_key "$1" "$IMAGE_WORK/stage/$1").aot"
}

# Makes the caches of the staged services, unless they are there.
train_aot_caches() {
  local seat aggregator operator
  seat=$(aot_file student-service) aggregator=$(aot_file aggregator) operator=$(aot_file operator)
  [[ -f $seat && -f $aggregator && -f $operator ]] && return
  say "training the AOT caches"
  mkdir -p "$AOT_CACHES"
  lay_out_training
  (run_training) || exit
  (start_operator) || exit
  mv "$IMAGE_WORK/train/student-service/new.aot" "$seat"
  mv "$IMAGE_WORK/train/aggregator/new.aot" "$aggregator"
  mv "$IMAGE_WORK/train/operator/new.aot" "$operator"
  rm -rf "$IMAGE_WORK/train"
}

# The operator would need an API server for real load. It is started without one, which it gives up after a while: that
# covers the start.
start_operator() {
  local train=$IMAGE_WORK/train
  printf '%s' '{"apiVersion": "v1", "kind": "Config", "current-context": "none",
    "clusters": [{"name": "none", "cluster": {"server": "http://127.0.0.1:1"}}], "users": [{"name": "none", "user": {}}],
    "contexts": [{"name": "none", "context": {"cluster": "none", "user": "none"}}]}' >"$train/kubeconfig"
  (
    KUBECONFIG=$train/kubeconfig COHORT_HOST=127.0.0.1 COHORT_METRICS_PORT=$(free_port) COHORT_NAMESPACE=default \
      COHORT_LEADER_ELECTION=false COHORT_IMAGES_STUDENT=cohort.dev/student-service \
      COHORT_IMAGES_AGGREGATOR=cohort.dev/aggregator train_service operator >"$train/operator.log" 2>&1
  ) || true
  [[ -f $train/operator/new.aot ]] || fail "the operator wrote no AOT cache; its log is $train/operator.log."
}

run_training() {
  local train=$IMAGE_WORK/train package=$COHORT_ROOT/demo/clinc150 pid
  local seat_port seat_http grpc http metrics
  local -a pids=()
  seat_port=$(free_port) seat_http=$(free_port) grpc=$(free_port) http=$(free_port) metrics=$(free_port)
  # shellcheck disable=SC2154
  trap 'for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null; done' EXIT
  train_service student-service -Dcohort.host=127.0.0.1 -Dcohort.package="$package" -Dcohort.port="$seat_port" \
    -Dcohort.metrics-port="$seat_http" >"$train/student-service.log" 2>&1 &
  pids+=("$!")
  train_service aggregator -Dcohort.host=127.0.0.1 -Dcohort.packages="$package" -Dcohort.seats="127.0.0.1:$seat_port" \
    -Dcohort.grpc-port="$grpc" -Dcohort.http-port="$http" -Dcohort.metrics-port="$metrics" >"$train/aggregator.log" 2>&1 &
  pids+=("$!")
  wait_ready "$seat_http" "${pids[0]}" "$train/student-service.log"
  wait_ready "$metrics" "${pids[1]}" "$train/aggregator.log"
  training_load "$grpc" "$http" "$seat_http" "$metrics"
  kill -TERM "${pids[@]}"
  for pid in "${pids[@]}"; do
    wait "$pid" || true
  done
  pids=()
  [[ -f $train/student-service/new.aot && -f $train/aggregator/new.aot ]] ||
    fail "a service wrote no AOT cache; the logs are in $train."
}
