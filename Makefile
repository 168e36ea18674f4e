# Aliases only: everything works without make.
bin ?= .venv/bin
.PHONY: check test bench docs names

check:
	$(bin)/ruff check . && $(bin)/ruff format --check . && $(bin)/pyright --pythonpath $(bin)/python && $(bin)/lint-imports

test:
	$(bin)/python -m pytest

bench:
	$(bin)/python -m benchmarks --list

docs:
	$(bin)/mkdocs build --strict

names:
	$(bin)/python scripts/names.py
