#!/usr/bin/env bash
# Stops the Evenkeel that ./start.sh started here, and its practice range, cleanly.
set -euo pipefail
cd "$(dirname "$0")"
. scripts/common.sh

BIN="$(target_dir)/release/evenkeel"
PID_FILE=data/evenkeel.pid

if [ -e data/lab/lab.json ] && [ -x "$BIN" ]; then
  "$BIN" lab down --data-dir data/lab || true
fi
if [ ! -s "$PID_FILE" ]; then
  say "Evenkeel is not running."
  exit 0
fi
pid=$(cat "$PID_FILE")
# A pid may have been given to another program since: only ours is stopped.
if kill -0 "$pid" 2>/dev/null && tr '\0' ' ' <"/proc/$pid/cmdline" | grep -q 'evenkeel serve'; then
  kill -TERM "$pid"
  for _ in $(seq 300); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.05
  done
  if kill -0 "$pid" 2>/dev/null; then fail "process $pid is still ending; see data/evenkeel.log"; fi
  say "Evenkeel has stopped."
else
  say "Evenkeel was not running."
fi
rm -f "$PID_FILE"
