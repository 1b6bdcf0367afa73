"""Public functions and classes carry type hints and docstrings; docstrings give the shapes of arrays.

The type checker (`ty check`, part of `make lint`) checks the hints; it does not ask for those that are missing.
"""

import ast
import re

import pytest

from tests.conftest import ROOT

CLASSIFIER = ROOT / "classifier"
PACKAGES = sorted(path.name for path in CLASSIFIER.iterdir() if (path / "__init__.py").is_file())
ARRAY = re.compile(r"\b(ndarray|KerasTensor)\b")
SHAPE = re.compile(r"\([^()]*,[^()]*\)")  # such as (n,), (windows, labels), (batch, ...)


def problems(package):
    """What is missing in a package: ["file.py:12 f: no hint for x", ...]."""
    return [
        f"{path.relative_to(CLASSIFIER)}:{problem}"
        for path in sorted((CLASSIFIER / package).rglob("*.py"))
        for problem in of_source(path.read_text(encoding="utf-8"))
    ]


def of_source(source):
    """What is missing in the source of one module: ["12 f: no hint for x", ...]."""
    for node in public(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from of_function(node, node.name)
            yield from of_docstring(node)
        else:
            for member in public(node, "__init__", "__call__"):
                if isinstance(member, ast.FunctionDef | ast.AsyncFunctionDef):
                    yield from of_function(member, f"{node.name}.{member.name}", is_method=True)
            if any("dataclass" in ast.unparse(decorator) for decorator in node.decorator_list):
                for field in node.body:
                    if isinstance(field, ast.Assign):
                        yield f"{field.lineno} {node.name}: no hint for {ast.unparse(field.targets[0])}"


def public(parent, *special):
    """The functions and classes directly below a node whose names do not begin with an underscore, or are special."""
    kinds = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    nodes = [node for node in parent.body if isinstance(node, kinds)]
    return [node for node in nodes if not node.name.startswith("_") or node.name in special]


def of_function(node, name, is_method=False):
    arguments = [*node.args.posonlyargs, *node.args.args]
    is_static = any(ast.unparse(decorator) == "staticmethod" for decorator in node.decorator_list)
    arguments = arguments[1:] if is_method and not is_static else arguments  # without self or cls
    for argument in [*arguments, *node.args.kwonlyargs]:
        if argument.annotation is None:
            yield f"{node.lineno} {name}: no hint for {argument.arg}"
    if node.returns is None and node.name != "__init__":
        yield f"{node.lineno} {name}: no hint for its result"


def of_docstring(node):
    text = ast.get_docstring(node)
    if text is None:
        yield f"{node.lineno} {node.name}: no docstring"
        return
    arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    hints = [ast.unparse(hint) for hint in [*(a.annotation for a in arguments), node.returns] if hint]
    if any(ARRAY.search(hint) for hint in hints) and not SHAPE.search(text):
        yield f"{node.lineno} {node.name}: arrays without a shape in the docstring"


@pytest.mark.parametrize("package", PACKAGES)
def test_public_names_carry_hints_and_docstrings(package):
    assert problems(package) == []


def test_what_is_missing_is_found():
    source = '''
def f(x, *, y: int, **others) -> np.ndarray:
    """(n,) zeros."""

def g(x: np.ndarray) -> None:
    """Zeros."""

async def h() -> int: ...

def _private(x): ...

@dataclass(frozen=True)
class C:
    n: int = 0
    m = 1

    def __init__(self, a: int, b): ...

    def method(self) -> int: ...

    @staticmethod
    def static(a) -> int: ...

    @property
    def p(self): ...

    def _hidden(self, a): ...
'''
    assert list(of_source(source)) == [
        "2 f: no hint for x",
        "5 g: arrays without a shape in the docstring",
        "8 h: no docstring",
        "17 C.__init__: no hint for b",
        "22 C.static: no hint for a",
        "25 C.p: no hint for its result",
        "15 C: no hint for m",
    ]
