# make demo    the whole program on a synthetic cohort, then the coach site
# make test    everything that must hold, the gates of `make check` first
# make soak    the same promises, over and over: thousands of cases, faults, killed processes
# make bench   our figures beside papermill and stock Voila
# make scale   what one more participant costs, into docs/scale.md

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# A log that is cut keeps its end: the names of what failed stand there.
OR_NAME_THEM = || { $(BIN)/python -m pytest -q --cache-show 'cache/lastfailed'; exit 1; }
PACKAGED := pyproject.toml constraints.txt $(shell find jupyter -type f)

.DEFAULT_GOAL := help
.PHONY: help demo test soak check bench scale format examples pictures browser clean

help:
	@sed -n 's/^# \(make .*\)/\1/p' Makefile

demo: $(VENV)/installed
	@$(BIN)/mdli demo $(DEMO_ARGS)

test: check browser
	@$(BIN)/python -m pytest -q -m "not soak" --numprocesses=auto --dist=loadfile $(TEST_ARGS) $(OR_NAME_THEM)

soak: $(VENV)/installed-test browser
	@$(BIN)/python -m pytest -q -m soak --timeout=1500 --numprocesses=auto --dist=worksteal $(TEST_ARGS) $(OR_NAME_THEM)

check: $(VENV)/installed-test
	@$(BIN)/ruff format --quiet --check . || { echo 'formatting: run "make format"'; exit 1; }
	@$(BIN)/ruff check --quiet .
	@$(BIN)/mypy --no-error-summary
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m mdli_workbook.plain_words templates/sessions
	@echo "format, lint, types, import directions and plain words hold"

format: $(VENV)/installed-test
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

bench: $(VENV)/installed-test
	@$(PIP) --constraint constraints.txt --editable '.[test,bench]'
	@$(BIN)/python bench/run.py $(BENCH_ARGS)

scale: $(VENV)/installed-test
	@$(PIP) --constraint constraints.txt --editable '.[test,bench]'
	@$(BIN)/python bench/scale.py $(BENCH_ARGS)

# The two notebooks that git holds, made afresh: after a change in what a report looks like.
EXAMPLE := demo/amara-okafor/02-be-open-and-listen.ipynb
examples: $(VENV)/installed
	@folder=$$(mktemp -d) && trap 'rm -rf "$$folder"' EXIT && $(BIN)/mdli --program "$$folder" demo --no-serve && \
	for kind in workbooks reports; do install -D -m 644 "$$folder/$$kind/$(EXAMPLE)" "$$kind/$(EXAMPLE)"; done

# The pictures of docs/, taken of the demonstration: after a change in what people see.
pictures: $(VENV)/installed-test browser
	@$(BIN)/python tests/portraits.py docs/pictures

# Chromium drives the tests of the forms and of the coach site.
browser:
	@if command -v chromium >/dev/null 2>&1 || [ -x /usr/bin/chromium ]; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "installing chromium ..."; \
	  export DEBIAN_FRONTEND=noninteractive; \
	  apt-get update -qq >/dev/null && apt-get install -qq -y --no-install-recommends chromium >/dev/null; \
	else \
	  echo 'The tests need Chromium on the PATH. On Debian: sudo apt-get install chromium'; exit 1; \
	fi

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Python 3.11 or newer is needed, and "$(PYTHON)" is not one. Try: make PYTHON=/path/to/python3.11'; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
	  echo '"$(PYTHON)" cannot make virtual environments. On Debian: sudo apt-get install python3-venv'; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(PACKAGED) | $(BIN)/python
	@echo "installing into $(VENV) ..."
	@$(PIP) --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-test: $(PACKAGED) | $(BIN)/python
	@echo "installing into $(VENV), with what the tests need ..."
	@$(PIP) --constraint constraints.txt --editable '.[test]'
	@touch $(VENV)/installed $@

clean:
	@rm -rf $(VENV) build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
