"""Files are made on the spot from the schema: a dense layer and a softmax, with one thing wrong."""

import io
import struct
import zipfile

import flatbuffers
import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema

from classifier.core.errors import InputError
from classifier.export import diagnostics, inspection, metadata, runtime_trial, runtimes
from classifier.records import tflite_metadata
from tests.conftest import write_tone

N = 1600  # values of a window: 0.1 s
LABELS = ["bell", "dog", "rain"]
FACTS = metadata.Facts("tiny", "Tells apart bells, dogs and rain.", "A tenth of a second.", 16_000, LABELS)


def dense_and_softmax(softmax=True, weights=None, bias=(0, 0, 0), shape=(1, N)):
    """A model as the schema's objects: tensors are input, weights, bias, logits, probabilities."""
    weights = np.random.default_rng(0).normal(0, 0.1, (3, N)) if weights is None else weights
    held = [np.asarray(values, "float32").tobytes() for values in (weights, bias)]
    rows = [("audio", shape, 0), ("w", (3, N), 1), ("b", (3,), 2), ("logits", (1, 3), 0), ("answer", (1, 3), 0)]
    dense = schema.OperatorT(0, [0, 1, 2], [3], schema.BuiltinOptions.FullyConnectedOptions)
    dense.builtinOptions = schema.FullyConnectedOptionsT()
    last = schema.OperatorT(1, [3], [4], schema.BuiltinOptions.SoftmaxOptions)
    last.builtinOptions = schema.SoftmaxOptionsT(beta=1.0)
    graph = schema.SubGraphT(
        tensors=[schema.TensorT(name=name, shape=list(shape), buffer=buffer) for name, shape, buffer in rows],
        inputs=[0],
        outputs=[4 if softmax else 3],
        operators=[dense, last] if softmax else [dense],
    )
    codes = [schema.OperatorCodeT(number, None, 1, number) for number in (9, 25)]  # FULLY_CONNECTED, SOFTMAX
    buffers = [schema.BufferT(), *(schema.BufferT(data=list(values)) for values in held)]
    return schema.ModelT(version=3, operatorCodes=codes, subgraphs=[graph], buffers=buffers)


def packed(table, identifier=b"TFL3"):
    builder = flatbuffers.Builder(0)
    builder.Finish(table.Pack(builder), identifier)
    return bytes(builder.Output())


def with_metadata(model=None, change=None, labels="bell\ndog\nrain\n", **packing):
    """The bytes of a file; change is given its metadata as the schema's objects, and the schema."""
    described = metadata.write_with_schema(packed(model or dense_and_softmax()), FACTS)
    content, tables = schema.ModelT.InitFromPackedBuf(bytearray(described)), tflite_metadata.metadata_schema()
    buffer = content.buffers[content.metadata[-1].buffer]
    found = tables.ModelMetadataT.InitFromPackedBuf(bytes(bytearray(buffer.data)))
    if change:
        change(found.subgraphMetadata[0], tables)
    buffer.data = list(packed(found, b"M001"))
    file = io.BytesIO(packed(content))
    if labels is not None:
        with zipfile.ZipFile(file, "a") as archive:
            archive.writestr(zipfile.ZipInfo("labels.txt"), labels, **packing)
    return file.getvalue()


def changed(change, **kwargs):
    """A model after change(model, its graph)."""
    model = dense_and_softmax(**kwargs)
    change(model, model.subgraphs[0])
    return model


def audio(found):
    return found.inputTensorMetadata[0].content.contentProperties


def put(owner, **values):
    for name, value in values.items():
        setattr(owner, name, value)


def an_input(kind):
    """A change: the input is of another kind, and turned into floats by the first operator."""

    def change(model, graph):
        model.operatorCodes.append(schema.OperatorCodeT(6, None, 2, 6))  # DEQUANTIZE
        steps = schema.QuantizationParametersT(scale=[1 / 127], zeroPoint=[0])
        graph.tensors.append(schema.TensorT(name="q", shape=[1, N], type=kind, quantization=steps))
        graph.operators.insert(0, schema.OperatorT(2, [5], [0]))
        graph.inputs = [5]

    return change


def an_output(kind):
    """A change: the answer is turned into whole numbers by the last operator."""

    def change(model, graph):
        model.operatorCodes.append(schema.OperatorCodeT(114, None, 1, 114))  # QUANTIZE
        zero = 0 if kind == schema.TensorType.UINT8 else -128
        steps = schema.QuantizationParametersT(scale=[1 / 256], zeroPoint=[zero])
        graph.tensors.append(schema.TensorT(name="q", shape=[1, 3], type=kind, quantization=steps))
        graph.operators.append(schema.OperatorT(2, [4], [5]))
        graph.outputs = [5]

    return change


def a_second_input(_, graph):
    graph.tensors.append(schema.TensorT(name="other", shape=[1, 3]))
    graph.inputs = [0, 5]


def a_second_graph(model, _):
    tensor = schema.TensorT(name="a", shape=[1])
    model.subgraphs.append(schema.SubGraphT(tensors=[tensor], inputs=[0], outputs=[0], operators=[]))


def custom(name):
    def change(model, graph):
        model.operatorCodes[1] = schema.OperatorCodeT(32, name, 1, 32)
        put(graph.operators[1], builtinOptionsType=0, builtinOptions=None)

    return change


def per_channel(model, graph):
    weights = np.frombuffer(bytes(bytearray(model.buffers[1].data)), "float32").reshape(3, N)
    scales = np.abs(weights).max(axis=1) / 127
    model.buffers[1].data = list(np.round(weights / scales[:, None]).astype("int8").tobytes())
    steps = schema.QuantizationParametersT(scale=scales.tolist(), zeroPoint=[0, 0, 0])
    put(graph.tensors[1], type=schema.TensorType.INT8, quantization=steps)
    model.operatorCodes[0].version = 12


def hides_small_answers(found, tables):
    options = tables.ScoreThresholdingOptionsT(globalScoreThreshold=0.4)
    kind = tables.ProcessUnitOptions.ScoreThresholdingOptions
    found.outputTensorMetadata[0].processUnits = [tables.ProcessUnitT(kind, options)]


TYPES = schema.TensorType
FAULTS = {  # what is said: the bytes of a file of which it is so
    "It has no metadata": lambda: packed(dense_and_softmax()),
    "Its metadata do not say that it takes audio": lambda: with_metadata(
        change=lambda found, _: put(found.inputTensorMetadata[0], content=None)
    ),
    "The sample rate in its metadata is 0 Hz": lambda: with_metadata(change=lambda f, _: put(audio(f), sampleRate=0)),
    "Its metadata ask for 2 channels": lambda: with_metadata(change=lambda found, _: put(audio(found), channels=2)),
    "Its metadata name no labels": lambda: with_metadata(
        change=lambda found, _: put(found.outputTensorMetadata[0], associatedFiles=None)
    ),
    "Its labels, labels.txt, are not in the file": lambda: with_metadata(labels=None),
    "Its labels are compressed": lambda: with_metadata(compress_type=zipfile.ZIP_DEFLATED),
    "Its labels end in Windows line ends": lambda: with_metadata(labels="bell\r\ndog\r\nrain\r\n"),
    "Its labels begin with a byte order mark": lambda: with_metadata(labels="\ufeffbell\ndog\nrain\n"),
    "Its labels are not UTF-8": lambda: with_metadata(labels="bell\nhünd\nrain\n".encode("latin-1")),
    "It has 2 labels and 3 outputs": lambda: with_metadata(labels="bell\ndog\n"),
    "It has 4 labels and 3 outputs": lambda: with_metadata(labels="bell\ndog\nrain\n\n"),
    "Labels are listed twice: bell": lambda: with_metadata(labels="bell\ndog\nbell\n"),
    "Label 2 is empty": lambda: with_metadata(labels="bell\n\nrain\n"),
    "Its input [1, 40, 40] has 3 dimensions": lambda: with_metadata(dense_and_softmax(shape=(1, 40, 40))),
    "Its input [1, 40, 40, 1] has 4 dimensions": lambda: with_metadata(dense_and_softmax(shape=(1, 40, 40, 1))),
    "The length of its input is not fixed": lambda: with_metadata(
        changed(lambda _, graph: put(graph.tensors[0], shape=[1, 1], shapeSignature=[1, -1]))
    ),
    "Its input has 1,073,741,824 values": lambda: with_metadata(dense_and_softmax(shape=(1, 2**30))),
    "It has 2 inputs": lambda: with_metadata(changed(a_second_input)),
    "It has 2 outputs, and metadata for 1": lambda: with_metadata(changed(lambda _, graph: put(graph, outputs=[4, 3]))),
    "It holds 2 graphs": lambda: with_metadata(changed(a_second_graph)),
    "Its input is of int8": lambda: with_metadata(changed(an_input(TYPES.INT8))),
    "Its input is of uint8": lambda: with_metadata(changed(an_input(TYPES.UINT8))),
    "Its input is of float16": lambda: with_metadata(changed(an_input(TYPES.FLOAT16))),
    "Its output is of int8": lambda: with_metadata(changed(an_output(TYPES.INT8))),
    "It needs TensorFlow's own operators: FlexErf": lambda: with_metadata(changed(custom("FlexErf"))),
}
NOTES = {
    "Dense layers with a scale for each output: 1": lambda: with_metadata(changed(per_channel)),
    "Its input [1600] has one dimension": lambda: with_metadata(dense_and_softmax(shape=(N,))),
    "It takes any number of windows at once": lambda: with_metadata(
        changed(lambda _, graph: put(graph.tensors[0], shapeSignature=[-1, N]))
    ),
    "A window would last 0.0333 s": lambda: with_metadata(change=lambda f, _: put(audio(f), sampleRate=48_000)),
    "Its output is of uint8": lambda: with_metadata(changed(an_output(TYPES.UINT8))),
    "Its metadata hide small probabilities": lambda: with_metadata(change=hides_small_answers),
}
PREDICTIONS = {  # what only its answers tell
    "no probabilities": lambda: dense_and_softmax(softmax=False),
    "NaN or infinity for silence, noise, a tone, the recording": lambda: dense_and_softmax(bias=(np.nan, 0, 0)),
    "the same whatever the sound is": lambda: dense_and_softmax(weights=np.zeros((3, N)), bias=(1, 0, 0)),
}
UNTRIED = runtime_trial.Trial(None, {}, {}, {})


def look(path, held):
    path.write_bytes(held)
    return inspection.look_into(path)


def said(export, trial=UNTRIED, is_fault=True):
    return [finding.what for finding in diagnostics.findings(export, trial) if finding.is_fault == is_fault]


@pytest.fixture(scope="module")
def tone(tmp_path_factory):
    return write_tone(tmp_path_factory.mktemp("recordings") / "tone.wav", seconds=0.25)


def test_what_it_is(tmp_path):
    export = look(tmp_path / "a.tflite", with_metadata())
    assert (export.labels, export.sample_rate, export.n_inputs, export.n_outputs) == (LABELS, 16_000, N, 3)
    assert str(export.inputs[0]) == '"audio", [1, 1600] of float32'
    assert export.operators == {"FULLY_CONNECTED": 1, "SOFTMAX": 1}
    assert export.runs == {"in float": 2}
    assert export.last == "SOFTMAX"
    assert (export.mel, export.custom) == (None, [])


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_and_it_alone(fault, tmp_path):
    (found,) = said(look(tmp_path / "a.tflite", FAULTS[fault]()))
    assert found.startswith(fault)


@pytest.mark.parametrize("note", NOTES)
def test_a_note_is_no_fault(note, tmp_path):
    export = look(tmp_path / "a.tflite", NOTES[note]())
    assert said(export) == []
    assert said(export, is_fault=False) == [note]


@pytest.mark.parametrize(
    ("fault", "runtime"),
    [
        ("Its labels are compressed", "MediaPipe Tasks"),
        ("Its labels end in Windows line ends", "Task Library"),
        ("It has 2 labels and 3 outputs", "Task Library"),
        ("Its input [1, 40, 40] has 3 dimensions", "MediaPipe Tasks"),
        ("It has 2 inputs", "MediaPipe Tasks"),
        ("It holds 2 graphs", "MediaPipe Tasks"),
        ("Its input is of int8", "Task Library"),
        ("Its output is of int8", "MediaPipe Tasks"),
        ("Its metadata ask for 2 channels", "Task Library"),
        ("Dense layers with a scale for each output: 1", "Task Library"),
        ("It needs TensorFlow's own operators: FlexErf", "LiteRT"),
    ],
)
def test_a_runtime_does_stumble_over_what_is_called_a_fault(fault, runtime, tmp_path):
    if why := runtimes.why_not_here(runtime):
        pytest.skip(f"{runtime} cannot run here: {why}")
    (tmp_path / "a.tflite").write_bytes({**FAULTS, **NOTES}[fault]())
    with pytest.raises(runtimes.RefusesFileError, match=f"{runtime} cannot run"):
        runtimes.ask(runtime, tmp_path / "a.tflite", np.zeros((1, N)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ('cannot run it: "FULLY_CONNECTED version 12"', (True, "Task Library")),
        ("was not asked: it has no metadata", (False, "")),
    ],
)
def test_a_scale_for_each_output_is_a_fault_of_the_runtime_that_fails_at_it(words, expected, tmp_path):
    export = look(tmp_path / "a.tflite", with_metadata(changed(per_channel)))
    trial = runtime_trial.Trial(None, {}, {"Task Library": runtime_trial.Refusal(words)}, {})
    (found,) = [one for one in diagnostics.findings(export, trial) if one.what.startswith("Dense layers")]
    assert (found.is_fault, found.runtime) == expected
    works = runtime_trial.Trial(None, {name: np.eye(4)[:, :3] for name in ("LiteRT", "Task Library")}, {}, {})
    assert not [one for one in diagnostics.findings(export, works) if one.what.startswith("Dense layers")]


def test_nothing_is_wrong_with_a_good_file_and_every_runtime_answers_the_same(tmp_path, tone):
    export = look(tmp_path / "a.tflite", with_metadata())
    trial = runtime_trial.run(export, tone)
    assert diagnostics.findings(export, trial) == []
    assert sorted([*trial.predictions, *trial.not_tried]) == sorted(runtimes.RUNTIMES)
    assert trial.refusals == {}
    tops = [trial.top(runtime, LABELS) for runtime in trial.predictions]
    assert all([name for name, _ in top] == [name for name, _ in tops[0]] for top in tops)
    assert sum(value for _, value in tops[0]) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("fault", PREDICTIONS)
def test_answers_no_app_can_use_are_found(fault, tmp_path, tone, monkeypatch):
    monkeypatch.setattr(runtimes, "RUNTIMES", {"LiteRT": "ai_edge_litert"})
    export = look(tmp_path / "a.tflite", with_metadata(PREDICTIONS[fault]()))
    (found,) = said(export, runtime_trial.run(export, tone))
    assert fault in found


def test_labels_answered_each_for_itself_are_a_note(tmp_path):
    predictions = np.array([[0.9, 0.8, 0.0], [0.1, 0.2, 0.3], [0.0, 0.0, 0.0], [0.5, 0.5, 0.5]])
    export, trial = (
        look(tmp_path / "a.tflite", with_metadata()),
        runtime_trial.Trial(None, {"LiteRT": predictions}, {}, {}),
    )
    assert said(export, trial) == []
    assert said(export, trial, is_fault=False) == [
        "Its outputs do not sum to 1: each label has a probability of its own"
    ]


def test_runtimes_that_differ_are_a_fault(tmp_path):
    export = look(tmp_path / "a.tflite", with_metadata())
    one = np.array([[0.2, 0.8, 0.0], [0.1, 0.9, 0.0], [0.0, 0.0, 1.0], [0.5, 0.5, 0.0]])
    trial = runtime_trial.Trial(None, {"LiteRT": one, "Task Library": one[:, ::-1]}, {}, {})
    assert said(export, trial) == ["Task Library and LiteRT differ, by up to 1"]


def test_a_runtime_that_fails_for_a_reason_nobody_knows_is_a_fault_in_its_own_words(tmp_path):
    export = look(tmp_path / "a.tflite", with_metadata())
    trial = runtime_trial.Trial(
        None, {}, {"Task Library": runtime_trial.Refusal("cannot run it: the moon is full")}, {}
    )
    assert said(export, trial) == ["Task Library cannot run it: the moon is full"]


def test_a_drop_in_is_asked_with_mel_spectrograms(trained, tone):
    export = inspection.look_into(trained.out / "mel" / "model_mel_metadata.tflite")
    assert (export.mel.n_mels, export.mel.n_frames) == (128, 63)
    found = diagnostics.findings(export, runtime_trial.run(export, tone))
    assert [(finding.is_fault, finding.what) for finding in found] == [
        (False, "It takes a mel spectrogram of 128 x 63, not audio")
    ]


def test_yamnet_is_read(shared_data):
    export = inspection.look_into(shared_data / "weights" / "yamnet_audio_classifier_with_metadata.tflite")
    assert (len(export.labels), export.labels[0], export.sample_rate, export.n_inputs) == (
        521,
        "Speech",
        16_000,
        15_600,
    )
    assert export.runs["in int8"] == 32
    assert export.last == "LOGISTIC"  # a DEQUANTIZE comes after it
    assert said(export) == []


def test_a_file_cut_anywhere_is_refused_by_name_or_misses_its_labels(tmp_path):
    held = with_metadata()
    for length in range(0, len(held), 97):
        try:
            export = look(tmp_path / "cut.tflite", held[:length])
        except InputError as error:
            assert "cut.tflite" in str(error)
        else:
            assert said(export)


def test_a_file_with_any_bytes_changed_is_read_or_refused(tmp_path):
    held, random = with_metadata(), np.random.default_rng(0)
    head = len(held) - 3 * N * 4  # what is not weights is at both ends of the file
    for _ in range(300):
        damaged = bytearray(held)
        for place in random.integers(8, head, 4):
            damaged[place if place < head // 2 else len(held) - place] = random.integers(256)
        try:
            export = look(tmp_path / "a.tflite", bytes(damaged))
            diagnostics.findings(export, UNTRIED)
        except InputError as error:
            assert "a.tflite" in str(error)


@pytest.mark.parametrize(
    ("held", "complaint"),
    [
        (b"these are words", "is no .tflite"),
        (b"", "is no .tflite"),
        (struct.pack("<I", 2**31) + b"TFL3" + bytes(100), "is damaged"),
        (bytes(4) + b"TFL3" + bytes(100), "is damaged"),
    ],
)
def test_what_is_no_model_is_refused(held, complaint, tmp_path):
    with pytest.raises(InputError, match=f"a.tflite {complaint}"):
        look(tmp_path / "a.tflite", held)


def test_labels_that_would_fill_the_memory_are_not_unpacked(tmp_path):
    with pytest.raises(InputError, match="too large for labels"):
        look(tmp_path / "a.tflite", with_metadata(labels="\n" * (2 << 20), compress_type=zipfile.ZIP_DEFLATED))
