import json
import os
import shutil
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from classifier.audio import decoders, recording
from classifier.core.errors import InputError
from classifier.inference.config import ClassificationConfig
from classifier.inference.prediction import predict_signal
from classifier.inference.recording_classifier import classify
from classifier.inference.segments import SegmentMerger
from classifier.inference.settings import make_settings
from classifier.scoring.decision_rule import DecisionRule
from tests.classifier.export.test_inspection import with_metadata
from tests.classifier.service.test_workers import write_hours
from tests.conftest import write_tone


@pytest.fixture
def tiny(tmp_path):
    """A .tflite made on the spot: windows of 0.1 s, and three labels."""
    (tmp_path / "tiny.tflite").write_bytes(with_metadata())
    return tmp_path / "tiny.tflite"


def config(model, **chosen):
    return ClassificationConfig(model=str(model), **chosen)


def settings_of(model, **chosen):
    settings, _ = make_settings(config(model, **chosen))
    return settings


def outcome(path, settings, **how):
    outcome = classify(7, str(path), "a name", settings, **how)
    assert (outcome.index, outcome.path) == (7, str(path))
    return outcome


def classified(path, settings, **how):
    found = outcome(path, settings, **how)
    assert found.reason is None
    return found.result


def refused(path, settings):
    found = outcome(path, settings)
    assert found.result is None
    return found.reason


@pytest.mark.parametrize(("overlap", "smooth"), [(0.0, 1), (0.7, 3)])
def test_a_recording_read_in_blocks_is_classified_like_the_whole(tiny, tmp_path, monkeypatch, overlap, smooth):
    monkeypatch.setattr(decoders, "BLOCK", 12_345)
    path = write_tone(tmp_path / "tone.flac", seconds=9.876, rate=44_100, channels=2)
    settings, predictor = make_settings(config(tiny, threshold=0.55, overlap=overlap, smooth=smooth, merge_gap=0.1))
    whole = predict_signal(predictor, recording.read(path, 16_000), overlap)
    merger = SegmentMerger(settings.rule, settings.labels, predictor.audio_format, round(1600 * (1 - overlap)))
    merger.add(whole.windows)
    found = classified(path, settings)
    expected = merger.finish(len(recording.read(path, 16_000)))
    assert len(expected) > 1
    assert [[s.start, s.end, s.peak, s.mean] for s in found.segments] == [
        pytest.approx([s.start, s.end, s.peak, s.mean], abs=1e-6) for s in expected
    ]
    assert found.seconds == pytest.approx(9.876, abs=1e-3)
    assert found.highest == 8000
    assert found.label == replace(whole, thresholds=settings.recording_thresholds).label
    assert found.probability == pytest.approx(whole.recording.max(), abs=1e-6)
    assert classified(path, settings, threads=3) == found


def test_memory_does_not_grow_with_the_recording(tiny, tmp_path, monkeypatch):
    monkeypatch.setattr(decoders, "BLOCK", 1 << 16)
    path = write_tone(tmp_path / "five minutes.flac", seconds=300)  # 19 MB as float32
    settings = settings_of(tiny)
    classified(write_tone(tmp_path / "first.wav"), settings)  # imports are not the recording's
    tracemalloc.start()
    found = classified(path, settings)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.seconds == 300
    assert peak < 5e6


def test_a_header_that_promises_a_day_is_not_believed(tiny, tmp_path):
    path = write_hours(tmp_path / "day.wav", hours=24)
    os.truncate(path, 50_000)
    reason = refused(path, settings_of(tiny))
    assert reason.startswith("a name is cut short: it promises 86400.00 s and holds 6.2")


def test_what_can_not_be_read_is_a_reason_with_the_name(tiny, tmp_path):
    settings = settings_of(tiny)
    assert refused(tmp_path / "nowhere.wav", settings) == "a name: there is no such recording"
    (tmp_path / "text.wav").write_text("words")
    assert "a name cannot be read" in refused(tmp_path / "text.wav", settings)


def test_thresholds_are_those_of_the_training_also_of_a_file_in_the_folder(trained, tmp_path):
    folder = shutil.copytree(trained.out / "mel", tmp_path / "mel")
    about = json.loads((folder / "run.json").read_text())
    chosen = {"song": 0.61, "speech": 0.52}
    (folder / "run.json").write_text(json.dumps({**about, "thresholds": chosen}))
    for model in (folder, folder / "model_mel_audio_metadata.tflite"):
        settings = settings_of(model)
        assert (settings.rule.thresholds, settings.recording_thresholds) == (chosen, chosen)
        assert not settings.independent and settings.overlap == 0
    alone = shutil.copy(folder / "model_mel_audio_metadata.tflite", tmp_path / "alone.tflite")
    assert settings_of(alone).rule.thresholds == about["thresholds"]  # those of the day it was written
    assert settings_of(folder, threshold=0.8).rule.thresholds == {"song": 0.8, "speech": 0.8}
    assert settings_of(folder, label_thresholds={"song": 0.9}).rule.thresholds == {"song": 0.9, "speech": 0.52}
    with pytest.raises(InputError, match="--threshold sung=...: the model has no such label, .*did you mean song"):
        settings_of(folder, label_thresholds={"sung": 0.9})


def test_of_independent_labels_the_most_probable_that_reaches_its_threshold_is_the_recordings(tiny, tmp_path):
    path = write_tone(tmp_path / "a.wav", 440)
    settings = settings_of(tiny)
    mean = classified(path, replace(settings, probabilities=True)).windows.mean(axis=0)
    first, second = (settings.labels[i] for i in np.argsort(-mean)[:2])
    limits = {label: 0.99 for label in settings.labels} | {second: 0.01}
    found = [classified(path, replace(settings, recording_thresholds=limits, independent=of)) for of in (False, True)]
    assert [one.label for one in found] == [None, second] and first != second


def test_a_file_that_knows_no_rule_is_given_half_as_its_thresholds(tiny):
    settings = settings_of(tiny)
    assert settings.rule == DecisionRule(dict.fromkeys(settings.rule.thresholds, 0.5))
    assert settings.recording_thresholds == {}


def test_yamnet_reports_several_labels_in_a_window_and_each_needs_its_threshold(weights_here):
    settings = settings_of("yamnet")
    assert settings.independent
    assert settings.rule.thresholds == dict.fromkeys(settings.labels, 0.5)
    assert "Silence" in settings.labels
