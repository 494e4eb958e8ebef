# Two commands do everything on a machine with Python 3.11, make and git: make demo, make test.
PYTHON ?= python3
CORES ?= $(shell nproc 2>/dev/null || echo 2)
BIN := .venv/bin

.PHONY: install docs demo test test-fast test-slurm test-pythons test-viewers demo-report reliability truth bench lint format lock clean help

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/'

install: .venv/installed ## Set up .venv from the lock file, with the command recurseq

.venv/installed: envs/requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("recurseq needs Python 3.11 or newer; name one with: make PYTHON=python3.11 ...") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r envs/requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q scripts # each job starts a Python, which may not be allowed to keep it
	$(BIN)/python -m recurseq.deseq.compile_kernels
	touch $@

demo: install ## Run the whole pipeline on the simulated demo study
	$(BIN)/snakemake --cores $(CORES) --configfile config/config.yaml
	@cat results/demo/check.tsv results/demo/clinical_check.tsv
	@echo "Open results/report/report.html"

test: install ## Run all tests but those on a cluster
	$(BIN)/pytest -n $(CORES) --dist loadfile --no-loadscope-reorder --junitxml=build/tests.xml

test-fast: install ## Run the tests that start no pipeline and are not slow (a minute or two)
	$(BIN)/pytest -q -n $(CORES) --dist loadfile -m "not workflow and not slurm and not slow"

test-slurm: install ## Start a real Slurm on this machine and run studies on it (needs root)
	$(BIN)/pytest -m slurm tests/slurm --junitxml=build/slurm.xml

test-pythons: ## Try the lock file and part of the tests under Python 3.12 and 3.13
	.ci/pythons 3.12 3.13

test-viewers: install .venv-viewers/installed ## Let scanpy and MultiQC open what is written for them
	$(BIN)/pytest tests/viewers

.venv-viewers/installed: envs/viewers.lock
	$(PYTHON) -m venv .venv-viewers
	.venv-viewers/bin/pip install --quiet --disable-pip-version-check --require-hashes -r envs/viewers.lock
	touch $@

reliability: install ## Write docs/reliability.md from the results of the test runs in build/
	$(BIN)/python benchmarks/reliability.py

truth: install ## Write docs/truth.md: calls against planted truth over many seeds (minutes)
	PYTHONPATH=scripts:tests $(BIN)/python benchmarks/truth.py

bench: install ## Time the engine beside R DESeq2, PyDESeq2 and InMoose
	$(MAKE) .bench-venv/installed || echo "InMoose cannot be built here and is left out"
	PYTHONPATH=scripts $(BIN)/python benchmarks/engines.py

.bench-venv/installed: envs/benchmarks.lock
	$(PYTHON) -m venv .bench-venv
	.bench-venv/bin/pip install --quiet --disable-pip-version-check --require-hashes -r envs/benchmarks.lock
	touch $@

docs: install ## Write docs/outputs.md from the registries of tables and figures
	PYTHONPATH=scripts $(BIN)/python -m recurseq.report.outputs docs/outputs.md

demo-report: demo ## Put the demo's report and a picture of it into docs (needs Chromium)
	PYTHONPATH=scripts:tests $(BIN)/python docs/demo_report.py results/report/report.html

lint: install ## Check format and style of Python and Snakemake files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/snakefmt --check Snakefile workflow
	$(BIN)/snakemake --lint --configfile config/config.yaml
	$(BIN)/snakemake --lint --directory examples/hpr --configfile examples/hpr/config.yaml

format: install ## Format Python and Snakemake files
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/snakefmt Snakefile workflow

lock: ## Resolve envs/requirements.in and envs/viewers.in anew (needs uv)
	for name in requirements viewers; do uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header envs/$$name.in -o envs/$$name.lock || exit 1; done

clean: ## Remove what the demo made
	rm -rf results demo .snakemake
