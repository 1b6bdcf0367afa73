"""Which labels of the data are which of a model: --map "dog=bark,cat=other".

Several labels of the data may be one of a model, and the other way round: a test then takes them for one label. So a
model is tested on data with fewer, more or other names, and what is left out is known by name and number.
"""

import csv
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from classifier.core.errors import InputError
from classifier.core.text import did_you_mean, natural
from classifier.data.labels import clean, listed
from classifier.data.layouts import Clip

JOINED = " + "  # between labels that a test does not tell apart
EXAMPLE = "give the label of the data, =, and that of the model, with commas, such as dog=bark,cat=other"


@dataclass(frozen=True)
class CommonLabel:
    """What a test takes for one label.

    Attributes:
        of_data: labels of the recordings.
        of_models: of each model, the labels that are right for them.
    """

    of_data: tuple[str, ...]
    of_models: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class LeftOut:
    """A label of the data that is not tested; why: behind its name, in words."""

    label: str
    recordings: int
    why: str


@dataclass(frozen=True)
class Matched:
    """What the labels of some data and of one or more models have in common.

    Attributes:
        models: their names.
        tested: in the order of the names of the data.
        left_out: labels of the data that are not tested.
        lacking: of each model, the labels that no recording has.
    """

    models: tuple[str, ...]
    tested: tuple[CommonLabel, ...]
    left_out: tuple[LeftOut, ...]
    lacking: tuple[tuple[str, ...], ...]

    def names(self, of_model: int | None = None) -> dict[str, CommonLabel]:
        """{name: what is tested under it}: by the labels of the data, or by those of a model."""
        return {JOINED.join(one.of_data if of_model is None else one.of_models[of_model]): one for one in self.tested}

    def joined(self, of_model: int) -> int:
        """By how many labels fewer a model has, because some of them are not told apart."""
        return sum(len(one.of_models[of_model]) - 1 for one in self.tested)

    def relabelled(self, clips: Sequence[Clip], of_model: int | None = None) -> list[Clip]:
        """The clips that are tested, under the `names` of their labels."""
        name_of = {label: name for name, one in self.names(of_model).items() for label in one.of_data}
        return [replace(clip, label=name_of[clip.label]) for clip in clips if clip.label in name_of]

    def renamed(self) -> list[str]:
        """A sentence on each label that a model calls by another name, or by several."""
        found = []
        for k, model in enumerate(self.models):
            for one in self.tested:
                if (of := one.of_models[k]) != one.of_data:
                    verb = "is" if len(one.of_data) == 1 else "are"
                    own = [label for label in one.of_data if label in self.lacking[k]]
                    wrong = f"; its own {' and '.join(own)} is wrong for these" if own else ""
                    found.append(f"{' and '.join(one.of_data)} {verb} {' or '.join(of)} of {model}{wrong}")
        return found

    def not_tested(self) -> list[str]:
        """A sentence for each reason for which recordings are left out."""
        found: dict[str, list[LeftOut]] = {}
        for one in self.left_out:
            found.setdefault(one.why, []).append(one)
        return [
            f"{sum(one.recordings for one in those)} recordings are left out, {why}: "
            + listed(f"{one.label} {one.recordings}" for one in those)
            for why, those in found.items()
        ]


def parse(text: str | None) -> tuple[str, ...] | None:
    """The pairs of --map, "label of the data=label of the model" each; None where it was not given.

    A pair with a comma in it stands in double quotes. Nothing behind = leaves a label out.

    Raises:
        InputError: a part is no pair.
    """
    if text is None:
        return None
    pairs = [pair.strip() for row in csv.reader([text], skipinitialspace=True) for pair in row]
    for pair in pairs:
        if not clean(pair.partition("=")[0]) or "=" not in pair:
            raise InputError(f"--map {pair!r}: {EXAMPLE}; nothing behind = leaves a label out")
    return tuple(pairs)


def of_data(pairs: Sequence[str] | None) -> list[str]:
    """The labels of the data that pairs name, as of `parse`."""
    return [clean(pair.partition("=")[0]) for pair in pairs or ()]


def check_known(model: Path | str, labels: Sequence[str], have: Collection[str]) -> None:
    """Make sure that a model knows the labels of data.

    Raises:
        InputError: it does not know all of them.
    """
    if unknown := sorted(set(have) - set(labels)):
        raise _unknown(f"{model} knows {', '.join(labels)}", labels, unknown)


