"""Read a .tflite's metadata: sample rate, labels, all fields.

Only flatbuffers: neither TensorFlow nor tflite-support is imported. export/metadata.py writes it.
"""

import importlib.util
import re
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from classifier.core.errors import InputError

LABELS = "labels.txt"  # our name for the label file inside the model; others have others
MODEL = b"TFL3"  # a .tflite's file identifier
EMBEDDING = "embedding"  # name of the output, in the metadata of a file that computes embeddings
STATE = "state"  # name of the second input and output of a stream, in its metadata
FIELD = b"TFLITE_METADATA"  # the metadata's name among a model's buffers
LARGEST_LABELS = 1 << 20  # bytes; an archive may promise to unpack to more than the memory
LONGEST = 1000  # characters of a description that are read
SPECTROGRAM = re.compile(  # what export/metadata.py writes of a drop-in
    r"(?P<window_length>\d+) samples .*? at (?P<sample_rate>\d+) Hz.*?(?P<n_mels>\d+) bands of \d+ frames.*?"
    r"n_fft (?P<n_fft>\d+), hop (?P<hop_length>\d+)"
)


@dataclass(frozen=True)
class AudioMetadata:
    """What a .tflite's metadata say of audio and labels.

    Attributes:
        sample_rate: Hz.
        labels: bytes of the label file.
        output: index of the output that the labels are of, where the metadata describe several; else None.
        description: of the model.
        channels: of the audio.
        is_mel: whether it takes the mel spectrogram of audio, as a drop-in does.
    """

    sample_rate: int
    labels: bytes
    output: int | None
    description: str
    channels: int
    is_mel: bool


def read(path: Path | str) -> tuple[int, list[str]]:
    """The sample rate and the labels of a .tflite, as runtimes read them; tflite_labels.describe reads for people.

    Returns:
        sample rate in Hz, labels.

    Raises:
        InputError: as of `read_audio`.
    """
    found = read_audio(path)
    return found.sample_rate, found.labels.decode("utf-8", "replace").splitlines()


def read_audio(path: Path | str) -> AudioMetadata:
    """The metadata of a .tflite that takes audio.

    Raises:
        InputError: the file has no metadata, they cannot be read, or they have no sample rate or no labels.
    """
    again = f"write them again: {command(path)}"
    try:
        found = find(Path(path).read_bytes())
        if not found:
            raise InputError(
                f"{path} has no metadata, so its labels and its sample rate are not known; {_remedy(path)}"
            )
        graph = found.subgraphMetadata[0]
        tensor, outputs = graph.inputTensorMetadata[0], graph.outputTensorMetadata or []
        properties = tensor.content and tensor.content.contentProperties
        rate, channels = getattr(properties, "sampleRate", 0), getattr(properties, "channels", 1)
        described = (tensor.description or b"").decode("utf-8", "replace")[:LONGEST]
        name, output = _label_file(outputs)
        gives_embeddings = [tensor.name for tensor in outputs] == [EMBEDDING.encode()]
        description = (found.description or b"").decode("utf-8", "replace")
    except InputError:
        raise
    except Exception as error:  # the offsets of damaged metadata lead anywhere, and to any error
        raise InputError(f"the metadata of {path} cannot be read ({type(error).__name__}); {again}") from None
    labels = packed_file(path, name)
    if rate and gives_embeddings:
        raise InputError(
            f"{path} computes embeddings, not labels; search with it (SearchRecordings.py --model {path}), or name the "
            "classifier's file"
        )
    if not rate or not labels:
        raise InputError(f"the metadata of {path} name no {'labels' if rate else 'sample rate'}; {again}")
    is_mel = SPECTROGRAM.search(described) is not None
    return AudioMetadata(rate, labels, output if len(outputs) > 1 else None, description, channels, is_mel)


def embedding_rate(path: Path | str) -> int | None:
    """The sample rate, Hz, of a .tflite whose metadata say that it computes embeddings; None of other files."""
    try:
        found: Any = find(Path(path).read_bytes())
        graph = found.subgraphMetadata[0]
        if [tensor.name for tensor in graph.outputTensorMetadata] != [EMBEDDING.encode()]:
            return None
        return graph.inputTensorMetadata[0].content.contentProperties.sampleRate
    except Exception:  # the offsets of damaged metadata lead anywhere; who reads the file as a classifier says so
        return None


