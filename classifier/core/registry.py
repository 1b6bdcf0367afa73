"""List and load models, features, layouts ... by file.

The folder is the list: each file in `classifier/models` is a model, named like its file.
"""

import ast
import importlib
from pathlib import Path
from types import ModuleType
from typing import Any

from classifier.core.errors import InputError
from classifier.core.text import did_you_mean

PACKAGE = Path(__file__).resolve().parent.parent
ONE_CLASS = "one_class"
FOLDERS = {
    "models": "models",
    ONE_CLASS: "models/one_class",
    "features": "features",
    "pretrained": "pretrained",
    "layouts": "data/layouts",
    "annotations": "data/annotations",
    "writers": "inference/writers",
}
SHARED = {"assemble", "weights"}  # shared by the files of a folder, and not in the list


def names(kind: str) -> list[str]:
    """The sorted names in one of FOLDERS, for example names("models"); nothing is imported."""
    return sorted(
        path.stem for path in _folder(kind).glob("*.py") if not path.stem.startswith("_") and path.stem not in SHARED
    )


def load(kind: str, name: str) -> ModuleType:
    """Import one file of one of FOLDERS; a model that no list of models has may be one of ONE_CLASS.

    Raises:
        InputError: there is no such file; the message lists those there are.
    """
    _check(kind, name)
    kind = ONE_CLASS if kind == "models" and is_one_class(name) else kind
    return importlib.import_module(f"classifier.{FOLDERS[kind].replace('/', '.')}.{name}")


def is_one_class(model: str) -> bool:
    """Whether a model learns from normal recordings alone: `--model all` and the lists of models leave these out."""
    return model in names(ONE_CLASS)


def stated(kind: str, name: str, constant: str) -> Any:
    """A literal constant of a file; None where it has none. The file is parsed: importing it would import Keras."""
    for node in syntax(kind, name).body:
        if isinstance(node, ast.Assign) and [getattr(target, "id", None) for target in node.targets] == [constant]:
            return ast.literal_eval(node.value)
    return None


def states(kind: str, name: str, constant: str) -> bool:
    """Whether a file assigns a value to a constant; the file is only read."""
    for node in syntax(kind, name).body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if constant in {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}:
            return True
    return False


def docstring(kind: str, name: str) -> str:
    """A file's docstring, "" where there is no such file; the file is parsed, not imported."""
    return ast.get_docstring(syntax(kind, name)) or ""


def syntax(kind: str, name: str) -> ast.Module:
    """The syntax tree of a file, an empty one where there is no such file."""
    path = _folder(kind) / f"{name}.py"
    if kind == "models" and not path.is_file():
        path = _folder(ONE_CLASS) / path.name
    return ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")


def feature(name: str) -> Any:
    """The class of a file of classifier/features, named like the file: Mfcc of mfcc.py.

    Raises:
        InputError: there is no such feature.
    """
    return getattr(load("features", name), "".join(word.title() for word in name.split("_")))


def choose(kind: str, wanted: str) -> list[str]:
    """The names a person means by `--model NAME[,NAME...]|all`.

    Raises:
        InputError: there is no such name, or none is given.
    """
    chosen = names(kind) if wanted == "all" else [name.strip() for name in wanted.split(",") if name.strip()]
    if not chosen:
        raise InputError(f"{wanted!r} names none of the {kind}: give at least one of {', '.join(names(kind))}")
    for name in chosen:
        _check(kind, name)
    return chosen


def _folder(kind):
    return PACKAGE / FOLDERS[kind]


def _check(kind, name):
    known = names(kind)
    if name not in known and not (kind == "models" and is_one_class(name)):
        raise InputError(f"{name!r} is none of the {kind}: {', '.join(known)}{did_you_mean(name, known)}")
