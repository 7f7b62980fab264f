#!/usr/bin/env bash
# Installs what the tests need: compilers, a real Prometheus and Alertmanager, a PostgreSQL, Chromium,
# Playwright. The tests start a PostgreSQL of their own; the packaged one need not run.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/common.sh

need_rust
command -v cc >/dev/null || install_packages gcc libc6-dev
need_wasm
rustfmt --version >/dev/null 2>&1 || fail "rustfmt is missing: rustup component add rustfmt"
cargo clippy --version >/dev/null 2>&1 || fail "clippy is missing: rustup component add clippy"
install_packages prometheus prometheus-alertmanager postgresql chromium git openssl
if ! command -v kubectl >/dev/null; then install_packages kubernetes-client; fi
command -v npm >/dev/null || install_packages nodejs npm
if [ ! -e end2end/node_modules/.installed ] || [ end2end/package-lock.json -nt end2end/node_modules/.installed ]; then
  step "installing the browser tests' packages"
  # Chromium is Debian's; nothing else is fetched.
  (cd end2end && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
  touch end2end/node_modules/.installed
fi
# Only where it can be had: without it, tests say that nothing was held against the suite.
./scripts/setup-conformance.sh || say "WARNING: no conformance suite here; its tests are skipped and say so"