def match(
    have: Mapping[str, int],
    models: Mapping[str, Sequence[str]],
    pairs: Sequence[str] | None = None,
    others: Iterable[str] = (),
) -> Matched:
    """What is tested of data, for all models alike.

    A label of the data is, for each model, what a pair says it is, else the label of the same name. It is left out
    where a pair says so, and where a model has neither; but with no pairs, one that no model knows is refused.

    Args:
        have: {label of the data: how many recordings}.
        models: {name: labels}.
        pairs: as of `parse`.
        others: labels of other models, which pairs may name too.

    Raises:
        InputError: a pair names a label that is not there, a label is left out and tested, or nothing is left to test.
    """
    known = {name: [clean(label) for label in labels] for name, labels in models.items()}
    every = list(dict.fromkeys(label for labels in known.values() for label in labels))
    if pairs is None and (unknown := sorted(set(have) - set(every))):
        raise _unknown("; ".join(f"{name} knows {', '.join(labels)}" for name, labels in known.items()), every, unknown)
    said: dict[str, list[str]] = {}
    for pair in pairs or ():
        label, of_model = _pair(pair, have, list(dict.fromkeys([*every, *map(clean, others)])))
        said.setdefault(label, []).append(of_model)
    if both := [label for label, those in said.items() if "" in those and any(those)]:
        raise InputError(f"--map leaves {both[0]!r} out and says what it is; leave out one of the two")
    tested, left_out = [], []
    for label in sorted(have, key=natural):
        of_models = [_of_model(label, said.get(label, []), labels) for labels in known.values()]
        if all(of_models):
            _join(tested, CommonLabel((label,), tuple(of_models)))
        else:
            strangers = [name for name, of in zip(known, of_models, strict=True) if not of]
            left_out.append(LeftOut(label, have[label], _why(label, said, strangers, every)))
    if not tested:
        raise InputError(
            f"no label of the data ({listed(have)}) is known to {' and to '.join(known)}: say which it is, --map "
            f'"{min(have)}={every[0]}"'
        )
    tested.sort(key=lambda one: natural(one.of_data[0]))
    lacking = tuple(
        tuple(label for label in labels if not any(label in one.of_models[k] for one in tested))
        for k, labels in enumerate(known.values())
    )
    return Matched(tuple(known), tuple(tested), tuple(left_out), lacking)


def _unknown(who, known, unknown):
    meant = "".join(did_you_mean(label, known) for label in unknown)
    return InputError(
        f"{who}, and not {', '.join(unknown)}: rename the label, remove it, or train with it; or say which of the "
        f'model\'s it is, --map "{unknown[0]}={known[0]}", or leave it out, --map "{unknown[0]}="{meant}'
    )


def _pair(text, have, every):
    """(label of the data, label of a model or "") of a pair; a label may hold a = itself."""
    cuts = [i for i, letter in enumerate(text) if letter == "="]
    options = [(clean(text[:i]), clean(text[i + 1 :])) for i in cuts]
    for of_data, of_model in options:
        if of_data in have and (not of_model or of_model in every):
            return of_data, of_model
    of_data, of_model = options[0]
    if of_data in every and of_model in have:
        raise InputError(f'--map "{text}": the label of the data comes first: --map "{of_model}={of_data}"')
    if of_data not in have:
        raise InputError(
            f'--map "{text}": the data has no label {of_data!r}, only {listed(have)}{did_you_mean(of_data, have)}'
        )
    raise InputError(
        f'--map "{text}": no model has a label {of_model!r}, only {listed(every)}{did_you_mean(of_model, every)}'
    )


def _of_model(label, said, labels):
    """The labels of a model that are right for one of the data."""
    if "" in said:
        return ()
    return tuple(dict.fromkeys(of for of in said if of in labels)) or ((label,) if label in labels else ())


def _why(label, said, strangers, every):
    if "" in said.get(label, []):
        return "as --map says"
    meant = "" if label in every else did_you_mean(label, every)
    return f"because {' and '.join(strangers)} {'does' if len(strangers) == 1 else 'do'} not know their label{meant}"


def _join(tested, new):
    """Add a label to those that are tested, as one with all that share a label of a model with it."""
    same = [one for one in tested if any(set(a) & set(b) for a, b in zip(one.of_models, new.of_models, strict=True))]
    for one in same:
        of_models = tuple(tuple(dict.fromkeys((*a, *b))) for a, b in zip(one.of_models, new.of_models, strict=True))
        new = CommonLabel(tuple(sorted((*one.of_data, *new.of_data), key=natural)), of_models)
    tested[:] = [one for one in tested if one not in same] + [new]
