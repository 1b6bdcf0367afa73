"""Trained models, tested on recordings they may have been trained with."""

from types import SimpleNamespace

from classifier.data import audio_cache, clips
from classifier.evaluation import trained_models
from classifier.evaluation.results import spread
from classifier.inference.predictor import load_predictor
from classifier.records import artifact


def test_an_exported_model_scores_on_its_test_split_as_in_training(trained, data_short):
    folder = trained.out / "mel"
    record = artifact.load(folder).record
    held_out = [clip for clip in clips.read_clips(data_short) if clip.name(data_short) in record.split.test]
    recordings = audio_cache.read(held_out, data_short, 16_000, keep=False)
    result = trained_models.evaluate_model(folder, load_predictor(folder), recordings, data_short)
    assert result.seen_in_training == {"train": 0, "validation": 0}
    assert result.scores.windows.confusion == record.scores.windows.confusion
    assert spread(result, "windows", "balanced_accuracy") == (
        result.scores.windows.balanced_accuracy,
        None,
    )


def test_an_exported_file_knows_what_its_folder_was_trained_with(trained, data_short):
    recordings = SimpleNamespace(clips=clips.read_clips(data_short))
    split = artifact.load(trained.out / "mel").record.split
    file = trained.out / "mel" / "model_mel_audio_metadata.tflite"
    assert trained_models.seen_in_training(file, data_short, recordings) == {
        split_name: len(split.names(split_name)) for split_name in ("train", "validation")
    }
    assert set(trained_models.seen_in_training(file, data_short.parent, recordings).values()) == {0}
