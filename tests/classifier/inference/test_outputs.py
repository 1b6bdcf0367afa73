"""What is served must be what the weights give by hand; what is not must be refused for the right reason."""

import json

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from classifier.core.arguments import ACTIVATIONS
from classifier.core.errors import InputError
from classifier.inference.outputs import Activation
from classifier.inference.prediction import predict_signal
from classifier.inference.predictor import load_predictor
from tests.tiny_tflite import LABELS, WEIGHTS, N, Tiny, described, network, softmax

WINDOW = np.random.default_rng(1).uniform(-1, 1, N).astype("float32")
LOGITS = WEIGHTS @ WINDOW
EXPECTED = softmax(LOGITS)
SIGMOIDS = 1 / (1 + np.exp(-LOGITS))
FRAMES = np.array([softmax(WEIGHTS[:, :16] @ part) for part in WINDOW.reshape(4, 16)])
INT8 = {"out_kind": "int8", "out_scale": 1 / 256, "out_zero": -128}


def load(tmp_path, model, labels=LABELS, **kwargs):
    path = tmp_path / "a.tflite"
    path.write_bytes(described(model, labels))
    return load_predictor(path, **kwargs)


def several(*names, weights=(WEIGHTS, WEIGHTS[::-1])):
    """A file with an output per name: softmaxes of products with weights."""
    tiny = Tiny()
    first = tiny.tensor((1, N))
    outputs = [tiny.activation(tiny.dense(first, one), "SOFTMAX", (1, len(one))) for one in weights]
    return tiny.bytes([first], outputs, names)


SERVED = {  # what is odd about a file: (the file, probabilities by hand)
    "plain": (network(), EXPECTED),
    "rank 1": (network(shape=(N,)), EXPECTED),
    "a channel behind": (network(shape=(1, N, 1)), EXPECTED),
    "a channel before": (network(shape=(1, 1, N)), EXPECTED),
    "two dimensions of 1 around": (network(shape=(1, 1, N, 1)), EXPECTED),
    "any number of windows": (network(open_axis=0), EXPECTED),
    "[1, 1, k]": (network(out_shape=(1, 1, 3)), EXPECTED),
    "[1, k, 1, 1]": (network(out_shape=(1, 3, 1, 1)), EXPECTED),
    "[k]": (network(out_shape=(3,)), EXPECTED),
    "int8 out": (network(**INT8), EXPECTED),
    "uint8 out": (network(out_kind="uint8", out_scale=1 / 256), EXPECTED),
    "int16 out": (network(out_kind="int16", out_scale=1 / 32768), EXPECTED),
    "int8 in": (network(kind="int8", scale=1 / 128), EXPECTED),
    "uint8 in": (network(kind="uint8", scale=1 / 128, zero=128), EXPECTED),
    "int16 in": (network(kind="int16", scale=1 / 32768), EXPECTED),
    "int8 in and out": (network(kind="int8", scale=1 / 128, **INT8), EXPECTED),
    "float16 in": (network(kind="float16"), EXPECTED),
    "sigmoids": (network(last="LOGISTIC"), SIGMOIDS),
    "sigmoids in int8": (network(last="LOGISTIC", **INT8), SIGMOIDS),
    "logarithms of a softmax": (network(last="LOG_SOFTMAX"), EXPECTED),
    "[frames, k]": (network(weights=WEIGHTS[:, :16], frames=4), FRAMES.mean(axis=0)),
    "[1, frames, k]": (network(weights=WEIGHTS[:, :16], frames=4, out_shape=(1, 4, 3)), FRAMES.mean(axis=0)),
}
REFUSED = {  # what is odd: (the file, the reason)
    "logits": (
        network(last=None),
        r"gives values from -.*, which are no probabilities: logits\? .*--activation softmax",
    ),
    "small logits": (network(last=None, weights=np.abs(WEIGHTS) * 0), r"ends in FULLY_CONNECTED.*logits\?"),
    "two inputs": (Tiny, r"has 2 inputs \(.*audio as its only input"),
    "features": (network(shape=(1, 8, 8)), r"takes \[1, 8, 8\]: .*features such as a mel spectrogram"),
    "one value": (Tiny, r"takes \[\], a single value"),
    "argmax": (Tiny, "is of int32: the number of a label .*without the argmax"),
    "text": (Tiny, "is text, not numbers"),
    "NaN": (network(weights=WEIGHTS * np.nan), "predicts NaN or infinity"),
    "too few labels": (network(weights=WEIGHTS[:2]), "has 2 outputs and 3 labels"),
    "frames and a third dimension": (
        network(weights=WEIGHTS[:, :16], frames=4, out_shape=(2, 2, 3)),
        r"\[2, 2, 3\], has more than labels and frames",
    ),
    "int8 without a scale": (Tiny, "int8 without one scale"),
}


def of_kind(kind):
    """A file whose output is of another kind, without a scale."""
    tiny = Tiny()
    first = tiny.tensor((1, N))
    given = tiny.dense(first)
    if kind == "int32":
        axis = tiny.tensor((), "int32", held=np.int32(1))
        options = schema.ArgMaxOptionsT(outputType=schema.TensorType.INT32)
        return tiny.bytes([first], [tiny.operator("ARG_MAX", [given, axis], (1,), options, kind="int32")])
    if kind == "int8":
        return tiny.bytes([first], [tiny.operator("CAST", [given], (1, 3), kind="int8")])
    return tiny.bytes([first], [tiny.tensor((1,), kind)])


def one_value():
    tiny = Tiny()
    first = tiny.tensor(())
    return tiny.bytes([first], [tiny.dense(tiny.reshape(first, (1, 1)), WEIGHTS[:, :1])])


