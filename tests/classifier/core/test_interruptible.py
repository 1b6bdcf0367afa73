"""What fitting writes to standard error, in a process of its own."""

import subprocess
import sys

from tests.conftest import ROOT

FIT = """
from classifier.core import console
console.import_tensorflow()
import os
import keras
import numpy as np
from classifier.core import interruptible

class Fails(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        os.write(2, b"what a library said")
        raise ValueError("the batch failed")

layers, first = keras.layers, keras.Input((16, 16, 1))
x = layers.LeakyReLU()(layers.Conv2D(4, 3)(first))
x = layers.LeakyReLU()(layers.Conv2D(4, 3)(x))  # of two such layers TensorFlow logs an error which is none
model = keras.Model(first, layers.Dense(2, activation="softmax")(layers.Flatten()(x)))
model.compile("adam", "categorical_crossentropy", jit_compile=False)
batch = np.ones((8, 16, 16, 1), "float32"), np.eye(2)[np.arange(8) % 2]
interruptible.fit(model, *batch, epochs=2)
interruptible.fit(model, *batch, callbacks=[Fails()])
"""


def test_what_tensorflow_logs_in_the_first_batch_is_held_back_and_shown_when_it_fails():
    went = subprocess.run([sys.executable, "-c", FIT], cwd=ROOT, capture_output=True, text=True)
    assert went.stderr.startswith("starting TensorFlow ...\nwhat a library saidTraceback")
    assert "ValueError: the batch failed" in went.stderr
