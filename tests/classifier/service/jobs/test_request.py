"""What a client may choose for a training."""

from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.records import artifact
from classifier.service.jobs.folders import JobFolders
from classifier.service.jobs.request import TrainingRequest, steps
from classifier.service.jobs.runs import Runs
from classifier.service.settings import NotFound, Settings


@pytest.mark.parametrize(
    ("args", "error", "complaint"),
    [
        ({"epochs": 0}, InputError, "epochs is '0'; give a whole number from 1 to 1000"),
        ({"epochs": 1001}, InputError, "epochs is '1001'"),
        ({"max_minutes": 0}, InputError, "max_minutes is '0'; give a whole number from 1 to 10000"),
        ({"epochs": True}, InputError, "epochs is 'True'"),
        ({"fold": "1; rm -rf"}, InputError, "fold is"),
        ({"seed": 2**32}, InputError, "seed is"),
        ({"group_by": "("}, InputError, "is not a regular expression"),
        ({"group_by": "a{99999999999999999999}(b)"}, InputError, "is not a regular expression"),
        ({"group_by": "^a+_"}, InputError, "has no pair of parentheses"),
        ({"group_by": "(a)" * 67}, InputError, "takes up to 200 printable characters"),
        ({"group_by": "(a)\0"}, InputError, "takes up to 200 printable characters"),
        ({"group_by": 3}, InputError, "give text"),
        ({"initial_lr": "fast"}, InputError, "initial_lr is 'fast'; give a number from 1e-07 to 1"),
        ({"initial_lr": float("nan")}, InputError, "give a number"),
        ({"batch_size": 0}, InputError, "batch_size is '0'; give a whole number"),
        ({"layout": "../registry"}, NotFound, "there is no layout"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(args, error, complaint):
    with pytest.raises(error) as refused:
        TrainingRequest(**args)
    assert complaint in str(refused.value)
    assert type(refused.value) is error


def test_a_request_has_no_other_fields():
    with pytest.raises(TypeError):
        TrainingRequest(out="/etc")


@pytest.mark.parametrize("uploaded", [False, True])
def test_a_training_is_three_scripts_and_an_upload_is_decoded_once(tmp_path, uploaded):
    runs = Runs(tmp_path)
    request = TrainingRequest("tones", epochs=3, initial_lr=0.01)
    run = runs.add("signal", request.as_args(), Path("/data/tones"), uploaded)
    runs.close()
    train, convert, describe = steps(run, tmp_path)
    assert [step.name for step in (train, convert, describe)] == [
        "TrainModel.py",
        "ConvertModelToTFLite.py",
        "WriteMetadataToModel.py",
    ]
    assert {"--data=/data/tones", "--epochs=3", "--resume", f"--trained={tmp_path}/trained"} <= set(train.command)
    assert '--recipe={"learning_rate": 0.01}' in train.command
    assert ("--no-cache" in train.command) == uploaded
    (tmp_path / "trained" / "signal").mkdir(parents=True)
    assert steps(run, tmp_path) == [convert, describe]


def test_auto_trains_a_few_and_goes_on_with_the_one_that_was_chosen(tmp_path):
    runs, folders = Runs(tmp_path), JobFolders(Settings(home=tmp_path, out=tmp_path / "out"))
    run = runs.add("auto", TrainingRequest("tones", max_minutes=5).as_args(), Path("/data/tones"))
    runs.close()
    work = folders.work(run.uuid)
    train, *after = steps(run, work)
    assert {"--model=auto", "--max-minutes=5"} <= set(train.command)
    assert all("--model=auto" in step.command for step in after)  # what it has chosen
    assert folders.trained(run.uuid, "auto").name == "auto"
    (work / "trained").mkdir(parents=True)
    (work / "trained" / artifact.CHOSEN).write_text('{"chosen": "residual"}')
    assert steps(run, work) == after
    assert folders.trained(run.uuid, "auto").name == "residual"
