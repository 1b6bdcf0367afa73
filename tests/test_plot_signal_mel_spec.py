"""PlotSignalMelSpec.py as a user runs it."""

import matplotlib.image
import pytest

from tests.classifier.inference.test_attention import write_model
from tests.conftest import call_script, next_command, run_script, write_data, write_tone

SCRIPT = "PlotSignalMelSpec.py"


def test_without_arguments_the_sample_signal_is_drawn_here(tmp_path):
    printed, _ = run_script(SCRIPT, cwd=tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["sample_signal.png"]
    assert "wrote sample_signal.png" in printed


def test_the_picture_of_a_recording_goes_where_out_says(tmp_path):
    write_tone(tmp_path / "a.b.wav", seconds=1)
    printed, _ = call_script(SCRIPT, "a.b.wav", "--out", "pictures", cwd=tmp_path)
    assert "wrote pictures/a.b.png" in printed
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.b.wav", "pictures"]


def test_a_recording_through_features(tmp_path):
    write_tone(tmp_path / "a.b.wav", seconds=5)
    printed, _ = call_script(
        SCRIPT, "a.b.wav", "--features", "mfcc,waveform", "--start", 2, "--out", "pictures", cwd=tmp_path
    )
    assert "pictures/a.b.png, and its 7 pictures into pictures/a.b" in printed
    assert {"mfcc.png", "waveform.png", "fft.png"} < {path.name for path in (tmp_path / "pictures" / "a.b").iterdir()}
    assert matplotlib.image.imread(tmp_path / "pictures" / "a.b.png").shape[1] == 4 * 770


def test_a_data_folder_label_by_label(tmp_path):
    write_data(tmp_path / "data", n=2)
    printed, said = call_script(SCRIPT, "data", "--features", "log_mel_spectrogram", "--out", ".", cwd=tmp_path)
    assert "data.png, and its 7 pictures into data" in printed
    assert "high tone: " in said and "low tone: " in said


def test_layers_of_models(tmp_path):
    printed, _ = call_script(SCRIPT, "--layers", "mel,residual", "--out", tmp_path / "out", cwd=tmp_path)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["layers_mel.png", "layers_residual.png"]
    assert next_command(printed) == ["TrainModel.py", "--model", "mel"]


def test_what_a_model_paid_attention_to(tmp_path):
    write_model(tmp_path / "multilevel_attention")
    write_tone(tmp_path / "tone.wav", seconds=5)
    printed, _ = call_script(SCRIPT, "tone.wav", "--attention", "multilevel_attention", cwd=tmp_path)
    assert "wrote tone_attention.png; next: " in printed
    assert next_command(printed) == ["TestSignalModel.py", "tone.wav", "--model", "multilevel_attention"]
    assert matplotlib.image.imread(tmp_path / "tone_attention.png").shape[1] == 1210


@pytest.mark.parametrize(
    ["arguments", "reason"],
    [
        (["--features", "moods"], "'moods' is none of the features: averaged, "),
        (["--layers", "moods"], "'moods' is none of the models: "),
        (["--attention", "nowhere"], "nowhere: there is no trained model; run TrainModel.py first"),
        (["nowhere.wav", "--attention", "multilevel_attention"], "nowhere.wav: there is no such recording"),
        (["--attention", "mel"], "mel holds mel, which has no attention to draw; train one that has: multilevel_"),
        (["nowhere.wav", "--features", "all"], "nowhere.wav: there is no such recording"),
        (["empty"], "empty holds no data"),
        (["short.wav", "--features", "mfcc", "--start", "9"], "short.wav ends at 1.00 s"),
        (["--features", "mfcc", "--start", "2"], "--start 2 is after its end"),
        (["--features", "mfcc", "--start", "-1"], "--start -1: give seconds before the window: 0 or more"),
        (["--features", "mfcc", "--overlap", "1"], "--overlap 1: give a share of a window: 0 or more, and less than 1"),
    ],
)
def test_a_wrong_turn_is_one_sentence(arguments, reason, tmp_path):
    (tmp_path / "empty").mkdir()
    write_tone(tmp_path / "short.wav", seconds=1)
    for name in {"mel", "multilevel_attention"} & set(arguments):
        write_model(tmp_path / name)
    _, said = call_script(SCRIPT, *arguments, "--out", tmp_path / "out", cwd=tmp_path, expect=1)
    assert reason in said
    assert not (tmp_path / "out").exists()
