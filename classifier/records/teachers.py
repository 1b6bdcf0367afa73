"""Teachers: trained models whose probabilities a student learns, and proof that they never heard what tests it."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from classifier.core.console import warn
from classifier.core.errors import InputError
from classifier.data import provenance
from classifier.data.audio_cache import AudioCache
from classifier.data.labels import listed
from classifier.records import artifact, heard, multi_label
from classifier.records.artifact import Artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.config import RunConfig
from classifier.records.refit import REFITS
from classifier.records.run_record import TeacherRecord

FORBIDDEN = {  # {split of the student: what a teacher must not have used its recordings for}
    "test": ("train", "validation"),
    "validation": ("train",),  # chooses the student's epoch and thresholds
}
USED = {"train": "learned from", "validation": "been chosen with"}


@dataclass(frozen=True)
class Teacher:
    """The models of a teacher's folder.

    Attributes:
        held_out: teaches the held-out student, which the test split measures.
        refit: teaches the student's refit.
    """

    held_out: Artifact
    refit: Artifact

    def of(self, learned: Sequence[str]) -> Artifact:
        """Which of them teaches a student that learns from the recordings of such splits."""
        return self.held_out if list(learned) == ["train"] else self.refit


def find(config: RunConfig, labels: Sequence[str], audio_formats: Mapping[str, AudioFormat]) -> Teacher | None:
    """The teacher of a run; None where it has none.

    Args:
        labels: of the students.
        audio_formats: {student: what it takes}.

    Raises:
        InputError: there is no such model, it has other labels, or it takes other audio than a student.
    """
    if not config.teacher:
        return None
    if Path(config.teacher).suffix == ".tflite":
        raise InputError(f"--teacher {config.teacher}: name the folder that TrainModel.py wrote, which holds this file")
    trained = artifact.load(config.teacher)
    multi_label.refuse(trained, "--teacher takes")
    if set(trained.labels) != set(labels):
        raise InputError(
            f"--teacher {trained.folder} knows {listed(trained.labels)}, and the recordings are of {listed(labels)}: a "
            "teacher needs the same labels"
        )
    for student, audio_format in audio_formats.items():
        check_audio_format(f"--teacher {trained.folder}", trained.audio_format, student, audio_format)
    if trained.record.config.channel != config.channel:
        raise InputError(
            f"--teacher {trained.folder} hears --channel {trained.record.config.channel}, and this run --channel "
            f"{config.channel}: give both the same, or nobody can tell which recordings it has heard"
        )
    return Teacher(trained.held_out, trained)


def check_audio_format(teacher: str, its: AudioFormat, student: str, own: AudioFormat) -> None:
    """Make sure that a teacher can hear the windows of its student.

    Raises:
        InputError: they have windows of other lengths or rates.
    """
    if (its.window_length, its.sample_rate) != (own.window_length, own.sample_rate):
        raise InputError(
            f"{teacher} hears windows of {its.seconds:g} s at {its.sample_rate} Hz, and {student} of {own.seconds:g} s "
            f"at {own.sample_rate} Hz: a teacher hears what its student hears, so give both the same --window and "
            "--sample-rate"
        )


def unheard(teacher: Teacher, config: RunConfig, audio: AudioCache, split_names: np.ndarray) -> Teacher:
    """Make sure that a teacher never heard what tests its student; recordings are known by their sound.

    What its refit has heard does not matter where the student's refit is not scored; elsewhere the held-out teacher
    teaches in place of a refitted one that has heard the test split, which is said.

    Args:
        audio: the recordings of the student.
        split_names: (clips,) the split of each.

    Returns:
        The teacher, its refit replaced where it must be.

    Raises:
        InputError: it has heard some of them, or does not say what it has heard.
    """
    for split_name, uses in FORBIDDEN.items():
        _check(teacher.held_out, audio, split_names, split_name, uses)
    if "test" in REFITS[config.refit] or teacher.refit.folder == teacher.held_out.folder:
        return teacher
    try:
        _check(teacher.refit, audio, split_names, "test", FORBIDDEN["test"])
    except InputError:
        if REFITS[config.refit]:
            folder = teacher.refit.folder
            warn(f"the refit of {folder} has heard the test split: its held-out model teaches the student's refit, too")
        return replace(teacher, refit=teacher.held_out)
    return teacher


def _check(trained, audio, split_names, split_name, uses):
    known = heard.of(trained.record)
    if not known["train"]:
        raise InputError(
            f"--teacher {trained.folder} does not say which recordings it has heard: train it again with TrainModel.py"
        )
    own = _recordings(audio, split_names, "train")  # that the student hears itself
    held = _recordings(audio, split_names, split_name) - own
    for use in uses:
        if told := held & _whole(known[use]):
            raise InputError(
                f"--teacher {trained.folder} has {USED[use]} {len(told)} of the {len(held)} recordings of the "
                f"student's {split_name} split, so the student's score would flatter: train a teacher with the same "
                "--data, --group-by, --fold and --seed as the student"
            )


def _recordings(audio, split_names, split_name):
    """The sounds of the recordings of a split."""
    return _whole(provenance.sound(audio.contents[i]) for i in np.flatnonzero(split_names == split_name))


def _whole(sounds: Iterable[str]) -> set[str]:
    """Of the whole recordings, where some are of parts."""
    return {sound[: provenance.SOUND] for sound in sounds}


def record_of(teacher: Artifact, folder: str) -> TeacherRecord:
    """What the record of a student says of the model that taught it; folder: of the teacher."""
    known = heard.of(teacher.record)
    held = {use: sorted(known[use]) for use in ("train", "validation")}
    return TeacherRecord(folder=str(teacher.folder), model=teacher.name, fingerprint=fingerprint(folder), **held)


def fingerprint(folder: Path | str) -> str:
    """A hash of the models of a teacher's folder: of its held-out one, too."""
    digest = hashlib.sha256()
    for path in (Path(folder) / artifact.MODEL, Path(folder) / artifact.HELD_OUT / artifact.MODEL):
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()[: provenance.SOUND]
