import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.export import convert, quantize
from classifier.inference import litert
from classifier.models import assemble
from classifier.pretrained._embedding import Embedding
from classifier.records.audio_format import AudioFormat


def built(name, features=None):
    module = registry.load("models", name)
    return assemble.build(module, features or assemble.features_of(module, AudioFormat()), AudioFormat(), 3)


def sounds(n, seed=0):
    """Noise of every loudness and colour: (n, samples)."""
    random = np.random.default_rng(seed)
    noise = np.cumsum(random.normal(0, 1, (n, 32_000)), axis=1) * random.uniform(0, 0.01, (n, 1))
    return (noise - noise.mean(axis=1, keepdims=True) + random.normal(0, 0.01, (n, 32_000))).clip(-1, 1).astype("f4")


def operators(held):
    """[(operator, type of its first input)] of the bytes of a .tflite, in the order in which they are computed."""
    from ai_edge_litert import schema_py_generated as schema

    def name_of(kinds, number):
        return next(name for name, value in vars(kinds).items() if value == number)

    model = schema.ModelT.InitFromPackedBuf(held, 0)
    (graph,) = model.subgraphs
    codes = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in model.operatorCodes]
    kinds = [name_of(schema.BuiltinOperator, codes[operator.opcodeIndex]) for operator in graph.operators]
    first = [graph.tensors[operator.inputs[0]].type for operator in graph.operators]
    return [(kind, name_of(schema.TensorType, number)) for kind, number in zip(kinds, first, strict=True)]


def test_spectrum_and_last_layer_are_computed_in_floats_and_the_network_in_whole_numbers():
    found = operators(next(convert.int8_candidates(built("residual"), sounds(3))))
    before, after = found[: found.index(("QUANTIZE", "FLOAT32"))], found[found.index(("QUANTIZE", "FLOAT32")) + 1 :]
    assert {kind for kind, _ in before} >= {"BATCH_MATMUL", "UNSORTED_SEGMENT_SUM", "LOG"}  # waves, mel bands and dB
    assert "INT8" not in {type_ for _, type_ in before}
    assert [type_ for kind, type_ in after if kind == "CONV_2D"] == ["INT8"] * 9
    last = [("DEQUANTIZE", "INT8"), ("FULLY_CONNECTED", "FLOAT32"), ("SOFTMAX", "FLOAT32"), ("SELECT_V2", "BOOL")]
    assert after[-4:] == last


def test_a_pretrained_network_inside_the_features_is_in_whole_numbers_and_its_spectrum_is_not():
    model = built("yamnet_small", Embedding(16_000, "yamnet_small", name="features"))
    found = operators(next(convert.int8_candidates(model, sounds(3))))
    convolutions = [type_ for kind, type_ in found if kind.endswith("CONV_2D")]
    assert convolutions == ["INT8"] * 11
    assert {type_ for kind, type_ in found if kind in ("RFFT2D", "SQRT", "LOG", "SUB", "SOFTMAX")} == {"FLOAT32"}


def test_a_file_takes_and_answers_floats_and_is_smaller(tmp_path):
    model, path = built("mel"), tmp_path / "model.tflite"
    assert convert.export_int8(model, path, sounds(8, seed=1), sounds(4)) == 0
    assert path.stat().st_size < 0.5 * len(convert.converted(model))
    assert litert.LiteRT(path).run(sounds(2)).sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_a_file_that_says_something_else_is_not_left_behind(tmp_path, monkeypatch):
    model, other = built("mel"), built("mel")
    for one, bias in ((model, [9, 0, 0]), (other, [0, 9, 0])):
        one.set_weights([*one.get_weights()[:-1], np.array(bias)])
    candidates = convert.int8_candidates
    monkeypatch.setattr(convert, "int8_candidates", lambda _, windows, floats: candidates(other, windows, floats))
    with pytest.raises(InputError, match="agrees with Keras on 0% of 2 windows, and should on 90%"):
        convert.export_int8(model, tmp_path / "model.tflite", sounds(2), sounds(2))
    assert not list(tmp_path.iterdir())


def test_the_first_layers_turn_to_floats_one_by_one_until_the_file_is_good(tmp_path):
    model, path, asked = built("signal"), tmp_path / "model.tflite", []
    floats = convert.Floats(model)

    def third_time_lucky(path):
        asked.append([type_ for kind, type_ in operators(path.read_bytes()) if kind == "CONV_2D"])
        return len(asked) == 3

    assert convert.export_int8(model, path, sounds(2), sounds(2), third_time_lucky, floats=floats) == 2
    assert asked == [["FLOAT32"] * n + ["INT8"] * (5 - n) for n in range(3)]
    assert [type_ for kind, type_ in operators(path.read_bytes()) if kind == "CONV_2D"] == asked[-1]
    held = path.read_bytes()
    assert convert.export_int8(model, path, sounds(2), sounds(2), only=2, floats=floats) == 2
    assert path.read_bytes() == held
    with pytest.raises(InputError, match="loses too much beside Keras"):
        convert.export_int8(model, path, sounds(2), sounds(2), lambda path: False, floats=floats)
    assert not list(tmp_path.iterdir())


@pytest.fixture(scope="module")
def held():
    module = registry.load("models", "residual")
    return convert.converted(assemble.build(module, assemble.features_of(module, AudioFormat()), AudioFormat(), 3))


def kinds(held):
    return [(tensor["name"], tensor["dtype"]) for tensor in Interpreter(model_content=held).get_tensor_details()]


def test_weights_take_half_the_place_and_answers_stay(held, tmp_path):
    small = quantize.float16(held)
    predictions = {}
    for name, content in (("whole", held), ("half", small)):
        (tmp_path / name).write_bytes(content)
        predictions[name] = litert.LiteRT(tmp_path / name).run(litert.probes(AudioFormat()))
    assert predictions["half"] == pytest.approx(predictions["whole"], abs=5e-3)
    assert not np.array_equal(predictions["half"], predictions["whole"])
    in_16_bits = [
        tensor for tensor in Interpreter(model_content=small).get_tensor_details() if tensor["dtype"] == np.float16
    ]
    n_weights = sum(int(np.prod(tensor["shape"])) for tensor in in_16_bits)
    assert n_weights > 0.9 * 78_227
    assert len(held) - len(small) == pytest.approx(2 * n_weights, rel=0.05)


def test_what_the_features_count_with_keeps_its_32_bits(held):
    halves = {name for name, kind in kinds(quantize.float16(held)) if kind == np.float16}
    assert halves
    assert not any("features" in name for name in halves)
