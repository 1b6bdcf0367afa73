"""Rules of the layout that import-linter cannot say, read from the syntax trees."""

import ast
import sys

import pytest

from tests.conftest import ROOT

FILES = [*ROOT.glob("*.py"), *(ROOT / "classifier").rglob("*.py")]


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_are_files():
    assert len(FILES) > 25


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_assigns_to_a_constant_of_another_file(path):
    for node in ast.walk(ast.parse(path.read_text())):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            assert not (isinstance(target, ast.Attribute) and target.attr.isupper()), f"{path}:{node.lineno}"


def test_only_what_requirements_name_is_imported():
    required = {
        line.partition("==")[0].replace("-", "_") for line in (ROOT / "requirements.txt").read_text().splitlines()
    }
    names = {"scikit_learn": "sklearn"}
    allowed = {names.get(name, name) for name in required} | set(sys.stdlib_module_names)
    allowed |= {
        "classifier",
        "Constants",
        "SampleSignal",
        "scipy",
        "flatbuffers",
        "threadpoolctl",
        "h5py",
        "starlette",
        "pydantic",
        "jax",
    }  # six come with librosa, keras, scikit-learn, fastapi; jax is asked for before it is imported, and optional
    for path in FILES:
        assert {name.partition(".")[0] for name in imports(path)} <= allowed, path
