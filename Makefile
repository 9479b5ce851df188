# Everything a person or CI does here, once. `make` alone explains itself.
VENV   := .venv
PYTHON := $(VENV)/bin/python
# `make app PORT=8502` asks for that port; without it, Streamlit takes 8501 or the next one that is free.
PORT   ?=
# Node.js comes as a wheel, so that a machine with only Python can check and test the browser modules.
NODE   := $(VENV)/bin/node
SCRIPT := tests/javascript
# The Python to make the environment with: one that TensorFlow has wheels for. `make PYTHON3=...` names another.
PYTHON3 ?= python3.13 python3.12 python3.11 python3

.DEFAULT_GOAL := help
.PHONY: help app test quick script check format types bench pretrained notebook lock clean browser

help:  ## list the commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-11s %s\n", $$1, $$2}'

app: $(VENV)/app.stamp  ## set everything up and open the app
	$(PYTHON) -m streamlit run app.py $(if $(PORT),--server.port $(PORT))

test: $(VENV)/test.stamp browser check script  ## set everything up, then lint, type-check and run all the tests
	$(PYTHON) -m pytest -n 3 --dist loadfile

quick: $(VENV)/test.stamp script  ## test what needs no browser, no server and no training: at most two minutes
	$(PYTHON) -m pytest tests/unit -n 2 --dist loadfile -q

script: $(SCRIPT)/node_modules/.stamp  ## test the browser modules that need no page, in Node.js
	$(NODE) --test --test-reporter=dot '$(SCRIPT)/*.test.js'

check: $(VENV)/test.stamp $(SCRIPT)/node_modules/.stamp  ## lint, format check and types
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m ty check
	$(NODE) $(SCRIPT)/node_modules/oxlint/bin/oxlint -c $(SCRIPT)/oxlint.json --deny-warnings assets/web $(SCRIPT) benchmarks
	$(NODE) $(SCRIPT)/node_modules/typescript/bin/tsc -p $(SCRIPT)/web.tsconfig.json
	$(NODE) $(SCRIPT)/node_modules/typescript/bin/tsc -p $(SCRIPT)/tsconfig.json

format: $(VENV)/test.stamp  ## format the code and mend what ruff can
	$(PYTHON) -m ruff check --fix .
	$(PYTHON) -m ruff format .

bench: $(VENV)/test.stamp browser  ## run every benchmark and print a table
	$(PYTHON) -m benchmarks

pretrained: $(VENV)/app.stamp  ## train the bundled models again (needs MNIST and Fashion-MNIST)
	$(PYTHON) -m explorer pretrained

notebook: $(VENV)/test.stamp  ## run docs/notebook.ipynb again and keep what it shows
	$(PYTHON) -m tests.support.notebook

lock: $(VENV)/test.stamp  ## renew the pinned requirements from pyproject.toml
	$(PYTHON) -m pip install --quiet uv
	$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --no-annotate \
		--custom-compile-command "make lock" pyproject.toml -o requirements.txt
	$(PYTHON) -m uv pip compile --quiet --universal --python-version 3.11 --no-annotate --group dev \
		--custom-compile-command "make lock" -c requirements.txt -o tests/requirements.txt

browser: $(VENV)/test.stamp
	@$(PYTHON) -m benchmarks.chromium

clean:  ## remove the virtual environment and caches
	rm -rf $(VENV) $(SCRIPT)/node_modules .pytest_cache .ruff_cache .hypothesis tests/artefacts

$(VENV)/bin/python:
	@for python in $(PYTHON3); do \
		"$$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null || continue; \
		echo "Making $(VENV) with $$python."; \
		"$$python" -m venv $(VENV) && exit; \
		rm -rf $(VENV); \
		echo "$$python could not make $(VENV); on Debian and Ubuntu, install python3-venv and try again." >&2; \
		exit 1; \
	done; \
	echo "Hourglass needs Python 3.11, 3.12 or 3.13, and none of these is one: $(PYTHON3)." \
		"Install one, or name it: make PYTHON3=/path/to/python." >&2; \
	exit 1

# The pinned requirements, and this clone itself for the command `hourglass`: editable, so it runs what stands here.
$(VENV)/app.stamp: requirements.txt pyproject.toml | $(VENV)/bin/python
	@echo "Installing the requirements into $(VENV); the first time takes some minutes."
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/test.stamp: tests/requirements.txt $(VENV)/app.stamp
	$(PYTHON) -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	@touch $@

# `npm ci` takes what the lock file names, checks its digests and runs no scripts of the packages.
$(SCRIPT)/node_modules/.stamp: $(SCRIPT)/package-lock.json $(VENV)/test.stamp
	PATH="$(CURDIR)/$(VENV)/bin:$$PATH" npm ci --prefix $(SCRIPT) --ignore-scripts --no-audit --no-fund --loglevel=error >/dev/null
	@touch $@
