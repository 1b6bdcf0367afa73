"""The refit: the model that ships is trained again, on more than the recordings that the held-out one learned from.

Every score, threshold and comparison stays that of the held-out model, which has its own folder (artifact.HELD_OUT).
"""

from classifier.data.splits import SPLITS

ALL, WITHOUT_TEST, NONE = "all", "without-test", "none"
REFITS = {ALL: SPLITS, WITHOUT_TEST: ("train", "validation"), NONE: ()}  # {--refit: the splits that are learned from}
