# SPDX-License-Identifier: AGPL-3.0-or-later
# Everything a person or a builder does here is one word: make run, test, check, demo, format, bench, clean.
# Stamp files under .venv remember what is installed, so that the second call starts at once.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable
NEEDS := pyproject.toml constraints.txt
AXE := build/axe/axe.min.js
AXE_VERSION := 4.14.1
# How many processes the whole suite uses. 0 is one after another: the stories measure seconds.
TEST_JOBS ?= 0

.PHONY: help run demo bench bench-peers test test-long fuzz check format clean browser
help:
	@echo "make run        start Edgewise on this computer and open its page"
	@echo "make demo       three people, acquainted, with a week of writing, side by side"
	@echo "make bench      measure this program on this computer, beside what its own primitives allow"
	@echo "make test       every test, the browser's too (make test-long: the long ones besides)"
	@echo "make fuzz       a million bent inputs for every reader of foreign bytes"
	@echo "make check      the quick gate before a commit: format, lint, types, house rules, docs, units"
	@echo "make format     put the code in form"
	@echo "make bench-peers  the same jobs by other people's programs too, side by side: fetches them, takes some minutes"
	@echo "make clean      remove what make made (.venv and build); no writing of yours is touched"

run: $(VENV)/.ready-run
	@$(BIN)/edgewise open

demo: $(VENV)/.ready-run
	@$(BIN)/edgewise demo

bench: $(VENV)/.ready-run
	@$(BIN)/edgewise bench

test: $(VENV)/.ready-test browser $(AXE)
	@$(BIN)/python -m pytest -n $(TEST_JOBS) -m "not long"

test-long: $(VENV)/.ready-test browser $(AXE)
	@HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest

fuzz: $(VENV)/.ready-test
	@$(BIN)/python -m fuzz

check: $(VENV)/.ready-dev
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy
	@$(BIN)/python -m pytest -q -n 2 -m "not browser and not story and not sim and not fault and not long"

format: $(VENV)/.ready-dev
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format .

# The others go into this computer's cache, never into the tree or the program's own environment.
bench-peers: $(VENV)/.ready-run
	@sh tools/system_packages.sh npm:npm node:nodejs openssl:openssl
	@$(BIN)/python -m bench.peers $(PEERS)

clean:
	rm -rf $(VENV) build .mypy_cache .ruff_cache .pytest_cache .hypothesis
	find src tests tools bench fuzz -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@python=$$(sh tools/find_python.sh) && echo "Setting up with $$python; this needs a minute the first time" \
	  && "$$python" -m venv $(VENV)

$(VENV)/.ready-run: $(NEEDS) | $(BIN)/python
	@$(INSTALL) .
	@touch $@

$(VENV)/.ready-test: $(NEEDS) | $(BIN)/python
	@$(INSTALL) '.[test]'
	@touch $(VENV)/.ready-run $@

$(VENV)/.ready-dev: $(NEEDS) | $(BIN)/python
	@$(INSTALL) '.[dev]'
	@touch $(VENV)/.ready-run $(VENV)/.ready-test $@

browser:
	@sh tools/system_packages.sh chromium:chromium chromedriver:chromium-driver

# The accessibility checker lives outside the package: it is used by tests only, and under another licence.
$(AXE): Makefile
	@sh tools/system_packages.sh npm:npm node:nodejs
	@npm install --silent --no-audit --no-fund --no-save --ignore-scripts --prefix build/axe axe-core@$(AXE_VERSION)
	@cp build/axe/node_modules/axe-core/axe.min.js $@ && touch $@
