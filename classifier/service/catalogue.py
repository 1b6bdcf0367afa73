"""The models there are to ask, each ready to answer: what lies in trained/, looked at anew with every question."""

import functools
from datetime import UTC, datetime
from pathlib import Path

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.inference import prediction
from classifier.pretrained import weights
from classifier.records import artifact
from classifier.service.settings import NotFound
from classifier.storage import local_files

DEFAULT = "default"  # stands for the newest


class Catalogue:
    """Trained models by the name of their folder, and networks that are published ready to use."""

    def __init__(self, settings):
        self.out = Path(settings.out)

    def models(self):
        """(what each model is, newest first; {name: why it cannot be used})."""
        found, unusable = [], {}
        for folder in self._folders():
            try:
                found.append(_described(folder, *self._stamps(folder)))
            except InputError as error:
                unusable[folder.name] = str(error)
        found.sort(key=lambda model: model["trained"], reverse=True)
        return found + [_described_published(*about) for about in self._published()], unusable

    def model(self, name):
        """What one model is.

        Raises:
            NotFound: there is none of that name.
        """
        models, unusable = self.models()
        if name == DEFAULT and models:
            return models[0]
        for model in models:
            if model["name"] == name:
                return model
        why = unusable.get(name) or f"there is no model {name!r}, only {', '.join(m['name'] for m in models) or 'none'}"
        raise NotFound(f"{why}; GET /v2/models/ lists them")

    def path(self, name):
        """(where a model lies, its version): a file that has changed since is another version.

        Raises:
            NotFound: there is none of that name.
        """
        name = self.model(name)["name"]
        folder = self.out / name
        if folder.is_dir():
            return folder, self._stamps(folder)
        return next((path, stamp) for published, path, stamp in self._published() if published == name)

    def predictor(self, name):
        """The Predictor of a model, loaded once a version.

        Raises:
            NotFound: there is none of that name.
        """
        return prediction.held(*self.path(name))

    def report(self, name, file):
        """The path of a file of a trained model's report.

        Raises:
            NotFound: there is no such model or file.
        """
        folder = next((folder for folder in self._folders() if folder.name == name), self.out)
        for path in (folder / artifact.REPORT).glob("*"):
            if path.name == file and path.is_file():
                return path
        raise NotFound(f"{name}: there is no {file} in its report")

    def _folders(self):
        """Those that are converted: the others would need TensorFlow to answer."""
        return [path.parent for path in self.out.glob(f"[!.]*/{artifact.TFLITE}")]

    def _published(self):
        """(name, file, its stamp) of published networks whose file is here."""
        files = [(name, path) for name, path in weights.with_labels().items() if path.is_file()]
        return [(name, path, tuple(local_files.stamp(path))) for name, path in files]

    def _stamps(self, folder):
        return tuple(tuple(local_files.stamp(folder / name) or ()) for name in (artifact.RUN, artifact.TFLITE))


def architectures():
    """[{"name", "summary"}] of everything that can be trained; the files are only read, for to import one is slow."""
    return [{"name": name, "summary": _summary(name)} for name in registry.names("models")]


def _summary(name):
    """The first line of a model's docstring."""
    return registry.docstring("models", name).partition("\n")[0].rstrip(".")


@functools.lru_cache(maxsize=256)
def _described(folder, *stamps):
    trained = artifact.load(folder)
    windows, recordings = trained.record.scores["windows"], trained.record.scores["recordings"]
    page = folder / artifact.REPORT / artifact.PAGE
    about = {
        "architecture": trained.name,
        "summary": _summary(trained.name),
        "scores": {
            "recall": windows["balanced_accuracy"],
            "chance": 1 / len(trained.labels),
            "recordings_right": recordings["right"],
            "recordings": recordings["n"],
        },
        "report": f"/reports/{folder.name}/{artifact.PAGE}" if page.is_file() else None,
        "trained": datetime.fromtimestamp((folder / artifact.RUN).stat().st_mtime, UTC).isoformat(timespec="seconds"),
    }
    return {"name": folder.name, **_heard(trained.audio_format, trained.labels, trained.thresholds), **about}


@functools.lru_cache
def _described_published(name, path, stamp):
    predictor = prediction.held(path, stamp)
    about = {
        "architecture": name,
        "summary": f"{len(predictor.labels)} sounds of the world, without any training",
        "scores": None,
        "report": None,
        "trained": None,
    }
    return {"name": name, **_heard(predictor.audio_format, predictor.labels, predictor.thresholds), **about}


def _heard(audio_format, labels, thresholds):
    heard = {"labels": labels, "thresholds": thresholds}
    return {**heard, "sample_rate": audio_format.sample_rate, "seconds": audio_format.seconds}
