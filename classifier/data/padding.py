"""Say how much of the windows is padding, whether that tells the labels, and which parts end behind their recording."""

from collections.abc import Sequence

import numpy as np

from classifier.data.layouts import Clip
from classifier.data.surroundings import Heard, around

TELLS = 0.2  # by how much the share of padding may differ between labels before it is a warning
TOLERANCE = 0.05  # seconds by which a part may end behind its recording: tables round


def sentences(clips: Sequence[Clip], heard: Heard, window_length: int) -> list[str]:
    """What to say of the padding of clips: nothing where there is none; a warning where it tells the labels.

    Args:
        heard: of these clips, at this window length.
    """
    padded, samples = heard.padded(window_length).T
    if not padded.sum():
        return []
    labels = np.array([clip.label for clip in clips])
    shares = {label: padded[labels == label].sum() / samples[labels == label].sum() for label in sorted(set(labels))}
    most, least = max(shares, key=shares.__getitem__), min(shares, key=shares.__getitem__)
    difference = f"{most} {shares[most]:.0%}, {least} {shares[least]:.0%}" if most != least else "all labels alike"
    found = [f"padding: {padded.sum() / samples.sum():.1%} of the samples in windows ({difference})"]
    if shares[most] - shares[least] > TELLS:
        found.append(
            f"WARNING: padding tells the labels ({difference}): a model may learn it instead of the sounds. Record "
            f"{most} in longer recordings and mark the sounds in a table with start and end, or use shorter windows "
            "(--window)"
        )
    return found


def of_seconds(
    clips: Sequence[Clip], seconds: Sequence[float], wholes: Sequence[float], window_seconds: float
) -> list[str]:
    """`sentences` of clips of which only lengths are known.

    Args:
        seconds, wholes: the length of each clip, and of its recording.
    """
    starts, lengths, ends = (
        np.round(1000 * np.array(times, float)).astype(int)
        for times in ([clip.start for clip in clips], seconds, wholes)
    )  # milliseconds
    ends = np.maximum(starts + lengths, ends)
    window_length = round(1000 * window_seconds)
    whole = np.stack([np.zeros_like(ends), ends], axis=1)
    return sentences(clips, around(clips, starts, starts + lengths, whole, window_length), window_length)


def past_the_end(clips: Sequence[Clip], seconds: Sequence[float]) -> list[str]:
    """Which parts end behind their recordings.

    Args:
        seconds: the length of each clip's recording.
    """
    return [
        f"{clip.path}: the part from {clip.start:g} to {clip.end:g} s ends behind the recording, which has "
        f"{length:.2f} s; correct its end"
        for clip, length in zip(clips, seconds, strict=True)
        if clip.end is not None and clip.end > length + TOLERANCE
    ]
