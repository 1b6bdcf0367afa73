"""The clips that models learn from: labelled ones, negatives, and blocks of time of long recordings."""

from collections.abc import Sequence

from classifier.data import clips as data_clips
from classifier.data import label_sets, splits, time_blocks
from classifier.data import negatives as data_negatives
from classifier.data.layouts import Clip
from classifier.data.negatives import Negatives
from classifier.storage.locations import Location


def read(
    data: Location,
    group_by: str | None = None,
    layout: str | None = None,
    folds_by: str | None = None,
    negatives: Negatives | None = None,
    ignore_folds: bool = False,
    multi_label: bool = False,
    window_seconds: float = 0.0,
) -> list[Clip]:
    """The clips of a data set, as of clips.read_clips; those in which nothing is heard are among them if they count.

    One label is enough where negatives are learned as another.

    Args:
        ignore_folds: leave out the data set's own folds.
        multi_label: whether clips may have several labels; these are then as of label_sets.together.
        window_seconds: of a window, for these.

    Raises:
        InputError: as of clips.read_clips and splits.without_folds.
    """
    least = 1 if negatives and negatives.is_learned else 2
    keep = bool(negatives and negatives.unlabelled)
    found = data_clips.read_clips(
        data, group_by, layout, least, folds_by=folds_by, nothing=keep, multi_label=multi_label
    )
    if multi_label:
        found = label_sets.together(found, window_seconds)
    return splits.without_folds(found) if ignore_folds else found


def complete(
    found: Sequence[Clip], negatives: Negatives | None, window_seconds: float, group_by: str | None = None
) -> list[Clip]:
    """The clips of `read` with the negatives behind them, and blocks of time where recordings must be split so.

    Args:
        found: of `read`.
        window_seconds: of a window.

    Raises:
        InputError: as of negatives.added.
    """
    added = data_negatives.added(found, negatives, group_by, window_seconds)
    if group_by or any(clip.several is not None for clip in found):
        return added
    return time_blocks.dealt(added, window_seconds, negatives.label if negatives else None)
