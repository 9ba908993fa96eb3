# make book      execute the chapters and build the site into _build/html
# make live-files  Python for the exercise pages that run in the browser, into _build/pyodide: make book then adds the button
# make pdf       the built book as one file for paper, offered on the site; needs Chromium
# make epub      the same for readers of books; validated by EPUBCheck where there is Java
# make site      the book and whatever else the site offers: PDF, EPUB, Python for the exercise pages
# make serve     serve the built site on a free local port
# make check     the change at hand: linters and its fast tests, in under two minutes
# make test      everything: linters, unit tests, notebooks, exercises, the judge, the site in a real browser
# make thorough  what is slow and seldom finds anything that make test does not, see CONTRIBUTING.md
# make exercises regenerate the learners' notebooks, the solved ones and the keys from exercises/source
# make pack      what an instructor wants beside the judge: solved notebooks, quizzes, a marking guide, in one zip
# make bench     timings, as ratios measured in one run
# make reproduce the long training runs the chapters quote, into chapters/data (four hours of one core; resumes where it was stopped)
# make diagnoses what checks say to wrong answers that outsiders wrote, as a table
# make mutation  break the library a thousand times and list what no test noticed (an hour)
# make lock      resolve requirements.in into requirements.txt
# make clean     remove what was built (the environment .venv stays; remove it by hand)
#
# Variables:  PYTHON  which Python 3.11-3.13 makes the environment (default python3)
#             OTTER   the program of an otter-grader to be timed beside the judge in make bench, see bench/engines.py
#             PYODIDE_FROM  where make live-files finds Pyodide: server (its own, the default), registries (npm and PyPI), or
#                     a folder or archive that holds the files
#             TORCH   what pip is told to install for torch, e.g. TORCH="torch==2.13.0 --index-url URL"

PYTHON ?= python3
TORCH  ?= torch==2.13.0
PYODIDE_FROM ?= server

VENV  := .venv
BIN   := $(VENV)/bin
READY := $(VENV)/.ready

# One thread: at these sizes two are slower, and the numbers do not depend on how many cores a machine has.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1
export PYDEVD_DISABLE_FILE_VALIDATION := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: book live-files pdf epub site serve check test thorough exercises pack diagnoses bench reproduce mutation lock clean setup
.DEFAULT_GOAL := book

setup: $(READY)

$(READY): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(None if (3, 11) <= v < (3, 14) else "Python 3.11 to 3.13 is needed, this is %d.%d. Say which to use: make PYTHON=python3.12" % v[:2])'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet $(TORCH)
	$(BIN)/pip install --quiet -r requirements.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

book: $(READY)
	$(BIN)/jupyter-book build . --warningiserror --nitpick --keep-going
	@echo "The site is in _build/html. Look at it with: make serve"

live-files: $(READY)
	$(BIN)/python -m live.files --from "$(PYODIDE_FROM)" $(PYODIDE_OPTIONS)

# Offline, the exercise pages go without Python; in CI they must not.
site: $(READY)
	$(MAKE) live-files || { test -z "$$CI" && echo "No Python for the exercise pages: they are built without it."; }
	$(MAKE) book
	$(BIN)/python -m bound pdf epub

pdf epub: book
	$(BIN)/python -m bound $@

serve: $(READY)
	@test -f _build/html/index.html || { echo "Nothing is built yet: run make book first."; exit 1; }
	$(BIN)/python -m tests.site.serve _build/html

check: $(READY)
	$(BIN)/python -m tests.check

test: book
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not thorough" --durations=30 tests
	$(BIN)/pytest --nbval --nbval-sanitize-with exercises/nbval_sanitize.cfg --nbval-cell-timeout=120 -n 2 --dist loadfile exercises/solved

thorough: $(READY)
	$(BIN)/pytest -n 2 --dist load -m thorough tests

exercises: $(READY)
	$(BIN)/python -m rnngrade.authoring exercises

# glibc gives large arrays back to the system when they are freed, and every page of the next one costs a fault: up to
# half of the time of ours and of torch's alike. Here the process keeps them.
bench: export MALLOC_TRIM_THRESHOLD_ := 8000000000
bench: export MALLOC_MMAP_THRESHOLD_ := 4000000000
bench: $(READY)
	env -u OPENBLAS_CORETYPE $(BIN)/python -m bench
	env -u OPENBLAS_CORETYPE $(BIN)/python -m bench.playground
	$(BIN)/python -m bench.lighthouse
	$(BIN)/python -m bench.live_sizes
	$(BIN)/python -m bench.live
	env -u OPENBLAS_CORETYPE -u MALLOC_TRIM_THRESHOLD_ -u MALLOC_MMAP_THRESHOLD_ $(BIN)/python -m bench.judge

reproduce: $(READY)
	$(BIN)/python -m reproduce
	$(BIN)/python -m reproduce.bottleneck
	$(BIN)/python -m reproduce.cases
	$(BIN)/python -m reproduce.playground
	$(BIN)/python -m reproduce.instructors

pack: $(READY)
	mkdir -p _build
	$(BIN)/python -m rnngrade.authoring.pack exercises --quizzes instructors/quizzes -o _build/solutions-pack.zip

diagnoses: $(READY)
	$(BIN)/python -m tests.rnngrade.outsiders

mutation: $(READY)
	$(BIN)/python -m tests.mutation
	$(BIN)/python -m tests.playground.mutation

# torch, and what it alone brings, are left out: see TORCH.
TORCH_STACK = ^(torch|triton|nvidia-[a-z0-9-]+|cuda-[a-z]+)
RESOLVE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-header --no-annotate requirements.in
lock:
	test -x $(BIN)/uv || $(BIN)/pip install --quiet uv
	$(RESOLVE) $$($(RESOLVE) | grep -oE '$(TORCH_STACK)' | sed 's/^/--no-emit-package /') --output-file requirements.txt

clean:
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
