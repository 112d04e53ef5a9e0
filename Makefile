# Everything runs in .venv, which tools/setup.sh makes in this checkout; the system's Python stays
# as it is. Another Python: make PYTHON=/path/to/python3.12 test

AUDIT = checker audit cases/imr
CHECK = checker check cases/examples/*.yaml

BIN = .venv/bin

# Code from elsewhere must not stand in for this checkout's.
unexport PYTHONPATH PYTHONHOME

.PHONY: help setup demo test fuzz spark bench clean
.DEFAULT_GOAL := help

help: ## say what the targets do
	@sed -n 's/^\([a-z]*\): .*## /make \1	/p' Makefile | expand -t 14

setup: ## make .venv and install the project into it
	@tools/setup.sh

# checker exits 1 (not ready) or 3 (cannot tell) as an answer; only 2 means that it could not run.
demo: setup ## audit the shipped letters and check the shipped examples
	$(BIN)/$(AUDIT)
	$(BIN)/$(CHECK) || [ $$? -ne 2 ]

test: setup ## format, lint, types, layers, tests: run it before every commit
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m pytest --numprocesses auto

fuzz: setup ## the generated tests again, with many more examples
	HYPOTHESIS_PROFILE=fuzz $(BIN)/python -m pytest -m hypothesis

spark: setup ## the tests that start Spark (needs Java 17 or newer); about a minute
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[spark]'
	$(BIN)/python -m pytest -m spark

bench: setup ## measure speed and memory
	$(BIN)/python -m benchmarks

clean: ## remove .venv, builds and caches
	rm -rf .venv build dist .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
