"""Features, one file each: a Keras layer from a window of audio to the input of a model's body.

A layer here is a `_feature.Feature`: made by `from_audio_format` and written in `keras.ops`, so that it trains on
any backend and exports to built-in TFLite operators. Its output ends with a channel axis, or is a vector. Where an app
computes the first half of a feature itself, the layer splits into `for_app` and `from_app`, and a drop-in model is
exported for that app too.
"""
