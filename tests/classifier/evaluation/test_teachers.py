"""The teacher of each fold."""

from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.evaluation import teachers
from classifier.evaluation.config import EvaluationConfig
from classifier.evaluation.cross_validation import FoldTraining
from classifier.records.config import RunConfig
from tests.trained_folder import write_trained


def training(model="signal", fold=0, out="fold_0", **changes):
    config = RunConfig(data="data", fold=fold, teacher="mel", recipe='{"masks": 0.1}', **changes)
    return FoldTraining(model, config, Path("/tmp") / out, {"train": ["a"]})


def test_each_fold_has_a_teacher_that_learns_by_its_own_recipe_from_the_same_recordings():
    trainings = [training(), training("residual"), training(fold=1, out="fold_1"), training(out="fold_0_share_0.5")]
    first, then = teachers.by_name(trainings, "mel")
    assert [one.folder.name for one in first] == ["mel"] * 3  # the students of a fold share theirs
    assert [one.out.name for one in first] == ["fold_0_teacher", "fold_1_teacher", "fold_0_share_0.5_teacher"]
    assert all(one.config.teacher is None and one.config.recipe is None for one in first)
    assert [one.config.fold for one in first] == [0, 1, 0] and first[0].split == trainings[0].split
    assert [one.config.teacher for one in then] == [str(first[i].folder) for i in (0, 0, 1, 2)]
    assert {one.teacher for one in then} == {"mel"}
    assert [one.folder for one in then] == [one.folder for one in trainings]
    flags = then[0].command(Path("labels.txt"))
    assert f"--teacher={first[0].folder}" in flags and not [flag for flag in flags if flag.startswith("--resume")]


def test_a_head_as_a_teacher_learns_from_recordings_as_they_are():
    first, _ = teachers.by_name([training(background_noise="rain")], "yamnet_transfer")
    assert first[0].config.background_noise is None


def test_an_evaluated_folder_teaches_fold_by_fold(tmp_path):
    for fold in (0, 1):
        write_trained(tmp_path / f"fold_{fold}" / "mel")
    write_trained(tmp_path / "fold_0_teacher" / "residual")
    assert teachers.found(str(tmp_path)) == teachers.found(str(tmp_path / "mel")) == (tmp_path, "mel")
    trainings = [training(), training(fold=1, out="fold_1")]
    taught = teachers.by_folder(trainings, tmp_path, "mel")
    assert [one.config.teacher for one in taught] == [str(tmp_path / f"fold_{fold}" / "mel") for fold in (0, 1)]
    with pytest.raises(InputError, match="there is no fold_2/mel: evaluate mel on the same folds"):
        teachers.by_folder([training(fold=2, out="fold_2")], tmp_path, "mel")
    write_trained(tmp_path / "fold_1" / "signal")
    with pytest.raises(InputError, match="holds folds of several models: give one of .*mel, .*signal"):
        teachers.found(str(tmp_path))
    assert teachers.name(str(tmp_path / "signal")) == "signal"
    with pytest.raises(InputError, match="name a model to train on each fold first"):
        teachers.found(str(tmp_path / "nothing"))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"teacher": "melon"}, "name a model to train on each fold first"),
        ({"teacher": "multilevel_attention"}, "a teacher hears what its student hears"),
        ({"teacher": "mel", "scheduler": "tcp://10.0.0.1:1", "out": "s3://bucket/out"}, "give --out a path"),
        ({"teacher": "mel", "paper": True}, "leave out --teacher"),
        ({"recipe": '{"teacher_weight": 0.3}'}, "there is no teacher: name one with --teacher"),
        ({"teacher": "mel", "recipe": '{"teacher_weight": 3}'}, "teacher_weight 3: give a share of the loss"),
        ({"teacher": "mel", "recipe": '{"teacher_temperature": 0}'}, "more than 0"),
    ],
)
def test_what_cannot_teach_is_said_before_anything_is_read(changes, complaint):
    with pytest.raises(InputError, match=complaint):
        EvaluationConfig(model="signal", data="data", **changes).check()
