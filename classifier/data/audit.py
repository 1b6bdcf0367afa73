"""Audit a data folder: recordings, duplicates, shortcuts.

Shortcuts are properties that predict the labels; see shortcuts.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from classifier.audio import levels, recording, suspects
from classifier.audio.channels import MIX, ODDITIES, ChannelLevels
from classifier.audio.levels import CLIPPED_SHARE, QUIET_DB, decibels
from classifier.core import console, parallel
from classifier.core.console import progress, quiet_libraries
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean, readable
from classifier.data import channel_clips, group_names, label_share, padding, rates, shortcuts, splits
from classifier.data.audio_cache import to_int16
from classifier.data.layouts import Clip, folder_of
from classifier.data.negatives import UNLABELLED
from classifier.storage.locations import Location

N_FFT = 4096  # samples; frames of the spectrum that the bandwidth is taken from
BAND_DB = -60  # from the strongest frequency; the bandwidth ends at the last frequency that is louder
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


def check(
    clips: Sequence[Clip], data: Location, least_seconds: float, sample_rate: int, channel: str = MIX
) -> dict[str, Any]:
    """Measure every recording of a data set.

    Args:
        clips: of the data set; negatives among them have the label UNLABELLED.
        data: its folder or file.
        least_seconds: shorter recordings are too short for a window.
        sample_rate: Hz, of the model that is to be trained.
        channel: of audio.channels.CHANNELS; or EACH, of which each is a clip.

    Returns:
        dict of "labels" {label: summary}, "negatives" (their summary, or None), "unreadable" [reason], "too_short",
        "clipped", "quiet" [name], "sparse" [name (windows)] of mostly quiet ones, "odd" {what is odd about channels:
        [name]}, "padding", "label_share" and "rates" [sentence], "past_the_end" [reason], "duplicates" [[name, ...]]
        with the same samples, "two_labels" [[name (label), ...]] of those with more than one label, "shortcuts"
        [{property, balanced_accuracy, ...}], and "recordings" [Facts as dict].
    """
    folder, clips = folder_of(data), channel_clips.divided(clips, channel)
    with quiet_libraries(also_python=False):
        calls = [(clip, folder, least_seconds, channel if clip.channel is None else clip.channel) for clip in clips]
        results = parallel.results(_measure, calls, threads=True, in_order=True)
        measured = list(progress(results, "checking recordings", len(clips)))
    facts = [found for found in measured if isinstance(found, Facts)]
    heard = [clip for clip, found in zip(clips, measured, strict=True) if isinstance(found, Facts)]
    same = {}
    for found in facts:
        same.setdefault(found.content, []).append(found)
    same = [members for members in same.values() if len(members) > 1]
    labels = {label: _summary([f for f in facts if f.label == label]) for label in sorted({f.label for f in facts})}
    negatives = labels.pop(UNLABELLED, None)
    of_rates = rates.notes({f.name: f.rate for f in facts}, sample_rate)
    return {
        "data": str(data),
        "labels": labels,
        "negatives": negatives,
        "unreadable": [found for found in measured if not isinstance(found, Facts)],
        "too_short": [f.name for f in facts if max(f.seconds, f.whole) < least_seconds],
        "below_band": of_rates[rates.BELOW],
        "above_band": of_rates[rates.ABOVE],
        "rates": rates.sentences([f.label for f in facts], [f.rate for f in facts], sample_rate),
        "too_few": _too_few(_labelled(clips), labels),
        "proposal": proposal.sentence() if (proposal := group_names.propose_for(_labelled(clips))) else "",
        "clipped": [f.name for f in facts if f.clipped > CLIPPED_SHARE],
        "quiet": [f.name for f in facts if f.level < QUIET_DB],
        "sparse": [f"{f.name} ({f.quiet} of {f.windows} windows)" for f in facts if f.quiet > SPARSE * f.windows],
        "odd": {what: [f"{f.name} ({f.odd[what]})" for f in facts if what in f.odd] for what in ODDITIES},
        "padding": padding.of_seconds(heard, [f.seconds for f in facts], [f.whole for f in facts], least_seconds),
        "label_share": label_share.sentences(heard, [f.seconds for f in facts], least_seconds),
        "past_the_end": padding.past_the_end(heard, [f.whole for f in facts]),
        "duplicates": [[f.name for f in members] for members in same],
        "two_labels": [
            [f"{f.name} ({f.label})" for f in members] for members in same if len({f.label for f in members}) > 1
        ],
        "shortcuts": shortcuts.find(facts, FORMAT, tuple(MEASURED)) if len({f.label for f in facts}) > 1 else [],
        "recordings": [asdict(f) for f in facts],
    }


def _too_few(clips, labels):
    """Which labels have fewer groups than there are splits, where groups are dealt over these."""
    if not clips or len(labels) < 2 or splits.how(clips) != splits.BY_GROUP:
        return []
    few = {label: of["groups"] for label, of in labels.items() if of["groups"] < len(splits.SPLITS)}
    return [f"{label} ({n}){did_you_mean(label, set(labels) - {label})}" for label, n in few.items()]


def _labelled(clips):
    return [clip for clip in clips if clip.label != UNLABELLED]


def _measure(clip, folder, least_seconds, channel) -> Facts | str:
    """Facts, or the reason why the recording cannot be read."""
    try:
        with suspects.reading(clip.path):
            return _facts(clip, folder, least_seconds, channel)
    except InputError as error:
        return readable(str(error))


def _facts(clip, folder, least_seconds, channel) -> Facts:
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
    negatives = found["negatives"]
    if negatives:
        minutes = f"{60 * negatives['hours']:.1f} minutes"
        print(f"negatives: {negatives['recordings']} recordings of {negatives['groups']} groups, {minutes}")
    console.notes(notes(found))
    for sentence in (*found["padding"], *found["label_share"], *found["rates"]):
        print(sentence)
    if found["shortcuts"]:
        summaries = {**found["labels"], **({UNLABELLED: negatives} if negatives else {})}
        shortcuts.show(found["shortcuts"], summaries, FORMAT)


def notes(found: dict[str, Any]) -> dict[str, list[str]]:
    """{what is wrong, and what to do: names} of what `check` returned; names are empty where nothing is."""
    return {
        "no groups are known, each file is taken as independent": [found["proposal"]] if found["proposal"] else [],
        "too few recordings or groups to train, validate and test with: add some, or correct the label": found[
            "too_few"
        ],
        rates.BELOW: found["below_band"],
        rates.ABOVE: found["above_band"],
        "cannot be read": found["unreadable"],
        "the same audio under two labels; correct them, or train with --duplicates drop": [
            " = ".join(names) for names in found["two_labels"]
        ],
        "the same audio more than once": [" = ".join(names) for names in found["duplicates"]],
        "too short for a window": found["too_short"],
        "part too long": found["past_the_end"],
        **found["odd"],
        "most windows far quieter than the loudest; is the label heard there? Cut them out with PrepareData.py "
        "--split, or mark the sounds in a table with start and end": found["sparse"],
        "clipped, recorded too loud": found["clipped"],
        f"quieter than {QUIET_DB} dB": found["quiet"],
    }
