import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from classifier import artifact, prediction
from Constants import InputError
from tests.conftest import ROOT, write_tone


def test_the_file_and_keras_give_the_same_answer(trained, tmp_path):
    folder = shutil.copytree(trained.out / "mel", tmp_path / "mel")
    recording = artifact.example(folder)
    by_file = prediction.classify(prediction.load(folder), recording)
    (folder / "model.tflite").unlink()
    by_keras = prediction.load(folder)
    assert by_keras.source.name == "model.keras"
    assert prediction.classify(by_keras, recording).pieces == pytest.approx(by_file.pieces, abs=1e-4)


def test_times_cover_the_recording_and_the_recording_is_the_mean(trained, tmp_path):
    answer = prediction.classify(prediction.load(trained.out / "signal"), write_tone(tmp_path / "a b.wav", seconds=5))
    assert answer.starts.tolist() == [0, 2, 4]
    assert answer.ends.tolist() == [2, 4, 5]
    assert answer.recording == pytest.approx(answer.pieces.mean(axis=0))
    assert replace(answer, thresholds={}).label == answer.labels[int(answer.recording.argmax())]
    assert replace(answer, thresholds={label: 1.0 for label in answer.labels}).label is None


def test_a_file_with_metadata_needs_no_folder(trained, tmp_path):
    path = shutil.copy(trained.out / "signal" / "model_signal_metadata.tflite", tmp_path / "alone.tflite")
    predictor = prediction.load(path)
    assert predictor.labels == ["silence", "song", "speech"]
    assert predictor.contract.piece_length == 32_000


def test_the_dropin_fed_by_librosa_answers_like_the_raw_audio_model(trained):
    recording = artifact.example(trained.out / "mel")
    raw = prediction.classify(prediction.load(trained.out / "mel"), recording)
    for path in (trained.out / "mel", trained.out / "mel" / "model_mel_metadata.tflite"):
        dropin = prediction.classify(prediction.load_dropin(path), recording)
        assert dropin.pieces == pytest.approx(raw.pieces, abs=1e-4)


def test_a_raw_audio_file_is_no_dropin(trained):
    with pytest.raises(InputError, match="it is no drop-in"):
        prediction.load_dropin(trained.out / "mel" / "model_mel_audio_metadata.tflite")
    with pytest.raises(InputError, match="signal has no drop-in.*use TestSignalModel.py"):
        prediction.load_dropin(trained.out / "signal")


def test_what_is_no_model_is_named(tmp_path):
    (tmp_path / "text.tflite").write_text("this is no model")
    with pytest.raises(InputError, match="text.tflite is no model that LiteRT can load"):
        prediction.load(tmp_path / "text.tflite")
    with pytest.raises(InputError, match="nowhere.tflite: there is no such model"):
        prediction.load(tmp_path / "nowhere.tflite")
    with pytest.raises(InputError, match="nowhere: there is no trained model"):
        prediction.load(tmp_path / "nowhere")


def test_many_pieces_in_threads_answer_like_one_by_one(trained):
    model = prediction.LiteRT(trained.out / "signal" / "model.tflite")
    pieces = np.random.default_rng(0).normal(0, 0.1, (19, 32_000)).astype("float32")
    assert np.array_equal(model.run(pieces), np.concatenate([model.run(piece[None]) for piece in pieces]))


def test_a_model_is_run_without_importing_tensorflow(trained):
    program = (
        "import sys; from classifier import artifact, prediction\n"
        "predictor = prediction.load(sys.argv[1])\n"
        "prediction.classify(predictor, artifact.example(sys.argv[1]))\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, trained.out / "mel"], check=True, cwd=ROOT)


def test_a_file_of_another_shape_is_refused_with_its_shape(shared_data):
    path = shared_data / "weights" / "yamnet_audio_classifier_with_metadata.tflite"
    with pytest.raises(InputError, match=r"takes \[15600\] of float32; only \[1, n\]"):
        prediction.load(path)
