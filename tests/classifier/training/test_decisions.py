"""A decision rule is chosen where validation has enough background, and where it has not, that is said."""

import json
from dataclasses import asdict, replace
from types import SimpleNamespace

import numpy as np
import pytest

from classifier.records import artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.run_record import RunRecord
from classifier.reporting import decision_report
from classifier.scoring import thresholds
from classifier.training import decisions
from tests.classifier.data.test_timelines import RATE, Store
from tests.trained_folder import make_record

LABELS = ["silence", "song"]
CHOSEN = {"song": 0.5}


class ByLevel:
    """A model: a window is a song where it is loud."""

    def predict(self, windows, batch_size, callbacks, verbose):
        loud = 1 / (1 + np.exp(-400 * (np.sqrt(np.mean(np.square(windows), axis=1)) - 0.02)))
        return np.stack([1 - loud, loud], axis=1).astype("float32")


def task(*counts):
    """A training's task whose recordings are dealt evenly to validation and test."""
    audio = Store(*counts)
    return SimpleNamespace(
        name="by_level",
        audio=audio,
        labels=LABELS,
        background=thresholds.BACKGROUND,
        multi_label=False,
        audio_format=AudioFormat(sample_rate=RATE, window_length=2 * RATE),
        split=np.array(["validation", "test"])[np.arange(len(audio.clips)) % 2],
        recipe=SimpleNamespace(batch_size=32),
    )


@pytest.fixture(scope="module")
def chosen():
    return decisions.choose(task(("silence", 62, 0.005), ("song", 24, 0.1)), ByLevel(), CHOSEN, seed=0)


def test_a_rule_is_chosen_on_validation_and_measured_on_test(chosen):
    assert chosen.rule.hop == 1.0 and chosen.why_default is None
    assert chosen.minutes == {"validation": 5.17, "test": 5.17}
    for scores in (chosen.validation, chosen.test):
        assert scores.chosen["song"].events == scores.default["song"].events == 12
        assert scores.chosen["song"].missed <= scores.default["song"].missed
    assert chosen.validation.chosen["song"].false_alarms == 0
    assert len(chosen.curves["song"]) > 10


def test_what_is_too_little_is_said_and_thresholds_alone_decide(tmp_path):
    found = decisions.choose(task(("silence", 20, 0.005), ("song", 24, 0.1)), ByLevel(), CHOSEN, seed=0)
    assert found.rule is None and found.test is None
    why = "the validation split is too small to choose one: it holds 1.7 minutes of background, and 5 are needed"
    assert found.why_default == why
    trained = artifact.Artifact(tmp_path, make_record(decision=found))
    assert trained.rule.is_thresholds_alone and trained.rule.thresholds == trained.record.thresholds
    assert decision_report.lines(trained) == [f"decision rule: thresholds alone, because {why}"]


def test_run_json_keeps_it_and_the_report_shows_it(chosen, tmp_path):
    record = make_record(labels=LABELS, decision=chosen)
    record.write(tmp_path)
    assert RunRecord.read(tmp_path) == record
    trained = artifact.Artifact(tmp_path, record)
    assert trained.rule == chosen.rule
    (rule, tested) = decision_report.lines(trained)
    assert "chosen on 5 minutes of background of the validation split by its misses" in rule
    assert "false alarms, for at most 1 per hour of each label" in rule
    assert "of 12 events missed, false alarms per hour: song" in tested
    (tmp_path / artifact.REPORT).mkdir()
    shown = decision_report.gather(trained)
    assert [row[0] for row in shown["rows"]] == ["chosen, song", "thresholds alone, song"]
    assert shown["curve"].uri.startswith("data:image/png") and shown["split"] == "test"


def test_a_run_json_of_before_has_its_thresholds_as_its_rule(chosen, tmp_path):
    record = make_record()
    held = asdict(record)
    del held["decision"]
    (tmp_path / "run.json").write_text(json.dumps(held))
    read = RunRecord.read(tmp_path)
    assert read == replace(record, decision=None)
    trained = artifact.Artifact(tmp_path, read)
    assert trained.rule.thresholds == record.thresholds and decision_report.lines(trained) == []
