# make            the environment, then every step on data_short; ends with the files to copy into an app
# make REFIT=all  the same; the models that ship are trained again on all recordings, which takes about twice as long
# make test       lint and tests
# make test-fast  ruff and the tests that need no TensorFlow: under a minute
# make lint       ruff, types, the order of imports, and whether the requirements can be had on each system and Python
# make clean      what was made
# PYTHON=...      the Python to make the environment with: 3.11, 3.12 or 3.13

RUN := .venv/bin/python
REFIT := none
export PYTHON

.PHONY: all environment tests-environment ruff lint test test-fast docs clean

all: environment
	$(RUN) TrainModel.py --data data_short --group-by '^([^_]+)_' --refit $(REFIT)
	$(RUN) ConvertModelToTFLite.py
	$(RUN) WriteMetadataToModel.py
	$(RUN) TestSignalModel.py
	$(RUN) TestMelSpecModel.py
	$(RUN) PlotSignalMelSpec.py
	$(RUN) -m classifier.reporting.tables

environment:
	@tools/make_environment.sh

tests-environment:
	@tools/make_environment.sh tests

# for the tests of the page and of proxies, which are skipped without them
.PHONY: programs
programs:
	@for program in chromium nginx caddy; do PATH=$$PATH:/usr/sbin command -v $$program >/dev/null || { echo "installing $$program for the tests ..."; \
		(apt-get -qq update && apt-get -qq install -y --no-install-recommends $$program) >/dev/null 2>&1; } || echo "$$program cannot be installed here"; done

ruff: tests-environment
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .

lint: ruff
	$(RUN) -m ty check
	.venv/bin/lint-imports
	@UV="$(RUN) -m uv" tools/resolve_requirements.sh

test: lint programs
	$(RUN) -m pytest

test-fast: ruff
	WITHOUT_TENSORFLOW=1 $(RUN) -m pytest $$(cat tests/fast.txt)

docs: environment
	$(RUN) -m tools.make_docs

clean:
	rm -rf .venv trained evaluated boosted gallery cache served classified found suggested web sample_signal.png
