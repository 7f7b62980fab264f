#!/usr/bin/env bash
# How much memory `evenkeel serve` takes at rest and with incidents that wait for approval.
#
#   bench/memory.sh                 100 incidents, the release binary
#   INCIDENTS=20 BIN=… bench/memory.sh
#
# Real parts: the practice range with a bad release, and one webhook per incident that names the
# broken workload, so that each is investigated and ends at a plan somebody has to approve.
# Needs curl, prometheus and prometheus-alertmanager. Prints the machine and the settings.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

BIN="${BIN:-$(target_dir)/release/evenkeel}"
INCIDENTS="${INCIDENTS:-100}"
PORTS="${PORTS:-28500}" # of the range; the server listens on the one before
REST="${REST:-20}"      # seconds at rest before it is read
PATIENCE="${PATIENCE:-900}"
[ -x "$BIN" ] || fail "there is no $BIN: make build, or name one by BIN="
# Both programs and their data are given absolutely: the server finds its MCP servers by its own path.
BIN="$(realpath "$BIN")"

DIR="$(mktemp -d)"
SERVER=
cleanup() {
  # Only what was started here.
  if [ -n "$SERVER" ]; then kill "$SERVER" 2>/dev/null || true; fi
  "$BIN" lab down --data-dir "$DIR/lab" >/dev/null 2>&1 || true
  if [ -n "${KEEP:-}" ]; then echo "kept: $DIR"; else rm -rf "$DIR"; fi
}
trap cleanup EXIT

export EVENKEEL_ADDR="127.0.0.1:$((PORTS - 1))" DATABASE_URL="sqlite://$DIR/evenkeel.db"
export EVENKEEL_SITE="${EVENKEEL_SITE:-$PWD/site}" EVENKEEL_ADMIN_EMAIL=admin@bench.test
EVENKEEL_SECRET_KEY="$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
export EVENKEEL_SECRET_KEY
URL="http://$EVENKEEL_ADDR"

value() { sed -n 's/.*"'"$1"'": *"\([^"]*\)".*/\1/p' | head -n 1; }

# Resident and proportional memory in MiB: of one process, and of it with all its children (the
# MCP servers). Proportional counts what processes share once.
memory() {
  local total=0 pid kib
  for pid in "$SERVER" $(cat "/proc/$SERVER/task/"*/children); do
    kib="$(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null || echo 0)"
    total=$((total + ${kib:-0}))
  done
  awk -v label="$1" -v total="$total" '
    /^VmRSS:/ { rss = $2 } /^VmHWM:/ { peak = $2 } /^Threads:/ { threads = $2 }
    END { printf "%-34s serve %.1f MiB resident (peak %.1f), %d threads; with MCP servers %.1f MiB proportional\n",
          label, rss / 1024, peak / 1024, threads, total / 1024 }' "/proc/$SERVER/status"
}

waiting() {
  # The answer is one list; each summary in it has one id of a cluster.
  curl -fsS -H "Authorization: Bearer $SECRET" "$URL/api/v1/approvals" | { grep -o '"cluster":' || true; } | wc -l
}

until_true() { # what, command…
  local what="$1" begun=$SECONDS
  shift
  until "$@" >/dev/null 2>&1; do
    [ $((SECONDS - begun)) -lt "$PATIENCE" ] || fail "$what: not within $PATIENCE s"
    sleep 1
  done
}

echo "machine: $(uname -srm), $(nproc) cores, $(awk '/MemTotal/ { printf "%.1f GiB", $2 / 1048576 }' /proc/meminfo), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)"
echo "program: $("$BIN" --version), $(stat -c %s "$BIN" | awk '{ printf "%.1f MiB", $1 / 1048576 }'), $BIN"
echo "settings: $INCIDENTS incidents, SQLite, no model, otherwise the defaults"

"$BIN" serve >"$DIR/serve.log" 2>&1 &
SERVER=$!
until_true "the server answers" curl -fsS "$URL/readyz"
sleep "$REST"
memory "at rest, nothing connected:"

"$BIN" lab up --data-dir "$DIR/lab" --ports "$PORTS" --detach >/dev/null
lab() { value "$1" <"$DIR/lab/lab.json"; }
TOKEN="$("$BIN" --json cluster add --name bench --environment production --practice-range \
  --prometheus-url "$(lab prometheusUrl)" --kubeconfig "$(lab kubeconfigOperator)" | value token)"
SECRET="$("$BIN" --json token create --user admin@bench.test --name bench --scope read | value secret)"
"$BIN" lab fault bad-release --data-dir "$DIR/lab" >/dev/null
# Until the errors are in Prometheus there is nothing to find.
errors() {
  curl -fsS -G "$(lab prometheusUrl)/api/v1/query" --data-urlencode \
    'query=sum(rate(http_requests_total{deployment="checkout",status=~"5.."}[30s])) > 0.5' | grep -q '"value"'
}
until_true "the fault shows" errors

NOW="$(date -u +%Y-%m-%dT%H:%M:%SZ)"
for n in $(seq "$INCIDENTS"); do
  curl -fsS -o /dev/null -X POST "$URL/webhook/alert" -H "Authorization: Bearer $TOKEN" \
    -H 'Content-Type: application/json' -d '{"version":"4","groupKey":"bench-'"$n"'","truncatedAlerts":0,
      "status":"firing","receiver":"evenkeel","groupLabels":{},"commonLabels":{},"commonAnnotations":{},"externalURL":"",
      "alerts":[{"status":"firing","labels":{"alertname":"HighErrorRatio","namespace":"shop","deployment":"checkout",
      "severity":"critical"},"annotations":{"summary":"checkout answers too many requests with errors"},
      "startsAt":"'"$NOW"'","endsAt":"0001-01-01T00:00:00Z","generatorURL":"","fingerprint":"'"$(printf %016x "$n")"'"}]}'
done
all_wait() { [ "$(waiting)" -ge "$INCIDENTS" ]; }
BEGUN=$SECONDS
until_true "all $INCIDENTS wait for approval ($DIR/serve.log says why not)" all_wait
echo "$INCIDENTS investigations in $((SECONDS - BEGUN)) s"
memory "just after the last plan:"
sleep "$REST"
memory "with $INCIDENTS waiting, $REST s later:"
