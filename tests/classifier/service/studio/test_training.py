"""A training of Studio: what it starts from, what it is compared with, and what of the recordings it keeps."""

import json

from classifier.service.jobs.request import steps
from classifier.service.jobs.runs import Runs
from classifier.service.studio import comparing
from classifier.service.studio.data_sets import DataSets
from classifier.service.studio.training import COMPARED
from tests.conftest import CHEAPEST


def test_a_training_starts_from_the_model_before_and_keeps_no_decoded_voice(settings, tmp_path):
    folder = DataSets(settings).make("birds").folder
    args = {"dataset_directory": "birds", "layout": "annotations", "start": "/out/a", "compare": "/out/a"}
    args |= {"unlabelled": "negatives"}
    runs = Runs(tmp_path)
    train, convert, describe, silence, compare = steps(runs.add(CHEAPEST, args, folder), tmp_path)
    runs.close()
    assert {"--from=/out/a", "--no-cache", "--layout=annotations", "--unlabelled=negatives"} <= set(train.command)
    assert not any(argument.startswith(("--compare", "--start")) for argument in train.command)
    assert compare.command[-3:] == ["/out/a", str(tmp_path / "trained" / CHEAPEST), str(folder)]
    assert compare.private and not convert.private
    assert silence.command[-1] == compare.command[-2]


def test_models_that_cannot_be_compared_are_no_error_of_the_training(tmp_path):
    comparing.main(tmp_path / "gone", tmp_path, tmp_path)
    found = json.loads((tmp_path / COMPARED).read_text())
    assert (found["verdict"], found["now"]) == ("cannot tell yet", None)
    assert "gone" in found["why"]


def test_nothing_is_trained_on_before_something_is_labelled(birds, tone):
    assert birds.ask("GET", "train/")["run"] is None
    birds.add(tone)
    assert "nothing is labelled" in birds.ask("POST", "train/", 409, architecture=CHEAPEST)["message"]
    assert birds.ask("POST", "train/", 422, architecture=CHEAPEST, unlabelled="maybe")["status"] == "error"
    assert birds.ask("POST", "model/", 404, model="..")["status"] == "error"


def test_the_audit_says_what_is_wrong_as_recordings_come(birds, tone):
    assert birds.ask("GET", "warnings/") == {"warnings": [], "current": True}
    birds.add(tone, label="call")
    birds.add(tone, "tuesday.wav", label="song")
    found = birds.ask("GET", "warnings/")
    (few, twice) = [(of["what"], of["names"]) for of in found["warnings"] if "more than once" not in of["what"]]
    assert few[0].startswith("too few recordings") and few[1] == ["call (1)", "song (1)"]
    assert "the same audio under two labels" in twice[0] and "monday.wav" in twice[1][0]
