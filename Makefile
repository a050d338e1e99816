# Every target sets up .venv first, from Python >= 3.11 and the exact versions in requirements.lock.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
BENCH := .venv-bench
# nbgrader calls `alembic` by name, so the environment's own programs come first on the path.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: lab demo test test-services soak audit test-torch bench build results format clean

lab: $(VENV)/ready          ## student: open the course in JupyterLab (your copies live in work/)
	dlcourse lab

demo: $(VENV)/ready         ## instructor: make a class of 12, grade it, print the gradebook
	dlcourse demo work/demo
	dlcourse grade --root work/demo

test: $(VENV)/ready         ## everything: library, tools, course gates, notebooks
	dlcourse build --check
	pytest --ignore=tests/test_postgres.py --ignore=tests/test_cluster.py
	pytest --nbval-lax -p no:cacheprovider solutions

test-services: $(VENV)/ready  ## the gradebook on PostgreSQL, grading on a Dask cluster (Debian: installs the server)
	ls /usr/lib/postgresql/*/bin/pg_ctl > /dev/null 2>&1 || (apt-get update -q && apt-get install -qy postgresql) > /dev/null
	pytest tests/test_postgres.py tests/test_cluster.py

soak: $(VENV)/ready         ## a thousand submissions on end: nothing may grow
	SOAK=1000 pytest tests/test_faults.py -k soak

# PyTorch is large, so what is compared with it has an environment of its own.
test-torch: $(BENCH)/ready  ## dlutils against live PyTorch, at sizes drawn at random
	$(BENCH)/bin/pytest -m torch tests/test_torch_*.py

# These variables may make numpy's BLAS run kernels for another processor than this one.
bench: $(BENCH)/ready       ## speed next to PyTorch and mygrad; ARGS="pooling --json FILE" goes to the program
	env -u OPENBLAS_CORETYPE -u OPENBLAS_L2_SIZE $(BENCH)/bin/python benchmarks/library.py $(ARGS)

audit: $(VENV)/ready        ## the grader's own grade, with mutants; CHAPTERS="5 6" for some
	dlcourse audit --mutants $(CHAPTERS)

results: $(VENV)/ready      ## comparisons over seeds that the notebooks plot, computed anew
	python -m dlutils.results

build: $(VENV)/ready        ## text sources -> executed notebooks -> release
	dlcourse build

format: $(VENV)/ready
	ruff format .
	ruff check --fix .

clean:
	rm -rf $(VENV) $(BENCH) .pytest_cache .ruff_cache .hypothesis work/demo

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	@# Where PYTHONDONTWRITEBYTECODE is set, nothing else would ever compile the packages.
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib > /dev/null || true
	touch $@

$(BENCH)/ready: benchmarks/requirements.txt pyproject.toml
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/pip install --quiet --disable-pip-version-check -r benchmarks/requirements.txt --editable .
	touch $@
