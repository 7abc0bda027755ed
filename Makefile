# `make up` makes everything and serves; `make test` sets up what tests need and checks everything.
VENV := .venv
BIN := $(VENV)/bin

.PHONY: up demo test bench lint setup setup-test clean

up: setup
	@$(BIN)/upland up

demo: setup
	@$(BIN)/upland up --no-serve

test: lint
	$(BIN)/python -m pytest

bench: setup-test
	@$(BIN)/python -m benchmarks

lint: setup-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

setup:
	@sh scripts/setup.sh run

setup-test:
	@sh scripts/setup.sh test

# Removes what set-up and tools made; the workspace (.upland) holds data and stays.
clean:
	rm -rf $(VENV) build dist *.egg-info gis_core/products/assets/vendor gis_core/products/assets/node_modules
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find gis_core api tests scripts benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
