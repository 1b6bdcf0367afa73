"""A trained model as one page, trained/<model>/report/index.html: what it is, how good, and what it gets wrong.

The page asks for nothing outside itself, and its card names no folder of the machine it was made on. Labels and file
names come from strangers: everything that gets into the page passes `tag`, which escapes what is not its own.
"""

import base64
import csv
import html
import platform
import re
import shlex
import string
import tempfile
from dataclasses import asdict
from pathlib import Path, PurePath

import numpy as np

from classifier.audio import recording
from classifier.audio.spectrograms import mel_spectrograms
from classifier.core import atomic_files, registry
from classifier.core.errors import InputError
from classifier.data import splits
from classifier.data.layouts import PART, folder_of
from classifier.plotting import plots
from classifier.records import artifact
from Constants import ROOT

SKELETON = Path(__file__).with_suffix(".html")
HARDEST = 12  # windows to listen to in a few minutes; each puts its audio, and a third more, into the page
CHANCES = 4  # labels shown of a window; the true one always
LEAKS_NAMED = 5
MANY = 8  # labels; a matrix of more is set smaller


class Html(str):
    """Markup; any other text is escaped by `tag`."""


def tag(name, *inside, **attributes):
    """An element. What is inside is escaped unless it is Html; class_ is class, aria_label aria-label."""
    names = [key.rstrip("_").replace("_", "-") for key in attributes]
    marks = "".join(
        f' {key}="{html.escape(str(value))}"' for key, value in zip(names, attributes.values(), strict=True)
    )
    return Html(f"<{name}{marks}>{_joined(inside)}" + ("" if name == "img" else f"</{name}>"))


def _joined(parts):
    return Html("".join(part if isinstance(part, Html) else html.escape(str(part)) for part in parts))


def _name(text):
    """A label or a file name; isolated, so that one written from right to left turns nothing around it."""
    return tag("bdi", text)


def write(trained):
    """Write the page of a trained model, at whichever step it is: what is not there yet is said to be missing.

    Returns:
        Path of the page.
    """
    run, score = trained.record, trained.record.scores
    _draw(trained)
    right = f"{score['recordings']['right']} of {score['recordings']['n']} held-out recordings right"
    page = string.Template(SKELETON.read_text(encoding="utf-8")).substitute(
        title=html.escape(f"{trained.name}: {right}"),
        name=_name(trained.name),
        lede=_lede(trained),
        scores=_scores(score, run.split),
        card=_card(trained),
        confusion=_confusions(trained),
        labels=_labels(trained),
        training=_training(trained),
        windows=_windows(trained),
        files=_files(trained),
        repeat=_repeat(trained),
    )
    path = trained.folder / artifact.REPORT / artifact.PAGE
    path.parent.mkdir(exist_ok=True)
    with atomic_files.new_file(path) as fresh:
        fresh.write_text(page, encoding="utf-8", errors="replace")
    return path


def _draw(trained):
    """Curves, confusion matrices and reliability of a trained model, as pictures in its report."""
    record, folder = trained.record, trained.folder / artifact.REPORT
    folder.mkdir(exist_ok=True)
    plots.curves(trained.history(), record.best_epoch, f"{trained.name}: training", folder / "curves.png")
    plots.confusions(record.scores, trained.labels, f"{trained.name}: test", folder / "confusion")
    tables = {"as trained": record.calibration["before"], "tempered": record.calibration["after"]}
    plots.reliability(tables, f"{trained.name}: test windows", folder / "reliability.png")


def _lede(trained):
    """What it is, by its file's docstring; read, not imported, because TensorFlow is not welcome in every process."""
    document = registry.docstring("models", trained.name)
    labels = [f"{len(trained.labels)} labels"]
    if len(trained.labels) <= MANY:
        names = [_name(label) for label in trained.labels]
        labels = [part for name in names[:-1] for part in (", ", name)][1:] + [" and ", names[-1]]
    seconds = f" apart, from {trained.audio_format.seconds:g} s of sound."
    sentence = tag("p", f"{document.partition(chr(10))[0]} It tells ", *labels, seconds, class_="lede")
    source = re.search(r"^Source: .*$", document, re.MULTILINE)
    return _joined([sentence, tag("p", source[0], class_="soft")]) if source else sentence


