"""What most models of one collection share: the audio they were made for, four seconds in 128 frames, and the training.

Source: github.com/WWH98932/Audio-Classification-Models, which gives optimiser and rate; batch and epochs it does not.
"""

from classifier.records.audio_format import AudioFormat
from classifier.records.recipe import Recipe

PAPER = Recipe(epochs=100, batch_size=64, optimizer="adam", learning_rate=1e-4, loss="categorical_crossentropy")
PAPER_AUDIO_FORMAT = AudioFormat(window_length=127 * 512, n_fft=1024)
