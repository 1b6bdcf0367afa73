"""Data sets whose sounds, channels, rates, folds or copies tell a model something else than a person thinks."""

import functools
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import soundfile

from benchmarks.odd_inputs.encoded import RATE, SOUNDFILE, heard, made, tone
from benchmarks.odd_inputs.kind import REFUSED, WARNED, WHOLE, Kind
from classifier.audio import flac, recording, scale
from classifier.audio.channels import CANCELS, OFFSETS, SILENT, TRACKS, UNLIKE
from classifier.core.console import warn
from classifier.data import audio_cache, audit, clips, duplicates, splits
from classifier.data.layouts import Clip
from classifier.records.training_config import TrainingConfig
from classifier.training import data as training_data
from classifier.training import replaced
from tests.trained_folder import write_trained

WINDOW = 2.0  # seconds
FORMS = ("wav", "flac", "aiff", "au", "caf")


def noise(seconds: float, seed=0, level=0.05, rate=RATE) -> np.ndarray:
    """(samples,) float32."""
    return np.random.default_rng(seed).normal(0, level, round(seconds * rate)).astype("float32")


def check(data: Path, title: str = "") -> str:
    """Check a data set; warn of its sentences, and of what it names under a title, or under any."""
    found = audit.check(clips.read_clips(data), data, WINDOW, RATE)
    named = {**found["odd"], "below": found["below_band"], "sparse": found["sparse"], "too long": found["past_the_end"]}
    for what, names in named.items():
        if names and (not title or what == title):
            warn(f"{what}: {', '.join(names)}")
    for sentence in (*found["padding"], *found["rates"]):
        if sentence.startswith("WARNING: "):
            warn(sentence.removeprefix("WARNING: "))
    return "; ".join(found["unreadable"])


def channels(form: str, tracks: tuple, folder: Path, title: str = "") -> str:
    """A recording with several channels under one of two labels."""
    for label, made_of in (("dog", tracks), ("cat", (noise(WINDOW, 1),))):
        (folder / label).mkdir()
        soundfile.write(folder / label / f"1.{form}", np.stack(made_of, axis=1), RATE, **SOUNDFILE[form])
    return check(folder, title)


def chosen(channel: str, hertz: float, folder: Path, n=2) -> str:
    """A channel that a person asks for."""
    path = folder / f"{folder.name}.wav"
    soundfile.write(path, np.stack([tone(440, 2, RATE), 1.5 * tone(880, 2, RATE)][:n], axis=1), RATE)
    signal = recording.read(path, RATE, channel)
    found = np.abs(np.fft.rfft(signal)).argmax() / 2
    return "" if abs(found - hertz) < 2 else f"{found:.0f} Hz where {hertz:.0f} Hz is in that channel"


def tracks(container: str, suffix: str, n: int, folder: Path) -> str:
    """A film with several sound tracks."""
    for label in ("dog", "cat"):
        (folder / label).mkdir()
        with av.open(str(folder / label / f"1.{suffix}"), "w", format=container) as file:
            streams = [file.add_stream("pcm_s16le", rate=48_000, layout="mono") for _ in range(n)]
            for i, stream in enumerate(streams):
                samples = tone(440 * (1 + i), WINDOW, 48_000)
                frame = av.AudioFrame.from_ndarray(
                    (32_000 * samples).astype("int16")[None], format="s16", layout="mono"
                )
                frame.sample_rate = 48_000
                file.mux(stream.encode(frame))
                file.mux(stream.encode(None))
    path = folder / "dog" / f"1.{suffix}"
    return check(folder, TRACKS) or heard(path, 440) or heard(path, 440 * n, channel=f"track{n}")


def short_flac(declared: int, folder: Path) -> str:
    """A flac whose header declares fewer samples than it holds."""
    path = folder / f"{folder.name}.flac"
    content = bytearray(made(path, "flac"))
    content[flac.TOTAL] = (int.from_bytes(content[flac.TOTAL], "big") - 2 * RATE + declared).to_bytes(8, "big")
    path.write_bytes(content)
    return heard(path, 440)


