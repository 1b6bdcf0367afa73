"""Rules of the layout that import-linter cannot say, read from the syntax trees."""

import ast

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
