# make demo | make test | make lint | make bench. Needs Python >= 3.11 and make.
PYTHON ?= python3
V := .venv/bin
ARGS ?=
# Compiled modules are kept: a start takes half the time.
unexport PYTHONDONTWRITEBYTECODE PIP_NO_COMPILE

.PHONY: install install-test demo test lint bench lock catalogues style-sheet looks

install: .venv/.base .venv/.catalogues

.venv/.python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Barograph needs Python 3.11 or newer: make PYTHON=python3.12 …" >&2; exit 1; }
	@test -x $(V)/pip || $(PYTHON) -m venv .venv
	@touch $@

.venv/.base: requirements/base.txt pyproject.toml | .venv/.python
	@echo "Installing what Barograph runs on …"
	@$(V)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/base.txt
	@$(V)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/build.txt
	@$(V)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.catalogues: $(wildcard src/barograph/locale/*/LC_MESSAGES/*.po src/barograph/desk/wagtail_locale/*/LC_MESSAGES/*.po) .venv/.base
	@$(V)/python tools/catalogues.py compile
	@touch $@

.venv/.test: requirements/test.txt .venv/.base
	@echo "Installing what the tests need …"
	@$(V)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/test.txt
	@touch $@

install-test: install .venv/.test

demo: install
	@$(V)/barograph demo $(ARGS)

test: install-test
	@sh tools/test_system.sh
	@$(V)/python tools/run_tests.py $(ARGS)

# Wheels alone, so that no install needs a compiler; dkimpy (tests only, pure Python) is published as source.
lint: install-test
	$(V)/ruff check .
	$(V)/ruff format --check .
	$(V)/lint-imports
	$(V)/mypy
	$(V)/python tools/catalogues.py check
	$(V)/python tools/licences.py
	@for version in 3.11 3.12 3.13; do $(V)/uv pip install -q --dry-run --require-hashes --only-binary :all: --no-binary dkimpy --python-version $$version --target .venv/lock -r requirements/base.txt -r requirements/build.txt -r requirements/test.txt || exit 1; echo "the lock installs on $$version"; done
	BAROGRAPH_DATA=$$(mktemp -d) $(V)/python -m django makemigrations --check --dry-run --settings barograph.settings base people machines issues panel commentaries editions subscribers delivery newsletter search publishing api

# Sizes for a look in a few minutes; docs/measurements.md names the commands behind each figure.
bench: install
	$(V)/barograph bench publish --issues 100 --topics 8 --rounds 3
	$(V)/barograph bench bake --issues 50 --topics 8
	$(V)/barograph bench search --documents 2400
	@if command -v nginx >/dev/null && command -v wrk >/dev/null; then $(V)/barograph bench pages; else echo "pages: needs nginx and wrk"; fi

catalogues: install-test
	$(V)/python tools/catalogues.py update

lock: install-test
	for name in base build test; do $(V)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header requirements/$$name.in -o requirements/$$name.txt; done

style-sheet: install
	$(V)/python tools/style_sheet.py

# Keeps the pages' pictures that have changed: look at each in `git diff` before it is committed.
looks: install-test
	$(V)/python tools/run_tests.py -q tests/journeys/test_looks.py --approve-looks
