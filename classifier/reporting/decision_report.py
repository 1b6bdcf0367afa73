"""The decision rule of a model in words and rows: for the report, and for the screen."""

from typing import Any

from classifier.records import artifact
from classifier.reporting import report_media
from classifier.scoring import frame_rule
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.rule_choice import DecisionRecord, TimelineScore

HEADER = ["rule, label", "threshold", "events missed", "false alarms per hour", "at most (95 % confidence)"]
FRAME_HEADER = ["label", "threshold", "F1 of onsets and offsets", "by the thresholds of windows", "events", "segments"]
NOT_TESTED = "not tested: the test split is too small for timelines"


def sentence(trained: artifact.Artifact) -> str:
    """Which rule a model has, or why it has the default rule; "" for a record of a version that chose none."""
    decision = trained.record.decision
    if decision is None:
        return ""
    if decision.rule is None:
        return f"thresholds alone, because {decision.why_default}"
    found = f"chosen on {decision.minutes['validation']:.0f} minutes of background of the validation split"
    bound = f"for at most {decision.per_hour:g} per hour of each label"
    return f"{in_words(decision.rule)}; {found} by its misses and false alarms, {bound}"


def frame_sentence(trained: artifact.Artifact) -> str:
    """Which rule the frames of a model have, or why it is the default one; "" for a model that has none."""
    decision = trained.record.frame_decision
    if decision is None:
        return ""
    words = in_words(trained.frame_rule, "frames")
    if decision.rule is None or decision.validation is None:
        return f"the thresholds of windows, {words}, because {decision.why_default}"
    found = f"chosen on {decision.minutes['validation']:.0f} minutes of background of the validation split"
    return f"{words}; {found} by the F1 of onsets and offsets: {_f1s(decision.validation)}"


def _f1s(scores):
    chosen, default = (frame_rule.mean_f1(of) for of in (scores.chosen, scores.default))
    return f"{chosen:.1%} ({default:.1%} by the thresholds of windows)"


def in_words(rule: DecisionRule, of: str = "windows") -> str:
    """A rule in words, without its thresholds; of: what it decides on."""
    parts = [
        f"mean over {rule.smooth} {of}" if rule.smooth > 1 else "",
        f"{rule.needed} of {rule.among} {of} over the threshold" if rule.among > 1 else "",
        f"{rule.min_duration:g} s at least" if rule.min_duration else "",
        f"goes on over {rule.release:.0%} of the threshold" if rule.release < 1 else "",
        f"gaps of {rule.merge_gap:g} s closed" if rule.merge_gap else "",
    ]
    return ", ".join(filter(None, parts)) or "each window for itself"


def lines(trained: artifact.Artifact) -> list[str]:
    """What is said on the screen after a training."""
    return [*_lines_of_windows(trained), *_lines_of_frames(trained)]


def _lines_of_windows(trained):
    decision = trained.record.decision
    if decision is None:
        return []
    said = [f"decision rule: {sentence(trained)}"]
    if decision.rule and decision.test:
        chosen, default = (_together(of) for of in (decision.test.chosen, decision.test.default))
        said.append(f"  on test timelines: {chosen}; thresholds alone: {default}")
    elif decision.rule:
        said.append(f"  {NOT_TESTED}")
    return said


def _lines_of_frames(trained):
    decision = trained.record.frame_decision
    if decision is None:
        return []
    said = [f"decision rule of the frames: {frame_sentence(trained)}"]
    if decision.rule:
        tested = f"on test timelines: {_f1s(decision.test)}" if decision.test else NOT_TESTED
        said.append(f"  {tested}")
    return said


def gather(trained: artifact.Artifact) -> dict[str, Any]:
    """The values of the report's section: sentences, the rows of HEADER and of FRAME_HEADER, and the DET curve."""
    decision, frames = trained.record.decision, trained.record.frame_decision
    scores = (decision.test or decision.validation) if decision else None
    rows = []
    if scores:
        for name, of in (("chosen", scores.chosen), ("thresholds alone", scores.default)):
            rows += [[f"{name}, {label}", *_row(score)] for label, score in of.items()]
    return {
        "sentence": sentence(trained),
        "split": "test" if decision and decision.test else "validation",
        "header": HEADER,
        "rows": rows,
        "curve": _curve(trained, decision) if decision and decision.curves and scores else None,
        "frames": frame_sentence(trained),
        "frame_split": "test" if frames and frames.test else "validation",
        "frame_header": FRAME_HEADER,
        "frame_rows": _frame_rows(frames) if frames and frames.rule else [],
    }


def _frame_rows(decision):
    scores = decision.test or decision.validation
    return [
        [label, f"{decision.rule.thresholds[label]:.4f}", f"{of.f1:.1%}", f"{scores.default[label].f1:.1%}"]
        + [str(of.events), str(of.segments)]
        for label, of in scores.chosen.items()
    ]


def _row(score: TimelineScore) -> list[str]:
    rates = [score.false_alarms_per_hour, score.at_most_per_hour]
    alarms, at_most = ("-" if rate is None else f"{rate:.1f}" for rate in rates)
    return [f"{score.threshold:.4f}", f"{score.missed} of {score.events}", alarms, at_most]


def _together(of):
    missed, events = (sum(getattr(score, name) for score in of.values()) for name in ("missed", "events"))
    alarms = ", ".join(f"{label} {score.false_alarms_per_hour:.1f}" for label, score in of.items() if score.hours)
    return f"{missed} of {events} events missed, false alarms per hour: {alarms}"


def _curve(trained: artifact.Artifact, decision: DecisionRecord) -> report_media.Media:
    scores = decision.test or decision.validation
    curves = {
        label: [(point.false_alarms_per_hour, point.misses) for point in points]
        for label, points in (decision.curves or {}).items()
    }
    chosen = {
        label: (score.false_alarms_per_hour, score.missed / score.events)
        for label, score in (scores.chosen if scores else {}).items()
        if score.events and score.false_alarms_per_hour is not None
    }
    return report_media.det(trained, curves, chosen, decision.per_hour)
