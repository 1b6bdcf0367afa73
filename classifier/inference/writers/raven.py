"""A selection table a recording, for Raven Pro and Raven Lite: Raven opens it with the recording of the same name.

Format: Raven Pro User's Manual, "Selection tables"; View, Channel and the frequencies must be there for a box to be
drawn. A box reaches from 0 Hz to where the model could hear, for a model does not say where in the spectrum a sound is.
"""

from classifier.inference.writers import on_one_line, write_each

NAME = "raven"
MEASURED = ("Begin Time (s)", "End Time (s)", "Low Freq (Hz)", "High Freq (Hz)")
COLUMNS = ("Selection", "View", "Channel", *MEASURED, "Label", "Score")


def write(classified, labels, path):
    """Score is the peak of the label's probability."""
    write_each(classified, path, ".Table.1.selections.txt", _lines)


def _lines(recording):
    yield "\t".join(COLUMNS)
    for number, segment in enumerate(recording.segments, 1):
        box = f"{segment.start:.6f}\t{segment.end:.6f}\t0.000\t{recording.highest:.3f}"
        yield f"{number}\tSpectrogram 1\t1\t{box}\t{on_one_line(segment.label)}\t{segment.peak:.6f}"
