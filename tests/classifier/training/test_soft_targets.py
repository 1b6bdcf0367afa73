"""A student learns what its teacher says, window by window, as the recipe alters them."""

from dataclasses import replace

import numpy as np
import pytest

from classifier.core import console
from classifier.records import artifact, teachers
from classifier.records.recipe import FIELD
from tests.conftest import CHEAPEST, write_data
from tests.test_train_model import run_of, train

console.import_tensorflow()
from classifier.training import fit, soft_targets  # noqa: E402

LABELS = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], "float32")
TEACHER = np.array([[0.5, 0.25, 0.25], [0.0, 0.0, 0.0]], "float32")  # of digital silence it says nothing
STUDENT = np.array([[0.25, 0.25, 0.5], [0.2, 0.7, 0.1]], "float32")


def loss_of(targets, weight, temperature):
    recipe = replace(FIELD, teacher_weight=weight, teacher_temperature=temperature)
    return np.asarray(fit.loss(recipe)(targets, STUDENT))


def test_the_loss_is_that_of_the_labels_where_a_teacher_weighs_nothing_or_says_nothing():
    both = np.concatenate([LABELS, TEACHER], axis=1)
    expected = -np.log([0.25, 0.7])
    assert loss_of(both, 0.0, 2.0) == pytest.approx(expected, abs=1e-5)
    assert loss_of(LABELS, 0.5, 2.0) == pytest.approx(expected, abs=1e-5)  # of validation
    assert loss_of(both, 0.5, 2.0)[1] == pytest.approx(expected[1] / 2, abs=1e-5)


@pytest.mark.parametrize("temperature", [1.0, 2.0, 5.0])
def test_the_teachers_part_is_the_cross_entropy_of_softened_probabilities(temperature):
    def softened(values):
        powers = values.astype(float) ** (1 / temperature)
        return powers / powers.sum()

    expected = -(softened(TEACHER[0]) * np.log(softened(STUDENT[0]))).sum() * temperature**2
    assert loss_of(np.concatenate([LABELS, TEACHER], axis=1), 1.0, temperature)[0] == pytest.approx(expected, abs=1e-4)


def test_accuracy_is_that_of_the_labels():
    said = np.asarray(soft_targets.accuracy(np.concatenate([LABELS, TEACHER], axis=1), STUDENT))
    assert said.tolist() == [0, 1]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    return write_data(tmp_path_factory.mktemp("taught") / "data")


@pytest.fixture(scope="module")
def teacher(data):
    train(data, data.parent / "trained")
    return artifact.load(data.parent / "trained" / CHEAPEST)


@pytest.fixture(scope="module")
def taught(data, teacher):
    out = data.parent / "taught"
    return out, *train(data, out, "--teacher", teacher.folder)


def test_a_teacher_with_labels_in_another_order_is_put_in_that_of_the_student(teacher):
    length = teacher.audio_format.window_length
    windows = np.random.default_rng(0).normal(0, 0.1, (2, length)).astype("float32")
    own, other = (soft_targets.Teaching(teacher, labels) for labels in (teacher.labels, teacher.labels[::-1]))
    assert not np.allclose(own.probabilities(windows)[:, 0], own.probabilities(windows)[:, 1])
    assert np.allclose(own.probabilities(windows), other.probabilities(windows)[:, ::-1])


def test_a_student_learns_another_way_than_without_and_says_of_whom(taught, teacher):
    out, _, said = taught
    assert "it learns from the probabilities of" in said and "(50% of the loss, at temperature 2)" in said
    run = run_of(out)
    assert run["teacher"]["model"] == CHEAPEST
    assert run["teacher"]["fingerprint"] == teachers.fingerprint(teacher.folder)
    assert set(run["teacher"]["train"]) == {teacher.record.split.sounds[name] for name in teacher.record.split.train}
    assert (run["recipe"]["teacher_weight"], run["recipe"]["teacher_temperature"]) == (0.5, 2)
    student = artifact.load(out / CHEAPEST)
    assert student.record.split == teacher.record.split  # same seed: without a teacher it would be the teacher
    assert not np.allclose(student.predictions("test")["probabilities"], teacher.predictions("test")["probabilities"])


def test_a_teacher_that_heard_the_test_split_is_refused(data, teacher, tmp_path):
    said = train(data, tmp_path / "trained", "--teacher", teacher.folder, "--fold", 2, expect=1)[1]
    assert "so the student's score would flatter: train a teacher with the same" in said
    assert not (tmp_path / "trained").exists()


def test_a_student_does_not_take_its_teachers_place(data, taught):
    said = train(data, taught[0], "--teacher", CHEAPEST, expect=1)[1]
    assert "the student would take its place; name another folder with --trained" in said
