"""YAMNet: MobileNet taught the 521 sounds of AudioSet, two million clips of ten seconds.

Source: github.com/tensorflow/models, research/audioset/yamnet; Gemmeke et al., ICASSP 2017; Howard et al. 2017, arXiv
    1704.04861
Differs: it runs over the whole window at once, and not over patches of 0.96 s: of such a patch it makes the same. Its
    weights are the integers of the published phone file, and batch normalisation is a part of them: 3,195,456 where
    the original has 3,217,344 before its last layer.
"""

from functools import partial

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
MOST = 6.0  # where the activations of the published file end

front_end = LogMelFrames
network = partial(_mobilenet.network, BLOCKS, MOST)


def assign(network, path):
    """Give the network the weights of the published .tflite file, or of one that holds them as floats."""
    _mobilenet.assign(network, [(kernel, bias) for kind, kernel, bias in _tflite.weights(path) if "CONV" in kind], path)
