"""Step 3: the files to copy into an app are written, printed and tried in every runtime."""

import json

from classifier.audio import recording
from classifier.core import places
from classifier.export import agreement, metadata
from classifier.export.config import MetadataConfig
from classifier.records import artifact, tflite_files, tflite_metadata


def write(config: MetadataConfig) -> list[artifact.Artifact]:
    """Write the files for an app of trained models, print their metadata, and make sure that the runtimes agree.

    Returns:
        The trained models.

    Raises:
        InputError: the recording cannot be read, a model is not trained or not converted, a runtime refuses a file, or
            two runtimes differ on it.
    """
    if config.recording:
        recording.properties(config.recording)
    models = artifact.trained(config.trained, config.model)
    for model in models:
        places.check_writable(model.folder, places.COPY)
        tflite_files.take(model, config.variant)
        for file in metadata.write_files(model):
            described = tflite_metadata.as_dict(file.read_bytes())
            print(f"{file}:\n{json.dumps(described, indent=2, ensure_ascii=False)}")
        if model.record.refit and model.variants:
            tflite_files.take(model.held_out, model.variants.for_app)
            list(metadata.write_files(model.held_out))  # for EvaluateModel.py, which tests them in place of the former
    for model in models:
        agreement.compare(model, config.recording or artifact.example(model.folder))
    return models
