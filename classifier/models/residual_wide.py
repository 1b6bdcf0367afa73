"""`residual` with twice the weights, and the peak over time beside the mean: to learn from a teacher.

Source: He, Zhang, Ren & Sun, CVPR 2016, arXiv 1512.03385; the mean and the peak over time as of Kong et al., IEEE/ACM
    TASLP 28 (2020), arXiv 1912.10211.
Differs: the blocks of `residual`, wider. No paper has exactly this network, so `--paper` trains with the same recipe.
"""

from dataclasses import replace

from keras import KerasTensor, layers

from classifier.models import residual

FEATURES = residual.FEATURES
# Its teacher says what to make of any mixture, so that no window is heard twice: Beyer et al., arXiv 2106.05237.
RECIPE = replace(residual.RECIPE, epochs=100, mixup=1.0, speed=0.2, teacher_weight=0.9)
PAPER = RECIPE

BLOCKS = [  # filters, stride
    (24, 1),
    (44, 2),
    (88, 2),
]


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(bands, frames, 1) -> (n_classes,) probabilities."""
    x = residual.convolutions(features, BLOCKS)
    x = layers.AveragePooling2D((x.shape[1], 1))(x)  # over all bands
    x = layers.Concatenate()([layers.GlobalAveragePooling2D()(x), layers.GlobalMaxPooling2D()(x)])
    return layers.Dense(n_classes, activation="softmax")(layers.Dropout(0.3)(x))
