"""Training as users run it: on small data made for the purpose, and on data that cannot be used."""

import csv
import json
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from classifier.data import audio_cache
from classifier.data.clips import read_clips
from classifier.inference import litert
from classifier.inference.clip_predictions import predict_clips
from classifier.inference.predictor import load_predictor
from classifier.records import artifact
from classifier.scoring.metrics import heard as heard_windows
from tests.conftest import CHEAPEST, ROOT, call_script, next_command, run_script, write_data, write_tone


def train(data, out, *args, model=CHEAPEST, epochs=1, expect=0):
    data = data.relative_to(out.parent) if data.is_relative_to(out.parent) else data  # as a person would type it
    settings = ["--data", data, "--trained", out, "--model", model, "--epochs", epochs, "--no-refit"]
    return call_script("TrainModel.py", *settings, *args, cwd=out.parent, expect=expect)


def run_of(out, model=CHEAPEST):
    return json.loads((out / model / "run.json").read_text())


def test_the_folder_holds_all_that_later_steps_need(trained):
    for name in ("signal", "mel"):
        folder = trained.out / name
        for file in ("model.keras", "run.json", "history.csv"):
            assert (folder / file).stat().st_size
        for picture in ("curves", "confusion_windows", "confusion_recordings", "reliability"):
            assert (folder / "report" / f"{picture}.png").read_bytes().startswith(b"\x89PNG")
        rows = list(csv.DictReader((folder / "history.csv").open()))
        assert [row["epoch"] for row in rows] == ["1", "2"]
        run = json.loads((folder / "run.json").read_text())
        assert run["labels"] == ["silence", "song", "speech"]
        assert run["audio_format"]["window_length"] == 32_000
        assert run["config"]["seed"] == 0
        assert run["recipe"]["epochs"] == 2
        assert run["versions"]["keras"]
        assert set(run["scores"]["windows"]["recall"]) == set(run["labels"])
        assert run["split"]["groups_in_two_splits"] == []
        assert set(run["thresholds"]) == set(run["alarms"]) == {"song", "speech"}
        assert 0.5 <= run["calibration"]["temperature"] <= 10
        altered = {of["what"]: of["balanced_accuracy"] for of in run["robustness"]}
        assert len(altered) == 12
        assert altered["constant of 0.1 added"] == altered["constant of 0.003 added"] == altered["as it is"]
        assert altered["digital silence"] == 1
        page = (folder / "report" / "index.html").read_text()
        assert "Other microphones and lines" in page
        assert "8-bit mu-law" in page
        split_names = [set(run["split"][split_name]) for split_name in ("train", "validation", "test")]
        assert sum(map(len, split_names)) == len(set.union(*split_names)) == sum(run["data"]["recordings"].values())


@pytest.mark.parametrize("split_name", ["validation", "test"])
def test_what_the_model_says_of_each_held_out_window_is_kept(trained, split_name):
    model = artifact.load(trained.out / "mel")
    predictions = model.predictions(split_name)
    names, targets = model.record.split.names(split_name), predictions["targets"]
    assert set(predictions["recordings"]) == set(range(len(names)))
    for number, label in zip(predictions["recordings"], targets, strict=True):
        assert names[number].startswith(model.labels[label])
    for number in range(len(names)):
        *starts, last = predictions["starts"][predictions["recordings"] == number].tolist()
        assert starts == list(range(0, 2 * len(starts), 2)) and 2 * len(starts) - 2 < last <= 2 * len(starts)
    assert predictions["probabilities"].sum(axis=1) == pytest.approx(1, abs=1e-5)
    if split_name == "test":
        right = (predictions["probabilities"].argmax(axis=1) == targets).sum()
        assert right == model.record.scores.windows.right


def test_it_says_how_it_split_what_chance_is_and_what_comes_next(trained):
    printed, said = trained.printed["train"]
    assert "each file is taken as independent; no recording in two splits, compared by sound" in printed
    assert "guessing 33.3%" in printed
    assert next_command(printed) == ["ConvertModelToTFLite.py", "--trained", str(trained.out)]
    for name in ("signal", "mel"):
        assert f"report: {trained.out / name / 'report' / 'index.html'}" in printed
        assert "model_" in (trained.out / name / "report" / "index.html").read_text()  # written again with the files
    assert "converting the model after one step" in said
    assert "cuda" not in said.lower()  # TensorFlow's own lines are held back


def weights_of(out, model=CHEAPEST):
    loaded = artifact.load_keras(artifact.load(out / model))
    return np.concatenate([values.ravel() for values in loaded.get_weights()])


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """A folder with data, and the cheapest model trained on it after two epochs in `out`: others differ from it."""
    folder = tmp_path_factory.mktemp("plain")
    train(write_data(folder / "data"), folder / "out", epochs=2)
    return folder


