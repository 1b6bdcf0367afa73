"""tflite-support cannot share a process with TensorFlow, so what uses it runs in one of its own."""

import json
import subprocess
import sys

import pytest

from classifier.core.errors import InputError
from classifier.export import metadata
from classifier.records import rule_file, tflite_metadata
from classifier.scoring.decision_rule import DecisionRule
from tests.conftest import ROOT

RULE = DecisionRule({"air conditioner": 0.7}, smooth=3, needed=2, among=3, release=0.5, hop=1.0)
FACTS = metadata.Facts(
    "mel",
    "Tells apart: air conditioner, straße.",
    "Two seconds.",
    16_000,
    ["air conditioner", "straße", "x"],
    rule_file.as_bytes(RULE),
)
needs_tflite_support = pytest.mark.skipif(
    not metadata.tflite_support_installed(), reason="tflite-support is not installed"
)


def written(how, model, path):
    """Write FACTS into a model by one of the two ways, in a process of its own."""
    program = (
        "import sys; from pathlib import Path; from classifier.export import metadata\n"
        f"facts = metadata.{FACTS!r}\n"
        f"Path(sys.argv[2]).write_bytes(metadata.{how}(Path(sys.argv[1]).read_bytes(), facts))"
    )
    subprocess.run([sys.executable, "-c", program, model, path], check=True, cwd=ROOT)
    return path


@needs_tflite_support
@pytest.mark.parametrize("name", ["signal/model.tflite", "mel/model_dropin.tflite"])
def test_both_ways_write_the_same_metadata(trained, tmp_path, name):
    one = written("write_with_tflite_support", trained.out / name, tmp_path / "one.tflite")
    two = written("write_with_schema", trained.out / name, tmp_path / "two.tflite")
    assert tflite_metadata.as_dict(one.read_bytes()) == tflite_metadata.as_dict(two.read_bytes())
    assert tflite_metadata.read(one) == tflite_metadata.read(two) == (16_000, FACTS.labels)
    assert rule_file.read(one, FACTS.labels) == rule_file.read(two, FACTS.labels) == (RULE, [])


def test_metadata_is_replaced_not_added(trained, tmp_path):
    once = metadata.write_with_schema((trained.out / "signal" / "model.tflite").read_bytes(), FACTS)
    other = metadata.Facts("other", "Other.", "Other.", 8_000, ["x", "y", "z"])
    (tmp_path / "twice.tflite").write_bytes(metadata.write_with_schema(once, other))
    assert tflite_metadata.read(tmp_path / "twice.tflite") == (8_000, ["x", "y", "z"])
    assert tflite_metadata.as_dict((tmp_path / "twice.tflite").read_bytes())["name"] == "other"


def test_labels_are_read_whatever_their_file_is_called(trained, tmp_path, monkeypatch):
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(tflite_metadata, "LABELS", "names of sounds.txt")
        described = metadata.write_with_schema((trained.out / "signal" / "model.tflite").read_bytes(), FACTS)
    (tmp_path / "a.tflite").write_bytes(described)
    assert tflite_metadata.read(tmp_path / "a.tflite") == (16_000, FACTS.labels)


def test_a_file_without_metadata_says_so(trained, tmp_path):
    with pytest.raises(InputError, match="model.tflite has no metadata"):
        tflite_metadata.read(trained.out / "signal" / "model.tflite")
    (tmp_path / "text.tflite").write_text("this is no model")
    with pytest.raises(InputError, match="text.tflite has no metadata"):
        tflite_metadata.read(tmp_path / "text.tflite")


def test_the_names_the_app_opens_are_written_and_the_json_is_printed(trained):
    printed, _ = trained.printed["metadata"]
    for name, length in (
        ("signal/model_signal_metadata.tflite", "32000 samples (2 s)"),
        ("mel/model_mel_audio_metadata.tflite", "32000 samples (2 s)"),
        ("mel/model_mel_metadata.tflite", "128 bands of 63 frames"),
    ):
        path = trained.out / name
        assert tflite_metadata.read(path) == (16_000, ["silence", "song", "speech"])
        assert length in json.dumps(tflite_metadata.as_dict(path.read_bytes()))
        assert f"{path}:\n{{" in printed


def test_tensorflow_and_tflite_support_are_kept_apart():
    import tensorflow  # noqa: F401

    with pytest.raises(RuntimeError, match="start another"):
        metadata.prepare_tflite_support()
