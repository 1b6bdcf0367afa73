"""Find the groups that file names tell: machine1_0.wav, machine1_1.wav, machine2_0.wav.

Files of one speaker, machine or place are not independent. Where nobody said which belong together, their names often
do.
"""

import re
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from classifier.core.text import readable
from classifier.data.layouts import Clip

EXPRESSIONS = (  # the coarser first: groups that are too large cost a little data, groups that are too small flatter
    "^([^_]+)_",
    "^[^_]+_([^_]+)_",
    "^([^-]+)-",
    "^[^-]+-([^-]+)-",
    r"^(\S+) ",
    r"^(.+)[_. -]+\d+\.[^.]+$",
    r"^(.*?)\(\d+\)\.[^.]+$",
    r"^(.*?\D\d+)[a-z]\.[^.]+$",
)
LEAST = 3  # groups of each label: one to train, one to validate, one to test
SHARED = 2  # recordings that a group has on average, at least


@dataclass(frozen=True, kw_only=True)
class GroupProposal:
    """Groups that file names tell.

    Attributes:
        group_by: the regular expression, for --group-by.
        groups: how many it makes.
        largest: the name of the largest one.
        recordings: how many it has.
    """

    group_by: str
    groups: int
    largest: str
    recordings: int

    def sentence(self) -> str:
        """What a person may do about it, with the flag to paste."""
        return (
            f"their names tell {self.groups} groups, such as {self.largest!r} with {self.recordings} recordings: "
            f"if these share a voice, a machine or a place, give --group-by {shlex.quote(self.group_by)}"
        )


def are_known(clips: Sequence[Clip]) -> bool:
    """Whether anybody said which recordings belong together: then some have the same group, or one that is not a file.

    A few recordings of ESC-10 may be of as many sources, which are known all the same.
    """
    clips = _of_files(clips)
    groups = {clip.group for clip in clips}
    return len(groups) < len(clips) or any(not clip.group.endswith(readable(clip.path.name)) for clip in clips)


def propose_for(clips: Sequence[Clip]) -> GroupProposal | None:
    """What `propose` finds in the file names of clips; None where their groups are known."""
    if are_known(clips):
        return None
    clips = _of_files(clips)
    return propose([clip.path.name for clip in clips], [clip.label for clip in clips])


def _of_files(clips):
    """The clips, of which each is one channel, only of the first: that channels belong together nobody had to say."""
    return [clip for clip in clips if not clip.channel]


def propose(names: Sequence[str], labels: Sequence[str]) -> GroupProposal | None:
    """The first of EXPRESSIONS that makes useful groups of recordings.

    Args:
        names: (recordings,) file names without folders.
        labels: (recordings,) their labels.

    Returns:
        None where the names tell no groups: each differs, or the groups are the labels.
    """
    for expression in EXPRESSIONS:
        matches = [re.search(expression, name) for name in names]
        groups = [match[1] for match in matches if match and match[1]]
        if len(groups) == len(names) and _useful(groups, labels):
            largest, recordings = Counter(groups).most_common(1)[0]
            return GroupProposal(group_by=expression, groups=len(set(groups)), largest=largest, recordings=recordings)
    return None


def _useful(groups, labels):
    if len(groups) < SHARED * len(set(groups)):
        return False
    of_label = Counter(label for label, _ in set(zip(labels, groups, strict=True)))
    return min(of_label[label] for label in set(labels)) >= LEAST
