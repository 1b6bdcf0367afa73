"""Predictions and one step of training of models with the same weights on every backend.

python -m tests.classifier.models.one_step NAME...    one line of JSON for each: [name, `predictions`, `step`]
"""

import json
import sys

import numpy as np

from classifier.core import console, registry
from classifier.records.audio_format import make_audio_format
from classifier.records.config import audio_format_of

LABELS = 3
OFFSET = 0.1  # a constant
LAST = 0.05  # of the size of other kernels
SECONDS = 0.5  # of windows: the layers are those of two seconds, in less time
OTHERS = {  # windows of another length: what they need at least; None: those they are trained with
    **dict.fromkeys(["abdoli_16000", "abdoli_gammatone", "urbansound_small_cnn"], 1.0),
    **dict.fromkeys(["abdoli_32000", "abdoli_50999", "lstm", "mel", "residual", "signal"]),
    **dict.fromkeys(["multilevel_attention", "multilevel_attention_wide"]),
    **dict.fromkeys(["yamnet_layers", "yamnet_small", "yamnet_transfer"]),
}
# Models of Keras' layers only, or of layers that another model has too: they predict on JAX, and take no step there,
# whose gradient takes JAX up to ten seconds to compile.
NO_STEP_ON_JAX = {
    *("abdoli_8000", "abdoli_16000", "abdoli_32000", "abdoli_50999", "autoencoder", "cldnn", "cldnn_article"),
    *("lstm_stacked", "mobilenet_v2", "multi_channel_cnn", "multilevel_attention_wide", "resnet50_lstm"),
    *(
        "residual_frames",
        "residual_wide",
        "separable_cnn",
        "slice_cnn",
        "soundnet",
        "stft_phase_cnn",
        "subspectral_overlapping",
        "yamnet_layers",
        "yamnet_small",
    ),
}


def audio_format(name):
    """The audio format in which a model is tried."""
    return make_audio_format(OTHERS.get(name, SECONDS), base=audio_format_of(name))


def built(name, optimizer="sgd"):
    """(the model, the same as it learns, compiled)."""
    import keras

    from classifier.models import assemble

    keras.utils.clear_session()
    module, form = registry.load("models", name), audio_format(name)
    model = assemble.build(module, assemble.features_of(module, form), form, LABELS)
    body, random = model.get_layer("body"), np.random.default_rng(0)
    body.set_weights(_drawn(body.get_weights(), random))
    learner, is_jax = (
        assemble.learner(model, module.RECIPE.masks, module.RECIPE.mixstyle),
        keras.backend.backend() == "jax",
    )
    settings = {"jit_compile": is_jax, "run_eagerly": not is_jax}
    learner.compile(optimizer, module.RECIPE.loss, weighted_metrics=["categorical_accuracy"], **settings)
    return model, learner


def windows(name):
    """(3, window_length) float32."""
    from classifier.inference import litert

    return litert.probes(audio_format(name))


def with_offset(name):
    """(6, window_length) float32: `windows`, and the same from a cheap microphone."""
    return np.concatenate([windows(name), windows(name) + np.float32(OFFSET)])


def predictions(name, model):
    """(6, 3) probabilities of `with_offset`."""
    return model.predict(with_offset(name), verbose=0)


def step(name, model, learner):
    """The loss of a step of training, and the share of what can learn that it has changed."""
    before = [variable.numpy() for variable in model.trainable_variables]
    targets, weights = np.eye(LABELS, dtype="float32"), np.ones(LABELS, "float32")
    loss = learner.train_on_batch(windows(name), targets, weights)[0]
    after = [variable.numpy() for variable in model.trainable_variables]
    return float(loss), float(np.mean([np.any(one != other) for one, other in zip(before, after, strict=True)]))


def is_random(learner):
    """Whether there is dropout or a mask, which every backend draws in its own way."""
    return len(learner.variables) > len(learner.weights)


def _drawn(weights, random):
    """Kernels from a generator that is the same everywhere, the last one smaller: who is certain does not learn.

    What Keras begins with zeros and ones stays so.
    """
    kernels = [i for i, values in enumerate(weights) if values.ndim > 1]
    for i in kernels:
        reach = np.sqrt(6 / np.prod(weights[i].shape[:-1])) * (LAST if i == kernels[-1] else 1)
        weights[i] = random.uniform(-reach, reach, weights[i].shape).astype("float32")
    return weights


def _begin_with_zeros():
    """JAX compiles Keras' own drawing anew for every shape, and `_drawn` takes its place."""
    import keras

    def zeros(self, shape, dtype=None, **kwargs):
        return keras.ops.zeros(shape, dtype)

    for kind in vars(keras.initializers).values():
        if isinstance(kind, type) and issubclass(kind, keras.initializers.Initializer) and hasattr(kind(), "seed"):
            kind.__call__ = zeros


def main(names):
    console.import_keras()
    _begin_with_zeros()
    for name in names:
        try:
            model, learner = built(name)
            found = {"predictions": predictions(name, model).tolist()}
            if name not in NO_STEP_ON_JAX:
                found["step"] = step(name, model, learner)
        except Exception as error:  # of one model: the others are asked all the same
            found = {"error": repr(error)}
        print(json.dumps([name, found]), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
