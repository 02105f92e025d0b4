# `make serve` runs the server, `make test` the whole suite; nothing else is needed first.

PYTHON ?= python3
BIN := .venv/bin
# The accessibility rules come from npm; without npm those tests are skipped.
AXE := $(if $(shell command -v npm),tests/e2e/node_modules/.installed)

.PHONY: serve test lint format types clean

serve: .venv/.runtime
	@exec $(BIN)/python manage.py serve

test: .venv/.development $(AXE)
	$(BIN)/python -m pytest

lint: .venv/.development
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports

format: .venv/.development
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:
	rm -rf .venv tests/e2e/node_modules

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/.runtime

tests/e2e/node_modules/.installed: tests/e2e/package.json
	npm install --prefix tests/e2e --no-package-lock --no-audit --no-fund --silent
	@touch $@
