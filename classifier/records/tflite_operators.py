"""Which operator computes a .tflite's output. Only flatbuffers: TensorFlow is not imported."""

from pathlib import Path
from typing import Any

from classifier.core.errors import InputError
from classifier.records.tflite_metadata import tflite_schema

CHOICE = ("SELECT", "SELECT_V2")  # where a condition holds its second input, elsewhere the third
FORM = ("QUANTIZE", "DEQUANTIZE", "RESHAPE", "SQUEEZE", "EXPAND_DIMS", "CAST")  # they change how values are written


def last_operator(graph: Any, names: list[str], output: int | None = None) -> str:
    """The operator that computes an output, before those that change only how its values are written.

    Of a choice between two it is the first's: models of this project say so what digital silence is.

    Args:
        graph: a SubGraph of the schema.
        names: of the model's operator codes.
        output: index of its tensor; None: the first output.

    Returns:
        Such as "SOFTMAX"; "" where no operator computes it.
    """
    operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
    wanted, name = graph.Outputs(0) if output is None else output, ""
    for operator in reversed(operators):  # a file lists them in the order in which they run
        if operator.OutputsLength() and operator.Outputs(0) == wanted:
            name = names[operator.OpcodeIndex()]
            if name in CHOICE:
                wanted = operator.Inputs(1)
            elif name in FORM and operator.InputsLength():
                wanted = operator.Inputs(0)
            else:
                break
    return name


def output_operator(path: Path, output: int | None = None, signature: str | None = None) -> str:
    """`last_operator` of a .tflite file that LiteRT can load.

    Args:
        output: index of its tensor; None: the first output.
        signature: whose graph it is in; None: the first graph.

    Raises:
        InputError: the file is damaged.
    """
    schema = tflite_schema()
    try:
        model = schema.Model.GetRootAs(path.read_bytes())
        builtin = {number: name for name, number in vars(schema.BuiltinOperator).items()}
        codes = [model.OperatorCodes(i) for i in range(model.OperatorCodesLength())]
        names = [builtin[max(code.BuiltinCode(), code.DeprecatedBuiltinCode())] for code in codes]
        signatures = [model.SignatureDefs(i) for i in range(model.SignatureDefsLength())]
        wanted = (signature or "").encode()
        graph = next((one.SubgraphIndex() for one in signatures if one.SignatureKey() == wanted), 0)
        return last_operator(model.Subgraphs(graph), names, output)
    except Exception as error:  # the offsets of a damaged file lead anywhere, and to any error
        raise InputError(f"{path} is damaged ({type(error).__name__}); copy it or export it again") from None
