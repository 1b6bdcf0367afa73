"""Models, a file each, named on the command line like the file.

A file holds

- FEATURES: audio format -> layer of classifier/features, such as `LogMelSpectrogram.from_audio_format`;
- RECIPE: how what ships is trained;
- PAPER: how `--paper` trains it; with PAPER_AUDIO_FORMAT and PAPER_FEATURES, where the paper's are others;
- SECONDS, where its windows are longer or shorter than Constants.py says;
- NETWORK and FINE_TUNE, where FEATURES is a pretrained network: its name in classifier/pretrained, and how its last
  layers learn after what `build` puts on it;
- `build(features, n_classes)`: features -> probabilities. It may return a list: probabilities first, then those of more
  heads, which only learn.

What several models share stands in files whose names begin with an underscore.
"""
