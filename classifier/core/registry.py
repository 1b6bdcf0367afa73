"""The folder is the list: what stands in `classifier/models` is a model, named like its file."""

import ast
import importlib
from pathlib import Path

from classifier.core.errors import InputError

PACKAGE = Path(__file__).resolve().parent.parent
FOLDERS = {
    "models": "models",
    "features": "features",
    "pretrained": "pretrained",
    "layouts": "data/layouts",
    "writers": "inference/writers",
}
SHARED = {"assemble", "weights"}  # what the files of a folder have in common; itself none of the list


def names(kind):
    """The names in a folder of this package, for example names("models"), sorted; nothing is imported."""
    return sorted(
        path.stem for path in _folder(kind).glob("*.py") if not path.stem.startswith("_") and path.stem not in SHARED
    )


def load(kind, name):
    """Import one file of the folder.

    Raises:
        InputError: there is no such file; the message lists what there is.
    """
    _check(kind, name)
    return importlib.import_module(f"classifier.{FOLDERS[kind].replace('/', '.')}.{name}")


def stated(kind, name, constant):
    """A number that a file states, None where it does not; the file is only read, for to import it imports Keras."""
    path = _folder(kind) / f"{name}.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else ():
        if isinstance(node, ast.Assign) and [getattr(target, "id", None) for target in node.targets] == [constant]:
            return ast.literal_eval(node.value)
    return None


def states(kind, name, constant):
    """Whether a file assigns a value to a constant; the file is only read."""
    path = _folder(kind) / f"{name}.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body if path.is_file() else ():
        targets = node.targets if isinstance(node, ast.Assign) else []
        if constant in {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}:
            return True
    return False


def docstring(kind, name):
    """What a file says of itself, "" where there is no such file; the file is only read."""
    path = _folder(kind) / f"{name}.py"
    return (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "") if path.is_file() else ""


def feature(name):
    """The class of a file of classifier/features, named like the file: Mfcc of mfcc.py."""
    return getattr(load("features", name), "".join(word.title() for word in name.split("_")))


def choose(kind, wanted):
    """The names a person means by `--model NAME[,NAME...]|all`.

    Raises:
        InputError: one of them is not there.
    """
    chosen = names(kind) if wanted == "all" else [name.strip() for name in wanted.split(",") if name.strip()]
    for name in chosen:
        _check(kind, name)
    return chosen


def _folder(kind):
    return PACKAGE / FOLDERS[kind]


def _check(kind, name):
    if name not in names(kind):
        raise InputError(f"{name!r} is none of the {kind}: {', '.join(names(kind))}")
