"""Read a .tflite's metadata: sample rate, labels, and all of it as a dict.

Only flatbuffers: neither TensorFlow nor tflite-support is imported. export/metadata.py writes it.
"""

import importlib.util
import re
import sys
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

from classifier.core.errors import InputError

LABELS = "labels.txt"  # our name for the label file inside the model; others have others
MODEL = b"TFL3"  # a .tflite's file identifier
FIELD = b"TFLITE_METADATA"  # the metadata's name among a model's buffers


def read(path: Path | str) -> tuple[int, list[str]]:
    """The sample rate and the labels of a .tflite.

    Returns:
        sample rate in Hz, labels.

    Raises:
        InputError: the file has no metadata, or its metadata has no sample rate or no labels.
    """
    found = find(Path(path).read_bytes())
    if not found:
        raise InputError(f"{path} has no metadata; give the folder it was trained in, or run WriteMetadataToModel.py")
    tensor = found.subgraphMetadata[0].inputTensorMetadata[0]
    rate = getattr(tensor.content and tensor.content.contentProperties, "sampleRate", None)
    try:
        with zipfile.ZipFile(path) as archive:
            labels = archive.read(_label_file_name(found)).decode("utf-8").splitlines()
    except (zipfile.BadZipFile, KeyError):
        labels = []
    if not rate or not labels:
        raise InputError(f"the metadata of {path} names no {'labels' if rate else 'sample rate'}; write it again")
    return rate, labels


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


def _label_file_name(found):
    tensors = found.subgraphMetadata[0].outputTensorMetadata or []
    files = [file for tensor in tensors for file in tensor.associatedFiles or []]
    wanted = metadata_schema().AssociatedFileType.TENSOR_AXIS_LABELS
    return next((file.name.decode("utf-8") for file in files if file.type == wanted), LABELS)


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
        folder = Path(importlib.util.find_spec("mediapipe").origin).parent
        spec = importlib.util.spec_from_file_location(name, folder / "tasks" / "metadata" / f"{name}.py")
        sys.modules[name] = module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return sys.modules[name]