def tells_apart(labels: Iterable[str], multi_label: bool = False) -> str:
    """The description that export/metadata.py gives a model; multi_label: whether it may report several at once."""
    if multi_label:
        return f"Hears, several at once (multi_label: true): {', '.join(labels)}."
    return f"Tells apart: {', '.join(labels)}."


def command(path: Path | str, flags: str = "--labels FILE --sample-rate HZ") -> str:
    """The command that writes a copy of a .tflite with metadata; flags: what the file itself does not tell."""
    quoted = str(path) if re.fullmatch(r"[\w./\\:-]+", str(path)) else f'"{path}"'
    return f"python WriteMetadataToModel.py {quoted} {flags}".rstrip()


def _remedy(path):
    folder = Path(path).parent
    if (folder / "run.json").is_file():
        return f"give the folder it was trained in, {folder}, or the file that WriteMetadataToModel.py wrote there"
    return f"write a copy that has them: {command(path)}"


def packed_file(path: Path | str, name: str) -> bytes:
    """The bytes of a file packed behind a .tflite; b"" where there is none, or too much for labels."""
    try:
        with zipfile.ZipFile(path) as archive:
            info = archive.getinfo(name)
            return archive.read(info) if info.file_size <= LARGEST_LABELS else b""
    except Exception:  # zipfile raises by what is damaged: KeyError, BadZipFile, zlib.error, RuntimeError ...
        return b""


def as_dict(model: bytes) -> dict[str, Any]:
    """The metadata in a .tflite's bytes as nested dicts without unset fields; {} where there is none."""
    found = find(model)
    return _plain(found) if found else {}


def find(model: bytes) -> Any | None:
    """The metadata in a .tflite's bytes as the schema's ModelMetadataT; None where there is none."""
    if not tflite_schema().Model.ModelBufferHasIdentifier(model, 0):
        return None
    content = tflite_schema().Model.GetRootAsModel(model, 0)
    for i in range(content.MetadataLength()):
        if content.Metadata(i).Name() == FIELD:
            buffer = content.Buffers(content.Metadata(i).Buffer()).DataAsNumpy().tobytes()
            return metadata_schema().ModelMetadataT.InitFromPackedBuf(buffer)
    return None


def _label_file(outputs):
    """(name of the label file, index of its output); of several languages the one without a locale, else English."""
    wanted = metadata_schema().AssociatedFileType.TENSOR_AXIS_LABELS
    files = [
        (number, file)
        for number, tensor in enumerate(outputs)
        for file in tensor.associatedFiles or []
        if file.type == wanted
    ]
    order = {b"": 0, b"en": 1}
    best = min(files, key=lambda found: order.get((found[1].locale or b"")[:2].lower(), 2), default=None)
    return (best[1].name.decode("utf-8"), best[0]) if best else (LABELS, None)


def _plain(value):
    """A table of the schema as a dict: names as in the schema's own JSON, numbers of an enumeration by their names."""
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if not hasattr(value, "__dict__"):
        return value
    schema = metadata_schema()
    enumerations = {"contentPropertiesType": schema.ContentProperties, "type": schema.AssociatedFileType}
    plain = {}
    for name, item in vars(value).items():
        if name in enumerations:
            item = next(word for word, number in vars(enumerations[name]).items() if number == item)
        if item is not None:
            plain[re.sub("(?<!^)([A-Z])", r"_\1", name).lower()] = _plain(item)
    return plain


def pack(table: Any, identifier: bytes) -> bytes:
    """Serialise a schema object, such as ModelT, under a file identifier."""
    import flatbuffers

    builder = flatbuffers.Builder(0)
    builder.Finish(table.Pack(builder), identifier)
    return bytes(builder.Output())


def tflite_schema() -> ModuleType:
    """The generated flatbuffer classes of the .tflite format."""
    from ai_edge_litert import schema_py_generated

    return schema_py_generated


def metadata_schema() -> ModuleType:
    """mediapipe's generated module, loaded from its file: importing mediapipe would import TensorFlow."""
    name = "metadata_schema_py_generated"
    if name not in sys.modules:
        mediapipe = importlib.util.find_spec("mediapipe")
        assert mediapipe is not None and mediapipe.origin is not None  # in requirements.txt
        path = Path(mediapipe.origin).parent / "tasks" / "metadata" / f"{name}.py"
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None and spec.loader is not None  # a .py file has both
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules.setdefault(name, module)  # when it is whole: another thread may look for it meanwhile
    return sys.modules[name]