def test_same_seed_same_weights(plain, tmp_path):
    """Of a model that shuffles, alters windows and has dropout. test_checkpoint.py begins it in another process."""
    for name, seed in (("same", 0), ("other", 6)):
        train(plain / "data", tmp_path / name, "--seed", seed, epochs=2)
    assert np.array_equal(weights_of(plain / "out"), weights_of(tmp_path / "same"))
    assert not np.array_equal(weights_of(plain / "out"), weights_of(tmp_path / "other"))


def test_same_seed_same_weights_of_convolutions_and_batch_normalisation(trained, data_short, tmp_path):
    """`trained` was made in another process."""
    settings = ["--data", data_short, "--epochs", 2, "--model", "signal", "--no-refit", "--trained", tmp_path / "same"]
    call_script("TrainModel.py", *settings, cwd=tmp_path)
    assert np.array_equal(weights_of(trained.out, "signal"), weights_of(tmp_path / "same", "signal"))


def test_papers_of_other_rates_and_lengths_are_followed_through_to_the_clients(tmp_path):
    _, said = train(write_data(tmp_path / "data"), tmp_path / "out", "--paper", model="slice_cnn,urbansound_small_cnn")
    assert "windows of 0.2 s at 16000 Hz; Constants.py says otherwise" in said
    assert "windows of 4.01705 s at 22050 Hz; Constants.py says otherwise" in said
    audio_formats = [run_of(tmp_path / "out", name)["audio_format"] for name in ("slice_cnn", "urbansound_small_cnn")]
    numbers = [[audio_format[name] for name in ("sample_rate", "window_length")] for audio_format in audio_formats]
    assert numbers == [[16_000, 3_200], [22_050, 88_576]]
    call_script("ConvertModelToTFLite.py", "--trained", tmp_path / "out", cwd=tmp_path)
    files = [tmp_path / "out" / name / "model.tflite" for name in ("slice_cnn", "urbansound_small_cnn")]
    assert [litert.LiteRT(file).n_inputs for file in files] == [3_200, 88_576]
    printed, _ = run_script("WriteMetadataToModel.py", "--trained", tmp_path / "out", cwd=tmp_path)
    assert "0.2 s of audio" in printed


def test_a_papers_window_may_be_shorter_than_a_window_of_the_audio_format(tmp_path):
    train(write_data(tmp_path / "data"), tmp_path / "out", "--paper", "--window", 0.1, model="abdoli_1600")
    assert artifact.load(tmp_path / "out" / "abdoli_1600").audio_format.window_length == 1_600


def test_the_paper_is_followed_to_the_letter(tmp_path):
    train(write_data(tmp_path / "data"), tmp_path / "out", "--paper", model="signal")
    recipe = run_of(tmp_path / "out", "signal")["recipe"]
    assert (recipe["optimizer"], recipe["learning_rate"]) == ("adadelta", 1.0)
    assert (recipe["batch_size"], recipe["patience"], recipe["gain_db"]) == (100, None, 0)
    assert recipe["loss"] == "mean_squared_logarithmic_error"
    model = artifact.load_keras(artifact.load(tmp_path / "out" / "signal"))
    assert type(model.get_layer("features")).__name__ == "Waveform"


def test_background_noise_is_mixed_in_behind(plain, tmp_path):
    data = plain / "data"
    write_tone(tmp_path / "rain" / "rain.flac", seconds=5)
    train(data, tmp_path / "wet", "--background-noise", tmp_path / "rain", epochs=2)
    dry, wet = (artifact.load(out / CHEAPEST) for out in (plain / "out", tmp_path / "wet"))
    assert (dry.record.recipe.background_snr_db, wet.record.recipe.background_snr_db) == (None, (5, 30))
    assert wet.record.config.background_noise == str(tmp_path / "rain")
    assert not np.array_equal(dry.predictions("test")["probabilities"], wet.predictions("test")["probabilities"])
    _, said = train(data, tmp_path / "none", "--background-noise", tmp_path / "nowhere", expect=1)
    assert "nowhere holds no recordings; give a folder of sounds to mix" in said


