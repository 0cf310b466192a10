# Two commands do all the set-up: `make demo` and `make test`.

PYTHON ?= python3
SERVE ?= 1
DEMO := essaim-demo
TERRITORY ?= departement:43
BIN := .venv/bin
PACKAGES := ontology queries graph loaders viz service

.PHONY: demo test lint types imports unit system-deps lock clean help

help:  ## say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: .venv/.runtime  ## build the demonstration workspace, print its answers, then serve it
	rm -rf $(DEMO)
	$(BIN)/essaim --workspace $(DEMO) init
	$(BIN)/essaim --workspace $(DEMO) load territories
	$(BIN)/essaim --workspace $(DEMO) load openlabs
	$(BIN)/essaim --workspace $(DEMO) load practices
	$(BIN)/essaim --workspace $(DEMO) status
	$(BIN)/essaim --workspace $(DEMO) practices replicable --for $(TERRITORY) --limit 5
	$(BIN)/essaim --workspace $(DEMO) connections --territory $(TERRITORY) --limit 5
ifeq ($(SERVE),1)
	$(BIN)/essaim --workspace $(DEMO) serve
endif

test: lint types imports unit  ## lint, types, import contract and every test

lint: .venv/.test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.test .typecheck
	$(BIN)/mypy

imports: .venv/.test .typecheck
	PYTHONPATH=.typecheck $(BIN)/lint-imports

unit: .venv/.test
	$(BIN)/pytest -n auto

.typecheck: Makefile
	mkdir -p .typecheck/essaim
	for folder in $(PACKAGES); do ln -sfn ../../$$folder .typecheck/essaim/$$folder; done
	touch .typecheck

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.runtime: requirements.lock pyproject.toml | .venv/bin/python
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

.venv/.test: requirements-test.lock .venv/.runtime
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-test.lock
	touch $@

system-deps:  ## install the Debian packages that tests need
	apt-get update -qq
	apt-get install -y -qq --no-install-recommends chromium chromium-driver

lock:  ## resolve the dependencies again and write both lock files
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" --extra build pyproject.toml -o requirements.lock
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --custom-compile-command "make lock" --extra build --extra test pyproject.toml -o requirements-test.lock

clean:  ## remove what was built
	rm -rf .venv .typecheck build dist *.egg-info $(DEMO)
