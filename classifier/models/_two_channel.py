"""CNN on two channels of a short-time Fourier transform.

Source: github.com/WWH98932/Audio-Classification-Models, generate_STFT and mfc_dcnn of multi_channel_models.py
"""

from collections.abc import Callable
from functools import partial

from keras import KerasTensor

from classifier.features._stft import Stft
from classifier.models import _family, _multi_channel

RECIPE, PAPER, PAPER_AUDIO_FORMAT = _family.RECIPE, _family.PAPER, _family.PAPER_AUDIO_FORMAT


def features(kind: type[Stft]) -> Callable[..., Stft]:
    """audio format -> features layer of that class, (samples,) -> (512, frames, 2), without 0 Hz."""
    return partial(kind.from_audio_format, n_fft=1024, skip_dc=True)


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(512, frames, 2) -> (n_classes,) probabilities."""
    return _multi_channel.classified(features, n_classes)
