"""All that decides the result for a recording, apart from the recording."""

import functools
import hashlib
import json
import os
from dataclasses import asdict, dataclass, replace

from classifier.audio.channels import FIRST, MIX
from classifier.core.arguments import EACH
from classifier.data.inputs import Source
from classifier.inference import frames
from classifier.inference.config import ClassificationConfig
from classifier.inference.predictor import Predictor, find_model, load_predictor
from classifier.scoring.decision_rule import DecisionRule
from classifier.storage import locations
from Constants import WEIGHTS

CUT = "the last window ends with the recording"  # another way to cut is another result


@dataclass(frozen=True)
class ClassifierSettings:
    """All that decides the result for a recording, apart from the recording. Workers of a cluster are sent this.

    Attributes:
        model: absolute path, or the name of a published network; on a worker, a path in the folder of the code.
        version: hash of the file that is run.
        overlap: share of a window that the next one repeats.
        recording_thresholds: {label: threshold} for the label of a whole recording.
        labels: of the model, in the order of its outputs.
        rule: for segments.
        independent: as of SegmentMerger.
        probabilities: keep those of each window.
        head, activation: as of predictor.load_predictor.
        frame: samples of a frame, where segments are of frames; 0: they are of windows.
        channel: of audio.channels.CHANNELS, or its number, from 0; EACH: each source has its own.
    """

    model: str
    version: str
    overlap: float
    recording_thresholds: dict[str, float]
    labels: tuple[str, ...]
    rule: DecisionRule
    independent: bool = False
    probabilities: bool = False
    head: str | None = None
    activation: str | None = None
    frame: int = 0
    channel: str | int = MIX

    def of(self, source: Source) -> "ClassifierSettings":
        """The settings for a source: of its channel, where each is a recording of its own."""
        if self.channel != EACH:
            return self
        return replace(self, channel=FIRST if source.channel is None else source.channel)

    @functools.cached_property
    def fingerprint(self) -> str:
        """Equal for settings that decide the same, wherever the model lies."""
        decides = {**asdict(self), "model": None, "cut": CUT}
        unused = [name for name in ("probabilities", "head", "activation", "frame") if not decides[name]]
        unused += ["channel"] if self.channel == MIX else []
        return _hash({name: value for name, value in decides.items() if name not in unused})  # as before there were any

    def key(self, source: Source) -> str:
        """Equal for the same version of a recording under the same `fingerprint`."""
        path = source.location if locations.is_remote(source.location) else os.path.realpath(source.location)
        return _hash([self.fingerprint, path, source.member, source.stamp])[:32]


def make_settings(config: ClassificationConfig) -> tuple[ClassifierSettings, Predictor]:
    """The settings of a config, and the predictor of its model.

    A model whose labels have probabilities of their own (sigmoids) may report several labels in a window; one that ends
    in a softmax reports one or none.

    The rule is ClassificationConfig.rule.

    Raises:
        InputError: as of predictor.load_predictor.
    """
    model = find_model(config.model, config.trained)
    if config.frames:
        predictor, frame = frames.load(model)
    else:
        predictor, frame = load_predictor(model, threads=1, head=config.head, activation=config.activation), 0
    source, labels = predictor.source, tuple(predictor.labels)
    rule = config.rule(predictor.rule, labels, predictor.independent)
    has_thresholds = predictor.rule or config.threshold is not None
    recording_thresholds = rule.thresholds if has_thresholds else {**predictor.thresholds, **config.label_thresholds}
    version = hashlib.sha256(source.read_bytes()).hexdigest()
    is_published = model.parent == WEIGHTS and not os.path.exists(config.model)
    name = str(config.model) if is_published else os.path.abspath(model)  # workers may be in another folder
    settings = ClassifierSettings(
        model=name,
        version=version,
        overlap=predictor.overlap if config.overlap is None else config.overlap,
        recording_thresholds=recording_thresholds,
        labels=labels,
        rule=rule,
        independent=predictor.independent,
        probabilities=config.probabilities,
        head=config.head,
        activation=config.activation,
        frame=frame,
        channel=config.channel or predictor.channel,
    )
    return settings, predictor


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
