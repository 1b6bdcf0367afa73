"""What the networks on raw audio share: features and the recipe that ships."""

from dataclasses import replace

from classifier.features.levelled_waveform import LevelledWaveform
from classifier.features.waveform import Waveform
from classifier.records.recipe import FIELD

FEATURES = LevelledWaveform.from_audio_format
PAPER_FEATURES = Waveform.from_audio_format
RECIPE = replace(FIELD, equaliser_db=8, noise_snr_db=(5, 40), gain_db=20)  # soft windows come in at several levels
