"""A training that starts from a trained model: what must be the same, and which recordings keep their split.

Imports neither TensorFlow nor Keras, so that it is said before they are loaded.
"""

from argparse import Namespace
from pathlib import Path

import numpy as np

from classifier.core import commands, registry
from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.data import kept_split, provenance
from classifier.data.audio_cache import AudioCache
from classifier.data.labels import listed
from classifier.data.splits import SPLITS
from classifier.records import artifact, heard, multi_label
from classifier.records.artifact import Artifact
from classifier.records.start import StartRecord
from classifier.records.training_config import TrainingConfig

SAME = {"window": None, "sample_rate": None, "group_by": None, "folds_by": None, "fold": 0, "channel": "mix"}


def complete(args: Namespace, usual_model: str) -> Namespace:
    """Arguments of TrainModel.py in which --from decides on what must be as it was: the model, its audio, its fold.

    Args:
        args: as the person gave them.
        usual_model: what --model is where the person named none.

    Raises:
        InputError: there is no such model, it cannot be started from, or an argument contradicts it.
    """
    if args.start is None:
        return args
    held_out = model_of(args.start)
    record, asked = held_out.record, Namespace(**vars(args))
    if args.model not in (usual_model, record.model):
        raise InputError(f"--model {args.model}: {args.start} is a {record.model}; leave out --model")
    asked.model = record.model
    if registry.states("models", record.model, "FINE_TUNE"):
        raise InputError(
            f"{args.start} is a head on a pretrained network, which learns in seconds: leave out --from, and train it "
            "anew"
        )
    if args.paper != record.config.paper:
        raise InputError(f"{args.start} was trained {'with' * record.config.paper or 'without'} --paper: do the same")
    for name, usual in SAME.items():
        given, was = getattr(args, name), getattr(record.config, name)
        if given not in (usual, was):
            flag = f"--{name.replace('_', '-')}"
            raise InputError(
                f"{flag} {given}: {args.start} was trained with {was}, and must not be tested on what it has heard; "
                f"leave out {flag}, or leave out --from"
            )
        if given != was:
            say(f"--{name.replace('_', '-')} {was}, as for {args.start}")
        setattr(asked, name, was)
    asked.start = Path(args.start).resolve()
    return asked


def model_of(folder: Path | str) -> Artifact:
    """The model to start from: the held-out one, which has not heard its test split.

    Raises:
        InputError: there is none, or it does not say what it has heard.
    """
    held_out = artifact.load(folder).held_out
    multi_label.refuse(held_out, "--from takes")
    if not held_out.record.split.sounds:
        raise InputError(
            f"{folder} does not say which recordings it has heard, and could be tested on them: train it again first"
        )
    return held_out


def keep_split(config: TrainingConfig, audio: AudioCache, dealt: np.ndarray) -> np.ndarray:
    """(clips,) splits, in which what the model to start from had heard is not tested; says what it does.

    Args:
        audio: the recordings at the model's sample rate.
        dealt: (clips,) the split that each would have.

    Raises:
        InputError: as of `kept_split.keep`.
    """
    if not config.start:
        return dealt
    split = model_of(config.start).record.split
    before = {name: split.sounds_of(name) for name in SPLITS}
    sounds = [provenance.sound(content) for content in audio.contents]
    labels, groups = [clip.label for clip in audio.clips], [clip.group for clip in audio.clips]
    kept, n_known = kept_split.keep(dealt, labels, groups, sounds, before)
    say(f"{n_known} of {len(kept)} recordings were there before and keep their split; the others join by group")
    return kept


def record_of(config: TrainingConfig) -> StartRecord | None:
    """What run.json keeps of the model to start from: what it has heard, its teacher too; None where there is none."""
    if not config.start:
        return None
    record = model_of(config.start).record
    known = {use: sorted(sounds) for use, sounds in heard.of(record).items()}
    return StartRecord(folder=config.start, labels=record.labels, **known)


def comparison(config: TrainingConfig, model: str) -> str:
    """The command that tells whether a model is better than the one it started from."""
    new, before = config.trained / model, Path(str(config.start))
    before = artifact.previous(new) if before == new.resolve() else before
    group_by = commands.unless(config.group_by, None)
    return commands.script("CompareModels.py", before, new, data=config.data, group_by=group_by)


def changes(before: list[str], now: list[str]) -> str:
    """Which labels stay, come and go, in words."""
    parts = (
        ("kept", [label for label in now if label in before]),
        ("added", [label for label in now if label not in before]),
        ("removed", [label for label in before if label not in now]),
    )
    return "; ".join(f"{what}: {listed(labels)}" for what, labels in parts if labels)
