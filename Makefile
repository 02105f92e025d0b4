# `make serve` runs the server, `make test` the whole suite; nothing else is needed first.

PYTHON ?= python3
BIN := .venv/bin
# The accessibility rules come from npm; without npm those tests are skipped.
AXE := $(if $(shell command -v npm),tests/e2e/node_modules/.installed)

# Every file that may be installed, by its hash. 32-bit Raspberry Pis need the wheels that
# piwheels.org builds, which have hashes of their own: they take the pins alone.
LOCK ?= $(if $(filter 32,$(shell getconf LONG_BIT)),requirements.txt,requirements.lock)

# Some containers forbid Python to keep what it compiled: each start of a server would compile
# this project anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: serve test lint format messages lock audit clean

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

# After a change of what the household reads: locale/ gets what is new, to be translated.
messages: .venv/.development
	DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.messages

# After a change of requirements.txt.
lock: .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.9
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --no-header \
		--python-version 3.11 --output-file requirements.lock requirements.txt

audit: .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check pip-audit==2.10.1
	$(BIN)/python -m tests.audit

clean:
	rm -rf .venv tests/e2e/node_modules

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: $(LOCK) | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r $(LOCK)
	@touch $@

.venv/.development: requirements-dev.txt requirements.txt .venv/.runtime
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

tests/e2e/node_modules/.installed: tests/e2e/package.json
	npm install --prefix tests/e2e --no-package-lock --no-audit --no-fund --silent
	@touch $@
