"""What the API answers, as /docs shows it."""

from typing import Any, Literal

from pydantic import BaseModel

TOP = 5  # labels that are said of a recording


class Error(BaseModel):
    status: Literal["error"]
    message: str


class About(BaseModel):
    status: Literal["OK"]
    version: str
    api: str
    urls: bool  # whether recordings may be given by their address
    token: bool  # whether changes ask for a token


class Scores(BaseModel):
    """On recordings that were held out. recall: mean of the labels' recalls of windows; chance: what guessing has."""

    recall: float
    chance: float
    recordings_right: int
    recordings: int


class Model(BaseModel):
    """seconds: of a window. thresholds: how probable a label must be to be said."""

    name: str
    architecture: str
    summary: str
    labels: list[str]
    sample_rate: int
    seconds: float
    thresholds: dict[str, float]
    scores: Scores | None
    report: str | None
    trained: str | None


class Architecture(BaseModel):
    name: str
    summary: str


class Models(BaseModel):
    """default: the newest. unusable: why a trained model cannot be asked."""

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


class Said(BaseModel):
    """label: null where none is probable enough. labels, probabilities: the most probable ones."""

    label: str | None
    labels: list[str]
    probabilities: list[float]


class Segment(Said):
    start: float
    end: float


class Prediction(Said):
    title: str
    seconds: float
    segments: list[Segment] | None = None
    drawing: Drawing | None = None


class Unheard(BaseModel):
    title: str
    error: str


class Predictions(BaseModel):
    status: Literal["OK"]
    predictions: list[Prediction | Unheard]


class Data(BaseModel):
    name: str
    labels: dict[str, int] | None
    recordings: int


class DataFolders(BaseModel):
    data: list[Data]


class Result(BaseModel):
    modelname: str
    finish_date: str
    duration: float


class Run(BaseModel):
    """A training. epoch: those done. history: {what: a value an epoch}. log: the end of what the scripts said."""

    uuid: str
    architecture: str
    args: dict[str, Any]
    date: str
    status: Literal["waiting", "running", "done", "error", "cancelled", "interrupted"]
    doing: str | None
    epoch: int | None
    result: Result | None
    error: str | None
    history: dict[str, list[float | None]]
    log: str | None = None


class Runs(BaseModel):
    runs: list[Run]


class Address(BaseModel):
    url: str
