"""What is wrong with a .tflite, what a person would see of it in an app, and what to do.

What is said of runtimes was tried, with MediaPipe 1.2.2 and Task Library 0.4.4.
"""

import re

import numpy as np

from classifier.audio import recording
from classifier.core.text import plain
from classifier.export import label_diagnostics, repair, runtimes
from classifier.export.finding import Finding
from classifier.export.inspection import LARGEST_INPUT, Export, walk
from classifier.export.runtime_trial import PROBES, Trial
from classifier.export.runtimes import MEDIAPIPE, TASK_LIBRARY, Reason
from classifier.inference import tensors

SECONDS = (0.05, 60)  # of a window; with others, the sample rate is likely to be wrong
NO_VALUES = ("string", "int32", "int64", "bool")  # types of outputs that are no probabilities
PARSER = (1, 5, 0)  # the newest metadata that MediaPipe reads


def findings(export: Export, trial: Trial) -> list[Finding]:
    """Everything worth saying about a file, faults first."""
    found = [
        *_of_input(export, trial),
        *_of_output(export, trial),
        *_of_graph(export, trial),
        *_of_dense_layers(export, trial),
        *_of_metadata(export, trial),
        *label_diagnostics.findings(export, trial),
        *_of_predictions(export, trial),
    ]
    if trial.refusals and not export.is_stream and not any(finding.is_fault for finding in found):
        for runtime, refusal in trial.refusals.items():
            if not (_hides_labels(export) and refusal.reason == Reason.OTHER_LABELS):
                do = "Look its words up, and export the file with an older or simpler form of what they name."
                if export.head.tensor.shape != (1, export.n_outputs):
                    do = repair.advice(export, trial, do)
                seen = f"Nothing, in an app with {runtime}: it stops there."
                found.append(Finding(f"{runtime} {refusal.words}", seen, do))
    return sorted(found, key=lambda finding: not finding.is_fault)


def _of_input(export, trial):
    first, shape = export.inputs[0], list(export.inputs[0].shape)
    if export.is_stream:
        seen = "LiteRT runs it. MediaPipe Tasks refuses it; the Task Library fills the first input only: nonsense."
        do = "Run it hop by hop, as docs/guide/streams.md says."
        yield Finding("It is a stream: it takes a hop and its state, not a window", seen, do, False)
    elif len(export.inputs) > 1:
        seen = "MediaPipe Tasks refuses to open it; the Task Library fills the first input only, and predicts nonsense."
        yield Finding(f"It has {len(export.inputs)} inputs", seen, "Export it with the audio as its only input.")
    if first.type != "float32":
        seen = "MediaPipe Tasks and the Task Library hand over the microphone as float32: they refuse it."
        do = repair.advice(
            export, trial, "Convert it with inference_input_type = tf.float32; inside, it may still compute in int8."
        )
        yield Finding(f"Its input is of {first.type}", seen, do)
    if export.n_inputs < 1 or export.is_open:
        seen = "Runtimes cannot know how much audio to hand over; they fail, or classify single samples."
        do = repair.advice(export, trial, "Export it with an input of [1, samples of a window].")
        yield Finding("The length of its input is not fixed", seen, do)
    elif export.n_inputs > LARGEST_INPUT:
        seen = "A phone's memory is hardly enough; it was not tried here."
        yield Finding(f"Its input has {export.n_inputs:,} values", seen, "Export it for shorter windows of audio.")
    elif -1 in first.signature:
        seen = "Every runtime that was tried takes one window at a time all the same."
        yield Finding("It takes any number of windows at once", seen, "Nothing.", False)
    if len(shape) > 2:
        seen = 'MediaPipe Tasks refuses to open it: "Only 1D and 2D tensors are supported".'
        do = repair.advice(
            export, trial, f"Export it with an input of [1, {export.n_inputs}], and reshape inside the model."
        )
        yield Finding(f"Its input {shape} has {len(shape)} dimensions", seen, do)
    elif len(shape) == 1 and not export.is_open:
        n = export.n_inputs
        seen = f"Every runtime takes it; an app with LiteRT alone hands over an array of {n}, not of 1 x {n}."
        yield Finding(f"Its input {shape} has one dimension", seen, "Nothing.", False)
    if export.mel:
        seen = "An app that hands over audio gets predictions that mean nothing, and no error."
        bands = f"{export.mel.n_mels} x {export.mel.n_frames}"
        do = "Compute the spectrogram in the app exactly as in training, or use a file that takes audio."
        yield Finding(f"It takes a mel spectrogram of {bands}, not audio", seen, do, False)
    elif (
        export.n_inputs > 1
        and export.sample_rate >= recording.RATES[0]
        and not SECONDS[0] <= export.n_inputs / export.sample_rate <= SECONDS[1]
    ):
        what = f"A window would last {export.n_inputs / export.sample_rate:.3g} s"
        seen = "If the sample rate in its metadata is wrong, every sound is too high or too low for it."
        yield Finding(what, seen, "Compare the sample rate with the one it was trained at.", False)


