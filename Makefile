# make        the environment, then every step on data_short; ends with the files to copy into an app
# make test   lint and tests
# make clean  what was made

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3.13 python3,$(shell command -v $(name) 2>/dev/null)))
RUN := .venv/bin/python

.PHONY: all environment test clean

all: environment
	$(RUN) TrainModel.py --data data_short --group-by '^([^_]+)_'
	$(RUN) ConvertModelToTFLite.py
	$(RUN) WriteMetadataToModel.py
	$(RUN) TestSignalModel.py
	$(RUN) TestMelSpecModel.py
	$(RUN) PlotSignalMelSpec.py
	$(RUN) -m classifier.reporting.tables

environment: .venv/installed

.venv/installed: requirements.txt
	@echo "installing TensorFlow and the others into .venv; this takes some minutes ..."
	$(PYTHON) -m venv .venv
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	touch $@

.venv/tests_installed: .venv/installed tests/requirements.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check -r tests/requirements.txt
	touch $@

# for the tests of the page, which are skipped without it
.PHONY: browser
browser:
	@command -v chromium >/dev/null || { echo "installing chromium for the tests ..."; \
		(apt-get -qq update && apt-get -qq install -y chromium) >/dev/null 2>&1; } || echo "chromium cannot be installed here"

test: .venv/tests_installed browser
	$(RUN) -m ruff check .
	$(RUN) -m ruff format --check .
	$(RUN) -m pytest

clean:
	rm -rf .venv trained evaluated boosted gallery cache served classified sample_signal.png
