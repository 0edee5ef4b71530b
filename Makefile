# `make demo` and `make test` need Python 3.11 or newer, nothing else; everything they make stays in this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Which pack the demo is of: make demo PACK=epilepsy12. Its pack.yml says what it needs and which report is printed.
# Without PACK, the first that its pack.yml builds by default and that names a report.
BY_DEFAULT := $(shell grep -l '^report:' $$(grep -l '^built: by_default' definitions/*/pack.yml))
PACK ?= $(notdir $(patsubst %/pack.yml,%,$(firstword $(BY_DEFAULT))))
# Each pack's demo has a profile and a database of its own, so that the demo of another pack leaves them alone.
DEMO := build/demo/$(PACK)
DATABASE := measuremart_demo_$(PACK).duckdb
READ := --pack $(PACK) --profiles-dir $(DEMO) --target duckdb
SQLFLUFF := $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar
N ?= 5000
SEED ?= 1

export DBT_SEND_ANONYMOUS_USAGE_STATS := false

# Run a stage and say how long it took: $(call stage,name,command)
stage = @printf '\n== %s\n' '$(1)'; start=$$(date +%s); $(2) && printf '== %s: %s s\n' '$(1)' "$$(( $$(date +%s) - start ))"

.PHONY: help demo dashboard browser generate test test-fast test-long lint lint-sql lint-code lint-generated tests test-spark mutation fuzz bench bench-parts load clean

help:  ## Say what there is to do
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Install what is named, with pip's words in a file: $(call install,what)
install = @start=$$(date +%s); [ ! -t 1 ] || printf 'install into $(VENV) ...\r'; \
	if $(BIN)/python -m pip install --disable-pip-version-check -e '$(1)' > $(VENV)/install.log 2>&1; \
	then printf 'install %7s s  %s\n' "$$(( $$(date +%s) - start ))" "into $(VENV); what pip said is in $(VENV)/install.log"; \
	else tail -n 20 $(VENV)/install.log >&2; echo "pip could not install; all it said is in $(VENV)/install.log" >&2; exit 1; fi

$(VENV)/.ready: pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("measuremart needs Python 3.11 or newer; set PYTHON=..." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	$(call install,.)
	@touch $@

$(VENV)/.ready-dev: pyproject.toml | $(VENV)/.ready
	$(call install,.[dev])
	@touch $@

$(DEMO)/profiles.yml: profiles.example.yml
	@mkdir -p $(DEMO)
	@sed "s|{{ env_var('MEASUREMART_DUCKDB', '[a-z_.]*') }}|$(DATABASE)|" $< > $@

# The report itself says how to cut it and how to export the marts.
demo: $(VENV)/.ready $(DEMO)/profiles.yml  ## Build the demo on DuckDB and print its report; PACK= for another pack
	@$(BIN)/measuremart build $(READ)
	@printf 'The demo has some dirt on purpose.\n\n'
	@$(BIN)/measuremart report $(READ)
	@printf '      %s\n' "$(BIN)/measuremart list indicators --pack $(PACK)" "$(BIN)/measuremart test --pack $(PACK) --engine referee"
	@printf 'or read docs/README.md\n'

# Two reports, one by organisation and one without, in a database of their own; `make clean` removes it.
DASHBOARD := build/demo/dashboard

$(VENV)/.ready-web: pyproject.toml | $(VENV)/.ready
	$(call install,.[web])
	@touch $@

measuremart_demo_dashboard.duckdb: | $(VENV)/.ready
	@mkdir -p $(DASHBOARD)
	@sed "s|{{ env_var('MEASUREMART_DUCKDB', '[a-z_.]*') }}|$@|" profiles.example.yml > $(DASHBOARD)/profiles.yml
	@$(BIN)/measuremart build --pack lung --pack epilepsy12 --profiles-dir $(DASHBOARD) --target duckdb

dashboard: $(VENV)/.ready-web measuremart_demo_dashboard.duckdb  ## Show the demo's reports in a browser, until Ctrl-C
	@$(BIN)/measuremart serve --no-sign-in --profiles-dir $(DASHBOARD) --target duckdb

browser: $(VENV)/.ready-dev measuremart_demo_dashboard.duckdb  ## Look at all pages in Chromium: axe-core, 320 px, keyboard, print
	$(call install,.[browser])
	@$(BIN)/python tests/web/browser_check.py

generate: $(VENV)/.ready  ## Write the dbt models of all definitions
	@$(BIN)/measuremart generate

test: lint tests  ## Linters, types, generated files current, every test but the long ones

# Two at a time: what reads SQL and what reads Python cost about the same.
lint: $(VENV)/.ready-dev  ## Linters, types and import rules
	@$(MAKE) --no-print-directory -j 2 lint-sql lint-code

lint-sql: $(VENV)/.ready-dev
	$(call stage,sqlfluff,$(BIN)/python tests/lint_sql.py models tests/singular tests/golden/expected/models)

lint-code: $(VENV)/.ready-dev
	$(call stage,ruff,$(BIN)/ruff check . && $(BIN)/ruff format --check .)
	$(call stage,mypy,$(BIN)/mypy)
	$(call stage,imports,$(BIN)/lint-imports)
	$(call stage,yamllint,$(BIN)/yamllint --strict .)
	$(call stage,generated files,$(BIN)/measuremart generate --check && $(BIN)/python docs/build_reference.py --check)

lint-generated: $(VENV)/.ready-dev  ## sqlfluff over the generated models of all packs, too; takes minutes
	$(call stage,sqlfluff,$(SQLFLUFF) --disregard-sqlfluffignores models)

tests: $(VENV)/.ready-dev  ## Every test but the long ones, on DuckDB and PostgreSQL
	$(call stage,examples,$(BIN)/measuremart test)
	$(call stage,pytest,$(BIN)/pytest -n 2 -q --durations 10 -m 'not long')

# What is marked `long`, and at its whole size what `make test` does at a small one (tests/README.md).
test-long: lint lint-generated  ## Every night and before a release: all tests at their whole size; more than an hour
	$(call stage,examples,$(BIN)/measuremart test)
	$(call stage,pytest,MEASUREMART_TEST_LONG=1 $(BIN)/pytest -n 2 -q --durations 25)

# Nothing here runs dbt: tests that do have the engine in their name, or are left out by theirs.
test-fast: $(VENV)/.ready-dev  ## While you work: what needs no dbt, in about a minute
	$(call stage,ruff,$(BIN)/ruff check . && $(BIN)/ruff format --check .)
	$(call stage,mypy,$(BIN)/mypy)
	$(call stage,generated files,$(BIN)/measuremart generate --check)
	$(call stage,pytest,$(BIN)/pytest -n 2 -q -k 'not duckdb and not postgres' tests/unit tests/golden tests/spec \
	    $(addprefix --ignore tests/unit/,test_determinism.py test_examples.py test_strict_yaml.py test_synthetic_omop.py))

# Spark has an environment of its own. Debian brings Java 17 by apt; elsewhere install it, and set JAVA_HOME.
SPARK := .venv-spark
SPARK_DEMO := --vars '{packs: [lung, oncology]}' --profiles-dir build/spark --target-path build/spark
SPARK_PYTEST := $(SPARK)/bin/pytest -q -rA -o python_files='spark_*.py'

$(SPARK)/.ready: pyproject.toml
	@[ -n "$$JAVA_HOME" ] || command -v java > /dev/null || apt-get install -y --no-install-recommends openjdk-17-jre-headless
	@$(PYTHON) -m venv $(SPARK)
	@$(SPARK)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[test-spark]'
	@touch $@

test-spark: $(SPARK)/.ready  ## Spark: casts, examples, and the demo row by row beside DuckDB; takes long
	@rm -rf build/spark && mkdir -p build/spark && cp profiles.example.yml build/spark/profiles.yml
	$(call stage,casts and examples,$(SPARK_PYTEST) tests/spark/spark_casts.py tests/spark/spark_plans.py \
	    tests/spark/spark_spec.py)
	$(call stage,demo on DuckDB,MEASUREMART_DUCKDB=build/spark/beside.duckdb $(SPARK)/bin/dbt --quiet build --target duckdb \
	    --exclude-resource-type test unit_test $(SPARK_DEMO)/target_duckdb)
	$(call stage,demo on Spark,$(SPARK)/bin/dbt --quiet build --target spark $(SPARK_DEMO)/target)
	$(call stage,row by row,$(SPARK_PYTEST) tests/spark/spark_demo.py)

mutation: $(VENV)/.ready-dev  ## Change one token of the renderer at a time: which test notices?
	@$(BIN)/python tests/mutation/run.py

fuzz: $(VENV)/.ready-dev  ## Random definitions on every engine, random publications: make fuzz N=5000 SEED=1
	@$(BIN)/python -m tests.property.fuzz --cases $(N) --seed $(SEED)
	@$(BIN)/python -m tests.publication.fuzz --worlds 200 --seed $(SEED)
	@$(BIN)/python -m tests.publication.fuzz --worlds 200 --seed $(SEED) --large
	@MEASUREMART_TEST_LONG=1 $(BIN)/pytest -q tests/engines/test_killed_builds.py

bench: $(VENV)/.ready-dev  ## What a whole build costs, beside a limit; BENCH= for sizes and engines (benchmarks/README.md)
	@$(BIN)/python -m benchmarks.whole $(BENCH)

bench-parts: $(VENV)/.ready-dev  ## Benchmarks of single parts; figures, no verdicts
	@$(BIN)/python benchmarks/generate_speed.py
	@$(BIN)/python -m benchmarks.levels
	@$(BIN)/python benchmarks/import_speed.py
	@$(BIN)/python benchmarks/attachment.py
	@$(BIN)/python -m benchmarks.dataset

load: $(VENV)/.ready-dev measuremart_demo_dashboard.duckdb  ## 50 clients ask pages for a minute while dbt builds
	@$(BIN)/python -m benchmarks.serve_load --built measuremart_demo_dashboard.duckdb

clean:  ## Remove what builds leave behind; the virtual environment stays
	rm -rf build target logs measuremart_demo*.duckdb measuremart_demo*.duckdb.wal
