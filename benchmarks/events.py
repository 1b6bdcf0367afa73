"""What frames bring over windows: F1 of onsets and offsets, and PSDS, of segments on timelines of held-out recordings.

    python TrainModel.py --model residual_frames --data ../shared/data/voices --group-by '^([^_]+)_' \\
        --negatives ../shared/data/background --epochs 14 --max-minutes 12 --no-refit --trained measured
    python ConvertModelToTFLite.py --trained measured --frames
    python -m benchmarks.events measured/residual_frames

One training: its frame file by ClassifyRecordings.py's --frames, and beside it segments of whole windows, by the same
weights and the decision rule of the training. Frames are decided by the rule that the training chose for them, and by
the usual one: the thresholds of windows. The test split's recordings are placed at known times in its background. PSDS
is over thresholds; all else of a rule stays.
"""

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np

from classifier.audio.windows import cut_blocks, hop_length
from classifier.core import console
from classifier.data import timelines
from classifier.inference import frames
from classifier.inference.predictor import load_predictor
from classifier.inference.segments import SegmentMerger
from classifier.records import artifact
from classifier.records.config import RunConfig
from classifier.records.training_config import TrainingConfig
from classifier.scoring import events, frame_rule
from classifier.scoring.decision_rule import DecisionRule
from classifier.scoring.rule_choice import LOG_ODDS, Placed
from classifier.scoring.thresholds import background_of

LEVELS = 1 / (1 + np.exp(-np.linspace(*LOG_ODDS, 25)))  # thresholds of PSDS
CHOSEN = "frames"  # by the rule that the training chose


@dataclass(frozen=True)
class Way:
    """A way to segments. rule: as it is used; cut: (samples, rule) -> segments of labels that are no background."""

    rule: DecisionRule
    cut: Callable[[list[tuple[int, np.ndarray]], DecisionRule], list[Placed]]
    hear: Callable[[np.ndarray], list[tuple[int, np.ndarray]]]


def held_out_timelines(trained: artifact.Artifact, seed: int) -> Iterator[timelines.Timeline]:
    """Timelines of the test split of a training: the same data, split the same way."""
    from classifier.training import data

    run = {field.name: getattr(trained.record.config, field.name) for field in fields(RunConfig)}
    held = data.load(TrainingConfig(**run, models=(trained.name,)))
    rate = trained.audio_format.sample_rate
    clips = held.clips_of(rate, "test").tolist()
    return timelines.build(held.audio[rate], clips, background(trained), rate, trained.audio_format.seconds, seed)


def background(trained: artifact.Artifact) -> list[str]:
    """The labels that are no events."""
    return [label for label in trained.labels if label in background_of(trained.record.config.learned_negatives)]


def ways(trained: artifact.Artifact) -> dict[str, Way]:
    """{name: way}: of whole windows, and of frames by the usual rule and by the chosen one."""
    of_frames, each = frames.load(trained.folder)
    of_windows, quiet = load_predictor(trained.folder, threads=1), background(trained)
    audio_format, labels = trained.audio_format, tuple(trained.labels)
    rate = audio_format.sample_rate

    def way(predictor, rule, one, shift, overlap):
        hop = hop_length(audio_format.window_length, overlap)

        def hear(samples):
            cut = cut_blocks([samples], audio_format.window_length, hop)
            found = ((end, predictor.probabilities(windows)) for _, windows, end in cut)
            return list(frames.FrameFormat(audio_format, each, hop).joined(found) if one is not audio_format else found)

        def segments(heard, rule):
            merger = SegmentMerger(rule, labels, one, each if one is not audio_format else hop)
            for _, probabilities in heard:
                merger.add(probabilities)
            end = heard[-1][0]
            return [
                Placed(of.label, of.start, of.end)
                for of in frames.moved(merger.finish(end), shift, end / rate)
                if of.label not in quiet
            ]

        return Way(rule, segments, hear)

    of_frame = frames.FrameFormat(audio_format, each, 1).of_frame, each / 2 / rate, frames.OVERLAP
    usual = frame_rule.default(trained.rule.thresholds, each / rate)
    return {
        "windows": way(of_windows, of_windows.rule, audio_format, 0.0, of_windows.overlap),
        "frames, usual rule": way(of_frames, usual, *of_frame),
        CHOSEN: way(of_frames, trained.frame_rule, *of_frame),
    }


def psds(way: Way, heard: list, placed: list[list[Placed]], hours: float, wanted: list[str]) -> list[float]:
    """PSDS of each label over LEVELS."""

    def at(level):
        rule = replace(way.rule, thresholds=dict.fromkeys(wanted, float(level)))
        cut = [way.cut(one, rule) for one in heard]
        return [counted(cut, label) for label in wanted]

    def counted(cut, label):
        pairs = [[[x for x in one if x.label == label] for one in pair] for pair in zip(placed, cut, strict=True)]
        found = [events.intersections(*pair) for pair in pairs]
        sums = (sum(getattr(of, name) for of in found) for name in ("found", "events", "false_alarms"))
        return events.Intersections(*sums)

    return [events.psds(of_label, hours) for of_label in zip(*map(at, LEVELS), strict=True)]


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("trained", type=Path, help="folder of a trained and converted model that has frames")
    parser.add_argument("--seed", type=int, default=0, help="of the timelines (default: %(default)s)")
    args = parser.parse_args(argv)

    trained = artifact.load(args.trained)
    compared = ways(trained)
    heard: dict[str, list] = {name: [] for name in compared}
    placed, seconds = [], []
    for timeline in held_out_timelines(trained, args.seed):
        if not timeline.events:
            continue
        placed.append([Placed(of.label, of.start, of.end) for of in timeline.events])
        seconds.append(len(timeline.samples) / trained.audio_format.sample_rate)
        for name, way in compared.items():
            heard[name].append(way.hear(timeline.samples))
    report(compared, heard, placed, seconds, trained)


def report(compared, heard, placed, seconds, trained):
    """Print what was found, of all events and of each label."""
    wanted = [label for label in trained.labels if label not in background(trained)]
    print(f"{trained.name}: {sum(map(len, placed))} events in {sum(seconds) / 60:.0f} minutes of held-out recordings")
    found = {name: [way.cut(one, way.rule) for one in heard[name]] for name, way in compared.items()}

    def counted(name, label):
        of_label = [[[x for x in one if label in (None, x.label)] for one in of] for of in (placed, found[name])]
        return [hit for p, f in zip(*of_label, strict=True) if p for hit in events.by_event(p, f)]

    rows = [
        [label or "all", *(f"{events.f1(counted(name, label)):.1%}" for name in compared)] for label in (None, *wanted)
    ]
    console.table(["F1 of onset and offset", *compared], rows)
    hours = sum(seconds) / 3600
    of_all = np.transpose([psds(way, heard[name], placed, hours, wanted) for name, way in compared.items()])
    rows = [[label, *(f"{value:.3f}" for value in of)] for label, of in zip(wanted, of_all, strict=True)]
    console.table(["PSDS", *compared], [["all", *(f"{value:.3f}" for value in np.mean(of_all, axis=0))], *rows])
    for name in [name for name in compared if name != CHOSEN]:
        by, low, high = events.difference(counted(CHOSEN, None), counted(name, None))
        interval = f"{100 * low:+.1f} to {100 * high:+.1f}, by stretches"
        print(f"{CHOSEN} beside {name}: {100 * by:+.1f} points of F1 ({interval})")


if __name__ == "__main__":
    console.run(main)
