"""Compare two trained models on the same recordings, none of which either has heard."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from classifier.audio.windows import Cut
from classifier.core.console import say, warn
from classifier.core.errors import InputError
from classifier.core.text import readable
from classifier.data import clips, group_names, label_map
from classifier.data.audio_cache import AudioCache
from classifier.data.label_map import Matched
from classifier.data.labels import clean
from classifier.data.layouts import Clip, folder_of
from classifier.evaluation import recordings, results, unheard
from classifier.evaluation.comparison_config import ComparisonConfig
from classifier.evaluation.trained_models import held_out_in_place_of, labels_and_rate
from classifier.evaluation.unheard import Heard
from classifier.inference.clip_predictions import predict_clips
from classifier.inference.joined_labels import with_names
from classifier.inference.predictor import channel_of, load_predictor
from classifier.scoring import metrics, paired
from classifier.scoring.paired import Paired
from classifier.storage import mirror


@dataclass(frozen=True)
class ComparedModel:
    """One of two models on the recordings that both predicted.

    Attributes:
        model: what the person calls it.
        path: where it lies.
        tested: of the held-out model in its place; None: itself.
        heard: what of the data it has heard, which is left out.
        recall: {label: share of recordings}.
        balanced_accuracy: their mean.
        right: recordings that are right.
        chance: the balanced accuracy of guessing among the labels that are told apart.
        answers_untested: recordings that it takes for a label that is not tested; they are wrong.
        notes: which file was run, and what is odd about it.
    """

    model: str
    path: str
    tested: str | None
    heard: Heard
    recall: dict[str, float]
    balanced_accuracy: float
    right: int
    chance: float
    answers_untested: int
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Difference:
    """A recording that two models take for different labels; path: of its file."""

    recording: str
    path: str
    label: str
    answers: tuple[str, str]


@dataclass(frozen=True)
class Comparison:
    """What a comparison found.

    Attributes:
        data: path or address of the recordings.
        n_data: recordings of the labels that are tested.
        matched: which labels are tested.
        recordings_by: "mean" or "vote": how the windows of a recording decide its label.
        recordings, groups: {label: how many were compared}.
        unheard: recordings in which a model hears nothing (digital silence), not compared.
        models: the first and the second.
        paired: the second beside the first.
        differences: what they take for different labels.
    """

    data: str
    n_data: int
    matched: Matched
    recordings_by: str
    recordings: dict[str, int]
    groups: dict[str, int]
    unheard: int
    models: tuple[ComparedModel, ComparedModel]
    paired: Paired
    differences: list[Difference]

    @property
    def labels(self) -> list[str]:
        """What is tested, by the names of the data."""
        return list(self.matched.names())


@dataclass(frozen=True)
class _Candidate:
    """A model, its labels, and the recordings as it hears them; name: what the person calls it."""

    name: str
    path: Path
    twin: Path | None
    labels: list[str]
    store: AudioCache


def compare(config: ComparisonConfig) -> Comparison:
    """Compare the models of a config; the result is written as JSON.

    Raises:
        InputError: the data cannot be read, the labels do not fit, a model cannot be run, or no recording is left that
            neither has heard.
    """
    mirror.updated_for_writing(config.out)  # an error now, and not after the predictions
    paths = dict(zip(config.names, config.paths, strict=True))
    labels = {name: labels_and_rate(path)[0] for name, path in paths.items()}
    known = [*(label for of in labels.values() for label in of), *label_map.of_data(config.label_map)]
    found = clips.read_clips(config.data, config.group_by, config.layout, least=1, known=known)
    matched = label_map.match(Counter(clip.label for clip in found), labels, config.label_map)
    for sentence in matched.not_tested():
        warn(sentence)
    for sentence in matched.renamed():
        say(f"labels: {sentence}")
    candidates = [_candidate(*named, matched.relabelled(found), config) for named in paths.items()]
    _warn_of_groups(candidates, config)
    candidates, n_data = _same_clips(candidates), max(len(one.store.clips) for one in candidates)
    groups = unheard.groups_of(candidates[0].store)
    masks, heard = zip(*(unheard.heard_by(one.twin or one.path, one.store, groups) for one in candidates), strict=True)
    for one, of in zip(candidates, heard, strict=True):
        if not of.says:
            warn(f"{one.name} does not say what it was trained with: what it has heard of {config.data} flatters it")
    kept = np.flatnonzero(~(masks[0] | masks[1]))
    if not len(kept):
        raise InputError(_nothing_left(candidates, heard, config.data))
    result = _compared([_only(one, kept) for one in candidates], groups[kept], heard, matched, n_data, config)
    results.write(result, mirror.local_path(config.out) / f"{config.stem}.json")
    return result


def _candidate(name: str, path: Path, found: list[Clip], config: ComparisonConfig) -> _Candidate:
    labels, rate = labels_and_rate(path)
    store = recordings.read(found, config.data, rate, config.channel or channel_of(path), config.duplicates)
    return _Candidate(name, path, held_out_in_place_of(path, store), labels, store)


def _warn_of_groups(candidates, config):
    """Say where recordings count as independent, though their names tell groups."""
    found = candidates[0].store.clips
    if config.group_by or group_names.are_known(found):
        return
    proposal = group_names.propose_for(found)
    if proposal:
        warn(f"groups are not known, and each file counts as independent; {proposal.sentence()}")


def _same_clips(candidates: Sequence[_Candidate]) -> list[_Candidate]:
    """The candidates with the clips that can be read for both, in one order."""
    keys = [[(clip.path, clip.start, clip.end, clip.channel) for clip in one.store.clips] for one in candidates]
    both = set(keys[1])
    shared = [key for key in keys[0] if key in both]
    places = [{key: i for i, key in enumerate(of)} for of in keys]
    return [_only(one, [place[key] for key in shared]) for one, place in zip(candidates, places, strict=True)]


def _only(candidate: _Candidate, chosen: Sequence[int] | np.ndarray) -> _Candidate:
    return replace(candidate, store=candidate.store.only([int(i) for i in chosen]))


def _nothing_left(candidates, heard, data):
    found = "; ".join(f"{one.twin or one.name} has heard {of.n}" for one, of in zip(candidates, heard, strict=True))
    inside = [one.path for one in candidates if one.path.suffix == ".tflite" and not one.twin]
    folder = f", or name the folder {inside[0].parent}, whose held-out model is then tested" if inside else ""
    return (
        f"no recording of {data} is new to both models: of {len(candidates[0].store.clips)}, {found}; give recordings "
        f"that neither has heard (--data){folder}"
    )


def _compared(candidates, groups, heard, matched, n_data, config) -> Comparison:
    """The comparison of the clips that neither has heard."""
    names = list(matched.names())
    store = candidates[0].store
    targets = np.array([names.index(clip.label) for clip in store.clips])
    answers, notes = zip(*(_answers(one, k, matched, config) for k, one in enumerate(candidates)), strict=True)
    audible = np.array([all(pair) for pair in zip(*answers, strict=True)])
    if not audible.any():
        raise InputError(f"{config.data}: in none of the recordings is anything heard; all are digital silence")
    right = [np.array([answer == names[target] for answer, target in zip(of, targets, strict=True)]) for of in answers]
    n_answers = [len(one.labels) - matched.joined(k) for k, one in enumerate(candidates)]
    models = [
        replace(_model(one, of, n, mine, is_right, targets, audible, names), notes=of_run)
        for one, of, n, mine, is_right, of_run in zip(candidates, heard, n_answers, answers, right, notes, strict=True)
    ]
    folder, differences = folder_of(config.data), []
    for i in np.flatnonzero(audible):
        pair = answers[0][i], answers[1][i]
        if pair[0] != pair[1]:
            clip = store.clips[i]
            differences.append(Difference(clip.name(folder), readable(str(clip.path)), clip.label, pair))
    of_label = {name: audible & (targets == k) for k, name in enumerate(names)}
    return Comparison(
        data=str(config.data),
        n_data=n_data,
        matched=matched,
        recordings_by="vote" if config.vote else "mean",
        recordings={name: int(mask.sum()) for name, mask in of_label.items()},
        groups={name: len(set(groups[mask])) for name, mask in of_label.items()},
        unheard=int((~audible).sum()),
        models=(models[0], models[1]),
        paired=paired.compare(right[0][audible], right[1][audible], targets[audible], groups[audible], config.seed),
        differences=differences,
    )


def _answers(
    candidate: _Candidate, k: int, matched: Matched, config: ComparisonConfig
) -> tuple[list[str | None], list[str]]:
    """The label that a model gives to each clip, by the names of the data, None where nothing is heard; and notes."""
    source = candidate.twin or candidate.path
    predictor = load_predictor(source, channel=config.channel, as_in_app=True)
    predictor = with_names(predictor, {name: one.of_models[k] for name, one in matched.names().items()})
    found = predict_clips(predictor, candidate.store, Cut(config.overlap))
    probabilities, of = found["probabilities"], found["recordings"]
    audible = np.any(probabilities > 0, axis=1)
    answers: list[str | None] = [None] * len(candidate.store.clips)
    if audible.any():
        decided = metrics.by_recording(probabilities[audible], of[audible], config.vote).argmax(axis=1)
        for i, label in zip(np.unique(of[audible]), decided, strict=True):
            answers[i] = clean(predictor.labels[label])
    return answers, list(predictor.notes)


def _model(candidate, heard, n_answers, answers, right, targets, audible, names) -> ComparedModel:
    recall = {
        name: float(right[mask].mean())
        for k, name in enumerate(names)
        for mask in [audible & (targets == k)]
        if mask.any()
    }
    return ComparedModel(
        model=candidate.name,
        path=str(candidate.path),
        tested=str(candidate.twin) if candidate.twin else None,
        heard=heard,
        recall=recall,
        balanced_accuracy=sum(recall.values()) / len(recall),
        right=int(right[audible].sum()),
        chance=1 / n_answers,
        answers_untested=sum(
            answer not in names for answer, is_heard in zip(answers, audible, strict=True) if is_heard
        ),
    )
