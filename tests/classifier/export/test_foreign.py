"""Copies of files of every form: each runtime must predict what the weights give by hand."""

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.export import adapt, foreign, inspection, runtimes
from classifier.export.config import FileConfig
from classifier.inference.litert import LiteRT
from classifier.inference.outputs import Activation
from classifier.inference.predictor import load_predictor
from tests.classifier.inference.test_outputs import EXPECTED, FRAMES, INT8, SIGMOIDS, WINDOW, several
from tests.conftest import next_command, run_script, write_tone
from tests.tiny_tflite import WEIGHTS, N, described, network

FORMS = {  # what is odd: (the file, activation, output, probabilities by hand)
    "a channel behind": (network(shape=(1, N, 1)), "none", None, EXPECTED),
    "int8 in and out": (network(kind="int8", scale=1 / 128, **INT8), "none", None, EXPECTED),
    "int16 in": (network(kind="int16", scale=1 / 32768), "none", None, EXPECTED),
    "float16 in": (network(kind="float16"), "none", None, EXPECTED),
    "[1, k, 1, 1]": (network(out_shape=(1, 3, 1, 1)), "none", None, EXPECTED),
    "frames": (network(weights=WEIGHTS[:, :16], frames=4), "none", None, FRAMES.mean(axis=0)),
    "logits": (network(last=None), "softmax", None, EXPECTED),
    "logits of several": (network(last=None), "sigmoid", None, SIGMOIDS),
    "frames of logits": (network(last=None, weights=WEIGHTS[:, :16], frames=4), "softmax", None, FRAMES.mean(axis=0)),
    "two outputs": (several("first", "second"), "none", "second", EXPECTED[::-1]),
}


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """{what: path of its copy with metadata}."""
    folder, made = tmp_path_factory.mktemp("copies"), {}
    for number, (what, (model, activation, head, _)) in enumerate(FORMS.items()):
        path = folder / f"{number}.tflite"
        path.write_bytes(model)
        lite = LiteRT(path, head=head, n_labels=3)
        path.write_bytes(described(adapt.adapted(lite, Activation(activation))))
        made[what] = path
    return made


@pytest.mark.parametrize("runtime", runtimes.RUNTIMES)
def test_every_runtime_predicts_with_the_copy_what_the_weights_give_by_hand(runtime, copies):
    if why := runtimes.why_not_here(runtime):
        pytest.skip(f"{runtime} cannot run here: {why}")
    found = runtimes.ask_all(runtime, list(copies.values()), WINDOW[None])
    for (what, (*_, expected)), predictions in zip(FORMS.items(), found, strict=True):
        assert isinstance(predictions, np.ndarray), f"{what}: {predictions}"
        coarse = "int8" in what or "float16" in what
        assert predictions[0] == pytest.approx(expected, abs=0.02 if coarse else 1e-4), what


@pytest.mark.parametrize("what", FORMS)
def test_a_copy_takes_and_gives_what_apps_know(what, copies):
    export = inspection.look_into(copies[what])
    ((given,), (output,)) = export.inputs, export.outputs
    assert (given.shape, given.type, output.shape, output.type) == ((1, N), "float32", (1, 3), "float32")


def test_a_file_that_needs_nothing_is_left_as_it_is(tmp_path):
    (tmp_path / "a.tflite").write_bytes(network())
    assert adapt.adapted(LiteRT(tmp_path / "a.tflite"), Activation.NONE) == network()


def test_the_script_writes_a_copy_beside_the_file(tmp_path):
    (tmp_path / "a.tflite").write_bytes(network(last=None))
    (tmp_path / "names.txt").write_bytes("0 bell\r\n1 hünd\r\n2 rain\r\n".encode("latin-1"))
    tone = write_tone(tmp_path / "tone.wav", seconds=0.05)
    flags = ["--labels", "names.txt", "--sample-rate", "16000", "--activation", "softmax"]
    printed, said = run_script("WriteMetadataToModel.py", "a.tflite", tone, *flags, cwd=tmp_path)
    assert next_command(printed) == ["CheckModel.py", "a_metadata.tflite"]
    assert "note: names.txt: its labels are not UTF-8; they were read as Latin-1: is '1 hünd' right?" in said
    predictor = load_predictor(tmp_path / "a_metadata.tflite")
    assert predictor.labels == ["bell", "hünd", "rain"]
    assert predictor.probabilities(WINDOW[None])[0] == pytest.approx(EXPECTED, abs=1e-5)
    assert (tmp_path / "a.tflite").read_bytes() == network(last=None)
    again = ["a_metadata.tflite", tone, "--out", "b.tflite"]  # labels and rate are those it has
    run_script("WriteMetadataToModel.py", *again, cwd=tmp_path)
    assert load_predictor(tmp_path / "b.tflite").labels == predictor.labels


@pytest.mark.parametrize(
    ("model", "flags", "reason"),
    [
        (network(), {"labels": None}, "has no metadata, so its labels and its sample rate are not known"),
        (network(), {"labels": "bell\ndog\n"}, "has 3 outputs and 2 labels"),
        (network(last=None), {}, r"no probabilities: logits\? .*--activation"),
        (network(shape=(1, 8, 8)), {}, "features such as a mel spectrogram"),
        (network(), {"sample_rate": 3}, "--sample-rate 3: give Hz"),
        (network(), {"out": "a.tflite"}, "is the file itself; name another"),
        (network(), {"out": "a.bin"}, "its name must end with .tflite"),
    ],
)
def test_what_cannot_become_a_copy_is_refused_and_nothing_is_left(model, flags, reason, tmp_path):
    file, labels = tmp_path / "a.tflite", tmp_path / "labels.txt"
    file.write_bytes(model)
    text = flags.get("labels", "bell\ndog\nrain\n")
    labels.write_text(text or "")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InputError, match=reason):
        foreign.write(
            FileConfig(
                file=file,
                labels=labels if text else None,
                sample_rate=flags.get("sample_rate", 16_000),
                out=tmp_path / flags.get("out", "b.tflite"),
                recording=write_tone(tmp_path.parent / "tone.wav", seconds=0.05),
            )
        )
    assert sorted(tmp_path.iterdir()) == before
    assert file.read_bytes() == model


def test_a_flag_for_a_file_is_no_flag_of_trained_models(tmp_path):
    _, said = run_script("WriteMetadataToModel.py", "--sample-rate", "16000", cwd=tmp_path, expect=2)
    assert "--sample-rate is for a FILE.tflite" in said