def _scores(score, split):
    windows, recordings = score["windows"], score["recordings"]
    frequent = {what: max(map(sum, score[what]["confusion"])) / score[what]["n"] for what in ("windows", "recordings")}
    tiles = [
        ("Recordings right", recordings["accuracy"], f"{recordings['right']} of {recordings['n']}", "recordings"),
        ("Windows right", windows["accuracy"], f"{windows['right']} of {windows['n']}", "windows"),
        ("Balanced accuracy, windows", windows["balanced_accuracy"], "", None),
    ]
    found = []
    for title, value, count, what in tiles:
        other = f"Always the most frequent label: {frequent[what]:.1%}." if what else "Every label counts the same."
        chance = f"Guessing: {score['chance']:.1%}. {other}"
        number = tag("p", f"{value:.1%} ", tag("small", count), class_="number")
        bar = _bar(value, tag("b", style=f"--chance:{score['chance']:.4f}"))
        found.append(tag("div", tag("p", title), number, bar, tag("p", chance, class_="soft"), class_="tile"))
    leaks = _leaks(split)
    warning = tag("p", "These scores flatter the model. ", leaks, class_="warn") if leaks else Html()
    return _joined([tag("div", *found, class_="tiles"), warning])


def _bar(share, *marks):
    return tag("span", tag("i"), *marks, class_="bar", style=f"--share:{share:.4f}", aria_hidden="true")


def _leaks(split):
    """What is in two splits, in words; empty when nothing does."""
    said = []
    for what in ("groups", "recordings"):
        names = getattr(split, f"{what}_in_two_splits")
        if names:
            first = [part for name in names[:LEAKS_NAMED] for part in (", ", _name(_shown(name)))][1:]
            more = f" and {len(names) - LEAKS_NAMED} more" if len(names) > LEAKS_NAMED else ""
            said += [f"{len(names)} {what} are in two splits: ", *first, f"{more}. "]
    return _joined(said)


def _shown(name):
    """A clip's name for other eyes: one that lies outside the data's folder loses the way to it."""
    return PurePath(name).name if PurePath(name).is_absolute() else name


def _card(trained):
    run, audio_format, data, split = trained.record, trained.audio_format, trained.record.data, trained.record.split
    counts = data.recordings
    chips = [tag("span", _name(label), tag("small", counts.get(label, 0)), class_="chip") for label in trained.labels]
    split_names = ", ".join(f"{len(split.names(split_name))} to {verb}" for split_name, verb in splits.VERBS.items())
    skipped = f"; {len(data.skipped)} more could not be read" if data.skipped else ""
    input_ = (
        f"{audio_format.seconds:g} s of one channel at {audio_format.sample_rate:,} Hz: "
        f"{audio_format.window_length:,} samples in "
        "[-1, 1]. Features are computed inside."
    )
    rows = {
        "Labels, and recordings of each": _joined(chips),
        "Input": input_,
        "Weights": f"{run.parameters:,}",
        "Data": _joined([_name(Path(run.config.data).name), f": {sum(counts.values()):,} recordings{skipped}"]),
        "Groups": f"{split.groups:,}; recordings of one group share a speaker, a room or a source",
        "Fingerprint of the data": tag("code", data.fingerprint),
        "Split": f"By {split.by}, fold {run.config.fold} tests: {split_names}.",
        "Leak check": _leaks(split) or "Passed: no group is in two splits, and no recording, compared by its sound.",
        "Licence": "The licences of the recordings apply to the model: check them before you ship it.",
    }
    return tag("dl", *[_joined([tag("dt", name), tag("dd", value)]) for name, value in rows.items()])


def _confusions(trained):
    found = []
    for what in ("windows", "recordings"):
        score = trained.record.scores[what]
        caption = f"{score['right']} of {score['n']} {what} right"
        picture = _picture(trained, f"confusion_{what}.png", f"Confusion matrix of the {what}, as in the table above")
        inside = [tag("h3", what.capitalize()), _matrix(score["confusion"], trained.labels, caption)]
        if picture:
            inside.append(tag("details", tag("summary", "As a picture"), picture))
        found.append(tag("div", *inside))
    return tag("div", *found, class_="wide" if len(trained.labels) > MANY else "pair")


