# Kefu 客服. `make help` lists the targets.
.DEFAULT_GOAL := help
.SUFFIXES:
SHELL := /bin/sh

# That of a .venv which needs nothing, or else the first that is new enough; PYTHON=... names another.
ifndef PYTHON
PYTHON := $(shell .venv/bin/python local/environment.py --current 2>/dev/null && echo .venv/bin/python && exit; for p in python3.13 python3.12 python3.11 python3 python; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && exit; done; \
	echo python3)
endif
CHECK_PYTHON = $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	{ echo "kefu: Python 3.11 or later is needed, and $(PYTHON) is not: install one, or name it, e.g. make dev PYTHON=python3.12" >&2; exit 1; }
PORT ?= 8080
DATA ?= $(CURDIR)/data
COMPANY ?= $(CURDIR)/samples/yuguang
WORKERS ?= 2
SEARCH ?= $(or $(KEFU_SEARCH),embedded)
RUN := .venv/bin/python
GROUPS := ingress desk dialog retrieval retrieval-cloud retrieval-pinecone knowledge knowledge-cloud knowledge-pinecone tickets outbox sweeper rollout local dev
EXPORT := .venv/bin/uv export --quiet --frozen --no-emit-project --no-header --no-annotate --format requirements.txt

.PHONY: help setup setup-dev dev web test test-full lint format types openapi bench bench-quality bench-http bench-cold bench-infra eval lock doctor clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Make .venv from the hashed requirement files
	@$(CHECK_PYTHON)
	@$(PYTHON) local/environment.py local

setup-dev:
	@$(CHECK_PYTHON)
	@$(PYTHON) local/environment.py dev

dev: setup web ## Run everything on this machine (PORT=8080 DATA=data COMPANY=samples/yuguang SEARCH=embedded|opensearch|pinecone)
	@exec .venv/bin/kefu dev --port $(PORT) --data $(DATA) --company $(COMPANY) --search $(SEARCH)

web: setup ## Build the pages when their sources have changed
	@$(RUN) -m local.build_pages

test: setup-dev ## Run all tests; with CI=true a skipped test is a failure
	@$(RUN) -m local.build_pages
	@$(RUN) -m tests.contract.aws.install_engines
	@$(RUN) -m pytest -n $(WORKERS) --dist loadgroup
	@$(RUN) -m local.test_pages

test-full: test ## The same, and the slow measurements
	@$(MAKE) --no-print-directory eval

lint: setup-dev ## Check style
	@.venv/bin/ruff check .
	@.venv/bin/ruff format --check .

format: setup-dev ## Mend style
	@.venv/bin/ruff check --fix .
	@.venv/bin/ruff format .

types: setup-dev ## Check types
	@.venv/bin/pyright

openapi: setup-dev ## Write docs/openapi-*.json from the code
	@$(RUN) -m local.write_openapi

bench: setup-dev ## Measure search beside its peers (their own environments; minutes)
	@$(RUN) -m benchmarks.search_speed

bench-quality: setup-dev ## Measure retrieval and answers, and write docs/benchmarks.md
	@$(RUN) -m benchmarks.quality

bench-cold: setup-dev ## Measure the functions' zips and cold starts (minutes)
	@$(RUN) -m benchmarks.cold_start

bench-infra: setup-dev ## Measure what checking the stacks costs: synthesis, cdk-nag, linter, tests
	@$(RUN) -m benchmarks.infra_checks

bench-http: setup web ## Measure the server under load over HTTP, and write docs/benchmarks.md
	@$(RUN) -m benchmarks.http_load

eval: setup-dev ## Measure answers on the sample company (COMPANY=samples/yuguang)
	@.venv/bin/kefu eval answers --company $(COMPANY) --today $$(date +%F)

lock: setup-dev ## Write requirements/*.txt anew from pyproject.toml
	@.venv/bin/uv lock --quiet
	@$(EXPORT) --only-group installer -o requirements/installer.txt >/dev/null
	@for group in $(GROUPS); do $(EXPORT) --only-group $$group -o requirements/$$group.txt >/dev/null; done

doctor: setup ## Look for what may be wrong
	@.venv/bin/kefu doctor --data $(DATA) --company $(COMPANY)

clean: ## Remove what can be made again (not data/)
	@rm -rf .venv .ruff_cache .pytest_cache build var test-artefacts web/dist web/node_modules
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---- AWS (docs/deploy.md). `?=`: STAGE=dev unless another is named.
STAGE ?= dev
RELEASE ?=
STACK_PORT ?= 4602

.PHONY: bootstrap diff deploy search-roles destroy stack

bootstrap: setup-dev ## Prepare an AWS account for deployments (STAGE=dev), once
	@$(RUN) -m infra_cdk.cli bootstrap --stage $(STAGE)

diff: setup-dev ## Show what a deployment would change (STAGE=dev)
	@$(RUN) -m local.build_pages
	@$(RUN) -m infra_cdk.cli diff --stage $(STAGE)

deploy: setup-dev ## Deploy a stage to AWS and start its rollout (STAGE=dev; RELEASE=2026.11.22-1 names it)
	@$(RUN) -m local.build_pages
	@$(RUN) -m infra_cdk.cli deploy --stage $(STAGE) --release "$(RELEASE)"

search-roles: setup-dev ## Give the functions their roles inside the stage's OpenSearch (STAGE=staging), once
	@$(RUN) -m infra_cdk.search_roles --stage $(STAGE)

destroy: setup-dev ## Take a stage away from AWS (STAGE=dev), with its data; asks first
	@$(RUN) -m infra_cdk.cli destroy --stage $(STAGE)

stack: setup-dev ## Run the deployed form on this machine, on a local AWS (STACK_PORT=4602 SEARCH=embedded|opensearch)
	@exec $(RUN) -m local.stack --port $(STACK_PORT) --company $(COMPANY) --search $(SEARCH)
