import json
import re
import shutil
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.inference import prediction
from classifier.records import artifact
from tests.conftest import ROOT, write_tone


def test_the_file_and_keras_give_the_same_answer(trained, tmp_path):
    folder = shutil.copytree(trained.out / "mel", tmp_path / "mel")
    recording = artifact.example(folder)
    by_file = prediction.classify(prediction.load(folder), recording)
    (folder / "model.tflite").unlink()
    by_keras = prediction.load(folder)
    assert by_keras.source.name == "model.keras"
    assert prediction.classify(by_keras, recording).windows == pytest.approx(by_file.windows, abs=1e-4)


def test_times_cover_the_recording_and_the_recording_is_the_mean(trained, tmp_path):
    answer = prediction.classify(prediction.load(trained.out / "signal"), write_tone(tmp_path / "a b.wav", seconds=5))
    assert answer.starts.tolist() == [0, 2, 4]
    assert answer.ends.tolist() == [2, 4, 5]
    assert answer.recording == pytest.approx(answer.windows.mean(axis=0))
    assert replace(answer, thresholds={}).label == answer.labels[int(answer.recording.argmax())]
    assert replace(answer, thresholds={label: 1.0 for label in answer.labels}).label is None


def test_a_file_with_metadata_needs_no_folder(trained, tmp_path):
    path = shutil.copy(trained.out / "signal" / "model_signal_metadata.tflite", tmp_path / "alone.tflite")
    predictor = prediction.load(path)
    assert predictor.labels == ["silence", "song", "speech"]
    assert predictor.audio_format.window_length == 32_000


def test_the_dropin_fed_by_librosa_answers_like_the_raw_audio_model(trained):
    recording = artifact.example(trained.out / "mel")
    raw = prediction.classify(prediction.load(trained.out / "mel"), recording)
    for path in (trained.out / "mel", trained.out / "mel" / "model_mel_metadata.tflite"):
        dropin = prediction.classify(prediction.load_dropin(path), recording)
        assert dropin.windows == pytest.approx(raw.windows, abs=1e-4)


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


def test_many_windows_in_threads_answer_like_one_by_one(trained):
    model = prediction.LiteRT(trained.out / "signal" / "model.tflite")
    windows = np.random.default_rng(0).normal(0, 0.1, (19, 32_000)).astype("float32")
    assert np.array_equal(model.run(windows), np.concatenate([model.run(window[None]) for window in windows]))


def test_a_model_is_run_without_importing_tensorflow(trained):
    run_without_tensorflow(trained.out / "mel")


def test_yamnet_names_521_sounds_without_training_and_without_tensorflow(weights_here):
    yamnet = prediction.load("yamnet")
    assert (yamnet.audio_format.sample_rate, yamnet.audio_format.window_length) == (16_000, 15_600)
    assert (len(yamnet.labels), yamnet.labels[0], yamnet.labels[520]) == (521, "Speech", "Field recording")
    run_without_tensorflow("yamnet")


def run_without_tensorflow(model):
    program = (
        "import sys; from classifier.inference import prediction; from classifier.records import artifact\n"
        "predictor = prediction.load(sys.argv[1])\n"
        "prediction.classify(predictor, artifact.example(sys.argv[1]))\n"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, model], check=True, cwd=ROOT)


def test_a_folder_goes_before_a_published_network_of_its_name(trained, tmp_path, monkeypatch):
    shutil.copytree(trained.out / "signal", tmp_path / "yamnet")
    monkeypatch.chdir(tmp_path)
    assert prediction.load("yamnet").labels == ["silence", "song", "speech"]


@pytest.mark.parametrize("name", ["yament", "yamnet_small", "signal"])
def test_a_name_that_is_no_model_is_told_what_there_is(name, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(prediction, "TRAINED", trained.out)
    with pytest.raises(InputError, match=rf"^{name}: .* a folder of {trained.out} \(mel, signal\).*, or yamnet$"):
        prediction.load(name)
    monkeypatch.setattr(prediction, "TRAINED", tmp_path)
    with pytest.raises(InputError, match=r"\(none yet: run TrainModel.py\)"):
        prediction.load(name)


@pytest.mark.parametrize("shape", [[3], [1, 3]])
def test_a_model_of_one_input_may_leave_out_that_it_is_one(shape, tmp_path):
    model = prediction.LiteRT(write_relu(tmp_path / "relu.tflite", shape))
    assert (model.n_inputs, model.n_outputs) == (3, 3)
    assert model.run(np.array([[-1, 2, 3], [4, -5, 6]], "float32")).tolist() == [[0, 2, 3], [4, 0, 6]]


@pytest.mark.parametrize("shape", [[2, 3], [1, 1, 3], []])
def test_a_file_of_another_shape_is_refused_with_its_shape(shape, tmp_path):
    path = write_relu(tmp_path / "relu.tflite", shape)
    with pytest.raises(InputError, match=re.escape(f"takes {shape} of float32; only [1, n] or [n] of float32")):
        prediction.load(path)


def write_relu(path, shape):
    """A .tflite that sets what is below zero to zero, from a shape to the same shape."""
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    relu = schema.BuiltinOperator.RELU
    tensors = [schema.TensorT(shape=shape, name=name, buffer=0) for name in ("in", "out")]
    graph = schema.SubGraphT(tensors, [0], [1], [schema.OperatorT(0, [0], [1])])
    codes = [schema.OperatorCodeT(deprecatedBuiltinCode=relu, builtinCode=relu)]
    model = schema.ModelT(version=3, operatorCodes=codes, subgraphs=[graph], buffers=[schema.BufferT()])
    builder = flatbuffers.Builder()
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(builder.Output())
    return path


def answer_of(n_labels, thresholds=()):
    """One window of two seconds: no sound of the first label, and more of each that follows."""
    labels = [f"sound {i}, loud" for i in range(n_labels)]
    window = np.arange(n_labels) / 100
    return prediction.Answer(labels, np.zeros(1), np.full(1, 2.0), window[None], window, dict(thresholds))


def test_of_many_labels_the_most_probable_are_said(capsys):
    answer_of(9).show("model", "a.wav")
    lines = capsys.readouterr().out.splitlines()
    words = "sound 8, loud 8.0%; sound 7, loud 7.0%; sound 6, loud 6.0%; sound 5, loud 5.0%; sound 4, loud 4.0%"
    assert [lines[0], *lines[3:]] == [
        "a.wav, by model:",
        f"0.00 - 2.00 s  {words}",
        f"recording      {words}",
        "it is: sound 8, loud",
    ]


def test_of_many_labels_none_may_be_probable_enough(capsys):
    answer_of(9, {"sound 8, loud": 0.5}).show("model", "a.wav")
    assert "recording      none of them: sound 8, loud 8.0%; " in capsys.readouterr().out


def test_a_few_labels_have_a_column_each(capsys):
    answer_of(8).show("model", "a.wav")
    row = capsys.readouterr().out.splitlines()[3]
    assert row.split()[4:] == [*(f"{i}.0%" for i in range(8)), "sound", "7,", "loud"]


def test_json_has_all_of_many_labels(capsys):
    answer_of(9).show("model", "a.wav", as_json=True)
    assert len(json.loads(capsys.readouterr().out)["windows"][0]["probabilities"]) == 9
