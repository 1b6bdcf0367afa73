"""Models, a file each, named on the command line like the file.

A file holds FEATURES (a layer of classifier/features), RECIPE (what ships), PAPER (what `--paper` trains with; and
PAPER_FEATURES, where they are others) and `build(features, n_classes)`, which returns probabilities.
"""
