"""CNNs of convolution blocks along one axis and then the other, and their four kinds of spectra.

Source: github.com/WWH98932/Audio-Classification-Models, single_channel_models.py and multi_channel_models.py; after
    Sharma, Granmo & Goodwin, Interspeech 2020, doi:10.21437/Interspeech.2020-1303
"""

from dataclasses import replace
from functools import partial

import keras
from keras import KerasTensor, layers

from classifier.features.chroma_stft import ChromaStft
from classifier.features.cqt import Cqt
from classifier.features.gfcc import Gfcc
from classifier.features.mfcc import Mfcc
from classifier.features.stacked import Stacked
from classifier.models import _family
from classifier.models._attention import convolutional_attention
from classifier.models._blocks import SLOPE, block
from classifier.records.audio_format import AudioFormat

PAPER = _family.PAPER
PAPER_AUDIO_FORMAT = AudioFormat(window_length=255 * 512, n_fft=1024)

CHANNELS = [
    partial(Mfcc.from_audio_format, n_mels=128, n_mfcc=128),
    partial(Gfcc.from_audio_format, n_gfcc=128, n_bands=128),
    partial(Cqt.from_audio_format, n_bins=128, bins_per_octave=16, fmin=27.5, decibels=True),  # 8 octaves, to 7 kHz
    partial(ChromaStft.from_audio_format, n_chroma=128),
]
BLOCKS = [  # filters, kernel, pool
    (32, (1, 3), (1, 2)),
    (32, (5, 1), (4, 1)),
    (64, (1, 3), (1, 2)),
    (64, (5, 1), (4, 1)),
    (128, (5, 3), (4, 2)),
    (256, (5, 3), (4, 2)),
]


def paper_features(audio_format: AudioFormat) -> Stacked:
    """The paper's features layer, (samples,) -> (128, frames, 4)."""
    own_statistics = (1, -1)  # per row: the first coefficient's mean would dwarf all others
    return Stacked.from_audio_format(audio_format, features=CHANNELS, own_statistics=own_statistics)


def features(audio_format: AudioFormat) -> Stacked:
    """The same with half the paper's hop, because two seconds have few frames: (samples,) -> (128, frames, 4)."""
    return paper_features(replace(audio_format, n_fft=1024, hop_length=256))


def time_first(features: KerasTensor, n_classes: int, attention: bool = False) -> KerasTensor:
    """(128, frames, 4) -> (n_classes,) probabilities."""
    return classified(layers.Permute((2, 1, 3))(features), n_classes, attention=attention)


def classified(
    x: KerasTensor,
    n_classes: int,
    blocks: list[tuple[int, tuple[int, int], tuple[int, int]]] = BLOCKS,
    attention: bool = False,
) -> KerasTensor:
    """(rows, columns, channels) -> (n_classes,) probabilities. A pool larger than what is left takes all of it.

    Args:
        blocks: rows of filters, kernel, pool.
        attention: multiply each block's output by an attention to its input, from 0.5 to 1. The attention's ReLU alone
            has no upper bound: after six products in a row a few windows dominate, and measured, nothing is learnt.
    """
    for filters, kernel, (pool_rows, pool_columns) in blocks:
        pool = min(pool_rows, x.shape[1]), min(pool_columns, x.shape[2])
        output = block(x, filters, kernel, pool)
        if attention:
            short = min(kernel[0], 3), min(kernel[1], 3)  # 1x3, 3x1 and 3x3, as in the source's figure
            weights = layers.Activation("sigmoid")(convolutional_attention(x, filters, short, pool))
            output = layers.Multiply()([output, weights])
        x = output
    x = layers.LeakyReLU(SLOPE)(layers.Dense(512)(layers.Flatten()(x)))
    x = layers.Dropout(0.5)(x)
    return layers.Dense(n_classes, activation="softmax", kernel_regularizer=keras.regularizers.L2(0.01))(x)
