# The commands of the house. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
STAMP := .venv/.installed
PYTEST := $(BIN)/pytest -n 3 --dist worksteal --durations=15 --durations-min=3
LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-header --python-version 3.11
# The tests start a hundred processes: each would compile every module anew.
unexport PYTHONDONTWRITEBYTECODE
CORE := service/domain/*,service/mapping/*,service/sync/*

.PHONY: help setup demo test fast check lint types imports unit cover mass bench simulation soak nightly hapi hapi-stop openapi lock clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 12

setup: $(STAMP) ## make .venv from the hashed requirements

$(STAMP): requirements/dev.txt pyproject.toml
	@found=; for python in "$(PYTHON)" python3.11 /usr/bin/python3.11 python3; do \
	  if [ -n "$$python" ] && "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; \
	  then found=$$python; break; fi; done; \
	if [ -z "$$found" ]; then \
	  echo "Tandem needs Python 3.11 or newer, as python3.11 or python3; make setup PYTHON=/its/path names another." >&2; exit 1; fi; \
	if ! "$$found" -c 'import venv, ensurepip' 2>/dev/null; then \
	  echo "$$found cannot make environments; on Debian: apt-get install python3.11-venv" >&2; exit 1; fi; \
	if ! $(BIN)/python -c 'import pip' 2>/dev/null; then \
	  echo "Making .venv with $$found"; "$$found" -m venv --clear .venv; fi
	@echo "Installing the hashed requirements (a minute, the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(STAMP) ## plans into a chart and back, and twelve weeks of one; EHR=<base URL> names a running server
	$(BIN)/tandem demo $(if $(EHR),--ehr $(EHR))

test: $(STAMP) ## every test, with 100 examples for each law
	HYPOTHESIS_PROFILE=test $(PYTEST)

fast: lint types imports unit ## the fast half of check

check: lint types imports cover mass ## exactly what CI runs

lint: $(STAMP)
	$(BIN)/ruff check
	$(BIN)/ruff format --check

types: $(STAMP)
	$(BIN)/mypy --strict -p service -p fhir_profiles -p bench

imports: $(STAMP)
	$(BIN)/lint-imports --no-logo

unit: $(STAMP)
	HYPOTHESIS_PROFILE=dev $(PYTEST) tests/unit tests/architecture

# Every test, then the floors: all branches of the rules, the mapping and the planning; 95 % of the whole.
cover: $(STAMP)
	rm -f .coverage .coverage.*
	HYPOTHESIS_PROFILE=ci TWO_WAY_EXAMPLES=60 $(PYTEST) --cov --cov-report=
	$(BIN)/coverage report --skip-covered --show-missing --fail-under=95
	$(BIN)/coverage report --skip-covered --show-missing --fail-under=100 --include='$(CORE)'

# The proofs that count, in full: the run under coverage, which doubles their time, makes a part of each.
mass: $(STAMP)
	MANY_CREATES=10000 KILLED_PLANS=1000 SIMULATED_PATIENTS=200 $(PYTEST) --timeout=1800 \
	  tests/property/test_many_creates.py tests/e2e/test_killed_workers.py tests/simulation

bench: $(STAMP) ## measure, into bench/RESULTS.md; EHR=<base URL> names a real HAPI FHIR to push into, ONLY= one part
	$(BIN)/python -m bench $(if $(EHR),--ehr $(EHR)) $(if $(ONLY),--only $(ONLY))

simulation: $(STAMP) ## a year of 200 simulated patients, into docs/simulation.md; PATIENTS= SEED=
	$(BIN)/python -m tests.simulation $(if $(PATIENTS),--patients $(PATIENTS)) $(if $(SEED),--seed $(SEED))

soak: $(STAMP) ## the two-way machine over seeds: STEPS=100000 SEED=0, or FROM=0 TO=99; goes on behind .soak.jsonl
	$(BIN)/python -m tests.property.soak $(if $(TO),--from $(or $(FROM),0) --to $(TO),--steps $(or $(STEPS),100000) --seed $(or $(SEED),0))

nightly: $(STAMP) ## the laws with 10,000 examples
	HYPOTHESIS_PROFILE=nightly $(PYTEST) -m hypothesis --timeout=0

hapi: ## build and start a real HAPI FHIR server here (JDK 17, Maven); PORT=8090 unless named
	tests/hapi/start $(PORT)

hapi-stop: ## stop it; PORT= as above
	tests/hapi/stop $(PORT)

openapi: $(STAMP) ## write openapi.yaml from the routes
	$(BIN)/tandem openapi > openapi.yaml.new
	mv openapi.yaml.new openapi.yaml

lock: $(STAMP) ## compile requirements/ again from pyproject.toml; UPGRADE=--upgrade takes newer versions
	$(LOCK) $(UPGRADE) pyproject.toml -o requirements/service.txt
	$(LOCK) $(UPGRADE) --extra dev -c requirements/service.txt pyproject.toml -o requirements/dev.txt
	$(LOCK) --group build -c requirements/dev.txt -o requirements/build.txt

clean: ## remove what the commands made
	rm -rf .venv .coverage .coverage.* .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache build dist htmlcov
	find service fhir_profiles tests -name __pycache__ -prune -exec rm -rf {} +