def _matrix(counts, labels, caption):
    head = [tag("th", "true \\ said", scope="col"), *[tag("th", _name(label), scope="col") for label in labels]]
    rows = []
    for i, (label, row) in enumerate(zip(labels, counts, strict=True)):
        cells = []
        for j, count in enumerate(row):
            share = count / max(1, sum(row))
            inside = [f"{share:.0%}", tag("small", count)] if count else ["0"]
            kind = "none" if not count else "right" if i == j else "wrong"
            cells.append(tag("td", *inside, class_=kind, style=f"--share:{share:.3f}"))
        rows.append(tag("tr", tag("th", _name(label), scope="row"), *cells))
    kind = "confusion many" if len(labels) > MANY else "confusion"
    return _scrolling(caption, tag("thead", tag("tr", *head)), tag("tbody", *rows), class_=kind)


def _table(caption, header, rows, **attributes):
    """A table; the first cell of a row is its header."""
    head = tag("thead", tag("tr", *[tag("th", cell, scope="col") for cell in header]))
    body = [tag("tr", tag("th", row[0], scope="row"), *[tag("td", cell) for cell in row[1:]]) for row in rows]
    return _scrolling(caption, head, tag("tbody", *body), **attributes)


def _scrolling(caption, *inside, **attributes):
    """A table in a box of its own, which scrolls (also by keyboard) where the table is wider than the page."""
    table = tag("table", tag("caption", caption), *inside, **attributes)
    return tag("div", table, class_="scroll", role="region", tabindex=0, aria_label=caption)


def _labels(trained):
    windows, recordings = (np.array(trained.record.scores[what]["confusion"]) for what in ("windows", "recordings"))
    rows = []
    for i, label in enumerate(trained.labels):
        right, true, said = windows[i, i], windows[i].sum(), windows[:, i].sum()
        rates = [_rate(right, true), _rate(right, said), _rate(2 * right, true + said)]
        rows.append([_name(label), true, *rates, recordings[i].sum(), _rate(recordings[i, i], recordings[i].sum())])
    header = ["label", "windows", "recall", "precision", "F1", "recordings", "recall of recordings"]
    return _joined([_table("By label, on the test split", header, rows), _alarms(trained)])


def _alarms(trained):
    """The threshold of each label, and what it does on the test split."""
    rows = []
    for label, of in trained.record.alarms.items():
        heard = f"{of['false_alarms']} in {60 * of['hours']:.1f} minutes" if of["hours"] else "-"
        at_most = f"{of['at_most_per_hour']:.1f}" if of["hours"] else "-"
        missed = "-" if of["misses"] is None else f"{of['misses']:.1%}"
        rows.append([_name(label), f"{of['threshold']:.4f}", heard, at_most, missed])
    if not rows:
        return Html()
    header = ["label", "threshold", "false alarms", "an hour, at most (95 % sure)", "windows missed"]
    return _joined(
        [tag("h3", "When it may say so"), _table("At the thresholds the validation split chose", header, rows)]
    )


def _rate(part, whole):
    return f"{part / whole:.1%}" if whole else "-"


def _training(trained):
    run = trained.record
    said = f"Epoch {run.best_epoch} of {run.recipe.epochs} at most is kept; {run.training_seconds:,.0f} s."
    history = trained.folder / artifact.HISTORY
    parts = [tag("p", said)]
    alt = f"Loss and balanced accuracy over the epochs, training and validation; epoch {run.best_epoch} is kept"
    parts.append(_picture(trained, "curves.png", alt) or tag("p", "The picture of the curves is not there."))
    sureness = _picture(trained, "reliability.png", "How often the model is right when it is so sure, test windows")
    if history.is_file():
        header, *rows = csv.reader(history.read_text(encoding="utf-8").splitlines())
        rows = [[epoch, *(f"{float(value):.3f}" for value in values)] for epoch, *values in rows]
        table = _table("Epoch by epoch", [name.replace("_", " ") for name in header], rows)
        parts.append(tag("details", tag("summary", "As numbers"), table))
    if sureness:
        error = run.calibration["error_before"]
        said = f"On average its probabilities are {error:.1%} off on test windows (expected calibration error)."
        parts += [tag("h3", "Is it as sure as it is right?"), tag("p", said), sureness]
    return _joined(parts)


