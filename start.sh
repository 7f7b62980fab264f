#!/usr/bin/env bash
# Builds Evenkeel if needed and starts it on this machine.
#   ./start.sh       the platform
#   ./start.sh lab   the platform and the practice range, connected
set -euo pipefail
cd "$(dirname "$0")"
. scripts/common.sh

case "${1:-}" in
"" | lab) ;;
-h | --help)
  sed -n '2,4s/^# \{0,1\}//p' "$0"
  exit 0
  ;;
*) fail "unknown argument '$1': use ./start.sh or ./start.sh lab" ;;
esac

BIN="$(target_dir)/release/evenkeel"
DATA=data
mkdir -p "$DATA"
chmod 700 "$DATA"

build() {
  need_rust
  command -v cc >/dev/null || install_packages gcc libc6-dev
  need_wasm
  step "building the server (the first time takes some minutes)"
  cargo build --release --locked -p evenkeel-server --bin evenkeel
  step "building the front end"
  cargo run --release --locked -q -p xtask -- site
  touch "$BIN"
}

write_env() {
  [ -e .env ] && return 0
  step "writing .env with fresh secrets"
  (
    umask 077
    {
      echo "# Written by start.sh on the first run; never overwritten. Every variable: docs/configuration.md"
      echo "EVENKEEL_ADDR=127.0.0.1:3000"
      echo "DATABASE_URL=sqlite://data/evenkeel.db"
      echo "EVENKEEL_SECRET_KEY=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')"
    } >.env
  )
}

running() { [ -s "$DATA/evenkeel.pid" ] && kill -0 "$(cat "$DATA/evenkeel.pid")" 2>/dev/null; }

first_administrator() {
  [ "$("$BIN" user list --json 2>/dev/null)" = "[]" ] || return 0
  local made
  made=$("$BIN" user create --email "${EVENKEEL_ADMIN_EMAIL:-admin@localhost}" --role admin)
  printf '\nFirst administrator: %s\n\n' "$made"
}

start() {
  "$BIN" migrate >/dev/null
  first_administrator
  nohup "$BIN" serve >>"$DATA/evenkeel.log" 2>&1 </dev/null &
  echo $! >"$DATA/evenkeel.pid"
  for _ in $(seq 200); do
    running || {
      tail -n 20 "$DATA/evenkeel.log" >&2
      fail "Evenkeel did not start; the last lines of $DATA/evenkeel.log are above"
    }
    ready && return 0
    sleep 0.05
  done
  fail "Evenkeel does not answer at $URL; see $DATA/evenkeel.log"
}

# Asks over bash's own TCP, so that curl is not needed.
ready() {
  local line
  exec 3<>"/dev/tcp/${EVENKEEL_ADDR%:*}/${EVENKEEL_ADDR##*:}" || return 1
  printf 'GET /readyz HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
  read -r line <&3 || true
  exec 3<&- 3>&-
  [[ $line == *" 200 "* ]]
} 2>/dev/null

lab() {
  install_packages prometheus prometheus-alertmanager git
  local dir="$DATA/lab"
  if ! "$BIN" lab status --data-dir "$dir" >/dev/null 2>&1; then
    step "starting the practice range"
    "$BIN" lab up --data-dir "$dir" --detach
  fi
  value() { sed -n 's/^ *"'"$1"'": *"\([^"]*\)".*/\1/p' "$dir/lab.json"; }
  if ! "$BIN" cluster list --json | grep -q '"name":"practice-range"'; then
    step "connecting it"
    "$BIN" cluster add --json --name practice-range --environment production --practice-range \
      --prometheus-url "$(value prometheusUrl)" --alertmanager-url "$(value alertmanagerUrl)" \
      --kubeconfig "$(value kubeconfigOperator)" |
      sed -n 's/.*"token":"\([^"]*\)".*/\1/p' | (umask 077 && cat >"$dir/webhook.token")
  fi
  if ! "$BIN" connection list --json | grep -q '"kind":"loki"'; then
    "$BIN" connection add --json --cluster practice-range --kind loki --field "url=$(value lokiUrl)" >/dev/null
    if [ -n "$(value githubUrl)" ]; then
      "$BIN" connection add --json --cluster practice-range --kind github --field "api_url=$(value githubUrl)" \
        --field "repositories=$(value githubRepository)" --field-file "token=$(value githubTokenFile)" >/dev/null
    fi
  fi
  "$BIN" lab webhook --data-dir "$dir" --webhook-url "$URL/webhook/alert" --webhook-token-file "$dir/webhook.token"
  cat <<TEXT

The practice range is up and connected as the cluster "practice-range".
  1. Open $URL and sign in.
  2. Break the shop for real:      $BIN lab fault bad-release --data-dir $dir
     (others: bad-commit, crash-at-start, memory-leak, missing-image, missing-configmap, failing-readiness,
     slow-dependency, load-spike)
  3. Watch the incident on the Overview, read the plan, press Approve.
  4. Put everything back:          $BIN lab heal --data-dir $dir
TEXT
}

newer_than "$BIN" || [ ! -e site/manifest.json ] && build
write_env
set -a
. ./.env
set +a
URL="${EVENKEEL_PUBLIC_URL:-http://$EVENKEEL_ADDR}"
if running; then
  say "Evenkeel is already running at $URL (process $(cat "$DATA/evenkeel.pid"))."
else
  start
  say "Evenkeel is running at $URL (log: $DATA/evenkeel.log, stop it with ./stop.sh)."
fi
if [ "${1:-}" = lab ]; then lab; fi
