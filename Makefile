# Everything that can be done here; `make` alone lists it.

.DEFAULT_GOAL := help
.PHONY: help run shell test install install-dev fmt lint types layers cover migrations \
        test-fast journeys torture cover bench migrate lock

# The first that is 3.11 or 3.12 and really runs: a version manager's shim may only pretend to.
PYTHON ?= $(shell for python in python3.11 python3.12 python3 python; do \
    $$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 12))' \
    2>/dev/null && echo $$python && exit; done; echo python3)
PY := .venv/bin/python
BIN := .venv/bin

help:
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: install  ## Start everything on this machine, the pretend WeChat too; Ctrl-C stops it
	@exec $(PY) -m local.run

# As it was typed: make would take $PORT for $P and "ORT".
override export CMD := $(value CMD)

shell:  ## Run CMD="…" in the environment of the installation that is running
	@exec $(PY) -m local.shell "$$CMD"

test: install-dev lint types layers cover migrations  ## Check everything that CI checks

install:  ## Make .venv and install what running needs
	@$(PYTHON) local/install.py requirements.txt

install-dev:
	@$(PYTHON) local/install.py requirements-dev.txt

fmt: install-dev  ## Put the code into shape
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format .

lint: install-dev  ## Look for mistakes in code and spelling
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/codespell

types: install-dev  ## Check the types
	@$(BIN)/mypy

layers: install-dev  ## Check who imports whom
	@$(BIN)/lint-imports

# The whole as pyproject.toml demands it; of what decides about people, every branch.
cover: install-dev  ## Run all tests and show the lines they never reached
	@$(BIN)/pytest --cov --cov-report=
	@$(BIN)/coverage report
	@$(BIN)/coverage report --fail-under=100 \
	    --include='app/broadcast/*,app/dialogue/*,scoring/*' --omit='scoring/monitoring/*,scoring/training/*'

migrations: install-dev
	@$(PY) -m local.throwaway sh -c "alembic upgrade head && alembic check"

test-fast: install-dev  ## Run the tests that need no server
	@$(BIN)/pytest tests/unit tests/architecture

journeys: install-dev  ## Run whole conversations through the pretend WeChat
	@$(BIN)/pytest tests/journeys

torture: install-dev  ## Kill a thousand processes and count what was lost
	@$(BIN)/pytest tests/faults --kills 1000

bench: install-dev  ## Measure, beside peers, into benchmarks/results/
	@$(PYTHON) local/install.py requirements-bench.txt
	@exec $(PY) -m benchmarks

migrate:  ## Bring the running installation's database to the newest tables
	@exec $(PY) -m local.shell "alembic upgrade head"

lock: install-dev  ## Pin what requirements*.in ask for
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --upgrade requirements.in -o requirements.txt
	@$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	    --no-emit-index-url --upgrade -c requirements.txt requirements-dev.in -o requirements-dev.txt
