# openlines: what a person types. `make` alone explains itself.
#
# Everything is made inside this folder: the Python environment in .venv, Node from a wheel inside it,
# the web parts in src/openlines/web. Nothing that has not changed is made again.

PYTHON ?= python3
HOST ?=
PORT ?=
DATA ?=
ARGS ?=
JOBS ?= 2
LINT ?= lint:changed

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
NPM := $(BIN)/python hatch_build.py npm
SERVE := $(if $(HOST),--host $(HOST)) $(if $(PORT),--port $(PORT)) $(if $(DATA),--data $(DATA)) $(ARGS)
CODE := src tests hatch_build.py $(dir $(wildcard benchmarks/__init__.py tools/__init__.py))
# What a person waits for again and again: the rules, the use cases, and whatever needs no server.
QUICK := $(wildcard $(addprefix tests/,core services support channels bots files notify packaging))

.DEFAULT_GOAL := help
.PHONY: help run demo env web test check check-python check-web check-tests bench crash mutants seed-mutants fuzz pictures wheel clean

help: ## show this list
	@awk 'BEGIN { FS = ":.*## " } /^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@printf '\nVariables: HOST, PORT, DATA and ARGS for run (make run PORT=9000), PORT and ARGS for demo, ARGS for test, check,\nbench, crash, mutants, seed-mutants and fuzz, JOBS for how many tests run at a time, PYTHON for the first making of .venv.\n'

run: $(VENV)/.run web ## start openlines here: one address, data in ./data
	@$(BIN)/openlines serve $(SERVE)

demo: $(VENV)/.run web ## the same with a believable portal on a throw-away database
	@$(BIN)/openlines demo $(if $(PORT),--port $(PORT)) $(ARGS)

env: $(VENV)/.dev ## make .venv with everything to run, test and check

web: $(VENV)/.run ## build the web parts, where anything of theirs changed
	@$(BIN)/python hatch_build.py

test: $(VENV)/.dev $(VENV)-aiogram/.made web ## everything that must hold (what CI runs)
	@$(BIN)/python -m tests.support_servers
	@$(MAKE) --no-print-directory check-python check-web LINT=lint
	@$(BIN)/python -m pytest -n $(JOBS) --dist loadgroup --no-loadscope-reorder -m 'not alone' $(ARGS)
	@$(BIN)/python -m pytest -m alone $(ARGS)

check: $(VENV)/.dev web ## the quick part, under a minute: style, types, imports, fast tests
	@$(MAKE) --no-print-directory -j$(JOBS) check-tests check-web check-python

check-python: $(VENV)/.dev
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/ruff format --quiet --check $(CODE)
	@words=$$($(BIN)/lint-imports 2>&1) || { echo "$$words"; exit 1; }
	@$(BIN)/mypy --no-error-summary $(CODE)
	@echo "python: style, types and imports are clean"

check-web: $(VENV)/.run web
	@$(NPM) run --silent types
	@$(NPM) run --silent $(LINT)
	@$(NPM) run --silent test
	@echo "web: types, style and unit tests are clean"

# The longest of the three, hence started first; what was compiled is kept, whatever the environment says.
check-tests: $(VENV)/.dev
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest --quiet -m 'not slow and not browser and not postgres' $(or $(ARGS),$(QUICK))

bench: $(VENV)/.dev web ## measure the promises, each beside its limit; writes benchmarks/latest.json
	@$(BIN)/python -m benchmarks $(ARGS)

crash: $(VENV)/.dev web ## kill it under load, again and again, and count what is left
	@$(BIN)/python -m tests.crash $(ARGS)

mutants: $(VENV)/.dev ## change the core in small ways: do its tests notice?
	@$(BIN)/python -m tools.mutants $(ARGS)

seed-mutants: $(VENV)/.dev ## change the rule of each row of the mission: do its tests turn red?
	@$(BIN)/python -m tests.seed $(ARGS)

fuzz: $(VENV)/.dev ## the property tests with many more examples
	@$(BIN)/python -m pytest -m hypothesis --hypothesis-profile=fuzz --timeout=0 -n $(JOBS) $(ARGS)

pictures: $(VENV)/.dev web ## take the pictures of the docs from a living demo
	@$(BIN)/python -m tools.pictures $(ARGS)

wheel: $(VENV)/.run web ## build dist/openlines-*.whl, web parts included
	@rm -f dist/openlines-*.whl
	@$(PIP) wheel --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/*.whl

clean: ## remove what was built (not .venv, not your data)
	rm -rf build dist src/openlines/web web/node_modules/.openlines-built .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# ---------------------------------------------------------------- environments
# A stamp is younger than pyproject.toml when the environment holds what that file asks for.

$(VENV)/pyvenv.cfg:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || { \
	  echo "openlines needs Python 3.11 or newer; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 || true)."; \
	  echo "Say which one to take: make $(MAKECMDGOALS) PYTHON=python3.12"; exit 1; }
	@echo "Making $(VENV) with $$($(PYTHON) --version) (once; a minute or two) …"
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# Of the packages that only building needs, Node is one: hence no isolated build with a second copy of it.
$(VENV)/.run: pyproject.toml | $(VENV)/pyvenv.cfg
	@$(PIP) install 'pip>=25.1'
	@$(PIP) install --group build
	@$(PIP) install --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run
	@$(PIP) install --group dev
	@touch $@

$(VENV)-aiogram/.made: pyproject.toml
	@test -x $(VENV)-aiogram/bin/python || $(BIN)/python -m venv $(VENV)-aiogram
	@$(VENV)-aiogram/bin/python -m pip install --quiet --disable-pip-version-check 'pip>=25.1'
	@$(VENV)-aiogram/bin/python -m pip install --quiet --disable-pip-version-check --group telegram-proof
	@touch $@
