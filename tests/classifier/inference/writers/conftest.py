"""Three recordings to write, with names and labels as strangers may give them; nothing is heard in the second."""

import pytest

from classifier.core import registry
from classifier.inference.segments import Segment
from classifier.inference.writers import Classified

LABELS = ["=HYPERLINK(1)", 'a "quoted", label', "'it", "tab\tand line\nend", "Ünï côdé"]
NAMES = ["./=1+1.wav", 'a, "b"\nc.wav', "deep/ünï.wav"]
FILES = ["=1+1.wav", 'a, "b"_c.wav', "deep/ünï.wav"]
HEARD = [Segment(label, i / 3, i + 1.5, 0.25 + i / 10, 1 / 7) for i, label in enumerate(LABELS)]
ROWS = [
    (name, segment.start, segment.end, segment.label, segment.peak, segment.mean)
    for name, segments in ((NAMES[0], HEARD), (NAMES[2], HEARD[:1]))
    for segment in segments
]


def classified():
    for name, file, segments in zip(NAMES, FILES, [HEARD, [], HEARD[:1]], strict=True):
        yield Classified(name, file, 61.25, 8000.0, LABELS[0] if segments else None, 0.5, segments, f"/field/{file}")


@pytest.fixture
def written(tmp_path):
    """What a file of classifier/outputs writes of them."""

    def write(name):
        output = registry.load("writers", name)
        output.write(classified(), LABELS, tmp_path / output.NAME)
        return tmp_path / output.NAME

    return write
