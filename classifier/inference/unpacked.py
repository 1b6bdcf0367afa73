"""Paths of the recordings that are to be read: members of archives are unpacked when it is their turn."""

import itertools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from classifier.core.errors import InputError
from classifier.data.inputs import Source
from classifier.storage import archives, locations


def paths(
    sources: Sequence[Source], wanted: Sequence[int], folder: Path, failed: dict[int, str]
) -> Iterator[tuple[int, str]]:
    """(index, absolute path or address) of the wanted sources; one that was unpacked is deleted by who has read it.

    Args:
        wanted: indices of sources, in order.
        folder: for what is unpacked; it is there.
        failed: takes {index: reason} of those that cannot be unpacked.
    """
    for archive, group in itertools.groupby(wanted, lambda i: sources[i].member is not None and sources[i].location):
        if not archive:
            for i in group:
                location = sources[i].location
                yield i, location if locations.is_remote(location) else os.path.abspath(location)
            continue
        waiting = {str(sources[i].member): i for i in group}
        try:  # raised in here, it would stop whoever asks for the next path
            for member, path in archives.each(archive, waiting, folder):
                yield waiting.pop(member), os.path.abspath(path)
        except (InputError, OSError) as error:
            failed.update(dict.fromkeys(waiting.values(), str(error)))
