"""YAMNet: MobileNet trained on the 521 classes of AudioSet, two million clips of ten seconds.

Source: github.com/tensorflow/models, research/audioset/yamnet; Gemmeke et al., ICASSP 2017; Howard et al. 2017, arXiv
    1704.04861
Differs: it runs over the whole window at once, not over patches of 0.96 s; the output for one patch is the same. Its
    weights are the integers of the published phone file, with batch normalisation folded in: 3,195,456 where the
    original has 3,217,344 before its last layer.
"""

from functools import partial
from pathlib import Path

import keras

from classifier.features.log_mel_frames import LogMelFrames
from classifier.pretrained import _mobilenet, _tflite

SAMPLE_RATE = 16_000
BLOCKS = [  # filters, stride
    (64, 1),
    (128, 2),
    (128, 1),
    (256, 2),
    (256, 1),
    (512, 2),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (512, 1),
    (1024, 2),
    (1024, 1),
]
MAX_VALUE = 6.0  # upper limit of the activations in the published file

front_end = LogMelFrames
network = partial(_mobilenet.network, BLOCKS, MAX_VALUE)


def assign(network: keras.Model, path: Path) -> None:
    """Load the weights of the published .tflite file, or of one that holds them as floats.

    Raises:
        InputError: the file does not hold them.
    """
    convolutions = [(kernel, bias) for operator, kernel, bias in _tflite.weights(path) if "CONV" in operator]
    _mobilenet.assign(network, convolutions, path)
