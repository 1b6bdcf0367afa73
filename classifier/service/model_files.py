"""The files of a model that may be taken away: each .tflite, and the report; nothing else of its folder."""

from dataclasses import dataclass
from pathlib import Path

from classifier.records import artifact
from classifier.service.catalogue import Catalogue
from classifier.service.settings import NotFound

REPORT = "report.html"  # what the page of the report is called outside
DESCRIBED = "_metadata.tflite"  # ends the name of what WriteMetadataToModel.py writes


@dataclass(frozen=True)
class ModelFile:
    """A file to take away; name: that it has outside."""

    name: str
    path: Path
    about: str


def files_of(catalogue: Catalogue, model: str) -> list[ModelFile]:
    """What may be taken of a model, those for an app first.

    Raises:
        NotFound: there is no model of that name.
    """
    path, _ = catalogue.path(model)
    if path.is_file():
        return [ModelFile(path.name, path, "the model, as it was put here")]
    found = sorted(path.glob("[!.]*.tflite"), key=lambda file: (not file.name.endswith(DESCRIBED), file.name))
    files = [ModelFile(file.name, file, _about(file.name)) for file in found]
    page = path / artifact.REPORT / artifact.PAGE
    files.append(ModelFile(REPORT, page, "the report, one page that needs nothing else"))
    inside = path.resolve()
    return [one for one in files if one.path.is_file() and one.path.resolve().is_relative_to(inside)]


def file_of(catalogue: Catalogue, model: str, name: str) -> ModelFile:
    """One of `files_of`.

    Raises:
        NotFound: there is no such model or file.
    """
    for one in files_of(catalogue, model):
        if one.name == name:
            return one
    raise NotFound(f"{model[:40]!r} has no file {name[:80]!r} to take away; GET /v2/models/NAME/files/ lists them")


def _about(name: str) -> str:
    if name.endswith(DESCRIBED):
        return "for an app: labels and audio format are in it"
    return "another variant, without metadata"
