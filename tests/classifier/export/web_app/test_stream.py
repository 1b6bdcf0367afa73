"""sound-stream.js, under Node and in Chromium: hop by hop it says what LiteRT says in Python."""

import numpy as np
import pytest

from benchmarks.web_app import opened
from classifier.audio import recording
from classifier.core import registry
from classifier.export import metadata
from classifier.export.stream_runner import StreamRunner, describe
from classifier.records import rule_file
from classifier.scoring.decision_rule import DecisionRule
from tests.classifier.export import test_streaming as of_python
from tests.classifier.export.web_app.conftest import LABELS, tiny, write_sounds
from tests.classifier.export.web_app.test_page import CHROMIUM

RULE = DecisionRule({"bell": 0.2, "rain": 0.9}, smooth=3, hop=0.256)  # of every second hop
PUSH = """
const { SoundStream } = await import(`${app}module/sound-stream.js`);
const stream = await SoundStream.load(bytesOf(given.model));
const { labels, rule, hop, windowLength, sampleRate, independent } = stream;
const samples = samplesOf(given.path);
const found = [];
for (let at = 0; at + hop <= samples.length; at += hop) found.push(await stream.push(samples.subarray(at, at + hop)));
stream.reset();
const again = await stream.push(samples.subarray(0, hop));
const codes = [];
await stream.push(samples.subarray(1, hop)).catch((error) => codes.push(error.code));
await stream.close();
await stream.push(samples.subarray(0, hop)).catch((error) => codes.push(error.code));
await SoundStream.load(bytesOf(given.other)).catch((error) => codes.push(error.code));
const about = { labels, thresholds: rule.thresholds, hop, windowLength, sampleRate, independent };
const names = [...Object.getOwnPropertyNames(SoundStream.prototype), ...Object.keys(stream)];
return { found, again, codes, about, names };
"""
LISTEN = """(address) => new Promise(async (resolve, reject) => {
  const { SoundStream } = await import(new URL("module/sound-stream.js", document.baseURI));
  const stream = await SoundStream.load(new URL(address, document.baseURI));
  const found = [];
  const listening = await stream.listen(({ time, samples, probabilities, segments }) => {
    found.push({ time, samples: Array.from(samples), probabilities, segments });
    if (found.length === 20) listening.stop().then(() => resolve(found));
  }, reject);
})"""


@pytest.fixture(scope="module")
def stream(app):
    """A stream beside the models of the web app, as long as it is asked for."""
    path = app / "models" / "stream.tflite"
    module = registry.load("models", of_python.NAME)
    held = of_python.streaming.converted(module, of_python.built(), of_python.WINDOW, of_python.HOP)
    words = f"the probabilities are of the last {of_python.WINDOW} samples (2 s)."
    facts = metadata.Facts("stream", "Sounds.", words, 16_000, LABELS, rule_file.as_bytes(RULE))
    path.write_bytes(metadata.write_stream(held, facts))
    yield path
    path.unlink()


def test_it_says_hop_by_hop_what_python_says(node, app, stream, tmp_path):
    signal = recording.read(write_sounds(tmp_path / "a.wav", 6.0), 16_000)
    signal.astype("<f4").tofile(tmp_path / "a.f32")
    given = {"model": str(stream), "path": str(tmp_path / "a.f32"), "other": str(tiny(tmp_path / "a.tflite"))}
    answer = node(PUSH, given)
    runner = StreamRunner(stream)
    hops = signal[: len(signal) // runner.hop * runner.hop].reshape(-1, runner.hop)
    expected = np.array([runner.push(hop) for hop in hops])
    assert np.array(answer["found"]) == pytest.approx(expected, abs=1e-4) and np.ptp(expected, axis=0).max() > 0.01
    assert answer["again"] == pytest.approx(expected[0], abs=1e-4)
    assert answer["codes"] == ["hop", "closed", "no-stream"]
    declared = (app / "module" / "sound-stream.d.ts").read_text()
    hidden = {"constructor", "model", "litert", "shapes", "output", "turn", "state"}
    for name in set(answer["names"]) - hidden:
        assert f"  readonly {name}:" in declared or f"  {name}(" in declared, name
    described = describe(stream)
    assert answer["about"] == {
        "labels": described.labels,
        "thresholds": described.rule.thresholds,
        "hop": runner.hop,
        "windowLength": of_python.WINDOW,
        "sampleRate": described.sample_rate,
        "independent": False,
    }


@pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium: apt install chromium")
def test_it_listens_hop_by_hop_in_a_browser(app, stream, tmp_path):
    voice = write_sounds(tmp_path / "voice.wav", 10.0, rate=48_000, subtype="PCM_16")
    with opened(app, voice) as (page, _):
        heard = page.evaluate(LISTEN, "models/stream.tflite")
    runner = StreamRunner(stream)
    assert [one["time"] for one in heard] == pytest.approx([0.128 * n for n in range(1, 21)])
    assert any(any(one["samples"]) for one in heard) and any(one["segments"] for one in heard)
    for one in heard:
        expected = runner.push(np.array(one["samples"], "float32"))
        assert one["probabilities"] == pytest.approx(expected, abs=1e-4)
