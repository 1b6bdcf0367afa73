"""The tables a person takes away: how good each model is, how large, and which file to copy into the app.

python -m classifier.reporting.tables
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from classifier.core import console
from classifier.data import clips, label_share, padding, rates, splits, surroundings
from classifier.records import artifact, tflite_files
from classifier.records.conversion import MOST_LOST
from classifier.reporting import confusion, decision_report, multi_label_tables, one_class_tables, warnings
from classifier.reporting.warnings import between, right_of
from classifier.scoring import confidence
from classifier.storage import local_files
from Constants import TRAINED

if TYPE_CHECKING:
    from classifier.records.training_config import TrainingConfig
    from classifier.training.data import TrainingData


def scores(trained: artifact.Artifact) -> None:
    """Print what the test split says of a model, chance beside it."""
    if trained.record.one_class:
        one_class_tables.scores(trained)
        return
    if trained.record.multi_label_scores:
        multi_label_tables.show(trained)
        return
    score, split = trained.record.scores, trained.record.split
    windows, recordings = score.windows, score.recordings
    split_names = ", ".join(f"{len(split.names(split_name))} to {verb}" for split_name, verb in splits.VERBS.items())
    n_groups = split.test_groups
    print(f"{trained.name}: {right_of(recordings.right, recordings.n, n_groups)} held-out {split.units} right")
    luck = f"guessing {score.chance:.1%}, always the most frequent label {score.majority:.1%} of windows"
    balanced = between(*confidence.balanced_interval(windows.recall, n_groups))
    print(f"  windows: {right_of(windows.right, windows.n, n_groups)} right; {luck}")
    accuracy = f"balanced accuracy {windows.balanced_accuracy:.1%} of windows ({balanced})"
    print(f"  {accuracy}, by the Keras model; in parentheses 95 % intervals")
    not_tested = warnings.not_tested(trained.labels, recordings.recall)
    learned = trained.record.config.learned_negatives
    harmless = warnings.silence_and_negatives(trained.labels, windows.confusion, learned)
    more = [*warnings.answered(trained), *warnings.unheard(score), *warnings.fragile(trained.record.robustness)]
    for line in [*not_tested, *harmless, *warnings.few_groups(recordings.recall, n_groups), *more]:
        print(f"  {line}")
    print(f"  split by {split.rule}; leak check: {warnings.leak_check(split)}")
    for line in warnings.leaks(split):
        print(f"  WARNING: {line}")
    if split.negatives:
        split_names += f" (of these, {', '.join(map(str, split.negatives.values()))} are negatives)"
    kept = f"epoch {trained.record.best_epoch} kept, {trained.record.training_seconds:.0f} s"
    print(f"  {split.units}: {split_names}; {kept}")
    for line in filter(
        None, [warnings.refit(trained.record), *warnings.time_limit(trained.record), warnings.taught(trained.record)]
    ):
        print(f"  {line}")
    for line in decision_report.lines(trained):
        print(f"  {line}")
    columns, confused = confusion.columns(trained.labels, windows.confusion)
    rows = [
        [label, *(_percent(of.recall.get(label)) for of in (windows, recordings)), *cells]
        for label, cells in zip(trained.labels, confused, strict=True)
    ]
    console.table(["label", "recall, windows", split.units, *columns], rows)


def skipped(data: "TrainingData") -> None:
    """Print which recordings of a training could not be read."""
    for _, reason in data.skipped:
        print(f"skipped: {reason}")
    if data.skipped:
        print(f"{len(data.skipped)} of {data.n_clips} recordings were skipped, for the reasons above")


def heard(data: "TrainingData") -> None:
    """Print what is odd about the recordings of a training: padding, rates, channels, parts that end behind them."""
    for audio_format in dict.fromkeys(data.audio_formats.values()):
        audio = data.audio[audio_format.sample_rate]
        found = surroundings.heard(audio, audio_format.window_length)
        about = audio.clips, audio.ends - audio.starts, audio_format.window_length
        for sentence in [*padding.sentences(audio.clips, found, about[2]), *label_share.sentences(*about)]:
            print(sentence)
    for rate, audio in data.audio.items():
        if audio.rates is not None:
            own = [int(of_one) for of_one in audio.rates]
            paths = [str(clip.path) for clip in audio.clips]
            console.notes(rates.notes(dict(zip(paths, own, strict=True)), rate))
            for sentence in rates.sentences([clip.label for clip in audio.clips], own, rate):
                print(sentence)
    rate, audio = next(iter(data.audio.items()))
    console.notes(audio.odd)
    if audio.wholes is not None:
        console.notes({"part too long": padding.past_the_end(audio.clips, np.diff(audio.wholes)[:, 0] / rate)})


def not_begun(config: "TrainingConfig", models: Iterable[str], trained: Sequence[str]) -> None:
    """Print which models of a training were not begun, because --max-minutes were over."""
    if left := [model for model in models if model not in trained]:
        print(f"not trained, because --max-minutes {config.max_minutes:g} were over: {', '.join(left)}")


def left_out(config: "TrainingConfig") -> None:
    """Print which files of the folders of a training have no recording's suffix."""
    folders = [Path(config.background_noise)] if config.background_noise else []
    folders += config.negatives_chosen.folders if config.negatives_chosen else ()
    others = map(local_files.left_out, folders)
    for sentence in filter(None, [*clips.left_out(config.data, config.layout), *others]):
        print(sentence)


