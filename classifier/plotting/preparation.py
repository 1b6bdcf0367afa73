"""Picture of a recording before and after preparation."""

from pathlib import Path

from classifier.audio import spectrograms
from classifier.data import cleaning as cleaning_of
from classifier.data.cleaning import Cleaning
from classifier.plotting import recording_pictures
from classifier.records.audio_format import make_audio_format


def draw(path: Path, cleaning: Cleaning) -> Path:
    """Draw a recording (the first minutes of a long one); returns the PNG, in the current folder.

    Raises:
        InputError: the recording cannot be read.
    """
    signals = cleaning_of.before_and_after(path, cleaning)
    audio_format = make_audio_format(sample_rate=cleaning.sample_rate)
    powers = [spectrograms.power_spectrogram(signal, audio_format) for signal in signals]
    png = Path(f"{path.stem}_prepared.png")
    recording_pictures.draw_before_and_after(signals, powers, audio_format, path.name, png)
    return png
