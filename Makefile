# Everything a person or CI runs. `make help` lists it.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
CARGO := cargo
PLAYWRIGHT := cd end2end && node_modules/.bin/playwright
# The kill harness' binary has another name than the shipped one, so both may lie here.
RELEASE := $(or $(CARGO_TARGET_DIR),target)/release
# The front end's entry point turns on the browser's features; built beside the server it would
# turn them on there too (cargo unites features), and effects would run while pages are rendered.
NATIVE := --workspace --exclude evenkeel-frontend

.PHONY: help build test test-rust test-cluster test-browser conformance crash fuzz lint format quality bench bench-logs bench-retrieval bench-store setup site clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: ## Install what tests need
	@./scripts/setup-tests.sh

build: ## Build server and front end in release
	$(CARGO) build --release --locked -p evenkeel-server --bin evenkeel
	$(MAKE) site

site: ## Build the front end
	$(CARGO) run --locked -q -p xtask -- site

test: setup lint site test-rust test-browser ## Install what tests need and run all of them

test-rust: ## Rust tests
	@if command -v cargo-nextest >/dev/null; then \
	  $(CARGO) nextest run --locked --no-fail-fast $(NATIVE); \
	else \
	  $(CARGO) test --locked --no-fail-fast $(NATIVE); \
	fi

test-cluster: ## The Kubernetes tests against the real cluster that KUBECONFIG names; it is disturbed by them (docs/kubernetes.md)
	@[ -n "$(KUBECONFIG)" ] || { echo "usage: make test-cluster KUBECONFIG=/path/to/kubeconfig" >&2; exit 2; }
	EVENKEEL_TEST_KUBECONFIG="$(abspath $(KUBECONFIG))" $(CARGO) test --locked -p evenkeel-mcp-servers --test it kubernetes_

test-browser: site ## Browser tests in headless Chromium against the real binary
	$(CARGO) build --locked -p evenkeel-server --bin evenkeel
	@[ -x end2end/node_modules/.bin/playwright ] || ./scripts/setup-tests.sh
	@$(PLAYWRIGHT) test

conformance: ## Hold our MCP servers and our client against the protocol's own conformance suite
	@./scripts/setup-conformance.sh
	$(CARGO) build --locked -p evenkeel-conformance
	@$(or $(CARGO_TARGET_DIR),target)/debug/evenkeel-conformance run
	$(CARGO) test --locked -p evenkeel-server --test it assistant::conformance

crash: ## Kill the release build a thousand times and look what is left (CRASH="--kills 200 --postgres postgres://…")
	$(CARGO) build --release --locked -p evenkeel-server --features failpoints --bin evenkeel-failpoints
	$(CARGO) build --release --locked -p evenkeel-crash
	$(RELEASE)/evenkeel-crash run --program $(RELEASE)/evenkeel-failpoints $(CRASH)

FUZZ_SECONDS := 60
fuzz: ## Feed every parser of outside bytes to a fuzzer (FUZZ_SECONDS=600; needs a C++ compiler)
	@./scripts/fuzz.sh $(FUZZ_SECONDS)

lint: ## Format check, clippy, small files
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked $(NATIVE) --all-targets -- -D warnings
	./scripts/check-sizes.sh

format: ## Format everything
	$(CARGO) fmt --all

quality: lint ## Lint, documentation, licences, unused dependencies
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --locked $(NATIVE) --no-deps --document-private-items
	@command -v cargo-deny >/dev/null || $(CARGO) install --locked cargo-deny
	$(CARGO) deny check bans licenses sources
	@command -v cargo-machete >/dev/null || $(CARGO) install --locked cargo-machete
	$(CARGO) machete

BENCH := all
bench: build ## Load and growth figures of the release build (BENCH="--postgres intake" for one)
	$(CARGO) build --release --locked -p evenkeel-bench
	@$(RELEASE)/evenkeel-bench --program $(RELEASE)/evenkeel $(BENCH)
	@if [ "$(BENCH)" = all ]; then $(MAKE) --no-print-directory bench-logs bench-retrieval; fi

bench-logs: ## Log templates: how right (EVENKEEL_LOGHUB names the folder of the Loghub-2k sets) and how many lines a second
	@if [ -n "$${EVENKEEL_LOGHUB:-}" ]; then \
	  $(CARGO) run --release --locked -q -p evenkeel-logs --example loghub; \
	else \
	  echo "EVENKEEL_LOGHUB names no folder of Loghub-2k sets, so only the speed is measured"; \
	fi
	$(CARGO) bench --locked -p evenkeel-logs --bench mine -- --noplot

bench-retrieval: ## How well and how fast alerts find their runbooks
	$(CARGO) run --release --locked -p evenkeel-retrieval --example quality

bench-store: ## Benchmarks of the embedded store alone
	$(CARGO) bench --locked -p evenkeel-storage-sqlite

clean: ## Remove what was built
	$(CARGO) clean
	rm -rf site