def _picture(trained, name, alt):
    """A figure of a PNG of the report; empty while there is none."""
    path = trained.folder / artifact.REPORT / name
    return tag("figure", tag("img", src=_uri("image/png", path), alt=alt)) if path.is_file() else ""


def _uri(kind, path):
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def hardest(probabilities, targets):
    """The order in which windows are worth a look: the surest mistakes first, then what was right by the least.

    Args:
        probabilities: (windows, labels). truth: (windows,) index of the right label.
    """
    predicted = probabilities.argmax(axis=1)
    sureness = probabilities.max(axis=1)
    wrong = predicted != targets
    return np.lexsort((np.where(wrong, -sureness, sureness), ~wrong))


def _windows(trained):
    try:
        predictions = trained.predictions("test")
    except InputError:
        return tag("p", "What the model said window by window is not kept beside it; a new training keeps it.")
    shown = []
    with tempfile.TemporaryDirectory() as folder:
        for i in hardest(predictions["probabilities"], predictions["targets"])[:HARDEST]:
            name = trained.record.split.test[predictions["recordings"][i]]
            where, targets = float(predictions["starts"][i]), int(predictions["targets"][i])
            shown.append(_window(trained, name, where, predictions["probabilities"][i], targets, Path(folder)))
    return tag("div", *shown, class_="windows")


def _window(trained, name, start, probabilities, targets, folder):
    """One window to look at and listen to."""
    seconds, labels = trained.audio_format.seconds, trained.labels
    path, start, end = _place(name, start, seconds)
    signal = _read(folder_of(trained.record.config.data) / path, start, end, trained.audio_format)
    padded, times = "", f"{start:g} to {start + seconds:g} s"
    if signal is None:
        sound = [tag("p", "The recording is no longer there, or no longer what it was.", class_="gone")]
    else:
        if len(signal) < trained.audio_format.window_length:
            padded = f", of which {len(signal) / trained.audio_format.sample_rate:.2f} s are sound"
        sound = _sound(signal, trained.audio_format, f"{_shown(path)}, {times}", folder)
    predicted = int(probabilities.argmax())
    right = "Right, but unsure: " if predicted == targets else "Wrong: "
    verdict = [right, tag("strong", _name(labels[targets]))]
    if predicted != targets:
        verdict += [" taken for ", tag("strong", _name(labels[predicted]))]
    order = np.argsort(-probabilities, kind="stable")
    chances = []
    for place, i in enumerate(order):
        if place < CHANCES or i == targets:
            kind = "true" if i == targets else "mistaken" if i == predicted else "other"
            cells = [tag("span", _name(labels[i])), _bar(probabilities[i]), tag("span", f"{probabilities[i]:.1%}")]
            chances.append(tag("li", *cells, class_=kind))
    about = [
        tag("h3", _name(_shown(path))),
        tag("small", times + padded),
        tag("p", *verdict, class_="verdict"),
        tag("ul", *chances, class_="chances"),
    ]
    return tag("article", *sound, tag("div", *about))


def _place(name, start, seconds):
    """Path in the data's folder, and from when to when (seconds), of a window of a clip, which may itself be a part."""
    part = re.fullmatch(rf"(.*){PART}([\d.]+),([\d.]*)", name, re.DOTALL)
    if not part:
        return name, start, start + seconds
    start += float(part[2])
    return part[1], start, min(start + seconds, float(part[3] or "inf"))


def _read(path, start, end, audio_format):
    """(samples,) of a window, as the model heard it but for the silence behind it; None when it cannot be read."""
    try:
        return recording.read_part(path, audio_format.sample_rate, start, end)[: audio_format.window_length]
    except (InputError, OSError):
        return None


def _sound(signal, audio_format, what, folder):
    """Picture and player of a window."""
    padded = np.pad(signal, (0, audio_format.window_length - len(signal)))
    recording.write(folder / "window.wav", padded, audio_format.sample_rate)
    plots.thumbnail(mel_spectrograms([padded], audio_format)[0], folder / "window.png")
    picture = tag("img", src=_uri("image/png", folder / "window.png"), alt=f"Mel spectrogram of {what}")
    player = tag("audio", controls="", src=_uri("audio/wav", folder / "window.wav"), aria_label=f"Listen to {what}")
    return [picture, player]


