"""Models that learn from normal recordings alone, one file each; `TrainModel.py --model NAME` trains one.

A file holds FEATURES, RECIPE and PAPER, as those of classifier/models do, NETWORK likewise, and

- `build(features, n_classes)`: features -> (2,) probabilities, of normal and of abnormal. A layer "distance" says how
  far a window is from the normal, (1,), and the layer "score" behind it makes probabilities of that;
- `learn(body, windows, recipe, seed)`: sets the weights before "score" from batches of features, all of normal windows.

Its docstring says what it is, its `Source:`, and in which points it `Differs:`.
"""
