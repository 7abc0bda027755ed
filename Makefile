# `make test` sets up what is missing and checks everything.
VENV := .venv
BIN := $(VENV)/bin

.PHONY: test setup setup-test lint

test: setup-test lint
	$(BIN)/python -m pytest

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

setup:
	@sh scripts/setup.sh run

setup-test:
	@sh scripts/setup.sh test
