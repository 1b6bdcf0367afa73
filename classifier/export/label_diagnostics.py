"""What is wrong with the labels in a .tflite. What is said of runtimes was tried, as in diagnostics."""

from collections import Counter
from collections.abc import Iterator

from classifier.core.text import plain
from classifier.export import repair
from classifier.export.finding import Finding
from classifier.export.inspection import Export
from classifier.export.runtime_trial import Trial


def findings(export: Export, trial: Trial) -> Iterator[Finding]:
    """Everything worth saying about the labels of a file; nothing where it has no metadata."""
    if not export.metadata:
        return
    again = repair.advice(export, trial, "Write its metadata again, with one label a line: WriteMetadataToModel.py.")
    if export.label_file is None:
        seen = "Runtimes return numbers without names: an app that looks for a label never finds it."
        yield Finding("Its metadata name no labels for the output", seen, again)
        return
    if export.label_bytes is None:
        seen = 'Runtimes refuse to open it: "No associated file with name".'
        yield Finding(f"Its labels, {plain(export.label_file)}, are not in the file", seen, again)
        return
    if export.labels_compressed:
        seen = 'Runtimes refuse to open it: "Expected uncompressed zip archive".'
        yield Finding("Its labels are compressed", seen, "Pack them with zip -0, or write its metadata again.")
    yield from _of_names(export, again)


def _of_names(export, again):
    labels, held = export.labels, export.label_bytes
    if b"\r" in held:
        seen = f"The Task Library returns {plain(repr(labels[0].rstrip(chr(13)) + chr(13)))}: no app finds that label."
        yield Finding("Its labels end in Windows line ends", seen, again)
    if held.startswith(b"\xef\xbb\xbf"):
        seen = "Its first label begins with a sign that nobody sees: an app that looks for the label does not find it."
        yield Finding("Its labels begin with a byte order mark", seen, again)
    try:
        held.decode("utf-8")
    except UnicodeDecodeError:
        yield Finding("Its labels are not UTF-8", "Labels come out garbled, or the runtime fails.", again)
    if len(labels) != export.n_outputs:
        seen = (
            "The Task Library fails at the first window; MediaPipe Tasks too, unless a label too many is an empty line."
        )
        yield Finding(f"It has {len(labels)} labels and {export.n_outputs} outputs", seen, again)
    names = [label.strip() for label in labels[: export.n_outputs]]
    twice = [label for label, n in Counter(names).items() if n > 1 and label]
    if twice:
        seen = "An app that looks probabilities up by their label finds one of the two."
        yield Finding(f"Labels are listed twice: {plain(', '.join(twice))}", seen, "Name each output differently.")
    if "" in names:
        seen = "That output has no name, and an app cannot show it."
        yield Finding(f"Label {names.index('') + 1} is empty", seen, "Give each output a name.")