def clicks(seconds: float, folder: Path, marked: bool) -> str:
    """Clicks beside rain: cut out of their recordings, or marked in them."""
    rows = ["path,label,start,end"]
    for i in range(4):
        background = noise(30, i)
        if marked:
            for k in range(4):
                background[(3 + 6 * k) * RATE :][: round(seconds * RATE)] += 0.5
                rows += [f"{i}.wav,click,{3 + 6 * k},{3 + 6 * k + seconds}", f"{i}.wav,rain,{5 + 6 * k},{7.5 + 6 * k}"]
            soundfile.write(folder / f"{i}.wav", background, RATE)
        else:
            for label, signal in (("click", background[: round(seconds * RATE)] + 0.5), ("rain", background)):
                (folder / label).mkdir(exist_ok=True)
                soundfile.write(folder / label / f"{i}.wav", signal - signal.mean(), RATE)
    if marked:
        (folder / "labels.csv").write_text("\n".join(rows) + "\n")
    return check(folder, "padding")


def sparse(heard_seconds: float, folder: Path) -> str:
    """Recordings of thirty seconds in which the label is heard for some of them."""
    for label, level in (("dog", 0.2), ("cat", 0.1)):
        (folder / label).mkdir()
        for i in range(2):
            signal = noise(30, i, 0.001)
            signal[5 * RATE :][: round(heard_seconds * RATE)] += noise(heard_seconds, i, level)
            soundfile.write(folder / label / f"{i}.wav", signal, RATE)
    return check(folder, "sparse")


def rates(dog: int, cat: int, folder: Path) -> str:
    """Labels that were recorded at two rates."""
    for label, rate in (("dog", dog), ("cat", cat)):
        (folder / label).mkdir()
        for i in range(3):
            soundfile.write(folder / label / f"{i}.wav", noise(WINDOW, i, rate=rate), rate)
    return check(folder, "below")


def copied(form: str, way: str, folder: Path) -> str:
    """A sound under two labels, in two formats."""
    for label, seeds in (("dog", (1, 2, 3)), ("cat", (1, 4, 5))):
        (folder / label).mkdir()
        for seed in seeds:
            kind = form if label == "cat" else "wav"
            signal = np.round(noise(1, seed) * 2**15) / 2**15
            soundfile.write(folder / label / f"{seed}.{kind}", signal, RATE, format=SOUNDFILE[kind]["format"])
    audio = audio_cache.read(clips.read_clips(folder), folder, RATE, keep=False)
    left = Counter(clip.label for clip in duplicates.settle(audio, folder.parent, way).clips)
    expected = {"drop": {"dog": 2, "cat": 2}, "keep": {"dog": 3, "cat": 3}}[way]
    return "" if left == expected else f"{dict(left)} are left"


def replacing(labels: tuple[str, ...], folder: Path) -> str:
    """A training into the folder of a model of other labels, or of these."""
    for label in ("dog", "cat"):
        (folder / "data" / label).mkdir(parents=True)
        for i in range(5):
            soundfile.write(folder / "data" / label / f"{i}.wav", noise(0.2, 10 * i + ord(label[0])), RATE)
    write_trained(folder / "trained" / "signal", labels=list(labels))
    config = TrainingConfig(data=str(folder / "data"), models=("signal",), trained=folder / "trained", cache=False)
    found = training_data.load(config)
    replaced.check(config, found)
    kept = replaced.previous(config, found, "signal")
    return "" if kept else "the model of other data is not kept"


def folds(n: int, lacks: bool, folder: Path) -> str:
    """Published folds; in the last one a label may be missing."""
    held = [
        Clip(folder / f"{fold}{label}{i}.wav", label, f"{fold}{label}{i}", fold=fold)
        for fold in range(n)
        for label in ("dog", "cat", "bird")
        for i in range(2)
        if not (lacks and fold == n - 1 and label == "bird")
    ]
    names = [str(clip.path) for clip in held]
    for fold in range(n):
        split = splits.split(held, names, fold)
        if {clip.fold for clip, of in zip(held, split, strict=True) if of == "test"} != {fold}:
            return f"fold {fold} is not what tests"
        for part in ("train", "validation"):
            if len({clip.label for clip, of in zip(held, split, strict=True) if of == part}) < 3:
                return f"a label is missing from {part} of fold {fold}"
        for sentence in splits.untested(held, {fold: split}):
            warn(sentence)
    return ""


def loud(peak: float, folder: Path) -> str:
    """Samples at the service or the socket."""
    samples = (peak * np.sin(np.arange(4000) / 9)).astype("float32")
    cut, n = scale.clip(samples, folder)
    return "" if np.abs(cut).max() <= 1 and n == (np.abs(samples) > 1).sum() else f"{n} samples were clipped"


