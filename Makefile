# Two commands: `make up` (see it) and `make test` (check it). Both set up what is missing.
VENV := .venv
BIN := $(VENV)/bin

.PHONY: up demo test bench setup setup-test lint

up: setup
	$(BIN)/upland up

demo: setup
	$(BIN)/upland up --no-serve

test: setup-test lint
	$(BIN)/python -m pytest

bench: setup-test
	$(BIN)/python -m benchmarks.run

lint:
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

setup:
	@sh scripts/setup.sh run

setup-test:
	@sh scripts/setup.sh test
