"""Networks that others trained on very large data sets, one file each.

A file holds

- SAMPLE_RATE: Hz of the audio it was trained on;
- `front_end(sample_rate)`: the layer of classifier/features that is its input;
- `network()`: Keras model, (bands, frames, 1) -> (steps, values), the embedding of each step;
- `assign(network, path)`: loads the weights of the file that `weights.fetch` found.

`_embedding.Embedding` combines them into one layer from a window of audio on, for the FEATURES of a model.

weights.py states where the weights are published and under which licence; it needs no Keras.
"""
