# Every command a person needs; `make` alone lists them.
PY := .venv/bin/python
# Tests run on all processors; `make test PYTEST="-x tests/test_elf.py"` runs what you name.
PYTEST ?= -n logical --dist worksteal

# `make fuzz FUZZ="--seed 2 --count 100000"` breaks others.
FUZZ ?=

.PHONY: help setup report test lint bench fuzz lab lab-incident lab-linkers lab-builders notebooks docs binder clean

help:
	@echo "make report     set up, investigate the first incident, write build/report/index.html"
	@echo "make setup      set up, no more: .venv/bin/diag is ready for your own log"
	@echo "make test       set up, run every test"
	@echo "make lint       formatting, lint, length of modules, types, import contract"
	@echo "make bench      the kit beside the tools it replaces, as ratios"
	@echo "make fuzz       20,000 broken objects through every reader; bad ones are kept in build/fuzz/"
	@echo "make lab        rebuild data/lab with real compilers and a real BuildKit (root, Debian 12; minutes)"
	@echo "make lab-incident, lab-linkers, lab-builders   the parts of data/ that take longer"
	@echo "make notebooks  execute the notebooks again"
	@echo "make docs       the API reference from docstrings, as pages in build/docs/"
	@echo "make binder     the badge that opens this repository on mybinder.org, by its git remote"
	@echo "make clean      remove what these commands made"

# Stamps, so that a second run costs nothing; they are older than pyproject.toml after a change.
.venv/.run: pyproject.toml tools/venv.sh
	@sh tools/venv.sh
	@touch $@

.venv/.test: pyproject.toml tools/venv.sh
	@sh tools/venv.sh test
	@touch $@ .venv/.run

# axe-core for the tests in a browser. Without npm or a network those tests are skipped with that
# reason (they fail in CI), the others run.
.venv/.axe: tests/package.json tests/package-lock.json | .venv/.test
	@mkdir -p .venv/axe && cp tests/package.json tests/package-lock.json .venv/axe/
	@if command -v npm >/dev/null && npm ci --prefix .venv/axe --ignore-scripts --no-audit --no-fund --fetch-retries=1 --silent; \
	then touch $@; else echo "make: npm did not bring axe-core: its tests are skipped" >&2; fi

setup: .venv/.run

report: .venv/.run
	@$(PY) tools/report.py

test: .venv/.test .venv/.axe
	@$(PY) -m pytest $(PYTEST)

lint: .venv/.test
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@$(PY) tools/module_sizes.py
	@$(PY) -m mypy
	@$(PY) tools/docs_tables.py --check
	@.venv/bin/lint-imports

bench: .venv/.test
	@$(PY) -m benchmarks

fuzz: .venv/.test
	@$(PY) -m tests.fuzz $(FUZZ)

# `make lab LAB=/big/disk` puts what is fetched elsewhere than in /tmp.
lab:
	@bash tools/lab.sh

lab-incident lab-linkers lab-builders:
	@bash tools/lab.sh $(@:lab-%=%)

notebooks: .venv/.test
	@$(PY) tools/notebooks.py

docs: .venv/.test
	@$(PY) tools/api_docs.py

binder:
	@python3 tools/binder.py

clean:
	rm -rf build dist .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
