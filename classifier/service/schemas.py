"""The responses of the API, as /docs shows them."""

from typing import Any, Literal

from pydantic import BaseModel, computed_field

Status = Literal["waiting", "running", "done", "error", "cancelled", "interrupted"]
TOP = 5  # labels that are given of a recording


class Error(BaseModel):
    """message: what is wrong, and what to do."""

    status: Literal["error"]
    message: str


class Done(BaseModel):
    """It was done."""

    status: Literal["OK"]


class Link(BaseModel):
    """A link, as of DEEPaaS."""

    rel: str
    href: str
    type: str = "application/json"


class Version(BaseModel):
    """A version of the API, as of DEEPaaS."""

    version: str
    id: str
    links: list[Link]


class Versions(BaseModel):
    """The versions of the API; links: where they are documented."""

    versions: list[Version]
    links: list[Link]


class About(Version):
    """urls: whether recordings may be given by their address. token: whether changes need a token."""

    status: Literal["OK"]
    api: str
    urls: bool
    token: bool


class Scores(BaseModel):
    """On the test split, by the file of measured_on. balanced_accuracy: of windows, 0 to 1; chance: that of guessing.

    mean_average_precision: of windows, where several labels may be right at once; chance is then of it. A recording is
    right with all its labels.
    """

    balanced_accuracy: float
    mean_average_precision: float | None = None
    chance: float
    recordings_right: int
    recordings: int
    measured_on: str


class Model(BaseModel):
    """sample_rate: Hz. window: seconds. thresholds: least probability to report a label. notes: on how it is run.

    multi_label: whether several labels may be right at once.

    id, description, links: as of DEEPaaS.
    """

    name: str
    architecture: str
    summary: str
    labels: list[str]
    sample_rate: int
    window: float
    thresholds: dict[str, float]
    scores: Scores | None
    report: str | None
    trained: str | None
    multi_label: bool = False
    notes: list[str] = []
    links: list[Link] = []

    @computed_field
    @property
    def id(self) -> str:
        """Its name."""
        return self.name

    @computed_field
    @property
    def description(self) -> str:
        """Its summary."""
        return self.summary


class Architecture(BaseModel):
    """summary: the first line of its file."""

    name: str
    summary: str


class Models(BaseModel):
    """default: the newest. unusable: why a trained model cannot be used."""

    models: list[Model]
    architectures: list[Architecture]
    default: str | None
    unusable: dict[str, str]


class Mel(BaseModel):
    """values: base64 of a byte each, column after column, the lowest band first; 80 decibels from 0 to 255."""

    bands: int
    columns: int
    values: str


class Drawing(BaseModel):
    """low, high: the extremes of the waveform in each column."""

    seconds: float
    low: list[float]
    high: list[float]
    mel: Mel


class LabelProbabilities(BaseModel):
    """label: null where the decision rule reports none. labels, probabilities: the likeliest ones, largest first.

    reported: all labels that are reported, the most probable first, where several may be right at once.
    """

    label: str | None
    labels: list[str]
    probabilities: list[float]
    reported: list[str] | None = None


class WindowPrediction(LabelProbabilities):
    """start, end: seconds."""

    start: float
    end: float


class RecordingPrediction(LabelProbabilities):
    """seconds: length of the recording. clipped: samples that were cut to [-1, 1], where some were.

    labels_info, links: as of deephdc, one for each of labels.
    """

    title: str
    seconds: float
    labels_info: list[str] = []
    links: dict[str, list[str]] = {}
    clipped: int | None = None
    windows: list[WindowPrediction] | None = None
    drawing: Drawing | None = None


class FailedPrediction(BaseModel):
    """A recording of an archive that cannot be read."""

    title: str
    error: str


class Predictions(BaseModel):
    """One prediction per recording."""

    status: Literal["OK"]
    predictions: list[RecordingPrediction | FailedPrediction]


class Data(BaseModel):
    """labels: {label: recordings}."""

    name: str
    labels: dict[str, int] | None
    recordings: int


class DataFolders(BaseModel):
    """All data of the server."""

    data: list[Data]


class Upload(Data):
    """Kept data; name: for dataset_directory. bytes: that it takes. trainings: that learn from it or wait for it."""

    bytes: int
    used: str
    expires: str
    trainings: list[str]


class Uploads(BaseModel):
    """Last used first. quota: bytes that all uploads together may take."""

    uploads: list[Upload]
    quota: int


class Result(BaseModel):
    """modelname: of the trained model. duration: seconds. output: as of DEEPaaS."""

    modelname: str
    finish_date: str
    duration: float

    @computed_field
    @property
    def output(self) -> dict[str, str]:
        """What the training returned."""
        return {"modelname": self.modelname}


class Run(BaseModel):
    """A training. step: what goes on. epoch: how many are done. history: {name: one value per epoch}. log: its end."""

    uuid: str
    architecture: str
    args: dict[str, Any]
    date: str
    status: Status
    step: str | None
    epoch: int | None
    result: Result | None
    error: str | None
    history: dict[str, list[float | None]]
    log: str | None = None

    @computed_field
    @property
    def message(self) -> str | None:
        """Why it failed, as of DEEPaaS."""
        return self.error


class Runs(BaseModel):
    """Newest first."""

    runs: list[Run]


class Address(BaseModel):
    """Where something runs."""

    url: str
