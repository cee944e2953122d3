# Every target sets itself up: a plain virtual environment per Python version, filled by pip under
# constraints.txt. A stamp file remembers that it is done, so the second run starts at once.
#
#   make demo USERS=40 SEED=7      make test PYTHON=python3.13      make test ARGS="-k licenses"

PYTHON ?= $(shell command -v python3.11 >/dev/null 2>&1 && echo python3.11 || echo python3)
PYVER  := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
ifeq ($(PYVER),)
$(error $(PYTHON) does not run; name a Python 3.11 or newer: make $(MAKECMDGOALS) PYTHON=...)
endif

VENV    := .venv-$(PYVER)
BIN     := $(VENV)/bin
PLUGINS := jamf hexnode maas360
TREES   := src $(PLUGINS:%=plugins/%/src)
LOCAL   := -e '.[all]' $(PLUGINS:%=-e 'plugins/%[simulator]')
WANTED  := constraints.txt pyproject.toml $(PLUGINS:%=plugins/%/pyproject.toml)
RUNTIME := $(VENV)/.ready-to-run
TOOLS   := $(VENV)/.ready-to-work
PIP     := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

USERS ?= 60
SEED  ?= 7
OUT   ?= build/demo
JOBS  ?= 2
ARGS  ?=

SCHEMA  ?= $(firstword $(wildcard device-management ../device-management))
SECONDS_OF_SOAK ?= 300
KILLS ?= 1000
KILLED_USERS ?= 200
DIRECTED_USERS ?= 500

.PHONY: help demo test coverage lint types docs bench smoke soak soak-fuzz soak-kills soak-directions fidelity clean
.DELETE_ON_ERROR:

help:
	@echo 'make demo   rehearse a whole move on virtual phones; the report lands in $(OUT)'
	@echo 'make test   all tests in random order'
	@echo 'make coverage  the same, and which lines and branches they reach'
	@echo 'make lint   style, import rules, the tree itself, the contract against its record'
	@echo 'make types  mypy, strict over the sources'
	@echo 'make docs   the manual, into build/site; a broken link is an error'
	@echo 'make bench  side by side with peers'
	@echo 'make soak   soak-fuzz, soak-kills, then soak-directions'
	@echo 'make soak-fuzz   coverage-guided fuzzing of everything that reads profiles, $(SECONDS_OF_SOAK) seconds'
	@echo 'make soak-kills  a move of $(KILLED_USERS) people whose process dies $(KILLS) times; ARGS="--only K" replays one'
	@echo 'make soak-directions  a move of $(DIRECTED_USERS) people in each direction; ARGS="--only jamf:maas360" for one'
	@echo 'make fidelity SCHEMA=DIR  the table of Apple rules against a checkout of the published schema'
	@echo 'make smoke  import, list and a small demo on PYTHON=$(PYTHON)'

$(RUNTIME): $(WANTED)
	@echo "Setting up $(VENV) (once) ..."
	@begin=$$(date +%s) \
	  && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "ueapi needs Python 3.11 or newer.")' \
	  && $(PYTHON) -m venv $(VENV) \
	  && $(PIP) $(LOCAL) \
	  && touch $@ \
	  && echo "set-up took $$(( $$(date +%s) - begin )) s"

$(TOOLS): $(RUNTIME) requirements-dev.txt
	@echo "Adding the tools to $(VENV) (once) ..."
	@begin=$$(date +%s) \
	  && $(PIP) -r requirements-dev.txt \
	  && touch $@ \
	  && echo "set-up took $$(( $$(date +%s) - begin )) s more"

demo: $(RUNTIME)
	$(BIN)/ueapi demo --users $(USERS) --seed $(SEED) --out $(OUT)

test: $(TOOLS)
	$(BIN)/python -m pytest -n $(JOBS) $(ARGS)

coverage: $(TOOLS)
	@mkdir -p build/coverage
	$(BIN)/python -m pytest -n $(JOBS) --cov --cov-report=term --cov-report=xml:build/coverage/coverage.xml $(ARGS)

lint: $(TOOLS)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/python tools/check_tree.py
	$(BIN)/python tools/check_contract.py

types: $(TOOLS)
	$(BIN)/mypy
	$(BIN)/mypy $(wildcard tests plugins/*/tests benchmarks tools)

docs: $(TOOLS)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --site-dir build/site
	@echo "The manual is at build/site/index.html"

bench: $(TOOLS)
	$(BIN)/python -m benchmarks $(ARGS)

smoke: $(RUNTIME)
	$(BIN)/python -W error -c 'import ueapi; print("import ueapi: fine on Python $(PYVER)")'
	$(BIN)/ueapi backends
	$(BIN)/python tools/smoke.py
	$(BIN)/ueapi demo --users 10 --seed $(SEED) --out build/smoke-$(PYVER) --json > /dev/null
	@echo "smoke on Python $(PYVER): passed"

soak:
	$(MAKE) --no-print-directory soak-fuzz
	$(MAKE) --no-print-directory soak-kills
	$(MAKE) --no-print-directory soak-directions

soak-fuzz: $(TOOLS)
	@mkdir -p build
	$(BIN)/python -m tools.fuzz_profiles --seconds $(SECONDS_OF_SOAK) --seed $(SEED) --save build/fuzz-failure.bin

soak-kills: $(TOOLS)
	$(BIN)/python -m tools.soak_kills --kills $(KILLS) --users $(KILLED_USERS) --seed $(SEED) $(ARGS)

soak-directions: $(TOOLS)
	$(BIN)/python -m tools.soak_directions --users $(DIRECTED_USERS) --seed $(SEED) $(ARGS)

fidelity: $(TOOLS)
	@test -n "$(SCHEMA)" || { echo 'Name a checkout: git clone https://github.com/apple/device-management && make fidelity SCHEMA=device-management' >&2; exit 2; }
	$(BIN)/python tools/fidelity $(SCHEMA)

clean:
	rm -rf .venv-* build dist plugins/*/dist
