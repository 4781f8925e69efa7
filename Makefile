# Samat: `make demo` runs it, `make test` tests it. Nothing but Python 3.11 and make is needed.
SHELL := /bin/sh
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
BIN := .venv/bin
# The installer's own warnings are nobody's business here; its errors still show.
INSTALL := PYTHONWARNINGS=ignore $(BIN)/python -m pip install -qq --disable-pip-version-check
# A server and a calibration both do better with one BLAS thread than with threads that fight.
export OPENBLAS_NUM_THREADS ?= 1

.PHONY: help setup demo test check lint types contracts purity benchmarks pictures clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## / — /'

.venv/pyvenv.cfg:
	@echo "samat: creating the environment in .venv"
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11) and "samat: Python 3.11 is needed; set PYTHON=/path/to/python3.11")'
	@"$(PYTHON)" -m venv .venv

.venv/.run: .venv/pyvenv.cfg requirements/run.txt pyproject.toml
	@echo "samat: installing what the site needs (pinned, byte-compiled)"
	@$(INSTALL) --compile --requirement requirements/run.txt
	@$(INSTALL) --no-deps --editable .
	@touch $@

.venv/.check: .venv/.run requirements/check.txt
	@echo "samat: installing what the checks need"
	@$(INSTALL) --compile --requirement requirements/check.txt
	@touch $@

setup: .venv/.run ## the environment in .venv, nothing else

demo: setup ## a running site with demo data on 127.0.0.1 (PORT=8000)
	@$(BIN)/samat demo --port $(PORT)

test: .venv/.check ## all tests
	@echo "samat: running the tests"
	@$(BIN)/python -m pytest --numprocesses auto $(COVERAGE) $(TESTS)

lint: .venv/.check
	@echo "samat: linting"
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: .venv/.check
	@echo "samat: checking types"
	@$(BIN)/mypy

contracts: .venv/.check
	@echo "samat: checking import contracts"
	@$(BIN)/lint-imports

# An environment of its own with the two packages that the engine may use: nothing there can hide a third.
.venv-pure/.numpy-and-scipy: requirements/run.txt .venv/pyvenv.cfg
	@echo "samat: making an environment with numpy and scipy alone"
	@"$(PYTHON)" -m venv .venv-pure
	@grep -E '^(numpy|scipy)==' requirements/run.txt > .venv-pure/pins.txt
	@PYTHONWARNINGS=ignore .venv-pure/bin/python -m pip install -qq --disable-pip-version-check --requirement .venv-pure/pins.txt
	@touch $@

purity: .venv-pure/.numpy-and-scipy ## proves that engine/ needs numpy and scipy alone
	@PYTHONPATH=. .venv-pure/bin/python -W error .ci/purity.py

# Other people's programs, to be measured beside; nothing of Samat needs them.
.venv-peers/.installed: requirements/benchmarks.txt .venv/pyvenv.cfg
	@echo "samat: making an environment with the programs to be measured beside"
	@"$(PYTHON)" -m venv .venv-peers
	@PYTHONWARNINGS=ignore .venv-peers/bin/python -m pip install -qq --disable-pip-version-check --requirement requirements/benchmarks.txt
	@touch $@

benchmarks: .venv-peers/.installed .venv/.run ## the engine's figures in one run, other programs beside it (half an hour)
	@$(BIN)/python -m benchmarks.decision
	@$(BIN)/python -m benchmarks.shadow_tests
	@PYTHONPATH=. .venv-peers/bin/python -m benchmarks.peers
	@$(BIN)/python -m benchmarks.measurement
	@$(BIN)/python -m benchmarks.calibration
	@$(BIN)/python -m benchmarks.calibration_accuracy
	@$(BIN)/python -m benchmarks.calibration_honesty
	@$(BIN)/python -m benchmarks.calibration_scaling
	@$(BIN)/python -m benchmarks.cold_start
	@$(BIN)/python -m benchmarks.recovery
	@PYTHONPATH=. .venv-peers/bin/python -m benchmarks.calibration_peers
	@PYTHONPATH=. .venv-peers/bin/python -m benchmarks.scoring

# Measuring which branches ran takes a third of the time again, so only the complete check does it.
check: COVERAGE := --cov --cov-report=term:skip-covered
check: lint types contracts purity test ## what CI runs: lint, types, import contracts, purity, tests with coverage

pictures: .venv/.check ## takes the pictures of README.md and docs/guides anew
	@PYTHONPATH=. $(BIN)/python docs/take_pictures.py

clean: ## removes the environment and the demo's data
	rm -rf .venv .venv-pure .venv-peers .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis
