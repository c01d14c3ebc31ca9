# Umbral. `make` alone says what there is. A fresh machine needs Python 3.11 or newer with venv, and make.
PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEV_STAMP := $(VENV)/.installed-dev
PYTEST_WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help install demo serve test test-long bench check format translate lock clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Umbral needs Python 3.11 or newer: make PYTHON=python3.11 ...")'
	$(PYTHON) -m venv $(VENV)

$(STAMP): requirements/app.txt pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/app.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(DEV_STAMP): requirements/dev.txt $(STAMP)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@touch $@

install: $(STAMP) ## Install what the product needs, into .venv

demo: $(STAMP) ## Install, migrate, publish the content, load the demo company, serve it (PORT=8000)
	@PORT=$(PORT) $(BIN)/lms demo --serve

serve: $(STAMP) ## Serve this installation (settings from the environment)
	@PORT=$(PORT) $(BIN)/lms serve

test: $(DEV_STAMP) ## Install, check the house rules and run every test but the long ones
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n $(PYTEST_WORKERS) -m "not long" --durations=10

test-long: $(DEV_STAMP) ## The tests that need more than a quarter of an hour
	$(BIN)/python -m pytest -m long --durations=10

bench: $(DEV_STAMP) ## Measure against the figures to beat and write docs/benchmarks.md (about ten minutes; BENCH=--quick)
	$(BIN)/python -m benchmarks $(BENCH)

check: $(DEV_STAMP) ## Style, types, import contracts, templates, content
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/djlint lms --lint --quiet
	$(BIN)/lms courses check
	$(BIN)/lms banks check

format: $(DEV_STAMP) ## Put code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

translate: $(DEV_STAMP) ## Bring the files of the translations up to the texts of the code (new texts come in empty)
	$(BIN)/python -m tests.i18n.extraction

lock: $(DEV_STAMP) ## Lock the requirements again, with hashes and without addresses
	cd requirements && for set in app dev; do ../$(BIN)/pip-compile --quiet --strip-extras --allow-unsafe --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-emit-options --no-annotate --no-header -o $$set.txt $$set.in; done

clean: ## Remove what was made, but no data (instance/ stays)
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
