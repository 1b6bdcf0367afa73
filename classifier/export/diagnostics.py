"""What is wrong with a .tflite, what a person would see of it in an app, and what to do.

What is said of clients was tried, with MediaPipe 1.2.2 and Task Library 0.4.4.
"""

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np

from classifier.audio import recording
from classifier.export import runtimes
from classifier.export.inspection import LARGEST_INPUT, PROBES, plain, walk

SECONDS = (0.05, 60)  # of a window; with others, the sample rate is likely to be wrong
PARSER = (1, 5, 0)  # the newest metadata that MediaPipe reads


@dataclass(frozen=True)
class Finding:
    """Something about a file: what is so, what a user of the app sees of it, what to do. A note hinders no app."""

    what: str
    seen: str
    do: str
    is_fault: bool = True


def findings(export, heard):
    """Everything worth saying about a file, faults first."""
    found = [
        *_of_input(export),
        *_of_output(export),
        *_of_graph(export, heard),
        *_of_metadata(export),
        *_of_labels(export),
        *_of_answers(export, heard),
    ]
    if heard.refusals and not any(finding.is_fault for finding in found):
        for client, words in heard.refusals.items():
            if not (_hides_answers(export) and words.startswith("answers [")):
                do = "Look its words up, and export the file with an older or simpler form of what they name."
                found.append(Finding(f"{client} {words}", f"Nothing, in an app with {client}: it stops there.", do))
    return sorted(found, key=lambda finding: not finding.is_fault)


def _of_input(export):
    first, shape = export.inputs[0], list(export.inputs[0].shape)
    if len(export.inputs) > 1:
        seen = "MediaPipe Tasks refuses to open it; the Task Library fills the first input only, and answers nonsense."
        yield Finding(f"It has {len(export.inputs)} inputs", seen, "Export it with the audio as its only input.")
    if first.kind != "float32":
        seen = "MediaPipe Tasks and the Task Library hand over the microphone as float32: they refuse it."
        do = "Convert it with inference_input_type = tf.float32; inside, it may still compute in int8."
        yield Finding(f"Its input is of {first.kind}", seen, do)
    if export.n_inputs < 1 or -1 in first.signature[1:] or (len(shape) < 2 and -1 in first.signature):
        seen = "Clients cannot know how much audio to hand over; they fail, or classify single samples."
        do = "Export it with an input of [1, samples of a window]."
        yield Finding("The length of its input is not fixed", seen, do)
    elif export.n_inputs > LARGEST_INPUT:
        seen = "A phone's memory is hardly enough; it was not tried here."
        yield Finding(f"Its input has {export.n_inputs:,} values", seen, "Export it for shorter windows of audio.")
    elif -1 in first.signature:
        seen = "Every client that was tried takes one window at a time all the same."
        yield Finding("It takes any number of windows at once", seen, "Nothing.", False)
    if len(shape) > 2:
        seen = 'MediaPipe Tasks refuses to open it: "Only 1D and 2D tensors are supported".'
        do = f"Export it with an input of [1, {export.n_inputs}], and reshape inside the model."
        yield Finding(f"Its input {shape} has {len(shape)} dimensions", seen, do)
    elif len(shape) == 1:
        n = export.n_inputs
        seen = f"Every client takes it; an app with LiteRT alone hands over an array of {n}, not of 1 x {n}."
        yield Finding(f"Its input {shape} has one dimension", seen, "Nothing.", False)
    if export.mel:
        seen = "An app that hands over audio gets answers that mean nothing, and no error."
        bands = f"{export.mel.n_mels} x {export.mel.n_frames}"
        do = "Compute the spectrogram in the app exactly as in training, or use a file that takes audio."
        yield Finding(f"It takes a mel spectrogram of {bands}, not audio", seen, do, False)
    elif (
        export.n_inputs > 1
        and export.sample_rate >= recording.RATES[0]
        and not SECONDS[0] <= export.n_inputs / export.sample_rate <= SECONDS[1]
    ):
        what = f"A window would last {export.n_inputs / export.sample_rate:.3g} s"
        seen = "If the sample rate in its metadata is wrong, it hears everything too high or too low."
        yield Finding(what, seen, "Compare the sample rate with the one it was trained at.", False)


