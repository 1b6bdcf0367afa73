import json
import shutil

import numpy as np
import pytest

from classifier.data import audio_cache, clips
from classifier.evaluation import trained_models
from classifier.export import variants
from classifier.inference.litert import LiteRT
from classifier.records import artifact, heard
from classifier.records.conversion import VARIANTS, Comparison, Count, Variant
from tests.conftest import CHEAPEST, write_data, write_tone
from tests.test_train_model import train


def test_variants_are_smaller_and_predict_what_keras_predicts(trained):
    model = artifact.load(trained.out / "mel")
    files = model.variants.files
    assert list(files) == list(VARIANTS)
    sizes = [of.bytes for of in files.values()]
    assert sizes[1] < 0.6 * sizes[0]
    assert max(sizes[2:]) < 0.35 * sizes[0]
    for of in files.values():
        assert of.refused == {}
        assert of.milliseconds[1][0] <= of.milliseconds[1][1]
        assert of.arena > 32_000 * 4
        assert of.test.windows.n == len(model.predictions("test")["targets"])
    exact = files["float32"].test
    assert (exact.changed, exact.accuracy_lost) == (0, 0)
    assert exact.largest_change < 1e-4
    assert {"windows": exact.windows.right, "recordings": exact.recordings.right} == {
        what: model.record.scores.by(what).right for what in ("windows", "recordings")
    }


def files(**variants):
    """Variants as measured: bytes, what they lose of the validation split, who refuses them, labels changed."""
    return {
        variant: Variant(
            bytes=size,
            validation=None if lost is None else Comparison(Count(9, 9), Count(9, 9), lost, sum(changed), 0.0),
            test=None,
            milliseconds={},
            arena=0,
            refused=refused,
        )
        for variant, (size, lost, refused, *changed) in variants.items()
    }


def test_the_smallest_that_loses_half_a_point_at_most_is_recommended():
    found = files(float32=(100, 0.0, {}), float16=(50, 0.005, {}), dynamic=(25, 0.006, {}))
    assert variants.recommended(found) == "float16"
    found |= files(dynamic=(25, -0.02, {}))
    assert variants.recommended(found) == "dynamic"


def test_of_two_that_are_as_small_the_one_that_changes_fewer_labels_is_recommended():
    found = files(float32=(100, 0.0, {}), dynamic=(26, 0.0, {}, 1), int8=(25, 0.0, {}, 9))
    assert variants.recommended(found) == "dynamic"
    assert variants.recommended(found | files(int8=(24, 0.0, {}, 9))) == "int8"


def test_what_a_runtime_refuses_or_nobody_has_tested_is_not_recommended():
    refused = {"Task Library": "it does not know FULLY_CONNECTED version 12"}
    assert variants.recommended(files(float32=(100, 0.0, {}), int8=(25, 0.0, refused))) == "float32"
    assert variants.recommended(files(float32=(100, None, {}), int8=(25, None, {}))) == "float32"


def test_a_file_is_compared_with_keras_window_by_window():
    targets, recordings = np.array([0, 0, 1, 1]), np.array([0, 0, 1, 1])
    by_keras = np.array([[0.9, 0.1], [0.4, 0.6], [0.2, 0.8], [0.3, 0.7]])
    by_file = np.array([[0.9, 0.1], [0.6, 0.4], [0.6, 0.4], [0.55, 0.45]])
    held = {"probabilities": by_keras, "targets": targets, "recordings": recordings}
    found = variants.compared(by_file, held, ["a", "b"])
    assert found.windows == Count(n=4, right=2)
    assert found.recordings == Count(n=2, right=1)
    assert found.accuracy_lost == pytest.approx(0.25)
    assert found.changed == 3
    assert found.largest_change == pytest.approx(0.4)
    assert found.scores.windows.confusion == [[2, 0], [2, 0]]


def test_data_that_has_changed_is_not_compared(trained, tmp_path, capsys):
    folder = shutil.copytree(trained.out / "signal", tmp_path / "signal")
    run = json.loads((folder / "run.json").read_text())
    run["split"]["test"] = run["split"]["test"][1:]
    (folder / "run.json").write_text(json.dumps(run))
    found = variants.measure(artifact.load(folder))
    assert found.files["float32"].test is None
    assert found.files["float32"].validation.changed == 0
    assert "signal: the recordings to test have changed; no file is compared on them" in capsys.readouterr().err


def test_a_refitted_model_is_measured_by_its_held_out_twin_and_compared_with_itself_alone(tmp_path):
    data = write_data(tmp_path / "data", n=10)  # one window that int8 decides otherwise is less than a tenth
    train(data, tmp_path / "out", "--refit", "all", epochs=2)
    trained = artifact.load(tmp_path / "out" / CHEAPEST)
    variants.write(trained)
    found, held_out = trained.variants, trained.held_out.variants
    assert list(found.files) == list(held_out.files)
    for variant, of in found.files.items():
        assert (of.validation, of.test) == (held_out.files[variant].validation, held_out.files[variant].test)
        assert of.bytes == (trained.folder / VARIANTS[variant]).stat().st_size
    assert found.files["float32"].test.scores == trained.shipped_scores()[0] == trained.record.scores
    windows = np.random.default_rng(0).normal(0, 0.1, (3, 32_000)).astype("float32")
    for of in (trained, trained.held_out):
        predicted = LiteRT(of.folder / artifact.TFLITE).run(windows)
        assert predicted == pytest.approx(artifact.load_keras(of).predict(windows, verbose=0), abs=1e-4)
    files = [(of.folder / artifact.TFLITE).read_bytes() for of in (trained, trained.held_out)]
    assert files[0] != files[1]
    known = audio_cache.read(clips.read_clips(data), data, 16_000, keep=False)
    assert trained_models.seen_in_training(trained.folder, known) == {"train": 20, "validation": 0}
    for path in (trained.folder, trained.folder / artifact.TFLITE):
        twin = trained_models.held_out_in_place_of(path, known)
        assert twin == trained.folder / artifact.HELD_OUT / path.relative_to(trained.folder)
    new = tmp_path / "new"
    for i in range(6):
        write_tone(new / ("high tone", "low tone")[i % 2] / f"{i}.wav", hertz=333 + 50 * i)
    unheard = audio_cache.read(clips.read_clips(new), new, 16_000, keep=False)
    assert trained_models.held_out_in_place_of(trained.folder, unheard) is None
    sentence = heard.note(trained.folder, trained.test_recordings()[0])
    assert sentence.endswith("heldout is the model that was tested")
    assert heard.note(trained.folder, write_tone(tmp_path / "new.wav")) == ""
    assert heard.note(trained.held_out.folder, trained.test_recordings()[0]) == ""
