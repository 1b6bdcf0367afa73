"""Look into a .tflite before it goes into an app: what it is, which runtimes take it, what is wrong with it."""

import json
import sys
import textwrap
from pathlib import Path

from classifier.core import arguments, console
from classifier.core.errors import InputError
from Constants import TRAINED

# Parameters: change them here, or give them on the command line.
FILES = "*/*_metadata.tflite"  # in trained/
LABELS = 5  # that are named
WIDTH = 100  # columns of the page
UNBROKEN = {"break_long_words": False, "break_on_hyphens": False}
OPERATORS = {  # in plain words; what is not here is arithmetic
    "convolution": ("CONV_2D", "DEPTHWISE_CONV_2D", "TRANSPOSE_CONV", "CONV_3D"),
    "dense layer": ("FULLY_CONNECTED", "BATCH_MATMUL"),
    "recurrent layer": ("LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM", "BIDIRECTIONAL_SEQUENCE_LSTM", "RNN", "SVDF", "WHILE"),
    "pooling": ("MAX_POOL_2D", "AVERAGE_POOL_2D", "MEAN", "REDUCE_MAX"),
    "Fourier transform": ("RFFT2D",),
    "softmax or sigmoid": ("SOFTMAX", "LOGISTIC"),
}


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, help="default: those for an app in trained/")
    parser.add_argument("--recording", type=Path, help="default: one held out in training, else of data_short")
    parser.add_argument("--json", action="store_true", help="write JSON to standard output, and nothing else")
    args = parser.parse_args(argv)

    files = args.files or sorted(TRAINED.glob(FILES))
    if not files:
        raise InputError(f"{TRAINED} holds no .tflite with metadata; name a file, or run WriteMetadataToModel.py first")
    checked = []
    for path in files:
        try:
            checked.append(check(path, args.recording, args.json))
        except InputError as error:
            if len(files) == 1:
                raise
            console.say(error)
            checked.append({"file": str(path), "refused": str(error), "usable": False})
    if args.json:
        without_nan = json.loads(json.dumps(checked), parse_constant=lambda _: None)  # which JSON does not know
        print(json.dumps(without_nan, indent=2, ensure_ascii=False))
    sys.exit(0 if all(one["usable"] for one in checked) else 1)


def check(path, recording, as_json):
    """Look into a file and print what is found, unless JSON is wanted; returns the same as a dict."""
    from classifier.export import diagnostics, inspection
    from classifier.records import artifact

    export = inspection.look_into(path)
    heard = inspection.listen(export, recording or artifact.example(path))
    found = diagnostics.findings(export, heard)
    if not as_json:
        show(export, heard, found)
    by_runtime = {runtime: {"predictions": heard.top(runtime, export.labels)} for runtime in heard.predictions}
    by_runtime |= {runtime: {"refuses": why} for runtime, why in heard.refusals.items()}
    by_runtime |= {runtime: {"not_tried": why} for runtime, why in heard.not_tried.items()}
    return {
        "file": str(path),
        "bytes": export.size,
        "inputs": [vars(tensor) for tensor in export.inputs],
        "outputs": [vars(tensor) for tensor in export.outputs],
        "labels": export.labels,
        "sample_rate": export.sample_rate or None,
        "operators": export.operators,
        "runs": export.runs,
        "custom": export.custom,
        "metadata": export.metadata,
        "recording": str(heard.recording),
        "runtimes": by_runtime,
        "findings": [vars(finding) for finding in found],
        "usable": not any(finding.is_fault for finding in found),
    }


def show(export, heard, found):
    """Print the page of a file."""
    from classifier.export.runtimes import RUNTIMES

    print(f"{export.path}\n")
    for name, text in facts(export):
        entry(name, text)
    print(f"\nruntimes, on {heard.recording}:\n")
    for runtime in RUNTIMES:
        if runtime in heard.predictions:
            predictions = "; ".join(f"{label} {value:.1%}" for label, value in heard.top(runtime, export.labels))
            entry(runtime, f"loads it; {predictions}")
        elif runtime in heard.refusals:
            entry(runtime, heard.refusals[runtime])
        else:
            entry(runtime, f"not tried here ({heard.not_tried[runtime]})")
    for kind, is_fault in (("faults", True), ("notes", False)):
        listed = [finding for finding in found if finding.is_fault == is_fault]
        print(f"\n{kind}: {len(listed) or 'none'}")
        for number, finding in enumerate(listed, 1):
            wrapped(f"\n{number}. ", f"{finding.what}.")
            wrapped("   in the app: ", finding.seen)
            wrapped("   to do: ", finding.do)
    n = sum(finding.is_fault for finding in found)
    can = f"cannot use it: {n} fault{'s' if n > 1 else ''}" if n else "can use it"
    print(f"\nverdict: an app {can}{', if it computes the mel spectrogram itself' if export.mel and not n else ''}\n")


def facts(export):
    """What it is: (name, text)."""
    from classifier.export.inspection import plain

    yield "size", f"{export.size / 1000:,.0f} KB"
    yield "input", f"{'; '.join(map(str, export.inputs))}: {meaning(export)}"
    yield "output", "; ".join(map(str, export.outputs))
    more = len(export.labels) - LABELS
    first = "; ".join(plain(label) for label in export.labels[:LABELS])
    yield "labels", f"{len(export.labels)}: {first}{f'; and {more} more' if more > 0 else ''}" if first else "none"
    yield "operators", f"{export.operators.total()}: " + ", ".join(f"{n} {how}" for how, n in export.runs.most_common())
    groups = {what: sum(export.operators[name] for name in names) for what, names in OPERATORS.items()}
    yield "", "of which " + ", ".join(f"{n} x {what}" for what, n in groups.items() if n)
    yield "not built in", plain(", ".join(export.custom)) or "none"
    if export.metadata:
        parser = plain(export.metadata.get("min_parser_version", "any"))
        channels = export.audio.get("channels", 0)
        audio = f"{export.sample_rate} Hz, {channels} channel{'s' * (channels != 1)}" if export.audio else "no audio"
        yield "metadata", f"yes: {audio}, for parsers from version {parser} on"
    else:
        yield "metadata", "none" if export.metadata == {} else "damaged"


def meaning(export):
    n, rate = export.n_inputs, export.sample_rate
    if export.mel:
        return f"{n:,} values, a mel spectrogram of {export.mel.n_mels} x {export.mel.n_frames}"
    return f"{n / rate:.4g} s of audio at {rate} Hz" if rate else f"{n:,} values, nothing says of what"


def entry(name, text):
    wrapped(f"{name:18}", text)


def wrapped(begin, text):
    print(textwrap.fill(text, WIDTH, initial_indent=begin, subsequent_indent=" " * len(begin.strip("\n")), **UNBROKEN))


if __name__ == "__main__":
    console.run(main)
