"""The two rules of the layout, read from the syntax trees: arrows point one way, one library has one door."""

import ast
import sys

import pytest

from tests.conftest import ROOT

# From top to bottom; a file may use files of its own layer and of those below, never of one above.
LAYERS = [
    {"scripts"},
    {"service"},
    {"classification"},
    {"summary"},
    {"faults"},
    {"inspection", "variants"},
    {
        "folds",
        "training",
        "boosting",
        "runtimes",
        "tflite",
        "quantised",
        "halved",
        "preparation",
        "checkup",
        "attention_pictures",
    },
    {"gallery_of_data"},
    {"report", "gallery", "layer_pictures"},
    {
        "network",
        "embeddings",
        "pieces",
        "copies",
        "checkpoint",
        "distribution",
        "evaluation",
        "splits",
        "prediction",
        "plots",
        "looks",
        "calibration",
        "thresholds",
        "segments",
        "description",
    },
    {"metadata", "store", "spectrograms", "corpora", "inputs"},
    {"cleaning", "archives"},
    {"artifact", "clips"},
    {"models", "layouts"},
    {"pretrained"},
    {"places"},
    {"features", "recording", "recipe", "augmentation", "weights", "outputs"},
    {"downloads", "registry", "atomic", "parallel", "names", "journal", "cost"},
    {"console"},
    {"Constants", "SampleSignal"},
]
DOORS = {  # library: the files that may import it
    "soundfile": {"recording"},
    "av": {"recording"},
    "noisereduce": {"cleaning"},
    "filelock": {"atomic"},
    "pooch": {"downloads"},
    "requests": {"downloads"},
    "soundata": {"corpora"},
    "soxr": {"recording"},
    "matplotlib": {"plots"},
    "tflite_support": {"metadata", "runtimes"},
    "libusb_package": {"metadata"},
    "mediapipe": {"runtimes"},
    "ai_edge_litert": {"prediction", "metadata", "inspection", "pretrained", "cost"},
    "h5py": {"pretrained"},
    "pyarrow": {"outputs"},
    "sklearn": {"splits", "checkup", "evaluation", "boosting"},
    "jax": {"distribution"},
    "tensorflow": {"training", "tflite", "quantised", "console", "pretrained"},
    "threadpoolctl": {"boosting", "service"},
    "fastapi": {"service"},
    "starlette": {"service"},
    "pebble": {"service"},
    "prometheus_client": {"service"},
    "sqlite3": {"service"},
    "uvicorn": {"scripts"},
    "joblib": {"parallel", "boosting"},
    "dask": {"parallel"},
    "distributed": {"parallel"},
    "fsspec": {"places"},
    "tqdm": {"console"},
}
FILES = [*ROOT.glob("*.py"), *(ROOT / "classifier").rglob("*.py")]


def part_of(path):
    """The part of the layout a file is: its name, or its folder's for a file among many."""
    inside = path.relative_to(ROOT).parts
    if inside[0] != "classifier":
        return path.stem if path.stem in ("Constants", "SampleSignal") else "scripts"
    return inside[1] if len(inside) == 3 else path.stem


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_are_files():
    assert len(FILES) > 25


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_arrows_point_down(path):
    height = {part: i for i, layer in enumerate(LAYERS) for part in layer}
    for name in imports(path):
        first, _, rest = name.partition(".")
        used = rest.partition(".")[0] if first == "classifier" else first
        if used in height and part_of(path) != "__init__":
            assert height[used] >= height[part_of(path)], f"{part_of(path)} uses {used}, which is above it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_outside_library_has_one_door(path):
    for name in imports(path):
        library = name.partition(".")[0]
        assert part_of(path) in DOORS.get(library, {part_of(path)}), f"{library} is imported in {path}"


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
