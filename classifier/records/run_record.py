"""run.json: what a training was asked for, and what came of it."""

import json
import platform
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from classifier.core import typed_json
from classifier.core.errors import InputError
from classifier.data.one_class import NORMAL
from classifier.data.provenance import DataRecord, SplitRecord
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from classifier.records.one_class import OneClassRecord
from classifier.records.recipe import Recipe
from classifier.records.start import StartRecord
from classifier.scoring.calibration import Calibration
from classifier.scoring.frame_rule import FrameDecision
from classifier.scoring.metrics import Scores
from classifier.scoring.multi_label import MultiLabelScores
from classifier.scoring.robustness import Condition
from classifier.scoring.rule_choice import DecisionRecord
from classifier.scoring.thresholds import AlarmsAndMisses, background_of

FILE = "run.json"
PACKAGES = ("tensorflow", "keras", "numpy", "librosa", "soundfile", "soxr", "scikit-learn")
OF_OLD = ("run", "contract")  # what versions before this one called config and audio_format


@dataclass(frozen=True, kw_only=True)
class TeacherRecord:
    """The model whose probabilities were learned, too.

    Attributes:
        folder: of the teacher.
        model: the file of classifier/models that it is of.
        fingerprint: of its weights, as of records.teachers.fingerprint.
        train, validation: sounds of the recordings that it learned from, and that it was chosen with; those of its own
            teacher, too.
    """

    folder: str
    model: str
    fingerprint: str
    train: list[str]
    validation: list[str]


@dataclass(frozen=True, kw_only=True)
class Refit:
    """What the model that ships has learned from, where it was trained again (records/refit.py).

    Attributes:
        splits: names of the splits that it learned from.
        recordings, windows: how many there are in these.
        steps: of the optimizer: as many as the held-out model had taken at its best epoch.
        seconds: of the refit alone.
        scores: of the test split; None where the refit learned from it.
        teacher: of the refit; None where there was none.
    """

    splits: list[str]
    recordings: int
    windows: int
    steps: int
    seconds: float
    scores: Scores | None = None
    teacher: TeacherRecord | None = None


@dataclass(frozen=True, kw_only=True)
class TimeLimited:
    """What --max-minutes did to a training.

    Attributes:
        minutes: that the command had for all its models.
        epochs, most_epochs: that were done, and that the recipe allows; of the last stage.
        is_cut: whether the limit ended a stage before it was over.
        refit_left_out: whether the refit would have taken too long.
    """

    minutes: float
    epochs: int
    most_epochs: int
    is_cut: bool
    refit_left_out: bool


@dataclass(frozen=True, kw_only=True)
class RunRecord:
    """What run.json holds.

    Attributes:
        model: the file of classifier/models, and the name of the folder.
        labels: in the order of the outputs.
        config: what the person decided.
        recipe: how the model was trained; of a head on a pretrained network, the head.
        fine_tuning: how the network's last layers were trained after that; None where they were not.
        paper_audio_format: whether the audio format is the paper's, and not that of Constants.py.
        parameters: weights of the model.
        data: which recordings it was trained on.
        split: which of them in which split.
        scores: of the test split.
        thresholds: {label: probability}, chosen on the validation split.
        alarms: {label: what its threshold does on the test split}.
        calibration: of the test split's probabilities.
        best_epoch: that the weights are of, from 1.
        training_seconds: from the start to the scores.
        backend: that Keras computed with.
        processes: that trained together.
        versions: {package: version}, of Python too.
        audio_format: that the model takes.
        decision: how its decision rule was chosen; None in records of versions that chose none.
        frame_decision: the same of its frames; None where it has none, or an older version chose none.
        robustness: of altered windows of the test split; () where an older version wrote the file.
        start: what its first weights were of; None where they were random.
        refit: of the model that ships; None where that is the held-out one, whose scores these are in any case.
        teacher: of the held-out model; None where there was none.
        time_limit: what --max-minutes did; None without it.
        one_class: of a model that learned from normal recordings alone; None where it learned labels.
        multi_label_scores: of the test split, where several labels may be right at once; `scores` are then as of
            multi_label.score, and there are no `alarms` and no `robustness`. None where one label is right.
    """

    model: str
    labels: list[str]
    config: RunConfig
    recipe: Recipe
    fine_tuning: Recipe | None
    paper_audio_format: bool
    parameters: int
    data: DataRecord
    split: SplitRecord
    scores: Scores
    thresholds: dict[str, float]
    alarms: dict[str, AlarmsAndMisses]
    calibration: Calibration
    best_epoch: int
    training_seconds: float
    backend: str
    processes: int
    versions: dict[str, str]
    audio_format: AudioFormat
    decision: DecisionRecord | None = None
    frame_decision: FrameDecision | None = None
    robustness: tuple[Condition, ...] = ()
    refit: Refit | None = None
    start: StartRecord | None = None
    teacher: TeacherRecord | None = None
    time_limit: TimeLimited | None = None
    one_class: OneClassRecord | None = None
    multi_label_scores: MultiLabelScores | None = None

    @property
    def background(self) -> tuple[str, ...]:
        """The labels that an app does not report, that of learned negatives among them."""
        return background_of(NORMAL if self.one_class else self.config.learned_negatives)

    def write(self, folder: Path) -> None:
        """Write run.json into a folder under construction."""
        text = json.dumps(asdict(self), indent=2, ensure_ascii=False)
        (Path(folder) / FILE).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def read(cls, folder: Path) -> "RunRecord":
        """What a trained model's folder says.

        Raises:
            InputError: the file is damaged, or an older version wrote it.
        """
        path = Path(folder) / FILE
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            if any(name in held for name in OF_OLD):
                raise InputError(f"{path} was written by an older version; train it again with TrainModel.py")
            return typed_json.parse(cls, held)
        except InputError:
            raise
        except (ValueError, TypeError) as error:
            raise InputError(f"{path} is damaged ({error}); train it again with TrainModel.py") from None


def versions(*more: str) -> dict[str, str]:
    """{package: version} of Python and of all that decides on weights; more: other packages."""
    packages = dict.fromkeys((*PACKAGES, *more))
    return {"python": platform.python_version(), **{package: version(package) for package in packages}}
