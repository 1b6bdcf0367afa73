"""Rules of the layout that import-linter cannot express (its own are in pyproject.toml), read from the syntax trees."""

import ast
import tomllib

import pytest

from tests.conftest import ROOT

DOORS = {  # library: the modules of classifier, or packages of it, or scripts, that may import it
    "ai_edge_litert": {"export", "inference.litert", "pretrained", "records.tflite_metadata"},
    "av": {"audio.decoders"},
    "cloudpickle": {"core.cluster"},
    "distributed": {"core.cluster"},
    "fastapi": {"service"},
    "filelock": {"core.atomic_files"},
    "flatbuffers": {"records.tflite_embedding", "records.tflite_metadata"},
    "fsspec": {"storage.filesystems"},
    "h5py": {"pretrained"},
    "jax": {"training.distributed"},
    "joblib": {"core.parallel", "evaluation.baselines.boosting"},
    "libusb_package": {"export.metadata"},
    "matplotlib": {"plotting"},
    "mediapipe": {"export.runtime_process"},
    "noisereduce": {"audio.denoise"},
    "pebble": {"service"},
    "pooch": {"storage.downloads"},
    "prometheus_client": {"service"},
    "pyarrow": {"inference.writers"},
    "pydantic": {"core.typed_json", "service"},
    "requests": {"storage.downloads"},
    "iterstrat": {"data.multi_label_splits"},
    "sklearn": {
        *("data.shortcuts", "data.group_dealing", "evaluation.baselines.boosting", "models.one_class._layers"),
        *("scoring.metrics", "scoring.multi_label", "scoring.one_class", "scoring.precision_recall"),
    },
    "soundata": {"data.corpora"},
    "soundfile": {"audio.codecs", "audio.decoders", "audio.parts", "audio.recording"},
    "soxr": {"audio.recording"},
    "sqlite3": {"service"},
    "starlette": {"service"},
    "tensorflow": {"core.console", "export", "pretrained", "training.train"},
    "tflite_support": {"export.metadata", "export.runtime_process"},
    "threadpoolctl": {"evaluation.baselines.boosting", "service"},
    "tqdm": {"core.console"},
    "usearch": {"inference.similarity.index"},
    "uvicorn": {"service"},
}
SCRIPTS = {path.stem for path in ROOT.glob("*.py")} - {"Constants", "SampleSignal"}
FILES = [*ROOT.glob("*.py"), *(ROOT / "classifier").rglob("*.py")]


def module_of(path):
    """The dotted name of a file, without classifier."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[1:] if parts[0] == "classifier" else parts).removesuffix(".__init__")


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_there_are_files():
    assert len(FILES) > 25
    assert len(SCRIPTS) > 10


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_an_outside_library_has_one_door(path):
    module = module_of(path)
    for name in imports(path):
        doors = DOORS.get(name.partition(".")[0], {module})
        is_door = any(module == door or module.startswith(f"{door}.") for door in doors)
        assert is_door, f"{module} imports {name}; only {', '.join(sorted(doors))} may"


def test_a_door_is_there_and_used():
    used = {(name.partition(".")[0], module_of(path)) for path in FILES for name in imports(path)}
    for library, doors in DOORS.items():
        for door in doors:
            assert any(name == library and f"{module}.".startswith(f"{door}.") for name, module in used), (
                library,
                door,
            )


def test_import_linter_keeps_the_package_from_every_script():
    with (ROOT / "pyproject.toml").open("rb") as file:
        contracts = tomllib.load(file)["tool"]["importlinter"]["contracts"]
    contract = next(contract for contract in contracts if contract["name"] == "The package imports no script")
    assert set(contract["forbidden_modules"]) == SCRIPTS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_nobody_assigns_to_a_constant_of_another_file(path):
    for node in ast.walk(ast.parse(path.read_text())):
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        for target in targets:
            assert not (isinstance(target, ast.Attribute) and target.attr.isupper()), f"{path}:{node.lineno}"
