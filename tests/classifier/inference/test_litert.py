import numpy as np
import pytest

from classifier.inference import litert


def test_many_windows_in_threads_answer_like_one_by_one(trained):
    model = litert.LiteRT(trained.out / "signal" / "model.tflite")
    windows = np.random.default_rng(0).normal(0, 0.1, (19, 32_000)).astype("float32")
    assert np.array_equal(model.run(windows), np.concatenate([model.run(window[None]) for window in windows]))


@pytest.mark.parametrize("shape", [[3], [1, 3], [1, 1, 3], [1, 3, 1]])
def test_a_model_of_one_input_may_leave_out_that_it_is_one(shape, tmp_path):
    model = litert.LiteRT(write_relu(tmp_path / "relu.tflite", shape))
    assert (model.n_inputs, model.n_outputs) == (3, 3)
    assert model.run(np.array([[-1, 2, 3], [4, -5, 6]], "float32")).tolist() == [[0, 2, 3], [4, 0, 6]]


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
