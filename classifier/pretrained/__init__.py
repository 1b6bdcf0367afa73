"""Networks that others taught on more sounds than anybody has at home, a file each.

A file holds

- SAMPLE_RATE: Hz that it hears;
- `front_end(sample_rate)`: layer of classifier/features that it looks at;
- `network()`: Keras model, (bands, frames, 1) -> (steps, values), the embedding of each step;
- `assign(network, path)`: give it the weights of the file or folder that `weights.fetch` found.

`_embedding.Embedding` makes one layer of all that, from a window of audio on, to be the FEATURES of a model.

weights.py says where the weights are published, and under which licence; it needs no Keras.
"""
