"""Which trained model is meant where none is named."""

import json
import os

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data.provenance import DataRecord, SplitRecord
from classifier.records import artifact, choice, window_predictions
from classifier.records.audio_format import AudioFormat, make_audio_format
from classifier.records.config import RunConfig
from tests.trained_folder import write_trained


def write(folder, right, age=0, data="voices", audio_format=None, labels=("a", "b"), test=("a/3.wav",)):
    """A trained model with so many of four validation windows right, of another age in minutes."""
    audio_format = audio_format or AudioFormat()
    write_trained(
        folder,
        labels=list(labels),
        audio_format=audio_format,
        config=RunConfig(data=f"/x/{data}", window=audio_format.seconds, sample_rate=audio_format.sample_rate),
        data=DataRecord(fingerprint=f"{data} {audio_format.sample_rate}", recordings={}, skipped=[]),
        split=SplitRecord(
            by="group",
            groups=3,
            groups_in_two_splits=[],
            recordings_in_two_splits=[],
            train=["a/1.wav"],
            validation=["a/2.wav"],
            test=list(test),
        ),
    )
    targets = np.array([0, 0, 1, 1])
    named = np.where(np.arange(4) < right, targets, 1 - targets)
    predictions = {
        "probabilities": np.eye(2)[named],
        "targets": targets,
        "recordings": np.arange(4),
        "starts": np.zeros(4),
    }
    window_predictions.write(folder, {"validation": predictions, "test": predictions})
    os.utime(folder / "run.json", (1e9 - 60 * age, 1e9 - 60 * age))
    return folder


def test_the_best_by_validation_of_the_newest_data_is_taken_and_the_choice_said(tmp_path, capsys):
    write(tmp_path / "signal", right=2)
    best = write(tmp_path / "residual", right=3, age=5)
    write(tmp_path / "perfect", right=4, age=9, data="engines")
    write(tmp_path / "other_labels", right=4, age=9, labels=("a", "c"))
    write(tmp_path / "other_split", right=4, age=9, test=("a/2.wav",))
    (tmp_path / "half").mkdir()
    write(tmp_path / "mel.previous", right=4)
    assert choice.default(tmp_path) == best
    assert capsys.readouterr().err == (
        f"model: {best}, the best by validation of the newest data (voices); balanced accuracy of windows: "
        "residual 75.0%, signal 50.0%\n"
    )


def test_the_reference_model_keeps_its_role_where_the_newest_data_has_it(tmp_path):
    write(tmp_path / "signal", right=2)
    write(tmp_path / "residual", right=3)
    assert choice.default(tmp_path, "signal") == tmp_path / "signal"
    os.utime(write(tmp_path / "engine", right=1, data="engines") / "run.json", (2e9, 2e9))
    assert choice.default(tmp_path, "signal") == tmp_path / "engine"  # signal is of other data
    assert "the only one of the newest data (engines)" in choice.choose(artifact.folders(tmp_path), "signal").why


def test_models_of_another_rate_or_window_are_compared_by_recordings(tmp_path):
    write(tmp_path / "slow", right=3, audio_format=make_audio_format(5, 8000))
    write(tmp_path / "fast", right=4)
    assert choice.choose(artifact.folders(tmp_path)).why.endswith("of recordings: fast 100.0%, slow 75.0%")


def test_one_whose_predictions_are_gone_is_last_and_a_changed_one_is_read_again(tmp_path):
    (write(tmp_path / "gone", right=4) / window_predictions.FILE).unlink()
    known = write(tmp_path / "known", right=1)
    assert choice.choose(artifact.folders(tmp_path)).why.endswith("known 25.0%, gone unknown")
    for path in known.iterdir():
        path.unlink()
    known.rmdir()
    write(known, right=2, age=1)
    assert choice.choose(artifact.folders(tmp_path)).why.endswith("known 50.0%, gone unknown")


def test_without_any_the_next_step_is_named(tmp_path):
    with pytest.raises(InputError, match="holds no trained model; run TrainModel.py first, or name one with --model"):
        choice.default(tmp_path / "nowhere")
    write(tmp_path / "signal", right=1)
    with pytest.raises(InputError, match="converted .model_dropin.tflite.: run TrainModel.py --model mel"):
        choice.default(tmp_path, "mel", artifact.DROPIN)


def test_one_that_an_older_version_wrote_is_named_and_is_no_next_step(tmp_path):
    write(tmp_path / "mel", right=2)
    (tmp_path / "mel" / artifact.MODEL).touch()
    assert choice.can_choose(tmp_path)
    (tmp_path / "mel" / "run.json").write_text('{"contract": {}}')
    assert not choice.can_choose(tmp_path)
    with pytest.raises(InputError, match="mel.run.json was written by an older version; train it again"):
        choice.default(tmp_path)


def test_the_best_by_validation_is_chosen_said_and_written_down(tmp_path, capsys):
    write(tmp_path / "residual", right=3)
    write(tmp_path / "yamnet_small", right=4, age=3)
    assert choice.of_training(tmp_path, ["yamnet_small", "residual"]) == "yamnet_small"
    said = capsys.readouterr().out
    assert said.startswith(f"chosen: {tmp_path / 'yamnet_small'}, the best by validation of the newest data (voices); ")
    assert said.endswith("balanced accuracy of windows: yamnet_small 100.0%, residual 75.0%\n")
    assert json.loads((tmp_path / "auto.json").read_text())["chosen"] == "yamnet_small"
    with pytest.raises(InputError, match="holds none of mel that can be read"):
        choice.of_training(tmp_path, ["mel"])
