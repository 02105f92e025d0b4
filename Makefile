# `make serve` runs the server, `make test` the whole suite; nothing else is needed first.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: serve test lint format types clean

serve: .venv/.runtime
	@exec $(BIN)/python manage.py serve

test: .venv/.development
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
	rm -rf .venv

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.development: requirements-dev.txt requirements.txt | .venv/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@ .venv/.runtime
