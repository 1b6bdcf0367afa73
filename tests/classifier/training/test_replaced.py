"""What a training says, before TensorFlow is loaded, of the model that is in its folder already."""

from dataclasses import replace

import pytest

from classifier.core.errors import InputError
from classifier.data.provenance import DataRecord
from classifier.records.config import RunConfig
from classifier.records.training_config import TrainingConfig
from classifier.training import data as training_data
from classifier.training import replaced
from Constants import DATA_SHORT
from tests.conftest import write_data
from tests.trained_folder import write_trained

LABELS = ["high tone", "low tone"]


@pytest.fixture
def config(tmp_path):
    data = write_data(tmp_path / "data", n=3)
    return TrainingConfig(data=str(data), models=("mel", "signal"), trained=tmp_path / "trained", cache=False)


@pytest.fixture
def data(config):
    return training_data.load(config)


def of(fingerprint):
    return DataRecord(fingerprint=fingerprint, recordings={}, skipped=[])


def test_one_of_other_data_is_kept_and_one_of_the_same_replaced(config, data, capsys):
    mel = write_trained(config.trained / "mel", labels=data.labels, data=of("of other data"))
    same = next(iter(data.audio.values())).fingerprint
    signal = write_trained(config.trained / "signal", labels=data.labels, data=of(same))
    replaced.check(config, data)
    assert capsys.readouterr().err.splitlines() == [
        f"{mel} is there already, of other data: it stays until the new one is whole, and is then kept as "
        f"{mel}.previous",
        f"{signal} is there already: it stays until the new one is whole, and is then replaced, with its files for "
        "the app",
    ]
    assert replaced.previous(config, data, "mel").name == "mel.previous"
    assert replaced.previous(config, data, "signal") is None


@pytest.mark.parametrize("run", [None, "{}", "of before"])
def test_one_that_does_not_say_what_it_is_of_is_kept(config, data, run, capsys):
    (config.trained / "mel").mkdir(parents=True)
    if run:
        (config.trained / "mel" / "run.json").write_text(run)
    replaced.check(config, data)
    assert "mel is there already, and does not say of which data: it stays until" in capsys.readouterr().err
    assert replaced.previous(config, data, "mel").name == "mel.previous"


def test_a_demonstration_is_kept_aside_whatever_its_labels_are(config, data, capsys):
    """The first training on one's own recordings follows `make`, and must not end in an error."""
    of_make = RunConfig(data=str(DATA_SHORT))
    write_trained(config.trained / "mel", labels=["silence", "song"], data=of("of data_short"), config=of_make)
    replaced.check(config, data)
    assert capsys.readouterr().err.rstrip().endswith(f"is then kept as {config.trained / 'mel.previous'}")
    assert replaced.previous(config, data, "mel").name == "mel.previous"


@pytest.mark.parametrize(
    ("labels", "said"), [(["dog", "cat"], "other labels (dog, cat; now"), (LABELS[::-1], "the same labels in another")]
)
def test_one_of_other_labels_is_not_replaced_unless_the_person_says_so(config, data, labels, said, capsys):
    write_trained(config.trained / "signal", labels=labels)
    with pytest.raises(InputError) as error:
        replaced.check(config, data)
    assert said in str(error.value) and str(error.value).endswith("to keep both, or --overwrite to replace it")
    replaced.check(replace(config, overwrite=True), data)
    assert replaced.previous(replace(config, overwrite=True), data, "signal") is None
