# Everything a newcomer runs. `make` alone lists the targets.
# Needed: Python 3.11 or later, make, git. The rest is fetched into .venv, from locked versions with hashes.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
INSTALLED := .venv/.installed
PACKAGES := mailbot outbox_templates parsers rules

# Containers often set this. Without compiled files every start of mailbot, and every test process, compiles
# its modules anew, which takes as long as all the rest of a start.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help install packages demo test lint format lock audit wheel clean

# Long runs, each a program (scripts/NAME.py) or a package (scripts/NAME/): what is there can be called.
script = $(wildcard scripts/$(subst -,_,$(1)).py scripts/$(subst -,_,$(1))/__main__.py)
LONG_RUNS := $(foreach name,bench bench-documents chaos fuzz grow hostile profile several,$(if $(call script,$(name)),$(name)))

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 18 | sed 's/^/  make /'
	@$(foreach name,$(LONG_RUNS),echo '  make $(name)';)

install: $(INSTALLED) ## the project and its locked dependencies, in .venv
	@$(BIN)/python -m compileall -q $(PACKAGES)

# Anew only when what it was made from has changed, so that a warm call costs nothing.
$(INSTALLED): pyproject.toml requirements.lock requirements-build.lock scripts/install.sh
	@scripts/install.sh .venv
	@touch $@

packages: ## the Debian packages that reading scans needs, where they may be installed
	@scripts/system_packages.sh demo

demo: install ## the whole service on this machine, with invented Industriels (ARGS=--once ends by itself)
	@scripts/system_packages.sh demo
	@$(BIN)/mailbot demo $(ARGS)

# Four workers on any machine: much of the integration tests is waiting for servers.
test: install ## style, types, layers, then every test with coverage (ARGS goes to pytest)
	@scripts/system_packages.sh test
	@$(MAKE) --no-print-directory lint
	$(BIN)/pytest -n 4 --dist worksteal --cov --cov-report=term:skip-covered $(ARGS)

lint: install ## style, types and the direction of imports, without running anything
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install ## put the code into the common style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# The lock files name versions and hashes, never where they came from.
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate \
	--custom-compile-command "make lock" --no-emit-index-url --no-emit-find-links
lock: ## the lock files from pyproject.toml (ARGS=--upgrade for the newest versions)
	@[ -x $(BIN)/python ] || python3 -m venv .venv
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet uv
	@$(LOCK) $(ARGS) --group build --output-file requirements-build.lock
	@$(LOCK) $(ARGS) pyproject.toml --group dev --group build --output-file requirements.lock

audit: install ## whether an advisory is known for a locked dependency (needs an index of advisories)
	@[ -x $(BIN)/uv ] || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/python -m scripts.audit $(ARGS)

.PHONY: $(LONG_RUNS)
$(LONG_RUNS): install
	@$(BIN)/python -m scripts.$(subst -,_,$@) $(ARGS)

wheel: install ## dist/mailbot-*.whl, built without network
	@rm -rf dist
	@$(BIN)/hatchling build -t wheel

clean: ## remove everything that can be made again
	rm -rf .venv dist build htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
