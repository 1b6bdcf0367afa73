"""Run a stream with LiteRT, hop by hop; TensorFlow is not imported."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from classifier.core.errors import InputError
from classifier.records import rule_file, tflite_metadata
from classifier.scoring.decision_rule import DecisionRule


@dataclass(frozen=True)
class Described:
    """What a stream says of itself.

    Attributes:
        sample_rate: Hz.
        labels: in the order of its probabilities.
        rule: when a label is reported.
    """

    sample_rate: int
    labels: list[str]
    rule: DecisionRule


def describe(path: Path | str) -> Described:
    """What a stream says of itself; its folder is not needed.

    Raises:
        InputError: it says nothing, as streams of earlier versions, or its rule cannot be used.
    """
    again = "run ConvertModelToTFLite.py --streaming again"
    if not tflite_metadata.find(Path(path).read_bytes()):
        raise InputError(f"{path} names no labels: a stream of an earlier version; {again}")
    sample_rate, labels = tflite_metadata.read(path)
    rule, notes = rule_file.read(path, labels)
    if rule is None:
        raise InputError(f"{path} has no decision rule{f': {notes[0]}' if notes else ''}; {again}")
    return Described(sample_rate, labels, rule)


class StreamRunner:
    """A stream that ConvertModelToTFLite.py --streaming wrote; it begins with silence.

    Attributes:
        hop: samples that it takes at a time.
        state: (1, n) float32, what it carries.
    """

    def __init__(self, path: Path | str):
        """
        Raises:
            InputError: there is no such file, or it is no stream.
        """
        from ai_edge_litert.interpreter import Interpreter

        self.path = Path(path)
        if not self.path.is_file():
            raise InputError(f"{self.path}: there is no such stream; run ConvertModelToTFLite.py --streaming first")
        self._interpreter = Interpreter(model_path=str(path), num_threads=1)
        self._interpreter.allocate_tensors()
        inputs, outputs = self._interpreter.get_input_details(), self._interpreter.get_output_details()
        if len(inputs) != 2 or len(outputs) != 2 or list(inputs[1]["shape"]) != list(outputs[1]["shape"]):
            raise InputError(f"{self.path} is no stream: it has no state; name a file that ends with _stream.tflite")
        self._audio, self._before = (one["index"] for one in inputs)
        self._probabilities, self._after = (one["index"] for one in outputs)
        self.hop = int(inputs[0]["shape"][1])
        self.state = np.zeros(inputs[1]["shape"], "float32")

    def push(self, samples: np.ndarray) -> np.ndarray:
        """(labels,) probabilities of the last window, after (hop,) float32 samples more.

        Raises:
            InputError: these are more or fewer samples than a hop.
        """
        if np.shape(samples) != (self.hop,):
            raise InputError(
                f"{self.path} takes hops of {self.hop} samples, not {len(samples)}; collect as many, or convert the "
                "model with --hop"
            )
        self._interpreter.set_tensor(self._audio, np.asarray(samples, "float32")[None])
        self._interpreter.set_tensor(self._before, self.state)
        self._interpreter.invoke()
        self.state = self._interpreter.get_tensor(self._after)
        return self._interpreter.get_tensor(self._probabilities)[0]
