"""What a worker is given: the model, and the size that a recording must have there."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from classifier.core.errors import InputError
from classifier.inference import on_cluster
from classifier.inference.settings import ClassifierSettings
from classifier.scoring.decision_rule import DecisionRule
from Constants import WEIGHTS

SETTINGS = ClassifierSettings("/models/mine", "version", 0, {}, ("a", "b"), DecisionRule())


@pytest.mark.parametrize("named", ["", "/model.tflite"])
def test_a_model_travels_with_what_lies_beside_it_and_is_needed(tmp_path, named):
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in ("model.tflite", "run.json", "model.keras", "history.csv"):
        (folder / name).touch()
    predictor = SimpleNamespace(source=folder / "model.tflite")
    there, sent = on_cluster.travelling(replace(SETTINGS, model=f"{folder}{named}"), predictor)
    assert there.model == f"sent/mine{named}"
    assert sent == {f"sent/mine/{name}": folder / name for name in ("model.tflite", "run.json", "model.keras")}
    assert there.fingerprint == SETTINGS.fingerprint  # what was classified here counts there


def test_a_published_network_travels_to_where_it_is_looked_for():
    predictor = SimpleNamespace(source=WEIGHTS / "yamnet.tflite")
    there, sent = on_cluster.travelling(replace(SETTINGS, model="yamnet"), predictor)
    assert there.model == "yamnet" and sent == {"weights/yamnet.tflite": WEIGHTS / "yamnet.tflite"}


@pytest.mark.parametrize("there", [None, b"another sound"])
def test_a_recording_that_a_worker_does_not_see_ends_the_run_and_is_not_unreadable(tmp_path, there):
    path = tmp_path / "a.wav"
    path.write_bytes(b"sound")
    (call,) = on_cluster.sized([(0, str(path), "in/a.wav", SETTINGS, 1)])
    path.unlink() if there is None else path.write_bytes(there)
    with pytest.raises(InputError, match="in/a.wav is not the same on each machine .*recordings do not travel"):
        on_cluster.classify_there(*call)


def test_a_recording_that_is_nowhere_is_reported_as_on_one_machine(tmp_path):
    (call,) = on_cluster.sized([(0, str(tmp_path / "gone.wav"), "gone.wav", SETTINGS, 1)])
    outcome = on_cluster.classify_there(*call)
    assert outcome.result is None and outcome.reason