def _of_output(export, trial):
    described = walk(export.metadata, "subgraph_metadata", 0, "output_tensor_metadata") or []
    if len(export.outputs) > 1 and not export.is_stream:
        is_fault = len(described) != len(export.outputs)
        seen = "MediaPipe Tasks and the Task Library refuse it. " if is_fault else ""
        listed = "; ".join(map(str, export.heads[: tensors.NAMED]))
        what = f"It has {len(export.outputs)} outputs, and metadata for {len(described)}"
        do = repair.advice(export, trial, "Export it with the probabilities as its only output.")
        seen = f"{seen}Looked at here is {export.head.title} of {listed}; another with --head NAME."
        yield Finding(what, seen, do, is_fault)
    type_ = export.head.tensor.type
    if type_ == "uint8":
        seen = "MediaPipe Tasks and the Task Library turn it into probabilities; LiteRT alone gives whole numbers."
        do = "In code for LiteRT alone, subtract the zero point of the output and multiply by its scale."
        yield Finding("Its output is of uint8", seen, do, False)
    elif type_ != "float32":
        seen = "MediaPipe Tasks and the Task Library refuse to open it."
        do = "Convert it with inference_output_type = tf.float32; inside, it may still compute in int8."
        do = repair.advice(
            export, trial, "Export it with the probabilities as its output." if type_ in NO_VALUES else do
        )
        yield Finding(f"Its output is of {type_}", seen, do)


def _of_graph(export, trial):
    flex = [name for name in export.custom if name.startswith("Flex")]
    others = [name for name in export.custom if name not in flex]
    if flex:
        seen = "No runtime loads it unless the app brings a library of TensorFlow's operators, tens of megabytes."
        do = "Convert it without SELECT_TF_OPS; write what these do with built-in operators."
        yield Finding(f"It needs TensorFlow's own operators: {plain(', '.join(flex))}", seen, do)
    if others:
        seen = "Runtimes that do not know them refuse to open the file."
        do = "Write what they do with built-in operators."
        yield Finding(f"It has custom operators: {plain(', '.join(others))}", seen, do, bool(trial.refusals))
    if export.n_graphs > 1:
        seen = 'MediaPipe Tasks refuses to open it: it is "assumed to have a single subgraph".'
        do = "Write loops out step by step (Keras: unroll=True) and take branches out, or keep one signature."
        do = repair.advice(export, trial, do) if len(export.heads) > len(export.outputs) else do
        runtime = MEDIAPIPE if TASK_LIBRARY in trial.predictions else ""
        yield Finding(
            f"It holds {export.n_graphs} graphs: a loop, a branch or several signatures", seen, do, True, runtime
        )


