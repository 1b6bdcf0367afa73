"""Cut a .tflite before its last layer: what is left of a classifier computes embeddings.

Only flatbuffers: TensorFlow is not imported.
"""

from pathlib import Path
from typing import Any

import flatbuffers

from classifier.core.errors import InputError
from classifier.records.tflite_metadata import MODEL, tflite_schema
from classifier.records.tflite_operators import CHOICE, FORM

LAST = ("FULLY_CONNECTED", "CONV_2D", "BATCH_MATMUL")  # what a last layer is
BEHIND = ("SOFTMAX", "LOGISTIC", "LOG_SOFTMAX", "MEAN", "ADD", *FORM)  # what may follow it


def before_last_layer(path: Path, output: int | None = None) -> bytes:
    """A copy of a .tflite whose only output is the input of its last layer, without metadata and signatures.

    Args:
        output: index of the tensor of the output that the last layer is looked for behind; None: the first.

    Raises:
        InputError: the file is damaged, its last layer is none of LAST, or nothing comes before it.
    """
    schema = tflite_schema()
    try:
        model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(path.read_bytes()))
        graph = model.subgraphs[0]
        builtin = {number: name for name, number in vars(schema.BuiltinOperator).items()}
        kinds = [builtin[max(code.builtinCode, code.deprecatedBuiltinCode)] for code in model.operatorCodes]
        tensor = _input_of_last(path, graph, kinds, graph.outputs[0] if output is None else output)
        made_by = _maker(graph, tensor)
        if made_by is None:
            raise InputError(f"{path} has a single layer, and no embedding before it; name another model")
        graph.operators, graph.outputs = graph.operators[: made_by + 1], [tensor]
        model.signatureDefs = model.metadata = None
        builder = flatbuffers.Builder()
        builder.Finish(model.Pack(builder), MODEL)
        return bytes(builder.Output())
    except InputError:
        raise
    except Exception as error:  # the offsets of a damaged file lead anywhere, and to any error
        raise InputError(f"{path} is damaged ({type(error).__name__}); copy it or export it again") from None


def _maker(graph: Any, tensor: int) -> int | None:
    """The place of the operator that computes a tensor; None where it is an input or a constant."""
    return next((i for i, operator in enumerate(graph.operators) if tensor in operator.outputs), None)


def _input_of_last(path: Path, graph: Any, kinds: list[str], tensor: int) -> int:
    """The tensor that the last layer before a tensor takes."""
    while (made_by := _maker(graph, tensor)) is not None:
        operator = graph.operators[made_by]
        kind = kinds[operator.opcodeIndex]
        if kind in LAST:
            return int(operator.inputs[0])
        if kind not in BEHIND + CHOICE:
            raise InputError(
                f"{path} ends in {kind}, and its layer before the last cannot be told; name another model (yamnet)"
            )
        tensor = int(operator.inputs[1 if kind in CHOICE else 0])
    raise InputError(f"{path} has no layer whose input would be an embedding; name another model (yamnet)")
