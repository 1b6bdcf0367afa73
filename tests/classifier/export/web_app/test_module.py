"""sound-classifier.js under Node, on the real LiteRT.js: it decides what ClassifyRecordings.py decides."""

import base64
import json

import numpy as np
import pytest

from classifier.audio import recording
from classifier.inference.config import ClassificationConfig
from classifier.inference.predictor import load_predictor
from classifier.inference.recording_classifier import classify
from classifier.inference.settings import make_settings
from classifier.scoring.decision_rule import DecisionRule
from classifier.service.live import LiveRule, LiveStream
from tests.classifier.export.web_app.conftest import LABELS, RULE, tiny, write_sounds
from tests.conftest import ROOT

THRESHOLDS = {"bell": 0.45, "dog": 0.6, "rain": 0.5}
RULES = {
    "none": None,
    "thresholds": DecisionRule(THRESHOLDS),
    "all": RULE,
    "five": DecisionRule(THRESHOLDS, smooth=5, needed=2, among=3, release=0.7, hop=0.05),
    "gaps": DecisionRule(THRESHOLDS, merge_gap=0.25, min_duration=0.3, hop=0.025),
    "two of three": DecisionRule({"bell": 0.4}, needed=2, among=3),
}
SECONDS = (6.0, 3.33, 0.25, 0.1, 0.04, 2.0001)
CLASSIFY = """
const { SoundClassifier } = await import(`${app}module/sound-classifier.js`);
const found = [];
for (const { model, paths } of given) {
  const classifier = await SoundClassifier.load(bytesOf(model));
  for (const path of paths) found.push(await classifier.classify(samplesOf(path)));
}
return found;
"""
LISTEN = """
const { LiveStream } = await import(`${app}module/live_stream.js`);
const { Segments } = await import(`${app}module/segments.js`);
const { SoundClassifier } = await import(`${app}module/sound-classifier.js`);
const of = await SoundClassifier.load(bytesOf(given.model));
const [stream, samples, found] = [new LiveStream(of), samplesOf(given.path), []];
const segments = new Segments(of, stream.hop * stream.each, of.windowLength, of.sampleRate);
for (let at = 0; at < samples.length; at += 700) {
  stream.add(samples.subarray(at, at + 700));
  while (stream.next()) {
    const probabilities = await of.probabilities(stream.window);
    if ((found.length + 1) % stream.each === 0) segments.add(probabilities);
    found.push({ probabilities, label: segments.label, segments: segments.recent(stream.offset) });
  }
}
return found;
"""


def as_floats(path, signal):
    signal.astype("<f4").tofile(path)
    return str(path)


def test_recordings_are_decided_as_classify_recordings_decides(node, tmp_path):
    sounds = [write_sounds(tmp_path / f"{n}.wav", seconds, seed=n) for n, seconds in enumerate(SECONDS)]
    sounds.append(write_sounds(tmp_path / "silent.wav", 1.0))
    recording.write(sounds[-1], np.zeros(16_000, "float32"), 16_000)
    paths = [as_floats(path.with_suffix(".f32"), recording.read(path, 16_000)) for path in sounds]
    models = [tiny(tmp_path / f"{number}.tflite", rule) for number, rule in enumerate(RULES.values())]
    found = iter(node(CLASSIFY, [{"model": str(model), "paths": paths} for model in models]))
    n_segments = 0
    for model in models:
        settings, _ = make_settings(ClassificationConfig(model=str(model)))
        for path in sounds:
            result, answer = classify(0, str(path), path.name, settings).result, next(found)
            assert answer["label"] == result.label
            expected = [(LABELS[one.label], one.start, one.end) for one in result.segments]
            assert [(one["label"], one["start"], one["end"]) for one in answer["segments"]] == [
                (label, pytest.approx(start, abs=1e-5), pytest.approx(end, abs=1e-5)) for label, start, end in expected
            ]
            assert max(answer["probabilities"]) == pytest.approx(result.probability, abs=1e-5)
            assert answer["seconds"] == pytest.approx(result.seconds, abs=1e-5)
            n_segments += len(expected)
    assert n_segments > 50


@pytest.mark.parametrize("name", ["thresholds", "all", "five"])
def test_a_stream_is_decided_as_the_service_decides(node, tmp_path, name):
    model = tiny(tmp_path / "model.tflite", RULES[name])
    predictor = load_predictor(model)
    signal = recording.read(write_sounds(tmp_path / "a.wav", 20.0), 16_000)
    rule = LiveRule(predictor)
    stream = LiveStream(predictor.audio_format, 16_000, rule.hop)
    found = node(LISTEN, {"model": str(model), "path": as_floats(tmp_path / "a.f32", signal)})
    windows = [window for _, window, _ in stream.add(signal)]
    assert len(found) == len(windows) > 30
    reported, time = 0, 0.0
    for window, answer in zip(windows, found, strict=True):
        probabilities = predictor.probabilities(window[None])[0]
        assert answer["probabilities"] == pytest.approx(probabilities, abs=1e-5)
        label = rule.label(probabilities)
        assert answer["label"] == label
        time += stream.hop / 16_000
        if label is not None and name == "thresholds":  # the others decide later
            assert answer["segments"][-1]["end"] == pytest.approx(time)
        assert all(0 <= one["start"] < one["end"] <= time + 1e-9 for one in answer["segments"])
        reported += label is not None
    assert 0 < reported < len(found)


