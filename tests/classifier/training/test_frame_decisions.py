"""A rule of frames is chosen where validation has enough background, travels with the frame file, and flags win."""

from dataclasses import replace
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import ops

from classifier.features._silence import DigitalSilence
from classifier.inference import frames
from classifier.inference.config import ClassificationConfig
from classifier.records import artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from classifier.reporting import decision_report
from classifier.scoring import frame_rule, thresholds
from classifier.training import frame_decisions
from tests.classifier.data.test_timelines import RATE, Store
from tests.test_when_exactly import of_a_beep

LABELS = ["silence", "song"]
OF, EACH = 32, 64  # frames of a window, and samples of a frame
FORMAT = AudioFormat(sample_rate=RATE, window_length=OF * EACH, hop_length=EACH // 2)


def by_level():
    """A model: a frame is a song where it is loud."""
    audio = keras.Input((OF * EACH,))
    values = keras.layers.Identity(name="standardise")(audio)
    inner = keras.Input((OF * EACH,))
    level = ops.sqrt(ops.mean(ops.square(ops.reshape(inner, (-1, OF, EACH))), axis=2, keepdims=True))
    loud = ops.sigmoid(2000 * (level - 0.006))
    of_frames = keras.layers.Identity(name="frames")(ops.concatenate([1 - loud, loud], axis=2))
    body = keras.Model(inner, ops.mean(of_frames, axis=1), name="body")
    return keras.Model(audio, DigitalSilence(0, name="digital_silence")([audio, body(values)]))


def choose(*counts):
    audio = Store(*counts)
    task = SimpleNamespace(
        name="residual_frames",
        audio=audio,
        labels=LABELS,
        background=thresholds.BACKGROUND,
        multi_label=False,
        audio_format=FORMAT,
        split=np.array(["validation", "test"])[np.arange(len(audio.clips)) % 2],
        recipe=SimpleNamespace(batch_size=32),
    )
    return frame_decisions.choose(task, by_level(), {"song": 0.999}, seed=0)


@pytest.fixture(scope="module")
def chosen():
    return choose(("silence", 62, 0.005), ("song", 24, 0.1))


def test_a_rule_is_chosen_on_validation_and_measured_on_test(chosen):
    assert chosen.rule.hop == EACH / RATE and chosen.why_default is None
    assert chosen.validation.chosen["song"].events == chosen.test.chosen["song"].events == 12
    assert chosen.validation.chosen["song"].f1 > 0.9 > chosen.validation.default["song"].f1
    assert chosen.test.chosen["song"].f1 > 0.8


def test_run_json_keeps_it_and_it_is_what_frames_are_decided_by(chosen, tmp_path):
    folder = of_a_beep(tmp_path / "residual_frames", frame_decision=chosen, labels=LABELS)
    trained = artifact.load(folder)
    assert trained.record.frame_decision == chosen and trained.frame_rule == chosen.rule
    predictor, _ = frames.load(folder)
    assert replace(predictor.rule, hop=chosen.rule.hop) == chosen.rule and predictor.overlap == 0.5
    assert predictor.notes == ()
    rule = ClassificationConfig(model="x", smooth=7, threshold=0.25).rule(predictor.rule, LABELS, False)
    assert rule == replace(predictor.rule, smooth=7, thresholds={"song": 0.25})
    (rule, tested) = decision_report.lines(trained)
    assert rule.startswith("decision rule of the frames: ") and "by the F1 of onsets and offsets: " in rule
    assert tested.startswith("  on test timelines: ")
    page = decision_report.gather(trained)
    assert rule.endswith(page["frames"]) and page["frame_split"] == "test"
    ((label, threshold, *_, events, _),) = page["frame_rows"]
    assert (label, float(threshold), events) == ("song", pytest.approx(chosen.rule.thresholds["song"], abs=1e-4), "12")


def test_what_is_too_little_is_said_and_the_usual_rule_decides(tmp_path):
    found = choose(("silence", 20, 0.005), ("song", 24, 0.1))
    folder = of_a_beep(tmp_path / "residual_frames", frame_decision=found, labels=LABELS)
    why = "the validation split is too small to choose one: it holds 1.7 minutes of background, and 5 are needed"
    predictor, each = frames.load(folder)
    assert predictor.rule.thresholds == {"song": 0.9} and predictor.rule.smooth == frame_rule.SMOOTH
    assert predictor.notes == (f"the frames have the thresholds of windows and the usual smoothing, because {why}",)
    assert decision_report.lines(artifact.load(folder))[-1] == (
        f"decision rule of the frames: the thresholds of windows, mean over 5 frames, 0.1 s at least, gaps of 0.2 s "
        f"closed, because {why}"
    )


def test_learned_negatives_are_what_happens_between_two_sounds(chosen, tmp_path):
    about = {"frame_decision": chosen, "labels": ["other", "song"]}
    learned = RunConfig(data="x", window=OF * 1024 / 16_000, negatives="somewhere")
    assert frames.load(of_a_beep(tmp_path / "1" / "residual_frames", config=learned, **about))[0].notes == ()
    (note,) = frames.load(of_a_beep(tmp_path / "2" / "residual_frames", **about))[0].notes
    assert note.startswith("no label of this model says that nothing happens (silence, background)")
