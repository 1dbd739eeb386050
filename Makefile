# What the README names. Everything a target needs it checks first, and says how to get it.

TARGET_DIR := $(or $(CARGO_TARGET_DIR),target)
RELEASE_BIN := $(abspath $(TARGET_DIR))/release/daybook
DEBUG_BIN := $(abspath $(TARGET_DIR))/debug/daybook
CHROMIUM := $(or $(DAYBOOK_CHROMIUM),$(shell command -v chromium chromium-browser google-chrome 2>/dev/null | head -n 1))

need = command -v $(1) >/dev/null || { echo "$(1) is missing. Install it: $(2)" >&2; exit 1; }

.PHONY: build demo run test test-rust test-web test-browser test-clients test-schema check soak bench bench-smoke bench-ui bench-year screenshots clean need-rust need-node

build: web/dist/index.html need-rust ## the UI and the release binary
	cargo build --release --locked -p daybook

demo: build ## a running Daybook with a month of data in it
	$(RELEASE_BIN) demo

run: build ## a running Daybook on ./data
	$(RELEASE_BIN) serve

test: test-rust test-web test-browser test-clients test-schema ## every test

test-rust: web/dist/index.html tests/sso/node_modules/.package-lock.json need-rust
	cargo test --locked --workspace

test-web: web/node_modules/.package-lock.json
	cd web && npm test

test-browser: web/dist/index.html need-rust
ifeq ($(CHROMIUM),)
	@echo "Browser tests skipped: chromium is missing. Install it: apt-get install chromium" >&2
	@test -z "$(CI)" -a -z "$(DAYBOOK_REQUIRE_BROWSER)"
else
	cargo build --locked -p daybook
	cd web && DAYBOOK_BIN=$(DEBUG_BIN) DAYBOOK_CHROMIUM=$(CHROMIUM) npm run e2e
endif

test-clients: need-rust
	@$(call need,python3,apt-get install python3 python3-venv)
	cargo build --locked -p daybook
	DAYBOOK_BIN=$(DEBUG_BIN) python3 tests/clients/run.py

test-schema: need-rust
ifeq ($(shell command -v python3 2>/dev/null),)
	@echo "Schema tests skipped: python3 is missing. Install it: apt-get install python3 python3-venv" >&2
	@test -z "$(CI)" -a -z "$(DAYBOOK_REQUIRE_SCHEMA)"
else
	cargo build --locked -p daybook
	DAYBOOK_BIN=$(DEBUG_BIN) python3 tests/schema/run.py
endif

soak: build ## kill -9 a thousand times under load, about an hour; KILLS=; writes bench/results/soak.md
	DAYBOOK_BIN=$(RELEASE_BIN) KILLS=$(or $(KILLS),1000) SOAK_SUMMARY=$(abspath bench/results/soak.md) \
		cargo test --locked -p daybook --test it -- --exact killed::soak --ignored --nocapture

check: web/dist/index.html need-rust ## formatting, lints, types, budgets
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings
	cd web && npm run format:check && npm run lint && npm run typecheck && npm run size

bench: build ## Daybook beside its peers, written to bench/results/; ROWS=, SYSTEMS=, KEEP= (see bench/run.py)
	@$(call need,python3,apt-get install python3 python3-venv)
	DAYBOOK_BIN=$(RELEASE_BIN) python3 bench/run.py

bench-year: build ## a year of audit events, most of it archived, downloaded; EVENTS=; writes bench/results/year.md
	@$(call need,python3,apt-get install python3 python3-venv)
	DAYBOOK_BIN=$(RELEASE_BIN) python3 bench/year.py

bench-ui: web/dist/index.html need-rust ## how fast the UI answers a changed filter; DAYBOOK_URL= measures that one and writes to bench/results/
ifeq ($(DAYBOOK_URL),)
	cargo build --release --locked -p daybook
	cd web && DAYBOOK_BIN=$(RELEASE_BIN) DAYBOOK_CHROMIUM=$(CHROMIUM) npm run bench
else
	cd web && DAYBOOK_URL=$(DAYBOOK_URL) DAYBOOK_CHROMIUM=$(CHROMIUM) BENCH_UI_RESULTS=$(abspath bench/results) npm run bench
endif

screenshots: web/dist/index.html need-rust ## the pictures of docs/guide/screenshots, those that have changed
	@fc-list :lang=zh | grep -q . || { echo "a font with Chinese is missing. Install it: apt-get install fonts-noto-cjk" >&2; exit 1; }
	cargo build --locked -p daybook
	cd web && DAYBOOK_BIN=$(DEBUG_BIN) DAYBOOK_CHROMIUM=$(CHROMIUM) npm run screenshots

bench-smoke: build ## the same in a minute, on few events: does it work, are all answers equal?
	@$(call need,python3,apt-get install python3 python3-venv)
	SMOKE=1 DAYBOOK_BIN=$(RELEASE_BIN) python3 bench/run.py

clean:
	cargo clean
	rm -rf web/dist web/node_modules tests/sso/node_modules

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | need-node
	cd web && npm ci --no-audit --no-fund
	@touch $@

tests/sso/node_modules/.package-lock.json: tests/sso/package.json tests/sso/package-lock.json | need-node
	cd tests/sso && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(shell find web/src web/public web/index.html web/vite.config.ts -type f 2>/dev/null)
	cd web && npm run build

need-rust:
	@$(call need,cargo,see https://rustup.rs (Rust 1.95 or newer))
	@$(call need,cc,apt-get install build-essential)

need-node:
	@$(call need,npm,apt-get install nodejs npm (Node 20 or newer))