def test_labels_are_independent_where_the_file_says_so_or_its_probabilities_show_it(node):
    program = """
    const { understood } = await import(`${app}module/loading.js`);
    return given.map(([found, rows]) => understood(found, rows));
    """
    labels, sure, sigmoids = ["dog", "background"], [[0.99, 0.01], [0, 0]], [[0.9, 0.8], [0.1, 0.1]]
    own = {"labels": labels, "rule": {"thresholds": {"dog": 0.3}}, "hasRule": True}
    said = {**own, "rule": {**own["rule"], "multi_label": True}}
    without = {**own, "hasRule": False}
    found = node(program, [[own, sure], [said, sure], [own, sigmoids], [without, sigmoids]])
    assert [one["independent"] for one in found] == [False, True, True, True]
    assert [one["rule"]["thresholds"] for one in found] == [*[{"dog": 0.3}] * 3, {"dog": 0.5, "background": 0.5}]


def test_the_rule_that_ships_decides_as_the_vector_says(node):
    cases = json.loads((ROOT / "tests" / "decision_rule.json").read_text())
    program = """
    const { DecisionRule } = await import(`${app}module/decision_rule.js`);
    return given.map((of) => {
      const rule = new DecisionRule(of.rule, of.labels, of.hop, of.length, of.independent);
      return of.probabilities.map((row) => rule.decide(row));
    });
    """
    assert node(program, cases) == [case["decisions"] for case in cases]


def test_memory_stays_flat_over_many_windows(node, app):
    program = """
    const { SoundClassifier } = await import(`${app}module/sound-classifier.js`);
    const classifier = await SoundClassifier.load(bytesOf(given));
    const { liteRtWasm } = classifier.litert.getGlobalLiteRt();
    const sizes = [];
    for (let run = 0; run < 3600; run++) {
      await classifier.probabilities(new Float32Array(classifier.windowLength).fill(0.1 * (run % 7)));
      if (run % 900 === 100) sizes.push(liteRtWasm.HEAPU8.length);
    }
    return sizes;
    """
    sizes = node(program, str(app / "models" / "tiny.tflite"))
    assert len(sizes) == 4 and len(set(sizes)) == 1


def test_samples_that_are_none_and_files_that_are_no_model_are_refused(node, tmp_path):
    described = tiny(tmp_path / "a.tflite").read_bytes()
    files = {
        "no-tflite": b"RIFF and so on",
        "no-metadata": described.replace(b"TFLITE_METADATA", b"TFLITE_METADATB"),
        "no-labels": described.replace(b"bell\ndog\nrain\n", b"\n\n\n\n\n\n\n\n\n\n\n\n\n\n"),
        "labels-differ": described.replace(b"bell\ndog\nrain\n", b"bell\ndograin\n\n"),
    }
    program = """
    const { SoundClassifier } = await import(`${app}module/sound-classifier.js`);
    const codeOf = (work) => work.then(() => null, (error) => error.code);
    const load = (text) => SoundClassifier.load(new Uint8Array(Buffer.from(text, "base64")).buffer);
    const codes = [];
    for (const text of given) codes.push(await codeOf(load(text)));
    return codes;
    """
    given = [base64.b64encode(held).decode() for held in files.values()]
    assert node(program, given) == list(files)
    program = """
    const { SoundClassifier } = await import(`${app}module/sound-classifier.js`);
    const classifier = await SoundClassifier.load(bytesOf(given));
    const codes = [];
    for (const samples of [new Float32Array(0), Float32Array.of(NaN), Float32Array.of(20000)]) {
      await classifier.classify(samples).catch((error) => codes.push(error.code));
    }
    return codes;
    """
    assert node(program, str(tmp_path / "a.tflite")) == ["empty", "scale", "scale"]


def test_what_a_file_says_of_itself_is_read_as_python_reads_it(node, tmp_path):
    programs = {"tiny": tiny(tmp_path / "a.tflite"), "no rule": tiny(tmp_path / "b.tflite", None)}
    newer = tmp_path / "c.tflite"
    newer.write_bytes(programs["tiny"].read_bytes().replace(b'"version": 1', b'"version": 2'))
    program = """
    const { readModel } = await import(`${app}module/model_file.js`);
    return given.map((path) => readModel(bytesOf(path)));
    """
    first, second, third = node(program, [*map(str, programs.values()), str(newer)])
    assert (first["sampleRate"], first["labels"], first["hasRule"]) == (16_000, LABELS, True)
    assert first["rule"]["thresholds"] == RULE.thresholds and first["rule"]["smooth"] == RULE.smooth
    assert second["rule"]["thresholds"] == dict.fromkeys(LABELS, 0.5) and not second["hasRule"]
    assert third["notes"] == ["rule-unusable"] and not third["hasRule"]


def test_the_types_name_what_the_class_has(node, app):
    declared = (app / "module" / "sound-classifier.d.ts").read_text()
    program = """
    const { SoundClassifier } = await import(`${app}module/sound-classifier.js`);
    const classifier = await SoundClassifier.load(bytesOf(given));
    const methods = Object.getOwnPropertyNames(SoundClassifier.prototype);
    return [...methods.filter((name) => name !== "constructor"), ...Object.keys(classifier)];
    """
    hidden = {"model", "litert", "shape", "output", "closed", "running"}
    for name in set(node(program, str(app / "models" / "tiny.tflite"))) - hidden:
        assert f"  readonly {name}:" in declared or f"  {name}(" in declared, name