def test_groups_from_file_names_and_another_audio_format(tmp_path):
    data = write_data(tmp_path / "data", n=6)
    for path in data.rglob("*.wav"):  # two takes of three speakers
        number = int(path.name[1])
        path.rename(path.with_name(f"speaker{number % 3}_take{number}.wav"))
    _, said = train(data, tmp_path / "out", "--group-by", "^([^_]+)_", "--window", "3", "--sample-rate", "8000")
    run = run_of(tmp_path / "out")
    assert run["split"]["groups"] == 3
    assert {name.split("/")[1].split("_")[0] for name in run["split"]["test"]} < {"speaker0", "speaker1", "speaker2"}
    assert (run["audio_format"]["sample_rate"], run["audio_format"]["window_length"]) == (8_000, 24_000)
    assert "windows of 3 s at 8000 Hz" in said
    call_script("ConvertModelToTFLite.py", "--trained", tmp_path / "out", cwd=tmp_path)
    recording = next(data.rglob("*.wav"))
    printed, _ = call_script("TestSignalModel.py", recording, "--model", tmp_path / "out" / CHEAPEST, cwd=tmp_path)
    assert "0.00 - 3.00 s" in printed


def test_mixed_and_damaged_recordings(tmp_path):
    data = write_data(tmp_path / "data", labels=("Tür zu", "alarm"))
    write_tone(data / "alarm" / "Größe 8 kHz.wav", rate=8_000)
    write_tone(data / "alarm" / "six channels.WAV", channels=6)
    write_tone(data / "alarm" / "inner" / "stereo.flac", rate=44_100, channels=2)
    (data / "alarm" / "text.wav").write_text("these are words")
    (data / "alarm" / "half.wav").write_bytes((data / "alarm" / "six channels.WAV").read_bytes()[:100_000])
    soundfile.write(data / "Tür zu" / "empty.wav", np.zeros(0), 16_000)
    soundfile.write(data / "Tür zu" / "nan.wav", np.full(100, np.nan), 16_000, subtype="FLOAT")
    printed, _ = train(data, tmp_path / "out")
    for name, reason in (
        ("text.wav", "cannot be read"),
        ("half.wav", "cut short"),
        ("empty.wav", "no samples"),
        ("nan.wav", "NaN"),
    ):
        assert any(name in line and reason in line for line in printed.splitlines() if line.startswith("skipped"))
    assert "4 of 17 recordings were skipped" in printed
    run = run_of(tmp_path / "out")
    assert run["data"]["recordings"] == {"Tür zu": 5, "alarm": 8}
    assert len(run["data"]["skipped"]) == 4


def test_a_model_of_other_data_is_kept_and_one_of_other_labels_is_not_replaced(tmp_path):
    data, out = write_data(tmp_path / "data", n=3), tmp_path / "out"
    train(data, out)
    first = run_of(out)
    write_tone(data / "low tone" / "l9_new.wav", hertz=640)
    assert f"is then kept as {out / CHEAPEST}.previous" in train(data, out)[1]
    second = run_of(out)
    assert run_of(out, f"{CHEAPEST}.previous") == first != second
    (data / "low tone").rename(data / "deep tone")
    said = train(data, out, expect=1)[1]
    assert "holds a model of other labels (high tone, low tone; now deep tone, high tone)" in said
    assert run_of(out) == second
    train(data, out, "--overwrite")
    assert run_of(out)["labels"] == ["deep tone", "high tone"]
    assert run_of(out, f"{CHEAPEST}.previous") == first


def test_ctrl_c_leaves_the_model_of_before(tmp_path):
    data = write_data(tmp_path / "data")
    (tmp_path / "out" / CHEAPEST).mkdir(parents=True)
    (tmp_path / "out" / CHEAPEST / "run.json").write_text("of before")
    command = [
        sys.executable,
        ROOT / "TrainModel.py",
        "--data",
        data,
        "--trained",
        tmp_path / "out",
        "--model",
        CHEAPEST,
    ]
    command += ["--epochs", "100000", "--no-refit"]
    settings = {"stderr": subprocess.PIPE, "text": True, "cwd": tmp_path}
    settings["preexec_fn"] = lambda: signal.signal(signal.SIGINT, signal.SIG_DFL)  # a shell's background job ignores it
    with subprocess.Popen(command, **settings) as child:
        for line in child.stderr:
            if "windows to learn from" in line:
                break
        child.send_signal(signal.SIGINT)
        said = child.stderr.read()
    assert child.returncode == 130
    assert "stopped; what was finished before is untouched" in said
    assert "Traceback" not in said
    assert (tmp_path / "out" / CHEAPEST / "run.json").read_text() == "of before"
    assert [path.name for path in (tmp_path / "out").iterdir()] == [CHEAPEST]