def variants(models: Sequence[artifact.Artifact]) -> None:
    """Print what decides between the variants, then what each costs and how far it is from Keras."""
    chosen, costs, reasons, not_tried, latencies = [], [], [], {}, []
    for trained in models:
        found = trained.variants
        if found is None:
            continue
        for variant, of in found.files.items():
            name, size = f"{trained.name}, {variant}", f"{of.bytes / 1000:,.0f}"
            lost = _points(of.validation.accuracy_lost) if of.validation else "-"
            advice = "recommended" if variant == found.recommended else ""
            right, *differences = _beside_keras(of.test) if of.test else ["-"] * 4
            chosen.append([name, size, right, lost, found.taken_by(variant), advice])
            times = [" / ".join(f"{value:.2f}" for value in of_threads) for of_threads in of.milliseconds.values()]
            costs.append([name, *times, f"{of.arena / 1000:,.0f}", *differences])
            reasons += [f"{runtime} refuses {trained.name} in {variant}: {why}" for runtime, why in of.refused.items()]
            latencies = [f"ms, {n} thread{'s' * (n != 1)}" for n in of.milliseconds]
        not_tried |= found.not_tried
    console.table(["file", "KB", "test windows right", "validation, than Keras", "runtimes", ""], chosen)
    print(
        f"recommended: the smallest file that every runtime takes and that loses at most {100 * MOST_LOST:g} points of "
        "the validation windows; what the test split says is only reported"
    )
    _say_what_is_right(models)
    console.table(["file", *latencies, "arena, KB", "test, than Keras", "other label", "a probability by"], costs)
    for reason in [*reasons, *(f"{runtime}: not tried here ({why})" for runtime, why in not_tried.items())]:
        print(reason)


def _beside_keras(test):
    share = _percent(test.windows.right / test.windows.n)
    return [share, _points(test.accuracy_lost), test.changed, f"{test.largest_change:.1e}"]


def _points(lost):
    return f"{-100 * lost + 0:+.2f}"


def show(models: Sequence[artifact.Artifact]) -> None:
    """Print a row per file that can be copied into an app."""
    rows = []
    for trained in models:
        files = trained.variants.files if trained.variants else {}
        for file in tflite_files.app_files(trained):
            if file.target.is_file():
                of = files.get(file.variant)
                recordings = trained.record.scores.recordings
                n, right = recordings.n, recordings.right
                if of and of.test and not file.is_dropin:
                    n, right = of.test.recordings.n, of.test.recordings.right
                size = f"{file.target.stat().st_size / 1000:,.0f} KB"
                share = right_of(right, n, trained.record.split.test_groups)
                rows.append([trained.name, share, size, file.variant, file.takes, file.target])
    console.table(
        ["model", "held-out recordings right (95 %)", "size", "variant", "takes", "file to copy into the app"], rows
    )
    _say_what_is_right(models)


def _say_what_is_right(models):
    if several := [trained.name for trained in models if trained.record.config.multi_label]:
        print(f"several labels at once ({', '.join(several)}): right is where every label is")


def _percent(value):
    return "" if value is None else f"{value:.1%}"


if __name__ == "__main__":
    console.run(lambda: show(artifact.trained(TRAINED)))
