"""Latency and memory of a .tflite on this computer, by LiteRT."""

import time
from collections.abc import Mapping

import numpy as np

LONGEST = 1.0  # seconds that files are run, together and for each number of threads
LEAST = 5  # calls of each file, however slow


def times(files: Mapping[str, bytes], threads: int = 1, seconds: float = LONGEST) -> dict[str, list[float]]:
    """How long files take for a window, run in turn so that what else the computer does slows each of them.

    Args:
        files: {name: bytes of a .tflite with one input of floats}.
        threads: of each interpreter.
        seconds: how long to run them.

    Returns:
        {name: milliseconds of each call}.
    """
    interpreters = {name: _ready(held, threads) for name, held in files.items()}
    found, end = {name: [] for name in files}, time.perf_counter() + seconds
    while time.perf_counter() < end or len(next(iter(found.values()))) < LEAST:
        for name, interpreter in interpreters.items():
            started = time.perf_counter()
            interpreter.invoke()
            found[name].append(1000 * (time.perf_counter() - started))
    return found


def arena(held: bytes) -> int:
    """Bytes that the interpreter sets aside beside the file, to run it by itself: for what lies between its operators.

    Where it hands operators to XNNPACK, that keeps a memory of its own, of which it does not tell.
    """
    from ai_edge_litert.interpreter import OpResolverType

    interpreter = _ready(held, 1, experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES)
    weights = np.frombuffer(held, "uint8").__array_interface__["data"][0]
    spans = [_span(interpreter, tensor["index"]) for tensor in interpreter.get_tensor_details()]
    total = reached = 0
    for start, end in sorted(spans):  # tensors that are not needed at the same time share their place
        if not weights <= start < weights + len(held):
            total += max(0, end - max(start, reached))
            reached = max(reached, end)
    return total


def _span(interpreter, index):
    """(first address, the one behind the last) of a tensor; (0, 0) where it has no place."""
    try:
        values = interpreter.tensor(index)()
    except ValueError:
        return 0, 0
    address = values.__array_interface__["data"][0]
    return address, address + values.nbytes


def _ready(held, threads, **settings):
    """An interpreter that has run once, on noise: the first call also fills the caches."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(model_content=held, num_threads=threads, **settings)
    interpreter.allocate_tensors()
    where = interpreter.get_input_details()[0]
    noise = np.random.default_rng(0).normal(0, 0.1, where["shape"])
    interpreter.set_tensor(where["index"], noise.astype("float32"))
    interpreter.invoke()
    return interpreter
