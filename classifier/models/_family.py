"""What most models of one collection share: its audio format, four seconds in 128 frames, and its recipe.

Source: github.com/WWH98932/Audio-Classification-Models, which gives the optimiser and the learning rate; batch size and
    epochs are ours.
"""

from functools import partial

from classifier.features.log_mel_spectrogram import LogMelSpectrogram
from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import FIELD, Recipe

LOG_MEL = partial(LogMelSpectrogram.from_audio_format, n_fft=1024)  # two seconds in 63 frames
LOG_MEL_HALF_HOP = partial(LOG_MEL, hop_length=256)  # two seconds in 126 frames, where a network needs as many
RECIPE = FIELD

PAPER = Recipe(epochs=100, batch_size=64, optimizer="adam", learning_rate=1e-4, loss="categorical_crossentropy")
PAPER_AUDIO_FORMAT = AudioFormat(window_length=127 * 512, n_fft=1024)
