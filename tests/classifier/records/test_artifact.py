import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.export.config import CheckConfig
from classifier.inference.predictor import find_model
from classifier.records import artifact, heard, window_predictions
from classifier.records.config import RunConfig
from classifier.records.run_record import Refit
from classifier.service.catalogue import Catalogue
from classifier.service.settings import Settings
from tests.trained_folder import write_trained


@pytest.fixture
def copy(trained, tmp_path):
    return shutil.copytree(trained.out / "signal", tmp_path / "signal")


def edit(copy, change):
    run = json.loads((copy / "run.json").read_text())
    change(run)
    (copy / "run.json").write_text(json.dumps(run))


def test_a_model_trained_under_another_constant_is_refused(copy):
    edit(copy, lambda run: run["audio_format"].update(n_mels=64))
    with pytest.raises(InputError, match="trained with n_mels = 64, Constants.py says 128"):
        artifact.load(copy)


def test_another_audio_format_is_welcome_when_the_run_asked_for_it(copy):
    def change(run):
        run["config"]["window"] = 1.0
        run["audio_format"] |= {"window_length": 16_000, "n_fft": 1024, "hop_length": 256}

    edit(copy, change)
    assert artifact.load(copy).audio_format.seconds == 1


def test_a_refitted_model_shows_the_figures_of_its_held_out_twin_and_none_without_it(tmp_path):
    refit = Refit(splits=["train", "validation", "test"], recordings=3, windows=9, steps=40, seconds=1.0)
    folder = write_trained(tmp_path / "mel", refit=refit)
    trained = artifact.load(folder)
    assert trained.record.refit == refit
    for wanted in (lambda: trained.held_out, lambda: trained.predictions("test")):
        with pytest.raises(InputError, match="mel has no heldout/, whose figures it shows; train it again"):
            wanted()
    write_trained(folder / "heldout", model="mel")
    assert artifact.figures(folder) == trained.held_out.folder == folder / "heldout"
    assert trained.held_out.record.refit is None
    assert artifact.folders(tmp_path) == [folder]
    assert heard.held_out_twin(folder) == folder / "heldout"
    assert heard.held_out_twin(folder / "model.tflite") is None
    (folder / "heldout" / "model.tflite").touch()
    assert heard.held_out_twin(folder / "model.tflite") == folder / "heldout" / "model.tflite"
    assert heard.held_out_twin(folder / "heldout") is None


@pytest.mark.parametrize("missing", ["run.json", "model.keras"])
def test_a_half_written_folder_is_refused(copy, missing):
    (copy / missing).unlink()
    with pytest.raises(InputError, match=f"half written.*{missing} missing"):
        artifact.load(copy)


def test_a_damaged_run_is_refused(copy):
    (copy / "run.json").write_text("{")
    with pytest.raises(InputError, match="run.json is damaged"):
        artifact.load(copy)


def test_what_is_not_trained_is_named(trained, tmp_path):
    assert [model.name for model in artifact.trained(trained.out)] == ["mel", "signal"]
    with pytest.raises(InputError, match="no trained 'zoo', only mel, signal"):
        artifact.trained(trained.out, "signal,zoo")
    with pytest.raises(InputError, match="holds no trained model; run TrainModel.py first"):
        artifact.trained(tmp_path)


def test_what_a_model_learnt_from_is_not_what_it_was_tested_on(trained):
    model = artifact.load(trained.out / "mel")
    learnt, held_out = model.training_recordings(), model.test_recordings()
    assert learnt
    assert not set(learnt) & set(held_out)


def test_the_example_is_a_recording_held_out_in_training(trained):
    model = artifact.load(trained.out / "mel")
    assert artifact.example(model.folder) == model.test_recordings()[0]
    assert artifact.example(model.folder / "model.tflite") == model.test_recordings()[0]


def test_scores_are_those_of_the_file_for_the_app_and_of_keras_before_there_is_one(trained, tmp_path):
    model = artifact.load(shutil.copytree(trained.out / "mel", tmp_path / "mel"))
    variants = model.variants
    scores, variant = model.shipped_scores()
    assert variant == variants.for_app and scores == variants.files[variant].test.scores
    (model.folder / "variants.json").unlink()
    assert model.shipped_scores() == (model.record.scores, "")


def test_a_model_that_was_replaced_is_in_no_list(tmp_path):
    for name in ("mel", "mel.previous", ".hidden"):
        write_trained(tmp_path / name, model="mel")
    assert [folder.name for folder in artifact.folders(tmp_path)] == ["mel"]
    assert [model.folder for model in artifact.trained(tmp_path)] == [tmp_path / "mel"]
    with pytest.raises(InputError, match="only mel"):
        artifact.trained(tmp_path, "mel.previous")
    with pytest.raises(InputError, match=r"name a folder of .* \(mel\)"):
        find_model("mel.previous", tmp_path)
    (tmp_path / "mel.previous" / artifact.TFLITE).touch()
    (tmp_path / "mel.previous" / "model_mel_metadata.tflite").touch()
    assert Catalogue(Settings(out=tmp_path)).models()[1] == {}
    with pytest.raises(InputError, match="holds no .tflite with metadata"):
        CheckConfig(files=(), trained=tmp_path, recording=None).paths()
    assert find_model(tmp_path / "mel.previous") == tmp_path / "mel.previous"  # by its path it is still there


@pytest.mark.parametrize("more", [{"negatives": "city"}, {"unlabelled": "negatives"}])
def test_negatives_that_no_output_learns_have_predictions_of_their_own(more, tmp_path):
    config = RunConfig(data="data", window=1.5, negatives_as="threshold", **more)
    trained = artifact.load(write_trained(tmp_path / "mel", config=config))
    rows = {
        name: np.zeros((2, 2)) if name == "probabilities" else np.arange(2) for name in window_predictions.OF_WINDOWS
    }
    window_predictions.write(trained.folder, {"test": rows, "test_negatives": rows})
    assert trained.negatives("test")["recordings"].tolist() == [0, 1]
    learned = artifact.load(write_trained(tmp_path / "learned", config=replace(config, negatives_as="output")))
    assert learned.negatives("test") is None