def _of_dense_layers(export, trial):
    """Old kernels know dense layers with one scale; only a runtime that was seen to fail at others is said to."""
    refusal = trial.refusals.get(TASK_LIBRARY)
    fails = refusal and "FULLY_CONNECTED" in refusal.words
    if not export.dense_per_channel or TASK_LIBRARY in trial.predictions:  # where it differs, that is said
        return
    seen = (
        'Some such files the Task Library refuses ("FULLY_CONNECTED version 12"); it could not be tried with this one.'
    )
    if refusal and fails:
        seen = f"An app with the Task Library ends; others can use it. The Task Library {refusal.words}"
    do = "Convert it with converter._experimental_disable_per_channel_quantization_for_dense_layers = True."
    what = f"Dense layers with a scale for each output: {export.dense_per_channel}"
    yield Finding(what, seen, do, bool(fails), TASK_LIBRARY if fails else "")


def _of_metadata(export, trial):
    again = repair.advice(
        export,
        trial,
        "Put right what keeps it from taking audio and giving probabilities; then write metadata into it.",
    )
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
        if _hides_labels(export):
            seen = "An app gets no label at all, and no error, where every probability is below the threshold."
            yield Finding("Its metadata hide small probabilities", seen, "Nothing, if that is what you want.", False)


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
        seen = "Runtimes refuse it, or refuse the one channel that a phone's microphone gives."
        yield Finding(f"Its metadata ask for {channels} channels", seen, "Write them for one channel.")


def _hides_labels(export):
    units = walk(export.metadata, "subgraph_metadata", 0, "output_tensor_metadata", 0, "process_units") or []
    return any("global_score_threshold" in (walk(unit, "options") or {}) for unit in units)


def _of_predictions(export, trial):
    if not trial.predictions:
        return
    runtime, predictions = next(iter(trial.predictions.items()))
    to = [*PROBES, *["the recording"] * (len(predictions) - len(PROBES))]
    broken = dict.fromkeys(what for what, row in zip(to, predictions, strict=True) if not np.isfinite(row).all())
    if broken:
        seen = "Nothing is recognised any more, without an error: NaN is neither more nor less than any threshold."
        do = "Look for a logarithm or a division by zero in it: silence is all zeros."
        yield Finding(f"It predicts NaN or infinity for {', '.join(broken)}", seen, do)
        return
    if predictions.min() < -0.001 or predictions.max() > 1.001:
        seen = "A threshold such as 0.5 means nothing; the Task Library leaves out labels whose values are below 0."
        do = "Export it with a softmax (one label at a time) or sigmoid (several) as its last layer."
        do = repair.advice(export, trial, do)
        yield Finding(
            f"Its outputs, {predictions.min():.2g} to {predictions.max():.2g}, are no probabilities", seen, do
        )
    elif np.abs(_some(predictions).sum(axis=1) - 1).max(initial=0) > 0.05:
        seen = "Several labels may be right at once, or none; percentages do not add up to 100."
        yield Finding(
            "Its outputs do not sum to 1: each label has a probability of its own",
            seen,
            "Nothing, if that is what you want.",
            False,
        )
    if np.ptp(predictions, axis=0).max() < 1e-6:
        seen = "The app shows one label for ever."
        do = "Train or convert it again: weights may be lost, or the last layer is a softmax over one value."
        yield Finding("It predicts the same whatever the sound is", seen, do)
    yield from _of_differences(export, trial, runtime)


def _some(predictions):
    """The rows that are not all 0, as digital silence may be."""
    return predictions[predictions.any(axis=1)]


def _of_differences(export, trial, first):
    small = any("int" in how for how in export.runs) or export.head.tensor.type != "float32"
    for runtime, predictions in list(trial.predictions.items())[1:]:
        if predictions.shape != trial.predictions[first].shape:
            continue
        difference = float(np.nan_to_num(np.abs(predictions - trial.predictions[first]), nan=np.inf).max())
        if difference > (runtimes.TOLERANCE_IN_8_BITS if small else runtimes.TOLERANCE):
            seen = f"An app with {runtime} shows other labels than the tests of the model promise."
            do = "Export it for older kernels: dense layers with one scale, float where int8 is not needed."
            yield Finding(f"{runtime} and {first} differ, by up to {difference:.2g}", seen, do)
