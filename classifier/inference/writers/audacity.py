"""A label file a recording, for Audacity's File > Import > Labels: start, end and label, with tabs between them.

Format: Audacity Manual, "Importing and Exporting Labels".
"""

from classifier.inference.writers import on_one_line, write_each

NAME = "audacity"


def write(classified, labels, path):
    write_each(classified, path, ".txt", _lines)


def _lines(recording):
    for segment in recording.segments:
        yield f"{segment.start:.6f}\t{segment.end:.6f}\t{on_one_line(segment.label)}"
