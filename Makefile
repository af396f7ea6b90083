# BrainPy Lab from a fresh clone: `make lab` opens it, `make test` checks it. Everything it installs stays in this folder.
#
#   PYTHON=...         the interpreter that makes .venv (3.11 or later; found by itself otherwise)
#   CHROMIUM=...       the browser of the browser tests (found or fetched otherwise)
#   JUPYTER_FLAGS=...  more options of `jupyter lab`, e.g. JUPYTER_FLAGS="--no-browser --port=9999"
#   PIP_FLAGS=...      more options of `pip install`

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := $(CURDIR)/.venv/bin
DONE := .venv/.done
PIP := $(BIN)/python -m pip install -qq --disable-pip-version-check -c constraints.txt $(PIP_FLAGS)
NPM := node_modules/.package-lock.json
PANEL := brainpy_lab/labextension
PANEL_SOURCES := package.json $(shell find labextension -type f -not -path 'labextension/lib/*' \
  -not -path 'labextension/test/*' -not -name '*.tsbuildinfo' 2>/dev/null)
LINK := .venv/share/jupyter/labextensions/brainpy_lab
SETTINGS := .venv/share/jupyter/lab/settings/overrides.json
NODE_CHECK := const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)
ROOT_FLAGS := $(if $(filter 0,$(shell id -u)),--allow-root)

export PATH := $(BIN):$(PATH)
# A Python of the caller's must not look into this environment, nor its settings into ours. Without bytecode on disk
# every kernel and every process of the tests would read all source files anew.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

.PHONY: help lab test test-all bench format docs convergence clean

help:
	@echo "make lab       open JupyterLab on the start notebook"
	@echo "make test      every check: engine, kernel, browser, notebooks, TypeScript, lint, types"
	@echo "make test-all  the same with the slow sweeps"
	@echo "make bench     measure (benchmarks/)"
	@echo "make format    format and sort Python and TypeScript"
	@echo "make convergence  measure every method's order on every driver (docs/convergence.md)"
	@echo "make docs      write the generated parts of the README anew"
	@echo "make clean     remove everything that was made here"

lab: $(DONE)/panel $(SETTINGS) $(DONE)/loop
	jupyter lab $(ROOT_FLAGS) --ServerApp.root_dir="$(CURDIR)" --LabApp.extension_manager=readonly \
	  --LabApp.default_url=/lab/tree/notebooks/start.ipynb $(JUPYTER_FLAGS)

test: $(DONE)/panel $(DONE)/chromium
	@CHROMIUM="$$(cat $(DONE)/chromium)" python .ci/checks.py

test-all: $(DONE)/panel $(DONE)/chromium
	@CHROMIUM="$$(cat $(DONE)/chromium)" python .ci/checks.py --slow

bench: $(DONE)/panel $(DONE)/chromium
	@for task in $(filter-out %/harness.py %/convergence.py,$(wildcard benchmarks/*.py)); do \
	  echo "== $$task"; CHROMIUM="$$(cat $(DONE)/chromium)" python "$$task"; done

format: $(DONE)/panel
	ruff check --fix .
	ruff format .
	npm run --silent lint

docs: $(DONE)/packages
	python .ci/readme.py

convergence: $(DONE)/packages
	python benchmarks/convergence.py

clean:
	rm -rf .venv node_modules $(PANEL) labextension/lib build dist test-results \
	  .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# --- what the above stand on: each step is done again when what it stands on changes ---

$(DONE)/venv:
	@echo "== Python environment (.venv)"
	@python=$$(bash .ci/python); $(BIN)/python -m pip --version >/dev/null 2>&1 || "$$python" -m venv --clear .venv
	@$(PIP) --upgrade pip
	@mkdir -p $(DONE) && touch $@

$(DONE)/packages: pyproject.toml constraints.txt kernel/install.json kernel/server.json kernel/kernelspec/kernel.json | $(DONE)/venv
	@echo "== Python packages (a few minutes the first time)"
	@$(PIP) hatchling hatch-jupyter-builder jupyter-builder editables
	@[ ! -L $(LINK) ] || rm $(LINK)
	@mkdir -p $(PANEL)
	@SKIP_JUPYTER_BUILDER=1 $(PIP) --no-build-isolation --editable '.[test]'
	@touch $@

$(NPM): package-lock.json
	@echo "== npm packages"
	@node -e '$(NODE_CHECK)' || { echo "Node 20.19 or later, with npm, builds the panel: install it first." >&2; exit 1; }
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

$(PANEL)/static/style.js: $(PANEL_SOURCES) $(NPM) | $(DONE)/packages
	@echo "== JupyterLab panel"
	@npm run --silent build:prod
	@touch $@

# The environment's JupyterLab takes the panel from where it is built.
$(DONE)/panel: $(PANEL)/static/style.js $(DONE)/packages
	@rm -rf $(LINK) && mkdir -p $(dir $(LINK)) && ln -s ../../../../$(PANEL) $(LINK)
	@touch $@

$(DONE)/chromium: $(DONE)/packages
	@bash .ci/chromium $(BIN)/python > $@

# The loop of adaptive methods, without and with events, so that the first adaptive run in a notebook does not wait.
$(DONE)/loop: $(wildcard brainpy_lab/drivers/adaptive/*.py) brainpy_lab/drivers/numba/adaptive.py \
  brainpy_lab/drivers/numba/cache.py brainpy_lab/codegen/events.py $(DONE)/packages
	@echo "== Compiled code"
	@python -c "from brainpy_lab.drivers.numba.adaptive import compiled_loop as c; c(False, False); c(True, False)"
	@[ -n "$(BRAINPY_LAB_CACHE)" ] || touch $@  # in another cache folder it is not there for the next session

# The settings of this clone's JupyterLab: no calls to the network, the panel open beside the notebook.
$(SETTINGS): binder/overrides.json $(DONE)/packages
	@mkdir -p $(@D) && cp $< $@