def _of_output(export):
    described = walk(export.metadata, "subgraph_metadata", 0, "output_tensor_metadata") or []
    if len(export.outputs) > 1:
        is_fault = len(described) != len(export.outputs)
        seen = "MediaPipe Tasks and the Task Library refuse it." if is_fault else "Only the first was checked here."
        what = f"It has {len(export.outputs)} outputs, and metadata for {len(described)}"
        yield Finding(what, seen, "Export it with the probabilities as its only output.", is_fault)
    kind = export.outputs[0].kind
    if kind == "uint8":
        seen = "MediaPipe Tasks and the Task Library turn it into probabilities; LiteRT alone gives whole numbers."
        do = "In code for LiteRT alone, subtract the zero point of the output and multiply by its scale."
        yield Finding("It answers in uint8", seen, do, False)
    elif kind != "float32":
        seen = "MediaPipe Tasks and the Task Library refuse to open it."
        do = "Convert it with inference_output_type = tf.float32; inside, it may still compute in int8."
        yield Finding(f"It answers in {kind}", seen, do)


def _of_graph(export, heard):
    flex = [name for name in export.custom if name.startswith("Flex")]
    others = [name for name in export.custom if name not in flex]
    if flex:
        seen = "No client loads it unless the app brings a library of TensorFlow's operators, tens of megabytes."
        do = "Convert it without SELECT_TF_OPS; write what these do with built-in operators."
        yield Finding(f"It needs TensorFlow's own operators: {plain(', '.join(flex))}", seen, do)
    if others:
        seen = "Clients that do not know them refuse to open the file."
        do = "Write what they do with built-in operators."
        yield Finding(f"It has custom operators: {plain(', '.join(others))}", seen, do, bool(heard.refusals))
    if export.n_graphs > 1:
        seen = 'MediaPipe Tasks refuses to open it: it is "assumed to have a single subgraph".'
        do = "Write loops out step by step (Keras: unroll=True) and take branches out, or keep one signature."
        yield Finding(f"It holds {export.n_graphs} graphs: a loop, a branch or several signatures", seen, do)
    if export.dense_per_channel:
        seen = 'The Task Library refuses it ("FULLY_CONNECTED version 12"), or answers nonsense without a word.'
        do = "Convert it with converter._experimental_disable_per_channel_quantization_for_dense_layers = True."
        yield Finding(f"Dense layers with a scale for each output: {export.dense_per_channel}", seen, do)


def _of_metadata(export):
    again = "Write sample rate, channels and labels into it: WriteMetadataToModel.py, or tflite-support's writer."
    both = "MediaPipe Tasks and the Task Library refuse to open it"
    if export.metadata is None:
        yield Finding("Its metadata cannot be read", f"{both}, or know no labels.", again)
    elif not export.metadata:
        seen = f'{both} ("require TFLite Model Metadata but none was found"); the app ends at the first call.'
        yield Finding("It has no metadata", seen, again)
    else:
        yield from _of_audio(export, both, again)
        version = export.metadata.get("min_parser_version", "")
        if version and tuple(map(int, re.findall(r"\d{1,9}", version)))[:3] > PARSER:
            seen = "MediaPipe Tasks refuses to open it."
            yield Finding(f"Its metadata ask for a parser of {plain(version)}", seen, "Write them for 1.5.0 or older.")
        if _hides_answers(export):
            seen = "An app gets no answer at all, and no error, where every label stays below the threshold."
            yield Finding("Its metadata hide small answers", seen, "Nothing, if that is what you want.", False)


def _of_audio(export, both, again):
    if not export.audio:
        seen = f'{both}: "Missing audio metadata in the model metadata".'
        yield Finding("Its metadata do not say that it takes audio", seen, again)
        return
    low, high = recording.RATES
    if not low <= export.sample_rate <= high:
        seen = "MediaPipe Tasks crashes when it is handed the audio of a microphone; the Task Library refuses 0 Hz."
        yield Finding(f"The sample rate in its metadata is {export.sample_rate} Hz", seen, again)
    channels = export.audio.get("channels", 0)
    if channels != 1:
        seen = "Clients refuse it, or refuse the one channel that a phone's microphone gives."
        yield Finding(f"Its metadata ask for {channels} channels", seen, "Write them for one channel.")


def _hides_answers(export):
    units = walk(export.metadata, "subgraph_metadata", 0, "output_tensor_metadata", 0, "process_units") or []
    return any("global_score_threshold" in (walk(unit, "options") or {}) for unit in units)


