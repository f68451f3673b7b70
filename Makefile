# Everything a newcomer needs; `make help` lists it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

PYTHON ?= python3
CACHE := .cache
UV := $(CACHE)/uv/bin/uv
VENV := .venv
DEV := .venv-dev
BASE := .venv-verify
SOLIDITY := .venv-solidity
PEERS := .venv-bench
PORT ?= 8000
PDF ?=
# Test processes beside each other: most tests wait for servers of their own.
WORKERS ?= 2
# Each kind of test in a process of its own: what one loads or leaves running disturbs no other.
KINDS ?= faults journey browser outsider ports \
  $(patsubst tests/%/,%,$(wildcard tests/chaos/ tests/solidity/)) \
  $(filter-out %__pycache__,$(patsubst tests/%/,%,$(wildcard tests/unit/*/)))
export UV_CACHE_DIR ?= $(CURDIR)/$(CACHE)/uv-cache
export UV_LINK_MODE ?= hardlink
export NO_UPDATE_NOTIFIER = 1

ANVIL := hardhat-local/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil
HTMX := service/portal/node_modules/htmx.org/dist/htmx.min.js
AGE_JS := service/portal/node_modules/.acta/age.js
READER := anchoring/browser/node_modules/.ready
NPM_CI := npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

.PHONY: help
help: ## list what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 12

$(UV):
	@echo "setting up: the installer"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "expected Python 3.11 or newer, got $$($(PYTHON) --version 2>&1); name another: make PYTHON=python3.12 …"; exit 2; }
	@$(PYTHON) -m venv $(CACHE)/uv || { echo "Python's venv module is missing (on Debian: apt install python3-venv)"; rm -rf $(CACHE)/uv; exit 2; }
	@$(CACHE)/uv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock

# $(1) the environment, $(2) its lock file
define environment
	@echo "setting up: $(2) → $(1)"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(1)
	@$(UV) pip sync --quiet --python $(1)/bin/python --compile-bytecode --require-hashes $(2)
	@$(UV) pip install --quiet --python $(1)/bin/python --no-deps --no-build-isolation -e .
	@touch $(1)/.ready
endef

$(VENV)/.ready: requirements.lock pyproject.toml | $(UV)
	$(call environment,$(VENV),requirements.lock)

$(DEV)/.ready: requirements-dev.lock pyproject.toml | $(UV)
	$(call environment,$(DEV),requirements-dev.lock)

# The outsider's: the base install alone, from a wheel, as `pip install acta-notary` would give it.
$(BASE)/.ready: requirements-base.lock pyproject.toml $(shell find anchoring -name '*.py' 2>/dev/null) | $(UV)
	@echo "setting up: the outsider's verifier → $(BASE)"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(BASE)
	@$(UV) pip sync --quiet --python $(BASE)/bin/python --compile-bytecode --require-hashes requirements-base.lock
	@rm -rf $(CACHE)/wheel
	@$(UV) build --quiet --wheel --build-constraints requirements.lock --require-hashes --out-dir $(CACHE)/wheel .
	@$(UV) pip install --quiet --python $(BASE)/bin/python --no-deps --reinstall --compile-bytecode $(CACHE)/wheel/*.whl
	@touch $(BASE)/.ready

$(ANVIL): hardhat-local/package-lock.json
	@echo "setting up: the local chain"
	@cd hardhat-local && $(NPM_CI) --omit=dev
	@touch -c $@

hardhat-local/node_modules/.dev: hardhat-local/package-lock.json
	@echo "setting up: the Solidity tool-chain"
	@cd hardhat-local && $(NPM_CI)
	@touch $@

$(HTMX): service/portal/package-lock.json
	@echo "setting up: the portal's scripts"
	@cd service/portal && $(NPM_CI)
	@touch -c $@

$(AGE_JS): $(HTMX) service/portal/age/age.js
	@cd service/portal && npm run --silent bundle

$(READER): anchoring/browser/package-lock.json
	@echo "setting up: the second reader of the formats"
	@cd anchoring/browser && $(NPM_CI)
	@touch $@

.PHONY: setup
setup: $(VENV)/.ready $(ANVIL) $(AGE_JS) ## set up what `make run` needs

.PHONY: run
run: setup ## serve Acta on http://localhost:8000 (PORT=… for another port)
	@ACTA_PORT=$(PORT) exec $(VENV)/bin/acta serve

.PHONY: demo
demo: setup $(BASE)/.ready ## the whole journey on a PDF (PDF=path for yours), ending in a verdict
	@$(VENV)/bin/acta demo --out demo-out --verifier $(BASE)/bin/acta $(if $(PDF),--pdf "$(PDF)")

# What proves the contract, apart: its pins are not ours.
$(SOLIDITY)/.ready: requirements-solidity.lock | $(UV)
	@echo "setting up: $< → $(SOLIDITY)"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(SOLIDITY)
	@$(UV) pip sync --quiet --python $(SOLIDITY)/bin/python --require-hashes $<
	@touch $@

# The servers of the store tests, built from the sources that go.sum and the npm lock pin; a build
# is found again by what it was made of, so only the first run on a machine takes minutes.
servers_key = $(shell cat $(sort $(wildcard tests/servers/$(1)/*.*)) | sha256sum | cut -c1-16)
KUBO := $(CACHE)/servers/ipfs-$(call servers_key,kubo)
GCS := $(CACHE)/servers/gcs-$(call servers_key,gcs)
AZURITE := tests/servers/azurite/node_modules/.ready

# $(1) the folder of the Go module, $(2) its package
define go_server
	@echo "setting up: $(1) (built from source; the first time it takes minutes)"
	@mkdir -p $(@D)
	@cd tests/servers/$(1) && GOFLAGS=-mod=readonly GOWORK=off CGO_ENABLED=0 $(CURDIR)/$(DEV)/bin/go build -trimpath -ldflags='-s -w' -o $(CURDIR)/$@ $(2)
	@ln -sfn $(@F) $(@D)/$(1)
endef

$(KUBO): | $(DEV)/.ready
	$(call go_server,kubo,github.com/ipfs/kubo/cmd/ipfs)

$(GCS): | $(DEV)/.ready
	$(call go_server,gcs,.)

$(AZURITE): tests/servers/azurite/package-lock.json
	@echo "setting up: the Azure server of the tests"
	@cd tests/servers/azurite && $(NPM_CI)
	@touch $@

.PHONY: test-servers
test-servers: $(KUBO) $(GCS) $(AZURITE)

.PHONY: test-setup
test-setup: $(DEV)/.ready $(BASE)/.ready $(SOLIDITY)/.ready hardhat-local/node_modules/.dev $(AGE_JS) $(READER) test-servers

.PHONY: check
check: test-setup ## format, lint, types, import order, docs
	@$(DEV)/bin/ruff format --check .
	@$(DEV)/bin/ruff check .
	@$(DEV)/bin/mypy
	@$(DEV)/bin/lint-imports
	@$(DEV)/bin/pytest -q tests/unit/structure/test_structure.py tests/unit/structure/test_docs.py

.PHONY: test
test: check ## everything CI runs
	@tests/install_judges.sh
	@$(DEV)/bin/python -m contracts_chain.compile --check
	@set -e; for kind in $(KINDS); do echo "── tests/$$kind"; $(DEV)/bin/pytest tests/$$kind -n $(WORKERS) --dist worksteal $(ARGS); done

# Other people's libraries, for the figures to stand beside; nothing of ours is in there.
$(PEERS)/.ready: benchmarks/requirements.lock | $(UV)
	@echo "setting up: the peers of the figures → $(PEERS)"
	@$(UV) venv --quiet --allow-existing --python $(PYTHON) $(PEERS)
	@$(UV) pip sync --quiet --python $(PEERS)/bin/python --require-hashes benchmarks/requirements.lock
	@touch $@

benchmarks/node_modules/.ready: benchmarks/package-lock.json
	@cd benchmarks && $(NPM_CI)
	@touch $@

.PHONY: solidity
solidity: test-setup ## AnchorLog alone: its build, tests, gas, proofs and findings
	@$(DEV)/bin/python -m contracts_chain.compile --check
	@$(DEV)/bin/pytest tests/solidity $(ARGS)

.PHONY: bench
bench: test-setup $(PEERS)/.ready benchmarks/node_modules/.ready ## figures beside a peer or a limit, into benchmarks/results.json (ONLY=gas, FULL=1)
	@$(DEV)/bin/python -m benchmarks.run $(if $(FULL),--full) $(ONLY)

.PHONY: format
format: $(DEV)/.ready ## rewrite the code in the agreed format
	@$(DEV)/bin/ruff format .
	@$(DEV)/bin/ruff check --fix .

.PHONY: lock
lock: $(UV) ## write the lock files anew from pyproject.toml
	@$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -q pyproject.toml -o requirements-base.lock
	@$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -q pyproject.toml --extra service --extra clouds --extra postgres --extra hsm --extra face --group build -c requirements-base.lock -o requirements.lock
	@$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -q pyproject.toml --extra service --extra clouds --extra postgres --extra hsm --extra face --group build --group dev -c requirements.lock -o requirements-dev.lock
	@$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -q benchmarks/requirements.in -o benchmarks/requirements.lock
	@$(UV) pip compile --universal --generate-hashes --no-emit-index-url --no-header --no-annotate --python-version 3.11 -q tests/solidity/requirements.in -o requirements-solidity.lock

.PHONY: clean
clean: ## remove environments, caches and demo-out (never acta-data)
	@rm -rf $(VENV) $(DEV) $(BASE) $(PEERS) $(CACHE) demo-out {hardhat-local,service/portal,benchmarks,anchoring/browser}/node_modules