def two_inputs():
    tiny = Tiny()
    first, second = tiny.tensor((1, N)), tiny.tensor((1,), "int32")
    return tiny.bytes([first, second], [tiny.activation(tiny.dense(first), "SOFTMAX")])


MADE = {
    "two inputs": two_inputs,
    "one value": one_value,
    "argmax": lambda: of_kind("int32"),
    "text": lambda: of_kind("string"),
    "int8 without a scale": lambda: of_kind("int8"),
}


@pytest.mark.parametrize("what", SERVED)
def test_what_is_served_is_what_the_weights_give_by_hand(what, tmp_path):
    model, expected = SERVED[what]
    predictor = load(tmp_path, model)
    found = predictor.probabilities(WINDOW[None])[0]
    coarse = any(word in what for word in ("int8", "uint8", "float16"))
    assert found == pytest.approx(expected, abs=0.02 if coarse else 1e-4)
    assert predictor.independent == ("sigmoid" in what)
    assert np.argmax(found) == np.argmax(expected)


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_served_is_refused_for_its_own_reason(what, tmp_path):
    model, reason = REFUSED[what]
    with pytest.raises(InputError, match=reason) as refused:
        load(tmp_path, MADE.get(what, lambda: model)()).probabilities(WINDOW[None])
    assert "a.tflite" in str(refused.value) and "\n" not in str(refused.value)


def test_frames_are_said(tmp_path):
    (note,) = load(tmp_path, network(weights=WEIGHTS[:, :16], frames=4)).notes
    assert note.endswith("a.tflite: it predicts 4 frames of a window: their mean is taken")


@pytest.mark.parametrize(("activation", "expected"), [("softmax", EXPECTED), ("sigmoid", SIGMOIDS)])
def test_logits_are_put_through_the_activation_that_is_named(activation, expected, tmp_path):
    predictor = load(tmp_path, network(last=None), activation=activation)
    assert predictor.probabilities(WINDOW[None])[0] == pytest.approx(expected, abs=1e-5)
    assert predictor.independent == (activation == "sigmoid")


def test_probabilities_are_not_put_through_a_second_softmax(tmp_path):
    with pytest.raises(InputError, match="gives probabilities already, by a softmax; leave --activation out"):
        load(tmp_path, network(), activation="softmax")
    assert load(tmp_path, network(), activation="none").probabilities(WINDOW[None])[0] == pytest.approx(
        EXPECTED, abs=1e-5
    )


def test_values_that_leave_0_to_1_later_are_refused_when_they_come(tmp_path):
    predictor = load(tmp_path, network(last=None, weights=WEIGHTS / 1e4), activation="none")
    assert predictor.probabilities(np.zeros((1, N), "float32")).tolist() == [[0, 0, 0]]
    with pytest.raises(InputError, match="no probabilities"):
        predictor.probabilities(WINDOW[None] * 1e4)


def test_nan_for_some_windows_is_named_and_never_in_json(tmp_path):
    tiny = Tiny()
    first = tiny.tensor((1, N))
    logs = tiny.operator("LOG", [tiny.operator("ABS", [first], (1, N))], (1, N))
    predictor = load(tmp_path, tiny.bytes([first], [tiny.activation(tiny.dense(logs), "SOFTMAX")]))
    text = json.dumps(predict_signal(predictor, WINDOW).as_dict(), allow_nan=False)
    assert "NaN" not in text
    with pytest.raises(InputError, match="predicts NaN or infinity for some windows"):
        predict_signal(predictor, np.concatenate([WINDOW, np.zeros(N, "float32")]))


def test_of_several_outputs_the_one_that_fits_is_used_and_another_can_be_chosen(tmp_path):
    model = several("embedding", "scores", weights=(np.tile(WEIGHTS, (2, 1)), WEIGHTS))
    predictor = load(tmp_path, model)
    assert predictor.probabilities(WINDOW[None])[0] == pytest.approx(EXPECTED, abs=1e-5)
    assert "it has 2 outputs: embedding [1, 6] of float32; scores [1, 3]" in predictor.notes[0]
    assert "used is scores, another with --head NAME" in predictor.notes[0]
    both = several("first", "second")
    assert load(tmp_path, both).probabilities(WINDOW[None])[0] == pytest.approx(EXPECTED, abs=1e-5)
    for name in ("second", "1", "serving_default/second"):
        found = load(tmp_path, both, head=name).probabilities(WINDOW[None])[0]
        assert found == pytest.approx(EXPECTED[::-1], abs=1e-5)


@pytest.mark.parametrize(
    ("head", "reason"),
    [
        ("third", r"--head third: there is no such output in .*; it has first \[1, 3\]"),
        ("serving_default", "several outputs are called so"),
    ],
)
def test_a_head_that_is_not_there_is_told_which_are(head, reason, tmp_path):
    with pytest.raises(InputError, match=reason):
        load(tmp_path, several("first", "second"), head=head)


def test_none_of_several_outputs_fits_the_labels(tmp_path):
    with pytest.raises(InputError, match="has 2 outputs, and none has one value for each of 4 labels: first"):
        load(tmp_path, several("first", "second"), labels=["a", "b", "c", "d"])


def test_a_single_output_is_the_probability_of_its_only_label(tmp_path):
    predictor = load(tmp_path, network(weights=WEIGHTS[:1], last="LOGISTIC"), labels=["bell"])
    found = predict_signal(predictor, WINDOW if LOGITS[0] < 0 else -WINDOW)
    assert found.recording[0] < 0.5 and found.label is None
    with pytest.raises(InputError, match="has 1 output and 2 labels: it is the probability of one of them"):
        load(tmp_path, network(weights=WEIGHTS[:1], last="LOGISTIC"), labels=["bell", "dog"])


def test_the_flags_know_every_activation():
    assert set(ACTIVATIONS) == {*Activation}
