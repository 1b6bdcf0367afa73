"""Models, one file each; the name on the command line is the file's.

A file holds

- FEATURES: audio format -> layer of classifier/features, such as `LogMelSpectrogram.from_audio_format`;
- RECIPE: how the model that ships is trained;
- PAPER: how `--paper` trains it; PAPER_AUDIO_FORMAT and PAPER_FEATURES where the paper's are others;
- SECONDS where its windows have another length than Constants.py says;
- NETWORK and FINE_TUNE where FEATURES is a pretrained network: its name in classifier/pretrained, and how its last
  layers are trained after the head that `build` adds;
- `build(features, n_classes)`: features -> probabilities. It may return a list: probabilities first, then those of
  further heads, which exist in training only.

Its docstring says what it is, its `Source:`, and in which points it `Differs:`.

Code that several models share is in files whose names begin with an underscore.
"""
