# What a person types here. Needs Python >= 3.10 and make; everything else goes into .venv and .cache below this folder.

PYTHON ?= python3
VENV := .venv
IN_VENV := $(VENV)/bin/python -m
INSTALLED := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help demo test bench chaos lock clean

help:
	@echo "make demo                             run everything on this machine, with simulated traffic (Ctrl-C stops it)"
	@echo "make demo BROKER=host:port REDIS=url  the same with a Kafka and a Redis of your own"
	@echo "make test                             lint, types and all tests"
	@echo "make bench                            how fast this machine is, beside other tools (BENCH=... for other options)"
	@echo "make chaos                            kill it in every way on real Kafka and count what is lost (half an hour)"
	@echo "make lock                             pin the newest versions that pyproject.toml allows in requirements.lock"
	@echo "make clean                            remove the environment and what was fetched or logged"

demo: $(INSTALLED)
	@exec $(IN_VENV) segpulse demo $(if $(BROKER),--broker "$(BROKER)") $(if $(REDIS),--redis "$(REDIS)")

test: $(INSTALLED)
	$(IN_VENV) ruff check
	$(IN_VENV) ruff format --check
	$(IN_VENV) mypy
	$(IN_VENV) pytest -n 3 --dist loadfile

# Needs what .ci/run fetches: Apache Kafka's jars, Debian's redis-server.
BENCH ?= --peers --workers 2

bench: $(INSTALLED)
	@exec $(IN_VENV) segpulse bench $(BENCH)

# Needs Apache Kafka, which .ci/run fetches. Two at a time: each scenario waits more than it works.
chaos: $(INSTALLED)
	SEGPULSE_CHAOS=long CI=true $(IN_VENV) pytest tests/chaos -n 2 --dist load
	$(IN_VENV) tests.chaos.recovery

# One environment for all; made anew when the versions change.
$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and f"segpulse needs Python 3.10 or later; \
	$(PYTHON) is {sys.version.split()[0]}. Name another: make PYTHON=python3.12")'
	@echo "installing into $(VENV) (a minute or two)"
	@$(PYTHON) -m venv --clear $(VENV) || { echo "Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(IN_VENV) pip install --quiet --disable-pip-version-check -r requirements.lock
	@$(IN_VENV) pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

lock:
	@test -x .cache/uv/bin/uv || { $(PYTHON) -m venv .cache/uv && \
	.cache/uv/bin/python -m pip install --quiet --disable-pip-version-check uv; }
	.cache/uv/bin/uv pip compile --quiet --upgrade --universal --python-version 3.10 --all-extras --no-annotate \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" -o requirements.lock pyproject.toml

clean:
	rm -rf $(VENV) .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis
