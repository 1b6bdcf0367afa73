"""Write the metadata an audio app needs into a .tflite: sample rate, channels, labels, the decision rule.

The one door to tflite-support. Where that is not installed (Python 3.12 and later), the same metadata is written with
the schema modules that mediapipe and ai-edge-litert ship. tflite-support cannot live in one process with TensorFlow.
"""

import ctypes
import importlib.util
import io
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifier.core import atomic_files
from classifier.records import artifact, rule_file, tflite_files, tflite_metadata

PARSER = "1.3.0"  # the oldest metadata parser that knows audio properties; tflite-support works out the same
LABELS_DESCRIPTION = "Labels for categories that the model can recognize."  # tflite-support's own words


@dataclass(frozen=True)
class Facts:
    """What is written: name and descriptions are for people, sample rate (Hz) and labels are for the runtime.

    rule: the bytes of rule_file.FILE, for the app; none where the model has no rule.
    """

    name: str
    description: str
    input_description: str
    sample_rate: int
    labels: list[str]
    rule: bytes = b""


def write_files(trained: artifact.Artifact) -> Iterator[Path]:
    """Write the files to copy into an app, for one trained model; yields each path.

    Raises:
        InputError: the model is not converted.
    """
    for file in tflite_files.app_files(trained):
        with atomic_files.new_file(file.target) as fresh:
            fresh.write_bytes(write(file.source.read_bytes(), facts(trained, file.is_dropin)))
        yield file.target


def facts(trained: artifact.Artifact, is_dropin: bool = False) -> Facts:
    """The facts of a trained model; of the file for an app that computes the mel spectrogram itself, with is_dropin."""
    audio_format = trained.audio_format
    length = f"{audio_format.window_length} samples ({audio_format.seconds:g} s)"
    audio = f"{length} of mono audio at {audio_format.sample_rate} Hz in [-1, 1]"
    app = (
        f"Power mel spectrogram of {audio}: "
        f"{audio_format.n_mels} bands of {audio_format.n_frames} frames, band after band "
        f"(n_fft {audio_format.n_fft}, hop {audio_format.hop_length}, Hann, Slaney), computed by the app."
    )
    return Facts(
        name=trained.name,
        description=tflite_metadata.tells_apart(trained.labels, trained.record.config.multi_label),
        input_description=app if is_dropin else f"{audio[0].upper()}{audio[1:]}.",
        sample_rate=audio_format.sample_rate,
        labels=trained.labels,
        rule=rule_file.as_bytes(trained.rule, trained.record.config.multi_label),
    )


def tflite_support_installed() -> bool:
    """Whether tflite-support is there; it has no wheel for Python 3.12 and newer."""
    return importlib.util.find_spec("tflite_support") is not None


def write(model: bytes, what: Facts) -> bytes:
    """A copy of a model with metadata, by tflite-support where it is installed, else by the schema modules.

    Args:
        model: bytes of a .tflite with one input and one output.
        what: Facts.

    Returns:
        bytes of the .tflite to copy into an app.
    """
    return (write_with_tflite_support if tflite_support_installed() else write_with_schema)(model, what)


def prepare_tflite_support() -> None:
    """Make tflite-support importable in this process: TensorFlow kept out, libusb taken from its wheel.

    Raises:
        RuntimeError: TensorFlow is already in this process; the two define the same symbols and crash.
    """
    if sys.modules.get("tensorflow"):
        raise RuntimeError("tflite-support and TensorFlow cannot share a process; start another one")
    sys.modules["tensorflow"] = None  # ty: ignore[invalid-assignment]  # Python's own way to forbid an import
    import libusb_package

    ctypes.CDLL(str(libusb_package.get_library_path()), mode=ctypes.RTLD_GLOBAL)


def write_with_tflite_support(model: bytes, what: Facts) -> bytes:
    """`write`, by tflite-support's audio classifier writer."""
    prepare_tflite_support()
    from tflite_support.metadata_writers import audio_classifier, metadata_info, writer_utils

    with tempfile.TemporaryDirectory() as folder:
        labels = Path(folder) / tflite_metadata.LABELS
        labels.write_bytes(_label_file(what.labels))
        files: list[Any] = [metadata_info.LabelFileMd(str(labels))]
        if what.rule:
            rule = Path(folder) / rule_file.FILE
            rule.write_bytes(what.rule)
            files.append(metadata_info.AssociatedFileMd(str(rule), rule_file.DESCRIPTION))
        output = metadata_info.ClassificationTensorMd(
            name="probability",
            description="Probability of each label.",
            label_files=files,
            tensor_type=writer_utils.get_output_tensor_types(bytearray(model))[0],
        )
        writer = audio_classifier.MetadataWriter.create_from_metadata_info(
            bytearray(model),
            metadata_info.GeneralMd(name=what.name, description=what.description),
            metadata_info.InputAudioTensorMd("audio_clip", what.input_description, what.sample_rate, 1),
            output,
        )
        return bytes(writer.populate())


def write_with_schema(model: bytes, what: Facts) -> bytes:
    """`write`, by the flatbuffer schema modules of mediapipe and ai-edge-litert."""
    probability, files = _probability(what)
    return _with_metadata(model, what, [], [probability], files)


def write_stream(model: bytes, what: Facts) -> bytes:
    """A copy of a stream with metadata: of its hop of audio, its probabilities, and the state that it carries."""
    schema = tflite_metadata.metadata_schema()
    before = _tensor(schema, tflite_metadata.STATE, "What came out of the hop before; zeros begin.", None)
    after = _tensor(schema, tflite_metadata.STATE, "Give it back with the next hop.", None)
    probability, files = _probability(what)
    return _with_metadata(model, what, [before], [probability, after], files)


def _probability(what):
    """The output that has the labels, and its files: {name: bytes}."""
    schema = tflite_metadata.metadata_schema()
    labels = schema.AssociatedFileT(
        name=tflite_metadata.LABELS, description=LABELS_DESCRIPTION, type=schema.AssociatedFileType.TENSOR_AXIS_LABELS
    )
    probability = _tensor(schema, "probability", "Probability of each label.", schema.FeaturePropertiesT())
    probability.stats.min, probability.stats.max = [0.0], [1.0]
    probability.associatedFiles = [labels]
    files = {tflite_metadata.LABELS: _label_file(what.labels)}
    if what.rule:
        probability.associatedFiles.append(
            schema.AssociatedFileT(name=rule_file.FILE, description=rule_file.DESCRIPTION)
        )
        files[rule_file.FILE] = what.rule
    return probability, files


def write_embedding(model: bytes, what: Facts) -> bytes:
    """A copy of a network without its last layer, with the metadata that the audio embedders of runtimes ask for."""
    schema = tflite_metadata.metadata_schema()
    words = "What the network makes of a window before its last layer; compare two by their cosine."
    embedding = _tensor(schema, tflite_metadata.EMBEDDING, words, schema.FeaturePropertiesT())
    return _with_metadata(model, what, [], [embedding], {})


def _with_metadata(model, what, more, outputs, files):
    """Bytes of a copy of a model with its tensors described, and with {name: bytes} packed behind it.

    Args:
        more: what describes the inputs after that of the audio.
        outputs: what describes the outputs.
    """
    schema, tflite = tflite_metadata.metadata_schema(), tflite_metadata.tflite_schema()
    audio = _tensor(schema, "audio_clip", what.input_description, schema.AudioPropertiesT(what.sample_rate, 1))
    metadata = schema.ModelMetadataT(name=what.name, description=what.description, minParserVersion=PARSER)
    metadata.subgraphMetadata = [
        schema.SubGraphMetadataT(inputTensorMetadata=[audio, *more], outputTensorMetadata=outputs)
    ]

    content = tflite.ModelT.InitFromPackedBuf(bytearray(model))
    content.metadata = [field for field in content.metadata or [] if field.name != tflite_metadata.FIELD]
    content.metadata.append(tflite.MetadataT(name=tflite_metadata.FIELD.decode(), buffer=len(content.buffers)))
    content.buffers.append(tflite.BufferT(data=list(tflite_metadata.pack(metadata, b"M001"))))
    file = io.BytesIO(tflite_metadata.pack(content, tflite_metadata.MODEL))
    if files:
        with zipfile.ZipFile(file, "a") as archive:
            for name, held in files.items():
                archive.writestr(zipfile.ZipInfo(name), held)
    return file.getvalue()


def _tensor(schema, name, description, properties):
    """What describes a tensor; properties: of its content, None where no runtime has to know them."""
    if properties is None:
        return schema.TensorMetadataT(name=name, description=description)
    kind = getattr(schema.ContentProperties, type(properties).__name__.removesuffix("T"))
    content = schema.ContentT(contentPropertiesType=kind, contentProperties=properties)
    return schema.TensorMetadataT(name=name, description=description, content=content, stats=schema.StatsT())


def _label_file(labels):
    return ("\n".join(labels) + "\n").encode()