def _of_labels(export):
    if not export.metadata:
        return
    again = "Write its metadata again, with one label a line: WriteMetadataToModel.py, or tflite-support's writer."
    if export.label_file is None:
        seen = "Clients answer numbers without names: an app that looks for a label never finds it."
        yield Finding("Its metadata name no labels for the answer", seen, again)
        return
    if export.label_bytes is None:
        seen = 'Clients refuse to open it: "No associated file with name".'
        yield Finding(f"Its labels, {plain(export.label_file)}, are not in the file", seen, again)
        return
    if export.labels_compressed:
        seen = 'Clients refuse to open it: "Expected uncompressed zip archive".'
        yield Finding("Its labels are compressed", seen, "Pack them with zip -0, or write its metadata again.")
    yield from _of_names(export, again)


def _of_names(export, again):
    labels, held = export.labels, export.label_bytes
    if b"\r" in held:
        seen = f"The Task Library answers {plain(repr(labels[0].rstrip(chr(13)) + chr(13)))}: no app finds that label."
        yield Finding("Its labels end in Windows line ends", seen, again)
    if held.startswith(b"\xef\xbb\xbf"):
        seen = "Its first label begins with a sign that nobody sees: an app that looks for the label does not find it."
        yield Finding("Its labels begin with a byte order mark", seen, again)
    try:
        held.decode("utf-8")
    except UnicodeDecodeError:
        yield Finding("Its labels are not UTF-8", "Labels come out garbled, or the client fails.", again)
    if len(labels) != export.n_outputs:
        seen = (
            "The Task Library fails at the first window; MediaPipe Tasks too, unless a label too many is an empty line."
        )
        yield Finding(f"It has {len(labels)} labels and {export.n_outputs} answers", seen, again)
    names = [label.strip() for label in labels[: export.n_outputs]]
    twice = [label for label, n in Counter(names).items() if n > 1 and label]
    if twice:
        seen = "An app that looks answers up by their label finds one of the two."
        yield Finding(f"Labels stand there twice: {plain(', '.join(twice))}", seen, "Name each output differently.")
    if "" in names:
        seen = "That answer has no name, and an app cannot show it."
        yield Finding(f"Label {names.index('') + 1} is empty", seen, "Give each output a name.")


def _of_answers(export, heard):
    if not heard.predictions:
        return
    client, predictions = next(iter(heard.predictions.items()))
    to = [*PROBES, *["the recording"] * (len(predictions) - len(PROBES))]
    broken = dict.fromkeys(what for what, row in zip(to, predictions, strict=True) if not np.isfinite(row).all())
    if broken:
        seen = "Nothing is recognised any more, without an error: NaN is neither more nor less than any threshold."
        do = "Look for a logarithm or a division by zero in it: silence is all zeros."
        yield Finding(f"It answers NaN or infinity to {', '.join(broken)}", seen, do)
        return
    if predictions.min() < -0.001 or predictions.max() > 1.001:
        seen = "A threshold such as 0.5 means nothing; the Task Library leaves out labels with answers below 0."
        do = "Export it with a softmax (one label at a time) or sigmoid (several) as its last layer."
        yield Finding(
            f"Its answers, {predictions.min():.2g} to {predictions.max():.2g}, are no probabilities", seen, do
        )
    elif np.abs(predictions.sum(axis=1) - 1).max() > 0.05:
        seen = "Several labels may be right at once, or none; percentages do not add up to 100."
        yield Finding(
            "Its answers do not sum to 1: each label is answered for itself",
            seen,
            "Nothing, if that is what you want.",
            False,
        )
    if np.ptp(predictions, axis=0).max() < 1e-6:
        seen = "The app shows one label for ever."
        do = "Train or convert it again: weights may be lost, or the last layer is a softmax over one value."
        yield Finding("It answers the same whatever it hears", seen, do)
    yield from _of_differences(export, heard, client)


def _of_differences(export, heard, first):
    small = any("int" in how for how in export.runs) or export.outputs[0].kind != "float32"
    for client, predictions in list(heard.predictions.items())[1:]:
        if predictions.shape != heard.predictions[first].shape:
            continue
        difference = float(np.nan_to_num(np.abs(predictions - heard.predictions[first]), nan=np.inf).max())
        if difference > (runtimes.TOLERANCE_IN_8_BITS if small else runtimes.TOLERANCE):
            seen = f"An app with {client} shows other labels than the tests of the model promise."
            do = "Export it for older kernels: dense layers with one scale, float where int8 is not needed."
            yield Finding(f"{client} and {first} answer differently, by up to {difference:.2g}", seen, do)
