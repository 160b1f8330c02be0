# Every target sets itself up: a virtual environment in .venv, with the versions that constraints.txt names.
# All that a fresh machine needs is Python 3.11 or newer, and make.

SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt
INPUTS := pyproject.toml constraints.txt

#: What Debian and Ubuntu call the programs that parts of OpenILR use, each with the command that it brings: the sandbox
#: of research sessions, a browser and Java for the tests of pages and of Spark, a database server for those of the store.
SYSTEM := bwrap=bubblewrap chromium=chromium java=default-jre-headless pg_ctlcluster=postgresql

.PHONY: help demo serve test lint audit bench docs clean system

help:
	@echo "make demo   the whole life of the record on a made-up sector; writes to demo-output/"
	@echo "make serve  show what the demonstration made in a browser, with a sign-in for each role"
	@echo "make test   run every test"
	@echo "make lint   ruff and mypy"
	@echo "make audit  ask if packages that are used have known weaknesses (needs a network)"
	@echo "make bench  measure speed and memory (needs xmllint), and write docs/benchmarks/"
	@echo "make docs   build the documentation into docs/_build/html"
	@echo "make system install the Debian packages that sandbox, browser and Spark tests use (as root)"
	@echo "make clean  remove the virtual environment and everything that was built"

# Of the programs, the demonstration needs the sandbox alone, and leaves its step out where there is none.
demo: SYSTEM := bwrap=bubblewrap
demo: $(VENV)/installed | system
	@$(BIN)/ilr demo demo-output

# Journeys in a browser change the store that they are served from, so each file has a process and a store to itself:
# as many workers as files.
BROWSER := tests/web/test_outputs_browser.py tests/web/test_projects_browser.py tests/web/test_browser.py

# The demonstration keeps its keys beside its store, for they lock nothing but made-up people.
serve: $(VENV)/installed
	@test -d demo-output/store || $(BIN)/ilr demo demo-output
	@OPENILR_VAULT_KEY_FILE=demo-output/keys/vault.key XDG_CONFIG_HOME=demo-output/keys \
	  $(BIN)/ilr serve --store demo-output/store

test: $(VENV)/installed-test | system
	$(BIN)/python -m pytest -n auto $(BROWSER:%=--ignore=%)
	$(BIN)/python -m pytest -n $(words $(BROWSER)) --dist loadfile $(BROWSER)

lint: $(VENV)/installed-lint
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# In an environment of its own, so that nothing of it is among what is used. A package that cannot be asked about fails it.
audit: $(BIN)/python
	@test -x $(VENV)/audit/bin/pip-audit || { $(BIN)/python -m venv $(VENV)/audit && \
	  $(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit; }
	$(VENV)/audit/bin/pip-audit --strict --requirement constraints.txt --no-deps --disable-pip --progress-spinner off

bench: $(VENV)/installed
	@sh benchmarks/need_xmllint.sh
	$(BIN)/python benchmarks/bench_validate.py

docs: $(VENV)/installed-docs
	$(BIN)/python -m sphinx -W --keep-going -q -b html docs docs/_build/html
	@echo "Open docs/_build/html/index.html"

clean:
	rm -rf $(VENV) docs/_build docs/reference build demo-output .mypy_cache .ruff_cache

# Only root on Debian or Ubuntu can install them; anyone else is told what is missing, and what needs it is skipped or
# refused with a plain sentence.
system:
	@missing=; for pair in $(SYSTEM); do command -v $${pair%%=*} >/dev/null 2>&1 || missing="$$missing $${pair#*=}"; done; \
	if [ -n "$$missing" ]; then \
	  if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	    echo "Installing Debian packages:$$missing"; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing >/dev/null \
	      || echo "They could not be installed; what needs them will say so." >&2; \
	  else \
	    echo "Not installed here:$$missing. What needs them will say so; on Debian or Ubuntu: apt-get install$$missing" >&2; \
	  fi; \
	fi

# A stamp for each set of extras. It is newer than its inputs only when the install went through.
$(VENV)/installed: $(INPUTS) | $(BIN)/python
	$(INSTALL) -e '.[web,research]'
	@touch $@

$(VENV)/installed-test: $(INPUTS) | $(BIN)/python
	$(INSTALL) -e '.[web,research,spark,test]'
	@touch $@

$(VENV)/installed-lint: $(INPUTS) | $(BIN)/python
	$(INSTALL) -e '.[web,research,lint,test]'
	@touch $@

$(VENV)/installed-docs: $(INPUTS) | $(BIN)/python
	$(INSTALL) -e '.[docs]'
	@touch $@

# An environment without pip is the mark of a Python that lacks ensurepip, so it is removed again.
$(BIN)/python:
	@for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "OpenILR needs Python 3.11 or newer, and no such python3 was found. Name one: make PYTHON=/path/to/python3" >&2; \
	  exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$($$found --version). The first time takes a minute or two."; \
	$$found -m venv $(VENV) >/dev/null 2>&1 && exit 0; rm -rf $(VENV); \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then \
	  echo "Installing the Debian package python3-venv"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends python3-venv >/dev/null; \
	fi; \
	if ! $$found -m venv $(VENV) >/dev/null 2>&1; then \
	  rm -rf $(VENV); \
	  echo "$$found cannot make a virtual environment. On Debian or Ubuntu, install the package python3-venv; then try again." >&2; \
	  exit 1; \
	fi
