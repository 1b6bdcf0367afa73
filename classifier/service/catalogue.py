"""The models of the service: folders and .tflite files in trained/, read with every request; published networks."""

import functools
from datetime import UTC, datetime
from pathlib import Path

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.inference.predictor import Predictor, cached_predictor
from classifier.pretrained import weights
from classifier.records import artifact, choice, conversion
from classifier.service import schemas
from classifier.service.settings import NotFound, Settings
from classifier.storage import local_files
from Constants import WEIGHTS

DEFAULT = "default"  # stands for the best of the newest data


class Catalogue:
    """Trained models by the name of their folder, .tflite files by theirs, and networks published ready to use."""

    def __init__(self, settings: Settings):
        self.out = Path(settings.out)

    def models(self) -> tuple[list[schemas.Model], dict[str, str]]:
        """The models, newest first after the one that stands for DEFAULT; and {name: why it cannot be used}."""
        found, unusable = [], {}
        for folder in self._folders():
            try:
                found.append(_trained(folder, *self._stamps(folder)))
            except InputError as error:
                unusable[folder.name] = str(error)
        chosen = self.chosen()
        found.sort(key=lambda model: (chosen is not None and model.name == chosen.folder.name, model.trained or ""))
        found.reverse()
        for name, path, stamp in self._files():
            try:
                found.append(_file(name, path, stamp))
            except InputError as error:
                unusable[name] = str(error)
        return found, unusable

    def chosen(self) -> choice.Choice | None:
        """The trained model that is used where none is named, and why; None where none is converted."""
        return choice.choose(self._folders())

    def model(self, name: str) -> schemas.Model:
        """One model.

        Raises:
            NotFound: there is none of that name.
        """
        models, unusable = self.models()
        if name == DEFAULT and models:
            return models[0]
        for model in models:
            if model.name == name:
                return model
        why = unusable.get(name) or f"there is no model {name!r}, only {', '.join(m.name for m in models) or 'none'}"
        raise NotFound(f"{why}; GET /v2/models/ lists them")

    def path(self, name: str) -> tuple[Path, tuple]:
        """The path of a model, and its version, which changes when its files do.

        Raises:
            NotFound: there is none of that name.
        """
        name = self.model(name).name
        folder = self.out / name
        if folder.is_dir():
            return folder, self._stamps(folder)
        return next((path, stamp) for title, path, stamp in self._files() if title == name)

    def predictor(self, name: str) -> Predictor:
        """The predictor of a model, loaded once per version.

        Raises:
            NotFound: there is none of that name.
        """
        return cached_predictor(*self.path(name))

    def report(self, name: str, file: str) -> Path:
        """The path of a file of a trained model's report.

        Raises:
            NotFound: there is no such model or file.
        """
        folder = next((folder for folder in self._folders() if folder.name == name), self.out)
        for path in (folder / artifact.REPORT).glob("*"):
            if path.name == file and path.is_file():
                return path
        raise NotFound(f"{name}: there is no {file} in its report")

    def _folders(self) -> list[Path]:
        """Converted models: the others would need TensorFlow."""
        return [folder for folder in artifact.folders(self.out) if (folder / artifact.TFLITE).is_file()]

    def _files(self) -> list[tuple[str, Path, tuple]]:
        """(name, file, its stamp) of .tflite files beside the folders, and of published networks whose file is here."""
        published = {name: path for name, path in weights.with_labels().items() if path.is_file()}
        files = published | {path.stem: path for path in sorted(self.out.glob("[!.]*.tflite"))}
        folders = {folder.name for folder in self._folders()}
        return [
            (name, path, tuple(local_files.stamp(path) or ())) for name, path in files.items() if name not in folders
        ]

    def _stamps(self, folder: Path) -> tuple:
        decides = (artifact.RUN, artifact.TFLITE, conversion.VARIANTS_FILE)  # the scores are those of a variant
        return tuple(tuple(local_files.stamp(folder / name) or ()) for name in decides)


def architectures() -> list[schemas.Architecture]:
    """All that can be trained; the files are only read, as importing one is slow."""
    return [schemas.Architecture(name=name, summary=_summary(name)) for name in registry.names("models")]


def _summary(name: str) -> str:
    """The first line of a model's docstring."""
    return registry.docstring("models", name).partition("\n")[0].rstrip(".")


@functools.lru_cache(maxsize=256)
def _trained(folder: Path, *stamps: tuple) -> schemas.Model:
    trained = artifact.load(folder)
    scores, variant = trained.shipped_scores()
    several = trained.record.multi_label_scores
    mean = scores.windows.macro_pr_auc if several else None
    page = folder / artifact.REPORT / artifact.PAGE
    date = datetime.fromtimestamp((folder / artifact.RUN).stat().st_mtime, UTC)
    return schemas.Model(
        name=folder.name,
        architecture=trained.name,
        summary=_summary(trained.name),
        labels=trained.labels,
        sample_rate=trained.audio_format.sample_rate,
        window=trained.audio_format.seconds,
        thresholds=trained.rule.thresholds,
        scores=schemas.Scores(
            balanced_accuracy=scores.windows.balanced_accuracy,
            mean_average_precision=mean,
            chance=scores.chance if several is None or mean is None else several.chance,
            recordings_right=scores.recordings.right,
            recordings=scores.recordings.n,
            measured_on=conversion.VARIANTS[variant] if variant else artifact.MODEL,
        ),
        report=f"/reports/{folder.name}/{artifact.PAGE}" if page.is_file() else None,
        trained=date.isoformat(timespec="seconds"),
        multi_label=trained.record.config.multi_label,
    )


@functools.lru_cache
def _file(name: str, path: Path, stamp: tuple) -> schemas.Model:
    predictor = cached_predictor(path, stamp)
    n = len(predictor.labels)
    return schemas.Model(
        name=name,
        architecture=name,
        summary=f"{n} sounds of the world, without any training"
        if path.parent == WEIGHTS
        else f"{n} labels of {path.name}",
        labels=predictor.labels,
        sample_rate=predictor.audio_format.sample_rate,
        window=predictor.audio_format.seconds,
        thresholds=predictor.thresholds,
        scores=None,
        report=None,
        trained=None,
        multi_label=predictor.independent,
        notes=[note.removeprefix(f"{path}: ") for note in predictor.notes],
    )
