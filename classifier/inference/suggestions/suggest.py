"""Suggest the stretches of recordings that a person should listen to next, so that few labels teach a model most."""

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from classifier.audio.channels import EACH, LOUDEST
from classifier.core import places
from classifier.core.errors import InputError
from classifier.data import inputs
from classifier.data.labels import clean
from classifier.inference import batch, writing
from classifier.inference.batch import Batch
from classifier.inference.config import ClassificationConfig
from classifier.inference.predictor import channel_of, find_model, load_predictor
from classifier.inference.ranked import Output, Ranked
from classifier.inference.segments import Segment
from classifier.inference.similarity.embedder import load_embedder
from classifier.inference.suggestions import diverse, rankings
from classifier.inference.suggestions.config import DISAGREEMENT, DIVERSE, RARE, UNCERTAIN, SuggestConfig
from classifier.inference.suggestions.rankings import Candidate
from classifier.inference.writers import Classified
from Constants import CACHE

MARK = "suggestions.json"  # in the folder of results: how they came about
FOLDER = "probabilities"  # in CACHE
ASKED = "?"  # behind a label that nobody has confirmed
DIGITS = 6  # of seconds and probabilities
NAMED = 8  # labels in a message


@dataclass(frozen=True)
class SuggestResult:
    """How it went.

    Attributes:
        suggested: the most useful first; peak and mean are the model's probability of the label.
        recordings: that were looked at.
        windows: of them.
        refused, left_out, failed: as of BatchResult.
        notes: what a person should know.
        written: files and folders of results.
    """

    suggested: list[Ranked]
    recordings: int
    windows: int
    refused: dict[str, str]
    left_out: list[str]
    failed: dict[str, str]
    notes: list[str]
    written: list[Path]


def suggest(config: SuggestConfig) -> SuggestResult:
    """Rank the windows of recordings, and write the first.

    Raises:
        InputError: there is no such model, the labels of two models differ, no recording can be read, or as of
            batch.classified and diverse.ranked.
    """
    writers = writing.load(config.writers)
    output = Output(Path(config.out), MARK, writers, config.delimiter, "what was computed of the recordings is kept")
    output.check()
    if config.kept:
        places.check_writable(config.kept, "name another folder with --kept")
    inputs.find([config.folder])  # before a model is loaded
    if config.labelled:
        inputs.find([config.labelled])
    embedder = load_embedder(config.models[0], config.trained, config.channel) if DIVERSE in config.by else None
    order = _order(config) if DISAGREEMENT in config.by else []
    with contextlib.ExitStack() as held:
        batches = [held.enter_context(batch.classified(_classification(config, model))) for model in config.models]
        first = batches[0]
        by = _by(config, len(first.labels), order)
        n_recordings = n_windows = 0
        for recording, other in _pairs(batches):
            n_recordings, n_windows = n_recordings + 1, n_windows + len(recording.starts)
            for ranking in by.values():
                ranking.add(recording, other)
        if not n_recordings:
            why = next(iter([*first.failed.values(), *first.refused.values()]), "")
            raise InputError(f"{config.folder}: none of the recordings can be read; the first: {why}")
        found = {name: ranking.ranked for name, ranking in by.items()}
        notes = list(first.predictor.notes)
        if embedder:
            found[DIVERSE], more = diverse.ranked(config, embedder)
            notes += more
        ordered = [[(name, one) for one in found[name]] for name in config.by]
        chosen = rankings.in_turn(ordered, config.top, config.apart)
        suggested = _labelled(chosen, first)
        highest = first.predictor.audio_format.sample_rate / 2
    about = {"folder": config.folder, "models": config.models, "by": config.by, "labelled": config.labelled}
    labels = [f"{label}{ASKED}" for label in first.labels]
    written = output.write(suggested, labels, highest, about)
    failed = {name: reason for one in batches for name, reason in one.failed.items()}
    looked_at = (n_recordings, n_windows)
    return SuggestResult(suggested, *looked_at, first.refused, first.left_out, failed, notes, written)


def _classification(config: SuggestConfig, model: str) -> ClassificationConfig:
    """Probabilities of touching windows, kept in a place for this folder and model.

    All models and embeddings hear the same recordings: one that learned from each channel hears the loudest.
    """
    is_of_each = channel_of(find_model(model, config.trained)) == EACH
    about = os.path.abspath(config.trained), model
    return ClassificationConfig(
        model=model,
        inputs=(config.folder,),
        trained=config.trained,
        out=writing.place(config.kept or CACHE / FOLDER, config.folder, "probabilities", *about),
        overlap=diverse.OVERLAP,
        probabilities=True,
        channel=config.channel or (LOUDEST if is_of_each else None),
        jobs=config.jobs,
    )


def _by(config: SuggestConfig, n_labels: int, order: list[int]) -> dict[str, rankings.Uncertain | rankings.Rare]:
    """{name: ranking} of those that take probabilities; each keeps enough for all others to be near its own."""
    n, made = config.top * len(config.by), {}
    for name in config.by:
        if name == UNCERTAIN:
            made[name] = rankings.Uncertain(n, config.apart)
        elif name == RARE:
            made[name] = rankings.Rare(n, config.apart, n_labels)
        elif name == DISAGREEMENT:
            made[name] = rankings.Disagreement(n, config.apart, order)
    return made


def _order(config: SuggestConfig) -> list[int]:
    """For each label of the first model, its column in the second.

    Raises:
        InputError: they have other labels.
    """
    own, others = (
        [clean(label) for label in load_predictor(model, 1, config.trained).labels] for model in config.models
    )
    if differ := sorted(set(own) ^ set(others)):
        raise InputError(
            f"--model {','.join(config.models)}: only one of them knows {', '.join(differ[:NAMED])}; compare models "
            "with the same labels"
        )
    return [others.index(label) for label in own]


def _pairs(batches: list[Batch]) -> Iterator[tuple[Classified, Classified | None]]:
    """What the first model says of each recording, and what the second does: None where it could not read it."""
    if len(batches) == 1:
        yield from ((recording, None) for recording in batches[0].read())
        return
    place = {source.file: i for i, source in enumerate(batches[0].sources)}
    others = batches[1].read()
    other = next(others, None)
    for recording in batches[0].read():
        while other is not None and place[other.file] < place[recording.file]:
            other = next(others, None)
        yield recording, other if other is not None and other.file == recording.file else None


def _labelled(chosen: list[tuple[str, Candidate]], first: Batch) -> list[Ranked]:
    """The windows with what the model takes them for."""
    wanted: dict[str, list[int]] = {}
    for i, (_, one) in enumerate(chosen):
        wanted.setdefault(one.file, []).append(i)
    found: dict[int, Ranked] = {}
    sources = {source.file: source for source in first.sources}
    for recording in first.read():
        for i in wanted.get(recording.file, ()):
            why, one = chosen[i]
            assert recording.windows is not None  # they were asked for
            row = recording.windows[one.window]
            end = round(min(one.start + recording.window_seconds, recording.seconds), DIGITS)
            probability = round(float(row.max()), DIGITS)
            label = f"{first.labels[int(row.argmax())] if row.any() else ''}{ASKED}"
            segment = Segment(label, round(one.start, DIGITS), end, probability, probability)
            found[i] = Ranked(sources[recording.file], recording.seconds, segment, why)
    return [found[i] for i in range(len(chosen)) if i in found]