def _files(trained):
    found = sorted(path for path in trained.folder.glob("*.tflite") if not path.name.startswith("."))
    if not found:
        return tag("p", "Not converted yet: run ConvertModelToTFLite.py, then WriteMetadataToModel.py.")
    audio = f"{trained.audio_format.seconds:g} s of audio"
    takes, for_app = {trained.folder / name: audio for name in artifact.KINDS.values()}, set()
    if (trained.folder / artifact.TFLITE).is_file():
        for file in artifact.app_files(trained):
            takes |= {file.source: file.takes, file.target: f"{file.takes}, in {file.kind}"}
            for_app.add(file.target)
    rows = []
    for path in found:
        purpose = "copy it into the app" if path in for_app else "without metadata"
        rows.append([_name(path.name), f"{path.stat().st_size / 1000:,.0f} KB", takes.get(path, "-"), purpose])
    table = _table("Files for the phone", ["file", "size", "takes", "what for"], rows, class_="words files")
    return _joined([table, _variants(trained) if trained.variants else ""])


def _variants(trained):
    """The kinds of files beside each other."""
    rows = []
    for kind, of in trained.variants["files"].items():
        test = of["test"]
        compared = [f"{test['windows']['right']} of {test['windows']['n']}", test["changed"]] if test else ["-", "-"]
        best = "recommended" if kind == trained.variants["recommended"] else ""
        milliseconds = [f"{median:.1f}" for median, _ in of["milliseconds"].values()]
        rows.append([kind, f"{of['bytes'] / 1000:,.0f}", *compared, *milliseconds, f"{of['arena'] / 1000:,.0f}"])
        rows[-1] += [artifact.taken_by(trained.variants, kind), best]
    header = [
        "kind",
        "KB",
        "test windows right",
        "other than Keras",
        "ms",
        "ms, 2 threads",
        "memory, KB",
        "runtimes",
        "",
    ]
    where = f"Milliseconds per window on the computer that converted it ({platform.machine()}), median."
    return _joined([_table("Kinds of files", header, rows), tag("p", where, class_="soft")])


def _repeat(trained):
    run = trained.record
    parts = [tag("pre", tag("code", command(trained)))]
    if not Path(run.config.data).is_relative_to(ROOT):
        parts.append(tag("p", _name(Path(run.config.data).name), " stands for the place of the data.", class_="soft"))
    parts.append(tag("p", f"Same data, same seed ({run.config.seed}), same versions, same machine: same weights."))
    recipes = {"Recipe": asdict(run.recipe), "Fine-tuning": asdict(run.fine_tuning) if run.fine_tuning else {}}
    tables = {
        title: [[key.replace("_", " ").replace(" db", " dB"), _said(value)] for key, value in recipe.items()]
        for title, recipe in recipes.items()
        if recipe
    }
    tables["Versions"] = list(run.versions.items())
    tables = [tag("div", _table(title, ["what", "value"], rows, class_="words")) for title, rows in tables.items()]
    return _joined([*parts, tag("div", *tables, class_="pair")])


def command(trained):
    """The line that repeats a training: what the run decided, where it is not the default (none, no, 0).

    Of fine-tuning 0 is a decision, for there are models that are fine-tuned if nobody says so.
    """
    settings = asdict(trained.record.config)
    for name in ("data", "background_noise"):
        if settings.get(name):
            folder = Path(settings[name])
            settings[name] = folder.relative_to(ROOT).as_posix() if folder.is_relative_to(ROOT) else folder.name
    words = ["python", "TrainModel.py", "--model", trained.name, "--data", settings.pop("data")]
    for name, value in settings.items():
        flag = f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value or (name == "fine_tune" and value == 0):
            words += [f"{flag}={value}"] if str(value).startswith("-") else [flag, str(value)]
    return shlex.join(words)


def _said(value):
    """A setting of a recipe, in words."""
    if isinstance(value, list | tuple):
        return " to ".join(map(str, value))
    return {None: "none", True: "yes", False: "no"}[value] if value is None or isinstance(value, bool) else value