def test_real_voices_of_unseen_speakers_are_told_apart(shared_data, tmp_path):
    """A few real speakers, a small model: far above chance. The full figures are in docs/results.md."""
    for label in ("silence", "song", "speech"):
        for path in sorted((shared_data / "voices" / label).glob("ravdess-a0*")):
            (tmp_path / "data" / label).mkdir(parents=True, exist_ok=True)
            shutil.copy(path, tmp_path / "data" / label)
    train(tmp_path / "data", tmp_path / "out", "--group-by", "^([^_]+)_", epochs=12)
    assert run_of(tmp_path / "out")["scores"]["windows"]["balanced_accuracy"] > 0.6


def test_a_channel_that_was_trained_on_is_what_later_steps_hear(tmp_path):
    times = np.arange(4 * 16_000) / 16_000
    for label, hertz in (("high", 1200), ("low", 500)):
        (tmp_path / "data" / label).mkdir(parents=True)
        for i in range(5):
            tone = 0.2 * np.sin(2 * np.pi * (hertz + 7 * i) * times)
            hum = 0.5 * np.sin(2 * np.pi * (hertz / 4 + 3 * i) * times)
            soundfile.write(tmp_path / "data" / label / f"{i}.flac", np.stack([tone, hum], axis=1), 16_000)
    opposite = np.stack([tone + 0.1, -tone + 0.1], axis=1)
    soundfile.write(tmp_path / "data" / "low" / "opposite.flac", opposite, 16_000)
    soundfile.write(tmp_path / "data" / "low" / "half.flac", np.stack([tone, 0 * tone], axis=1), 8_000)
    printed, _ = train(tmp_path / "data", tmp_path / "mixed")
    assert "channels cancel each other when they are mixed (take one with --channel first or second): 1" in printed
    assert "a channel is silent beside another" in printed and "half.flac (channel 2 of 2, 6 dB)" in printed
    assert "channels that hold different sounds, which are mixed (take one with --channel first" in printed
    assert "0.flac (channels 1 and 2)" in printed
    assert "below the rate of the model: nothing above half their own rate is in them" in printed
    assert "half.flac (8000 Hz)" in printed
    assert "a constant (DC) offset" in printed and "opposite.flac (+0.10 of full scale)" in printed
    printed, _ = train(tmp_path / "data", tmp_path / "out", "--channel", "first")
    assert "cancel" not in printed and "silent beside" not in printed
    assert (run_of(tmp_path / "mixed")["config"]["channel"], run_of(tmp_path / "out")["config"]["channel"]) == (
        "mix",
        "first",
    )
    trained = tmp_path / "out" / CHEAPEST

    def heard(path, *flags):
        args = (path, "--model", trained, "--json", *flags)
        return json.loads(call_script("TestSignalModel.py", *args, cwd=tmp_path)[0])["probabilities"]

    soundfile.write(tmp_path / "first.flac", tone, 16_000)
    soundfile.write(tmp_path / "second.flac", hum, 16_000)
    both = tmp_path / "data" / "low" / "4.flac"
    assert heard(both) == heard(tmp_path / "first.flac")
    assert heard(both, "--channel", "second") == heard(tmp_path / "second.flac") != heard(both)
    assert heard(both, "--channel", "loudest") == heard(tmp_path / "second.flac")
    flags = ("--model", trained, "--data", tmp_path / "data", "--out", tmp_path / "evaluated")
    call_script("EvaluateModel.py", *flags, cwd=tmp_path)
    call_script("EvaluateModel.py", *flags[:-1], tmp_path / "hum", "--channel", "second", cwd=tmp_path)
    for name, channel in (("evaluated", "first"), ("hum", "second")):
        found = audio_cache.read(read_clips(tmp_path / "data"), tmp_path / "data", 16_000, channel=channel)
        (result,) = (json.loads(path.read_text()) for path in (tmp_path / name).glob("*.json"))
        probabilities = predict_clips(load_predictor(trained), found)["probabilities"]
        expected = probabilities[heard_windows(probabilities)].argmax(axis=1)  # a channel of zeros is not scored
        n_high = sum(row[0] for row in result["scores"]["windows"]["confusion"])
        assert n_high == np.sum(expected == 0)


def test_auto_leaves_out_what_does_not_fit_and_chooses_among_the_rest(tmp_path):
    write_data(tmp_path / "data")
    printed, said = train(tmp_path / "data", tmp_path / "out", "--sample-rate", 8000, model="auto")
    for head in ("yamnet_transfer", "yamnet_small"):
        assert f"{head}: left out, because {head.replace('_transfer', '')} takes 16000 Hz" in said
    assert f"chosen: {tmp_path / 'out' / 'residual'}, the only one" in printed
    assert json.loads((tmp_path / "out" / "auto.json").read_text())["chosen"] == "residual"
    script, *given = next_command(printed)
    assert script == "ConvertModelToTFLite.py" and given[:2] == ["--model", "residual"]
