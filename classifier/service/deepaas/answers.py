"""Predictions as a client accepts them: JSON, a page, or a zip of both with a table."""

import csv
import io
import zipfile
from pathlib import Path
from typing import Any

import jinja2
import numpy as np
from fastapi import Request
from fastapi.responses import HTMLResponse, Response

from classifier.inference.prediction import Prediction
from classifier.service import schemas
from classifier.service.settings import NotAcceptable

JSON, HTML, ZIP = "application/json", "text/html", "application/zip"
KINDS = (JSON, HTML, ZIP)  # the first is what a client gets that takes all of them
COLUMNS = ("title", "label", "start", "end", "likeliest", "probability", "error")


def windows(prediction: Prediction) -> list[schemas.WindowPrediction]:
    """The predictions of its windows."""
    several = prediction.of_windows if prediction.independent else [None] * len(prediction.windows)
    labels = zip(prediction.windows, prediction.window_labels, several, strict=True)
    rows = zip(prediction.starts, prediction.ends, labels, strict=True)
    return [schemas.WindowPrediction(start=start, end=end, **top(prediction.labels, *of)) for start, end, of in rows]


def of_recording(prediction: Prediction) -> dict[str, Any]:
    """The fields of schemas.LabelProbabilities, of the whole recording."""
    several = prediction.several if prediction.independent else None
    return top(prediction.labels, prediction.recording, prediction.label, several)


def top(
    labels: list[str], probabilities: np.ndarray, label: str | None, reported: list[str] | None = None
) -> dict[str, Any]:
    """The fields of schemas.LabelProbabilities, from (labels,) probabilities and what is reported."""
    top = (-probabilities).argsort(kind="stable")[: schemas.TOP]
    return {
        "label": label,
        "labels": [labels[i] for i in top],
        "probabilities": [float(probabilities[i]) for i in top],
        **({} if reported is None else {"reported": reported}),
    }


def accepted(request: Request) -> str:
    """The kind of answer that a request accepts best.

    Raises:
        NotAcceptable: it accepts none of KINDS.
    """
    ranges = [_range(one) for one in (request.headers.get("accept") or "*/*").split(",")]
    wanted = {kind: _weight(kind, ranges) for kind in KINDS}
    best = max(KINDS, key=lambda kind: wanted[kind])
    if not wanted[best]:
        raise NotAcceptable(f"predictions come as {', '.join(KINDS)}; the Accept of this request names none of them")
    return best


def _range(text: str) -> tuple[str, float]:
    """(media range, weight) of a part of an Accept header; one that cannot be read weighs nothing."""
    name, *parameters = (part.strip() for part in text.lower().split(";"))
    weights = [part[2:] for part in parameters if part.startswith("q=")]
    try:
        return name, float(weights[0]) if weights else 1.0
    except ValueError:
        return name, 0.0


def _weight(kind: str, ranges: list[tuple[str, float]]) -> float:
    """That of the range which names a kind most exactly (RFC 9110)."""
    for name in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        found = [weight for given, weight in ranges if given == name]
        if found:
            return max(found)
    return 0.0


def response(answer: schemas.Predictions, kind: str) -> schemas.Predictions | Response:
    """The answer in one of KINDS."""
    if kind == HTML:
        return HTMLResponse(_page(answer))
    if kind == ZIP:
        named = {"Content-Disposition": 'attachment; filename="predictions.zip"'}
        return Response(_zip(answer), media_type=ZIP, headers=named)
    return answer


def _page(answer: schemas.Predictions) -> str:
    """A page that loads nothing; titles and labels come from strangers, and are escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("predictions.html").render(predictions=answer.predictions)


def _zip(answer: schemas.Predictions) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("predictions.json", answer.model_dump_json(exclude_unset=True, indent=1))
        archive.writestr("predictions.csv", _table(answer))
        archive.writestr("predictions.html", _page(answer))
    return held.getvalue()


def _table(answer: schemas.Predictions) -> str:
    """One line for each recording, and for each window where there are some."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for one in answer.predictions:
        if isinstance(one, schemas.FailedPrediction):
            table.writerow([_cell(one.title), "", "", "", "", "", _cell(one.error)])
            continue
        rows = [(0.0, one.seconds, one), *((window.start, window.end, window) for window in one.windows or ())]
        for start, end, row in rows:
            said = ";".join(row.reported) if row.reported else row.label or ""
            of_row = [_cell(said), start, end, _cell(row.labels[0]), row.probabilities[0], ""]
            table.writerow([_cell(one.title), *of_row])
    return text.getvalue()


def _cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
