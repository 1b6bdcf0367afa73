"""A web app with small models made on the spot, a Node that runs its module, and recordings."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from classifier.export import metadata
from classifier.export.web_app import folder, litert_js
from classifier.records import rule_file
from classifier.scoring.decision_rule import DecisionRule
from tests.classifier.export.test_inspection import dense_and_softmax, packed

LABELS = ["bell", "dog", "rain"]
RULE = DecisionRule(
    {"bell": 0.4, "dog": 0.36, "rain": 0.4}, smooth=3, min_duration=0.15, release=0.8, merge_gap=0.1, hop=0.1
)
RUN = """\
import { readFileSync } from "node:fs";
import "%(harness)s";
const given = JSON.parse(readFileSync(0, "utf8"));
const app = "%(app)s";
const samplesOf = (path) => new Float32Array(new Uint8Array(readFileSync(path)).buffer);
const bytesOf = (path) => new Uint8Array(readFileSync(path)).buffer;
console.log(JSON.stringify(await (async () => { %(program)s })()));
"""


def tiny(path, rule=RULE, labels=LABELS):
    """A .tflite with windows of 0.1 s, with a rule in it, or none."""
    held = rule_file.as_bytes(rule) if rule else b""
    facts = metadata.Facts("tiny", f"Tells apart: {', '.join(labels)}.", "A tenth of a second.", 16_000, labels, held)
    path.write_bytes(metadata.write_with_schema(packed(dense_and_softmax()), facts))
    return path


def write_sounds(path, seconds=6.0, rate=16_000, channels=1, seed=0, **kwargs):
    """A recording of noises that change every 0.3 s."""
    random = np.random.default_rng(seed)
    parts = [
        random.uniform(0, 0.5) * random.normal(0, 0.5, round(0.3 * rate)) for _ in range(int(np.ceil(seconds / 0.3)))
    ]
    signal = np.clip(np.concatenate(parts), -0.99, 0.99)[: round(seconds * rate)]
    path.parent.mkdir(parents=True, exist_ok=True)
    soundfile.write(path, np.stack([signal, 0.5 * signal][:channels], axis=1), rate, **kwargs)
    return path


@pytest.fixture(scope="session")
def app(packages, tmp_path_factory):
    """A web app with two small models: tiny with a rule, and plain without."""
    out = tmp_path_factory.mktemp("site") / "somewhere" / "app"
    out.mkdir(parents=True)
    folder.write_parts(out, packages)
    made = tmp_path_factory.mktemp("models")
    files = {"tiny": tiny(made / "tiny.tflite"), "plain": tiny(made / "plain.tflite", rule=None)}
    folder.write_models(out, {name: (path.read_bytes(), "mix") for name, path in files.items()})
    folder.write_files(out)
    return out


class Node:
    """Runs programs over the module of a web app."""

    def __init__(self, app: Path, home: Path):
        self.app, self.home = app, home

    def __call__(self, program, given=None):
        """What the body of an async function returns; it knows `given` (JSON), `app`, `samplesOf` and `bytesOf`."""
        harness = (Path(folder.__file__).parent / "node.mjs").as_uri()
        path = self.home / "program.mjs"
        path.write_text(RUN % {"harness": harness, "app": f"{self.app.as_uri()}/", "program": program})
        return json.loads(litert_js.run(path, json.dumps(given)))


@pytest.fixture(scope="session")
def node(app, tmp_path_factory):
    return Node(app, tmp_path_factory.mktemp("node"))
