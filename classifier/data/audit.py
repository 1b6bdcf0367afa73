"""Audit a data folder: recordings, duplicates, shortcuts.

A shortcut is a property of the files that predicts the labels: all speech at 48 kHz, all alarms from one phone. A model
learns it and fails in the field. A decision tree of depth two on the properties alone finds it first.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from classifier.audio import levels, recording
from classifier.audio.channels import MIX, ODDITIES, ChannelLevels
from classifier.audio.levels import CLIPPED_SHARE, QUIET_DB, decibels
from classifier.core import console, parallel
from classifier.core.console import progress, quiet_libraries
from classifier.core.errors import InputError
from classifier.data import padding
from classifier.data.audio_cache import to_int16
from classifier.data.layouts import Clip, folder_of
from classifier.storage.locations import Location

N_FFT = 4096  # samples; frames of the spectrum that the bandwidth is taken from
BAND_DB = -60  # from the strongest frequency; the bandwidth ends at the last frequency that is louder
FOLDS = 5  # groups per label that are needed to test measured properties, each left out once
SHORTCUT = 0.25  # of the way from chance to always right; a better property is reported
FAR_DB = -15  # from a recording's loudest window; quieter ones may not hold the label
SPARSE = 0.75  # share of such windows from which a recording is reported
FORMAT = ("rate", "channels", "codec")  # decided by the device, not by the sound
MEASURED = {"seconds": 1, "level": 0, "bandwidth": 0}  # digits shown


@dataclass(frozen=True)
class Facts:
    """A clip. rate, bandwidth: Hz. level, peak: dB from full scale. clipped: share. content: hash of samples.

    whole: seconds of the recording that it is of. windows, quiet: how many it has, and how many of them are far quieter
    than its loudest. odd: {what is odd about its channels: how much}.
    """

    name: str
    label: str
    group: str
    rate: int
    channels: int
    codec: str
    seconds: float
    level: float
    peak: float
    clipped: float
    bandwidth: float
    content: str
    whole: float
    windows: int
    quiet: int
    odd: dict[str, str]


def check(clips: Sequence[Clip], data: Location, least_seconds: float, channel: str = MIX) -> dict[str, Any]:
    """Measure every recording of a data set.

    Args:
        clips: of the data set.
        data: its folder or file.
        least_seconds: shorter recordings are too short for a window; short parts are heard with what is around them.
        channel: of audio.channels.CHANNELS.

    Returns:
        dict of "labels" {label: summary}, "unreadable" [reason], "too_short", "clipped", "quiet" [name], "sparse"
        [name (windows)] of mostly quiet ones, "odd" {what is odd about channels: [name]}, "padding" [sentence],
        "past_the_end" [reason], "duplicates" [[name, ...]] with the same samples, "two_labels" [[name (label), ...]] of
        those with more than one label, "shortcuts" [{property, balanced_accuracy, ...}], and "recordings" [Facts as
        dict].
    """
    folder = folder_of(data)
    with quiet_libraries(also_python=False):
        calls = [(clip, folder, least_seconds, channel) for clip in clips]
        results = parallel.results(_measure, calls, threads=True, in_order=True)
        measured = list(progress(results, "checking recordings", len(clips)))
    facts = [found for found in measured if isinstance(found, Facts)]
    heard = [clip for clip, found in zip(clips, measured, strict=True) if isinstance(found, Facts)]
    same = {}
    for found in facts:
        same.setdefault(found.content, []).append(found)
    same = [members for members in same.values() if len(members) > 1]
    return {
        "data": str(data),
        "labels": {
            label: _summary([f for f in facts if f.label == label]) for label in sorted({f.label for f in facts})
        },
        "unreadable": [found for found in measured if not isinstance(found, Facts)],
        "too_short": [f.name for f in facts if max(f.seconds, f.whole) < least_seconds],
        "clipped": [f.name for f in facts if f.clipped > CLIPPED_SHARE],
        "quiet": [f.name for f in facts if f.level < QUIET_DB],
        "sparse": [f"{f.name} ({f.quiet} of {f.windows} windows)" for f in facts if f.quiet > SPARSE * f.windows],
        "odd": {what: [f"{f.name} ({f.odd[what]})" for f in facts if what in f.odd] for what in ODDITIES},
        "padding": padding.of_seconds(heard, [f.seconds for f in facts], [f.whole for f in facts], least_seconds),
        "past_the_end": padding.past_the_end(heard, [f.whole for f in facts]),
        "duplicates": [[f.name for f in members] for members in same],
        "two_labels": [[f.name for f in members] for members in same if len({f.label for f in members}) > 1],
        "shortcuts": _shortcuts(facts) if len({f.label for f in facts}) > 1 else [],
        "recordings": [asdict(f) for f in facts],
    }


def _measure(clip, folder, least_seconds, channel) -> Facts | str:
    """Facts, or the reason why the recording cannot be read."""
    try:
        properties = recording.properties(clip.path)
        n, power, peak, clipped, digest = 0, 0.0, 0.0, 0, hashlib.sha256()
        spectrum = np.zeros(N_FFT // 2 + 1)
        of_channels, powers = ChannelLevels(), levels.WindowPowers(round(least_seconds * properties.rate))
        for block in recording.blocks(clip.path, None, clip.start, clip.end, channel, of_channels):
            n += len(block)
            powers.add(block)
            power += float(np.square(block, dtype="float64").sum())
            peak = max(peak, float(np.abs(block).max()))
            clipped += levels.count_clipped(block)
            digest.update(to_int16(block).data)
            window = min(len(block), N_FFT)
            frames = block[: len(block) // window * window].reshape(-1, window) * np.hanning(window)
            spectrum += np.square(np.abs(np.fft.rfft(frames, N_FFT))).sum(axis=0)
    except InputError as error:
        return str(error)
    audible = np.flatnonzero(spectrum > spectrum.max() * 10 ** (BAND_DB / 10))
    return Facts(
        name=clip.name(folder),
        label=clip.label,
        group=clip.group,
        rate=properties.rate,
        channels=properties.channels,
        codec=properties.codec,
        seconds=n / properties.rate,
        level=decibels(np.sqrt(power / n)),
        peak=decibels(peak),
        clipped=clipped / n,
        bandwidth=float(audible[-1] * properties.rate / N_FFT) if len(audible) else 0.0,
        content=digest.hexdigest(),
        whole=properties.seconds or clip.start + n / properties.rate,
        windows=len(powers.found()),
        quiet=int((powers.found() < powers.found().max() * 10 ** (FAR_DB / 10)).sum()),
        odd=of_channels.oddities(channel),
    )


def _summary(facts):
    def spread(name):
        return [round(float(value), 2) for value in np.quantile([getattr(f, name) for f in facts], [0.1, 0.5, 0.9])]

    return {
        "recordings": len(facts),
        "groups": len({f.group for f in facts}),
        "hours": round(sum(f.seconds for f in facts) / 3600, 3),
        **{name: dict(Counter(getattr(f, name) for f in facts).most_common()) for name in FORMAT},
        **{name: spread(name) for name in MEASURED},
        "clipped": sum(f.clipped > CLIPPED_SHARE for f in facts),
    }


def _shortcuts(facts):
    """How well each property predicts the labels, and all together; the best first.

    Each is {property, balanced_accuracy, chance, warning, judged_by}. With at least FOLDS groups of every label,
    each group is predicted by a tree that has not seen it; with fewer, only the format is tried, on the files that the
    tree was fitted to.
    """
    targets, groups = np.array([f.label for f in facts]), np.array([f.group for f in facts])
    enough = min(len(set(groups[targets == label])) for label in set(targets)) >= FOLDS
    columns = {
        name: _columns([getattr(f, name) for f in facts]) for name in ((*FORMAT, *MEASURED) if enough else FORMAT)
    }
    columns["all together"] = np.hstack(list(columns.values()))
    chance = 1 / len(set(targets))
    rows: list[dict[str, Any]] = []
    for name, values in columns.items():
        score = _balanced_accuracy(values, targets, groups if enough else None)
        weight = (score - chance) / (1 - chance)
        rows.append(
            {
                "property": name,
                "balanced_accuracy": score,
                "chance": chance,
                "warning": weight >= SHORTCUT,
                "judged_by": "other groups" if enough else "the same files",
            }
        )
    return sorted(rows, key=lambda row: -row["balanced_accuracy"])


def _columns(values):
    """(recordings, columns): a number as it is, a name one-hot."""
    if isinstance(values[0], str):
        return (np.array(values)[:, None] == np.unique(values)).astype(float)
    return np.array(values, float)[:, None]


def _balanced_accuracy(values, targets, groups) -> float:
    """Of a decision tree of depth two; on its own training data where groups is None."""
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=2, class_weight="balanced", random_state=0)
    if groups is None:
        predictions = tree.fit(values, targets).predict(values)
    else:
        folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
        predictions = cross_val_predict(tree, values, targets, groups=groups, cv=folds)
    return float(balanced_accuracy_score(targets, predictions))


def show(found: dict[str, Any], as_json: bool = False) -> None:
    """Print what `check` returned, as tables or as JSON."""
    if as_json:
        print(json.dumps(found, indent=2, ensure_ascii=False))
        return
    print(f"{found['data']}: length, level and bandwidth as median (and 10th to 90th percentile)")
    rows = []
    for label, of in found["labels"].items():
        measured = [f"{of[name][1]:.{d}f} ({of[name][0]:.{d}f} to {of[name][2]:.{d}f})" for name, d in MEASURED.items()]
        formats = [", ".join(map(str, of[name])) for name in FORMAT]
        rows.append([label, of["recordings"], of["groups"], f"{of['hours']:.2f}", *measured, *formats])
    header = [
        "label",
        "recordings",
        "groups",
        "hours",
        "seconds",
        "level, dB",
        "bandwidth, Hz",
        "rate, Hz",
        *FORMAT[1:],
    ]
    console.table(header, rows)
    console.notes(
        {
            "cannot be read": found["unreadable"],
            "the same audio under two labels": [" = ".join(names) for names in found["two_labels"]],
            "the same audio more than once": [" = ".join(names) for names in found["duplicates"]],
            "too short for a window": found["too_short"],
            "part too long": found["past_the_end"],
            **found["odd"],
            "most windows far quieter than the loudest; is the label heard there? Cut them out with PrepareData.py "
            "--split, or mark the sounds in a table with start and end": found["sparse"],
            "clipped, recorded too loud": found["clipped"],
            f"quieter than {QUIET_DB} dB": found["quiet"],
        }
    )
    for sentence in found["padding"]:
        print(sentence)
    if found["shortcuts"]:
        _show_shortcuts(found["shortcuts"], found["labels"])


def _show_shortcuts(shortcuts, labels):
    judged = f"chance {shortcuts[0]['chance']:.1%}; tested on {shortcuts[0]['judged_by']}"
    print(f"labels predicted by a decision tree from one property of the files, balanced accuracy ({judged}):")
    rows = []
    for row in shortcuts:
        values = {label: ", ".join(map(str, of.get(row["property"], ""))) for label, of in labels.items()}
        said = "; ".join(f"{label} {value}" for label, value in values.items()) if len(set(values.values())) > 1 else ""
        said = said if row["property"] in FORMAT else ""
        rows.append([row["property"], f"{row['balanced_accuracy']:.1%}", "SHORTCUT" if row["warning"] else "", said])
    console.table(["property", "balanced accuracy", "", ""], rows)
    if any(row["warning"] for row in shortcuts):
        print(
            "A model learns a shortcut instead of the sounds. Length and level may belong to the sound (silence is\n"
            "quiet); rate, codec and bandwidth never do. Record all labels with the same devices, places and\n"
            "settings. PrepareData.py unifies rates and channels, but cannot restore a missing bandwidth."
        )
