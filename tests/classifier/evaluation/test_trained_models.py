"""Trained models, tested on recordings they may have been trained with."""

import shutil

from classifier.data import audio_cache, clips
from classifier.evaluation import trained_models
from classifier.evaluation.results import spread
from classifier.inference.predictor import load_predictor
from classifier.records import artifact
from tests.conftest import write_tone


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


def test_recordings_of_the_training_are_known_by_their_sound_wherever_they_lie(trained, data_short, tmp_path):
    """Copies under other names are known; other sound under the same names is not."""
    split = artifact.load(trained.out / "mel").record.split
    file = trained.out / "mel" / "model_mel_audio_metadata.tflite"
    for number, clip in enumerate(clips.read_clips(data_short)):
        (tmp_path / "copies" / clip.label).mkdir(parents=True, exist_ok=True)
        shutil.copy(clip.path, tmp_path / "copies" / clip.label / f"{number}.wav")
        write_tone(tmp_path / "others" / clip.name(data_short), hertz=300 + number)
    seen = {}
    for name in ("copies", "others"):
        folder = tmp_path / name
        recordings = audio_cache.read(clips.read_clips(folder), folder, 16_000, keep=False)
        seen[name] = trained_models.seen_in_training(file, recordings)
    assert seen["copies"] == {split_name: len(split.names(split_name)) for split_name in ("train", "validation")}
    assert seen["others"] == {"train": 0, "validation": 0}
