import json
import re
import shutil
import subprocess
import sys

import pytest

from classifier.core.errors import InputError
from classifier.export.metadata import Facts, write_with_schema
from classifier.inference.prediction import predict_recording
from classifier.inference.predictor import find_model, load_dropin, load_predictor
from classifier.records import artifact
from tests.classifier.inference.test_litert import write_relu
from tests.conftest import ROOT


def test_the_file_and_keras_give_the_same_answer(trained, tmp_path):
    folder = shutil.copytree(trained.out / "mel", tmp_path / "mel")
    recording = artifact.example(folder)
    by_file = predict_recording(load_predictor(folder), recording)
    (folder / "model.tflite").unlink()
    by_keras = load_predictor(folder)
    assert by_keras.source.name == "model.keras"
    assert predict_recording(by_keras, recording).windows == pytest.approx(by_file.windows, abs=1e-4)


def test_a_file_with_metadata_needs_no_folder(trained, tmp_path):
    path = shutil.copy(trained.out / "signal" / "model_signal_metadata.tflite", tmp_path / "alone.tflite")
    predictor = load_predictor(path)
    assert predictor.labels == ["silence", "song", "speech"]
    assert predictor.audio_format.window_length == 32_000


def test_the_dropin_fed_by_librosa_answers_like_the_raw_audio_model(trained):
    recording = artifact.example(trained.out / "mel")
    raw = predict_recording(load_predictor(trained.out / "mel"), recording)
    for path in (trained.out / "mel", trained.out / "mel" / "model_mel_metadata.tflite"):
        dropin = predict_recording(load_dropin(path), recording)
        assert dropin.windows == pytest.approx(raw.windows, abs=1e-4)


def test_the_dropin_of_several_labels_reports_several(trained, tmp_path):
    folder = shutil.copytree(trained.out / "mel", tmp_path / "mel")
    about = json.loads((folder / "run.json").read_text())
    assert not load_dropin(folder).independent
    (folder / "run.json").write_text(json.dumps({**about, "config": {**about["config"], "multi_label": True}}))
    assert load_dropin(folder).independent and load_predictor(folder).independent


def test_a_raw_audio_file_is_no_dropin(trained):
    with pytest.raises(InputError, match="it is no drop-in"):
        load_dropin(trained.out / "mel" / "model_mel_audio_metadata.tflite")
    with pytest.raises(InputError, match="signal has no drop-in.*use TestSignalModel.py"):
        load_dropin(trained.out / "signal")


def test_what_is_no_model_is_named(tmp_path):
    (tmp_path / "text.tflite").write_text("this is no model")
    with pytest.raises(InputError, match="text.tflite is no model that LiteRT can load"):
        load_predictor(tmp_path / "text.tflite")
    with pytest.raises(InputError, match="nowhere.tflite: there is no such model"):
        load_predictor(tmp_path / "nowhere.tflite")
    with pytest.raises(InputError, match="nowhere: there is no trained model"):
        load_predictor(tmp_path / "nowhere")


def test_a_model_is_run_without_importing_tensorflow(trained):
    run_without_tensorflow(trained.out / "mel")


def test_yamnet_names_521_sounds_without_training_and_without_tensorflow(weights_here):
    yamnet = load_predictor("yamnet")
    assert (yamnet.audio_format.sample_rate, yamnet.audio_format.window_length) == (16_000, 15_600)
    assert (len(yamnet.labels), yamnet.labels[0], yamnet.labels[520]) == (521, "Speech", "Field recording")
    run_without_tensorflow("yamnet")


def run_without_tensorflow(model):
    program = (
        "import sys; from classifier.inference.prediction import predict_recording\n"
        "from classifier.inference.predictor import load_predictor; from classifier.records import artifact\n"
        "predictor = load_predictor(sys.argv[1])\n"
        "predict_recording(predictor, artifact.example(sys.argv[1]))\n"
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, model], check=True, cwd=ROOT)


def test_a_folder_goes_before_a_published_network_of_its_name(trained, tmp_path, monkeypatch):
    shutil.copytree(trained.out / "signal", tmp_path / "yamnet")
    monkeypatch.chdir(tmp_path)
    assert load_predictor("yamnet").labels == ["silence", "song", "speech"]


def test_a_name_is_a_folder_of_trained_models(trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert find_model("signal", trained.out) == trained.out / "signal"
    assert load_predictor("mel", trained=trained.out).source == trained.out / "mel" / "model.tflite"


@pytest.mark.parametrize("name", ["yament", "yamnet_small"])
def test_a_name_that_is_no_model_is_told_what_there_is(name, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    meant = r"; did you mean yamnet\?$"
    with pytest.raises(InputError, match=rf"^{name}: .* a folder of {trained.out} \(mel, signal\).*, or yamnet{meant}"):
        find_model(name, trained.out)
    with pytest.raises(InputError, match=r"\(none yet: run TrainModel.py\)"):
        find_model(name, tmp_path)


@pytest.mark.parametrize(
    ("shape", "why"), [([2, 3], ": several windows or channels at once"), ([], ", a single value")]
)
def test_a_file_of_another_shape_is_refused_with_its_shape(shape, why, tmp_path):
    path = write_relu(tmp_path / "relu.tflite", shape)
    with pytest.raises(InputError, match=re.escape(f"takes {shape}{why}")):
        load_predictor(path)


def test_a_file_without_metadata_is_told_the_command_that_gives_it_some(tmp_path):
    path = write_relu(tmp_path / "relu.tflite", [1, 3])
    command = f"python WriteMetadataToModel.py {path} --labels FILE --sample-rate HZ"
    with pytest.raises(InputError, match=f"has no metadata, .*{re.escape(command)}$"):
        load_predictor(path)


def test_a_drop_in_is_not_fed_audio(tmp_path):
    takes = (
        "Power mel spectrogram of 32000 samples (2 s) of mono audio at 16000 Hz in [-1, 1]: 128 bands of 63 frames, "
        "band after band (n_fft 2048, hop 512)."
    )
    path = write_relu(tmp_path / "mel.tflite", [1, 3])
    path.write_bytes(write_with_schema(path.read_bytes(), Facts("mel", "", takes, 16_000, ["a", "b", "c"])))
    with pytest.raises(InputError, match="takes a mel spectrogram, not audio; use TestMelSpecModel.py"):
        load_predictor(path)


def test_a_file_beside_a_damaged_run_json_is_run_and_hears_the_mix(trained, tmp_path):
    path = shutil.copy(trained.out / "signal" / "model_signal_metadata.tflite", tmp_path / "alone.tflite")
    (tmp_path / artifact.RUN).write_text("{}")
    assert load_predictor(path).channel == "mix"
    assert load_predictor(path, channel="second").channel == "second"