def kinds() -> Iterator[Kind]:
    """What people record, cut, copy and publish."""
    of, voice, hum = functools.partial, tone(440, WINDOW, RATE), tone(50, WINDOW, RATE)
    odd = {
        CANCELS: (voice, -voice),
        SILENT: (voice, 0 * voice),
        UNLIKE: (voice, hum),
        OFFSETS: (voice + 0.1,),
    }
    for title, made_of in odd.items():
        what = title.partition(" (")[0]
        yield Kind("A 5", what, WARNED, {form: of(channels, form, made_of, title=title) for form in FORMS}, what)
    alike = {
        "one": (voice,),
        "two": (voice, voice),
        "two microphones": (voice + noise(WINDOW, 1, 0.01), 0.5 * voice + noise(WINDOW, 2, 0.01)),
        "a quiet hum": (voice, 0.03 * hum),
        "two of noise": (noise(WINDOW, 1), noise(WINDOW, 2)),
    }
    yield Kind("A 5", "channels that may be mixed", WHOLE, {n: of(channels, "wav", s) for n, s in alike.items()})
    wanted = {"first": 440, "second": 880, "loudest": 880}
    yield Kind("A 5", "a channel that is chosen", WHOLE, {n: of(chosen, n, hertz) for n, hertz in wanted.items()})
    yield Kind("A 5", "a channel that is not there", REFUSED, {"second": of(chosen, "second", 880, n=1)}, "one channel")
    containers = (
        ("matroska", "mka", 2),
        ("matroska", "mkv", 3),
        ("mov", "mov", 2),
        ("avi", "avi", 2),
        ("mov", "mov", 4),
    )
    films = {f"{n} in {suffix}": of(tracks, form, suffix, n) for form, suffix, n in containers}
    yield Kind("A 3", "several sound tracks", WARNED, films, "the first is read")
    counts = {f"{n} of {2 * RATE}": of(short_flac, n) for n in (1, 4_096, RATE, 2 * RATE - 1)}
    yield Kind("A 1, 2", "flac that declares too few samples", WHOLE, counts)
    seconds = (0.02, 0.1, 0.3, 0.6, 1.0)
    cut = {f"{s} s": of(clicks, s, marked=False) for s in seconds}
    yield Kind("A 7", "clicks that were cut out", WARNED, cut, "padding tells the labels")
    yield Kind("A 7", "clicks that are marked", WHOLE, {f"{s} s": of(clicks, s, marked=True) for s in seconds})
    yield Kind("A 8", "a label that is seldom heard", WARNED, {f"{s} s": of(sparse, s) for s in (1, 2, 4)}, "sparse")
    yield Kind("A 8", "a label that is often heard", WHOLE, {f"{s} s": of(sparse, s) for s in (10, 20)})
    pairs = ((8_000, 16_000), (44_100, 8_000), (11_025, 48_000))
    low = {f"{a} and {b} Hz": of(rates, a, b) for a, b in pairs}
    yield Kind("C 3", "a label below the model's rate", WARNED, low, "the sample rate tells the labels")
    pairs = ((44_100, 48_000), (16_000, 96_000), (22_050, 16_000))
    yield Kind("C 3", "labels at two higher rates", WHOLE, {f"{a} and {b} Hz": of(rates, a, b) for a, b in pairs})
    yield Kind(
        "B 3", "a sound under two labels", REFUSED, {form: of(copied, form, "error") for form in FORMS}, "two lab"
    )
    yield Kind("B 3", "the same, dropped", WHOLE, {form: of(copied, form, "drop") for form in FORMS})
    yield Kind("B 3", "the same, kept", WARNED, {form: of(copied, form, "keep") for form in FORMS}, "two labels")
    others = (("dog", "bird"), ("cat", "dog", "bird"), ("dog",), ("Dog", "cat"))
    members = {", ".join(labels): of(replacing, labels) for labels in others}
    yield Kind("B 5", "a model of other labels", REFUSED, members, "--overwrite")
    yield Kind("B 5", "a model of other data", WHOLE, {"cat, dog": of(replacing, ("cat", "dog"))})
    yield Kind("B 6", "folds", WHOLE, {str(n): of(folds, n, False) for n in (3, 5, 9, 10)})
    members = {str(n): of(folds, n, True) for n in (3, 5, 9, 10)}
    yield Kind("B 6", "a fold without a label", WARNED, members, "bird")
    yield Kind("D 9", "samples a little too loud", WHOLE, {f"{peak}": of(loud, peak) for peak in (0.9, 1.0, 1.2, 1.5)})
    members = {f"{peak:g}": of(loud, peak) for peak in (1.6, 12.0, 30_000.0, 8e6, 2e9)}
    yield Kind("D 9", "samples of another scale", REFUSED, members, "must lie in [-1, 1]")
