# Everything below sets itself up: a Python 3.11-3.13 and this file are enough.
#
#   make demo     sample district, maps and gap list in out/
#   make test     all tests (installs Chromium, CJK fonts and GDAL's tools where they are missing)
#   make check    format, lint, types, import contracts
#   make bench    speed beside others, in an environment of its own, .bench (QUICK=1: a smoke run;
#                 RESULTS=file.jsonl keeps the figures; MINQING_REAL_DATA names the real extracts)
#   make docs     write docs/cli.md and docs/cli.zh-CN.md from the program
#   make lock     resolve requirements.lock anew (needs uv)
#   make clean    remove what these targets made
#
# VENV=folder (BENCH=folder) puts the environment elsewhere, PYTHON=python3.12 chooses the interpreter.

SHELL := /bin/bash
VENV ?= .venv
PYTHON ?=
PYTEST_ARGS ?= -n 2 --dist loadfile
BIN := $(VENV)/bin
READY := $(VENV)/.ready
BENCH ?= .bench
RESULTS ?= out/bench.jsonl
QUICK ?=
ONLY ?=

.PHONY: demo test check bench docs lock clean setup

setup: $(READY)

$(READY): requirements.lock pyproject.toml .ci/venv
	PYTHON="$(PYTHON)" .ci/venv "$(VENV)" dev
	$(BIN)/python -c "from gis import siting, strips; from gis.streets import graph; graph.warm(); strips.warm(); siting.warm()"
	touch "$@"

demo: $(READY)
	$(BIN)/minqing demo -o out

test: $(READY)
	.ci/system-parts
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(BENCH)/.ready
	@mkdir -p "$(dir $(RESULTS))"
	$(BENCH)/bin/python benchmarks/run.py --results "$(RESULTS)" $(if $(QUICK),--quick) $(ONLY)

$(BENCH)/.ready: requirements.lock pyproject.toml benchmarks/peers.txt .ci/venv .ci/peers
	PYTHON="$(PYTHON)" .ci/venv "$(BENCH)" dev
	.ci/peers "$(BENCH)"
	touch "$@"

docs: $(READY)
	$(BIN)/python -c "from api.cli.reference import reference as r; print(r('en'), end='')" > docs/cli.md
	$(BIN)/python -c "from api.cli.reference import reference as r; print(r('zh'), end='')" > docs/cli.zh-CN.md

lock:
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
	  --generate-hashes --no-header --no-annotate --no-emit-index-url --quiet \
	  --output-file requirements.lock

clean:
	rm -rf .venv .bench out dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
