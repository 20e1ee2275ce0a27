PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
SPARK_STAMP := .venv/.spark
HITCAST := $(BIN)/hitcast
MAPPINGS := --mapping demo_catalog --mapping demo_tiktok --mapping demo_vk
# dbt checks run on a home of their own, so that nobody's warehouse is locked or written to
CHECK_HOME := .cache/check_home
export HITCAST_HOME ?= data
ROWS ?= 7000000

.DEFAULT_GOAL := help
.PHONY: help setup spark demo test test-spark check check-fast format docs bench dashboard lock audit

help: ## Say what each target does
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## Install everything into .venv, once

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.11 setup")'
	@$(PYTHON) -c 'import ensurepip, venv' || { echo "Python lacks venv: on Debian, apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $(STAMP)

spark: $(SPARK_STAMP) ## Add what the Spark targets need to .venv; Java 17 is yours to install

$(SPARK_STAMP): $(STAMP) requirements-spark.lock
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-spark.lock
	@touch $(SPARK_STAMP)

demo: $(STAMP) ## Run the whole job on a made-up label
	@# fifteen months of releases are enough to look around in; without --until it is three years
	$(HITCAST) demo-data --until 2020-03-21
	@# exit code 5: landed, but look; the demo's exports hold rows that are rejected
	$(HITCAST) ingest "$(HITCAST_HOME)/exports/first" $(MAPPINGS) || [ $$? -eq 5 ]
	$(HITCAST) ingest "$(HITCAST_HOME)/exports/corrections" $(MAPPINGS) || [ $$? -eq 5 ]
	@# as if it had run every morning of the last two weeks, and a short backtest, so that no page of the desk is empty
	$(HITCAST) run --mornings 14 --backtest 1

test: $(STAMP) ## Run the tests but for the slow suites (docs/testing.md); fails below 90 % of branches covered
	@mkdir -p .cache/coverage
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder --cov --cov-report=term

test-spark: $(SPARK_STAMP) ## Build one world with DuckDB and with Spark and compare every mart row by row; needs Java 17
	$(BIN)/python -m pytest -rs -m spark tests/spark

check: check-fast ## Lint, types, import rules, a dbt build on an empty home with warnings as errors, SQL conventions, portability and lint
	@rm -rf $(CHECK_HOME) && mkdir -p $(CHECK_HOME)
	HITCAST_HOME=$(CHECK_HOME) $(BIN)/dbt --quiet build --warn-error --target-path $(CHECK_HOME)/target --log-path $(CHECK_HOME)/logs
	$(BIN)/python -m tests.spark.portability $(CHECK_HOME)/target
	$(BIN)/dbt-bouncer run --config-file pyproject.toml
	HITCAST_HOME=$(CHECK_HOME) $(BIN)/sqlfluff lint models tests/dbt

check-fast: $(STAMP) ## The part of check that takes seconds: ruff, mypy and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## Format Python and SQL
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	HITCAST_HOME=$(CHECK_HOME) $(BIN)/sqlfluff fix models tests/dbt

docs: $(STAMP) ## Write all docs, a page of the features and those of dbt included, as a site that opens from disk
	$(BIN)/python -m hitcast.cli.docs_site
	@mkdir -p $(CHECK_HOME)
	HITCAST_HOME=$(CHECK_HOME) $(BIN)/dbt --quiet docs generate --static --target-path $(CHECK_HOME)/target --log-path $(CHECK_HOME)/logs
	@cp $(CHECK_HOME)/target/static_index.html site/dbt.html
	@echo "open site/index.html; the tables and columns are site/dbt.html"

bench: $(STAMP) ## Measure speed and memory; make bench ROWS=71000000 takes some ten minutes and 10 GB of disk
	$(BIN)/python -m benchmarks --rows $(ROWS)

dashboard: $(STAMP) ## Serve the desk at http://127.0.0.1:8501
	$(HITCAST) dashboard

lock: ## Resolve the lock files again; needs uv
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-emit-find-links --group dev --custom-compile-command "make lock" --quiet pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-emit-find-links --extra spark --constraint requirements.lock --custom-compile-command "make lock" --quiet \
		pyproject.toml -o requirements-spark.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-strip-extras --no-emit-index-url \
		--no-emit-find-links --group audit --custom-compile-command "make lock" --quiet -o requirements-audit.lock

audit: ## Ask osv.dev about known holes in every pinned package; needs the network
	$(PYTHON) -m venv .cache/audit
	.cache/audit/bin/python -m pip install --quiet --no-deps --require-hashes --requirement requirements-audit.lock
	.cache/audit/bin/pip-audit --strict --vulnerability-service osv --require-hashes --disable-pip \
		$(foreach lock,$(wildcard requirements*.lock),--requirement $(lock))
