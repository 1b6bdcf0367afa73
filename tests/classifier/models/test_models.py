"""Every model has the layers, shapes and weights of its source; the counts were got by building the originals."""

import json
import subprocess
import sys

import numpy as np
import pytest

from classifier.core import console, registry
from classifier.core.errors import InputError
from classifier.export import metadata, runtimes
from classifier.records.audio_format import AudioFormat, make_audio_format
from classifier.records.config import audio_format_of
from classifier.records.recipe import Recipe
from tests.conftest import ROOT

console.import_tensorflow()
import keras  # noqa: E402

from classifier.export import convert, proof  # noqa: E402
from classifier.inference.litert import LiteRT  # noqa: E402
from classifier.models import assemble  # noqa: E402
from tests.classifier.models import one_step  # noqa: E402

WEIGHTS = {  # labels; of the body, at the audio of its paper: all, trainable
    "abdoli_1600": (10, 395_130, 394_906),
    "abdoli_16000": (10, 257_018, 256_538),
    "abdoli_32000": (10, 323_834, 322_842),
    "abdoli_50999": (10, 422_138, 421_146),
    "abdoli_8000": (10, 117_114, 116_890),
    "abdoli_gammatone": (10, 583_914, 550_506),
    "autoencoder": (6, 728_171, 727_209),
    "autoencoder_two_stage": (6, 728_171, 727_209),
    "averaged_cnn": (6, 996_870, 996_870),
    "averaged_mlp": (6, 191_782, 191_782),
    "cldnn": (6, 2_711_974, 2_711_718),
    "cldnn_article": (6, 1_262_694, 1_262_694),
    "cldnn_attention": (6, 2_712_262, 2_712_006),
    "cldnn_self_attention": (6, 2_711_974 + 16_449, 2_711_718 + 16_449),
    "lstm": (6, 411_078, 411_078),
    "lstm_dense": (6, 280_318, 280_318),
    "lstm_stacked": (6, 321_670, 321_670),
    "mel": (3, 408_687, 408_687),
    "mobilenet_v2": (6, 2_265_094, 2_230_982),
    "multi_channel_attention": (6, 3_118_230, 3_115_926),
    "multi_channel_cnn": (6, 3_064_646, 3_063_494),
    "residual": (3, 78_227, 77_555),
    "residual_causal": (3, 78_227, 77_555),
    "residual_frames": (3, 78_292, 77_620),  # those of residual, and the attention
    "residual_wide": (3, 149_771, 148_835),
    "resnet50_lstm": (6, 25_732_806, 25_679_686),
    "separable_cnn": (6, 9_646_630, 9_645_478),
    "signal": (3, 282_291, 281_299),
    "slice_cnn": (5, 99_477, 99_477),
    "slice_lstm": (5, 239_637, 239_637),  # 214,621 as published, which recurs over frequency
    "soundnet": (8, 6_083_192, 6_083_192),
    "soundnet_lstm": (8, 3_855_992, 3_855_992),
    "stft_complex_cnn": (6, 4_113_030, 4_111_878),
    "stft_mean_mlp": (3, 181_635, 181_635),
    "stft_phase_cnn": (6, 4_113_030, 4_111_878),
    "subspectral": (10, 327_432, 326_856),
    "subspectral_overlapping": (6, 35_213_648, 35_209_168),
    "urbansound_cnn": (10, 2_204_538, 2_204_538),
    "urbansound_small_cnn": (10, 44_602, 44_602),
    "yamnet_layers": (3, 8_451, 8_451),  # a dense layer on 256 + 3 * 512 + 1,024 values
    "yamnet_small": (3, 771, 771),
    "yamnet_transfer": (3, 3_075, 3_075),
}
NOT_TO_BE_HAD = {"multilevel_attention", "multilevel_attention_wide"}  # the weights of their papers: see their tests

LAYERS = {  # name, output shape, weights; activations and dropout inside
    "signal": [
        ("Conv1D", (15_969, 16), 1_040),
        ("BatchNormalization", (15_969, 16), 64),
        ("MaxPooling1D", (1_996, 16), 0),
        ("ReLU", (1_996, 16), 0),
        ("Conv1D", (983, 32), 16_416),
        ("BatchNormalization", (983, 32), 128),
        ("MaxPooling1D", (122, 32), 0),
        ("ReLU", (122, 32), 0),
        ("Conv1D", (54, 64), 32_832),
        ("BatchNormalization", (54, 64), 256),
        ("Conv1D", (24, 128), 65_664),
        ("BatchNormalization", (24, 128), 512),
        ("Conv1D", (11, 256), 131_328),
        ("BatchNormalization", (11, 256), 1_024),
        ("MaxPooling1D", (2, 256), 0),
        ("ReLU", (2, 256), 0),
        ("Flatten", (512,), 0),
        ("Dense", (64,), 32_832),
        ("Dense", (3,), 195),
    ],
    "mel": [
        ("Conv2D", (123, 58, 24), 888),
        ("MaxPooling2D", (60, 29, 24), 0),
        ("Conv2D", (56, 25, 48), 28_848),
        ("MaxPooling2D", (27, 12, 48), 0),
        ("Conv2D", (23, 8, 48), 57_648),
        ("Conv2D", (20, 5, 60), 46_140),
        ("Conv2D", (17, 2, 72), 69_192),
        ("Flatten", (2_448,), 0),
        ("Dense", (84,), 205_716),
        ("Dropout", (84,), 0),
        ("Dense", (3,), 255),
    ],
    "residual": [
        ("Conv2D", (64, 32, 16), 400),
        ("BatchNormalization", (64, 32, 16), 64),
        ("ReLU", (64, 32, 16), 0),
        ("Conv2D", (64, 32, 16), 2_304),
        ("BatchNormalization", (64, 32, 16), 64),
        ("ReLU", (64, 32, 16), 0),
        ("Conv2D", (64, 32, 16), 2_304),
        ("BatchNormalization", (64, 32, 16), 64),
        ("Add", (64, 32, 16), 0),
        ("ReLU", (64, 32, 16), 0),
        ("Conv2D", (32, 16, 32), 4_608),
        ("BatchNormalization", (32, 16, 32), 128),
        ("AveragePooling2D", (32, 16, 16), 0),
        ("ReLU", (32, 16, 32), 0),
        ("Conv2D", (32, 16, 32), 512),
        ("Conv2D", (32, 16, 32), 9_216),
        ("BatchNormalization", (32, 16, 32), 128),
        ("BatchNormalization", (32, 16, 32), 128),
        ("Add", (32, 16, 32), 0),
        ("ReLU", (32, 16, 32), 0),
        ("Conv2D", (16, 8, 64), 18_432),
        ("BatchNormalization", (16, 8, 64), 256),
        ("AveragePooling2D", (16, 8, 32), 0),
        ("ReLU", (16, 8, 64), 0),
        ("Conv2D", (16, 8, 64), 2_048),
        ("Conv2D", (16, 8, 64), 36_864),
        ("BatchNormalization", (16, 8, 64), 256),
        ("BatchNormalization", (16, 8, 64), 256),
        ("Add", (16, 8, 64), 0),
        ("ReLU", (16, 8, 64), 0),
        ("GlobalAveragePooling2D", (64,), 0),
        ("Dropout", (64,), 0),
        ("Dense", (3,), 195),
    ],
}


# runtime_process.main again and again: most of what it takes to ask a runtime is to start it
ASKED_AGAIN = """
import io, sys
from classifier.export import runtime_process
for line in sys.stdin:
    model, windows = line.rstrip().split("\t")
    sys.stdin = io.TextIOWrapper(open(windows, "rb"))
    runtime_process.main(sys.argv[1], model)
    sys.stdout.flush()
"""


class Runtime:
    """A runtime in a process started once for all models; a model that ends it ends it for its own test only."""

    def __init__(self, name):
        self.name, self.process = name, None

    def ask(self, path, windows):
        if self.process is None:
            command, pipe = [sys.executable, "-c", ASKED_AGAIN, self.name], subprocess.PIPE
            streams = {"stdin": pipe, "stdout": pipe, "stderr": subprocess.DEVNULL}
            self.process = subprocess.Popen(command, cwd=ROOT, text=True, bufsize=1, **streams)
        np.save(path.with_suffix(".npy"), windows)
        self.process.stdin.write(f"{path}\t{path.with_suffix('.npy')}\n")
        self.process.stdout.readline()  # runtimes.READY
        predictions = self.process.stdout.readline()
        if predictions.startswith("["):
            return np.array(json.loads(predictions))
        self.end()
        return runtimes.ask(self.name, path, windows)  # in its own words, if it fails there too

    def end(self):
        if self.process:
            self.process.communicate()
            self.process = None


@pytest.fixture(scope="module")
def installed():
    found = [Runtime(name) for name in runtimes.RUNTIMES if not runtimes.why_not_here(name)]
    yield found
    for runtime in found:
        runtime.end()


@pytest.fixture(autouse=True)
def its_weights(request):
    name = getattr(request.node, "callspec", None) and request.node.callspec.params.get("name")
    if name and registry.stated("models", name, "NETWORK"):
        request.getfixturevalue("weights_here")


def built(name, n_classes=3, audio_format=None, paper=False):
    module, audio_format = registry.load("models", name), audio_format or audio_format_of(name)
    return assemble.build(module, assemble.features_of(module, audio_format, paper), audio_format, n_classes)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_and_shapes(name):
    body = built(name).get_layer("body")
    layers = [(type(layer).__name__, layer.output.shape[1:], layer.count_params()) for layer in body.layers[1:]]
    assert layers == LAYERS[name]


@pytest.mark.parametrize("name", sorted(set(registry.names("models")) - NOT_TO_BE_HAD))
def test_weights_are_those_of_the_source(name):
    n_classes, weights, trainable = WEIGHTS[name]
    audio_format = getattr(registry.load("models", name), "PAPER_AUDIO_FORMAT", AudioFormat())
    body = built(name, n_classes, audio_format, paper=True).get_layer("body")
    assert body.count_params() == weights
    assert trainable == sum(int(np.prod(variable.shape)) for variable in body.trainable_variables)


@pytest.mark.parametrize("name", registry.names("models"))
def test_a_model_learns_is_saved_and_predicts_the_same_on_jax_and_in_every_runtime(name, on_jax, installed, tmp_path):
    recipe = registry.load("models", name).RECIPE
    model, learner = one_step.built(name, recipe.optimizer)
    for layer in model.get_layer("body").layers:
        if isinstance(layer, keras.layers.LSTM | keras.layers.Bidirectional):
            # Adam moves each weight by about its rate, and a gate by the sum of them: beyond 3 a gate learns no more
            assert recipe.learning_rate * layer.input.shape[-1] < 3
    assert float(sum(model.losses)) < 1  # penalties on weights begin below the cross-entropy
    windows = one_step.windows(name)
    first = np.asarray(model(one_step.with_offset(name)))
    loss, learned = one_step.step(name, model, learner)
    assert np.isfinite(loss)
    assert learned > 0.5  # a ReLU may sleep through one batch
    predictions = np.asarray(model(windows))
    assert predictions.shape == (3, 3)
    assert predictions.sum(axis=1) == pytest.approx([0, 1, 1], abs=1e-5)  # digital silence is none of the labels
    assert first[3:] == pytest.approx(first[:3], abs=1e-4)  # a constant changes nothing

    model.save(tmp_path / "model.keras")
    assert np.array_equal(keras.models.load_model(tmp_path / "model.keras")(windows), predictions)

    path = tmp_path / "model.tflite"
    path.write_bytes(convert.converted(model))
    proof.prove(path, windows, predictions)
    again = LiteRT(path).run(windows + np.float32(one_step.OFFSET))
    assert again == pytest.approx(predictions, abs=2e-4)
    assert not again[0].any()
    rate = one_step.audio_format(name).sample_rate
    facts = metadata.Facts(name, "Tells apart: a, b, c.", "Audio.", rate, ["a", "b", "c"])
    path.write_bytes(metadata.write_with_schema(path.read_bytes(), facts))
    for runtime in installed:
        assert runtime.ask(path, windows[1:]) == pytest.approx(predictions[1:], abs=runtimes.TOLERANCE), runtime.name

    there = on_jax.ask(name)
    assert "error" not in there
    assert np.array(there["predictions"]) == pytest.approx(first, abs=1e-4)
    if name not in one_step.NO_STEP_ON_JAX:
        loss_there, learned_there = there["step"]
        assert np.isfinite(loss_there)
        assert learned_there > 0.5
        assert one_step.is_random(learner) or loss_there == pytest.approx(loss, rel=1e-3)


@pytest.mark.parametrize("name", registry.names("models"))
def test_a_model_has_a_source_and_two_recipes(name):
    module = registry.load("models", name)
    assert "Source:" in module.__doc__
    assert isinstance(module.RECIPE, Recipe)
    assert isinstance(module.PAPER, Recipe)


def test_the_recipes_stay_below_the_papers_budget_and_adadelta_has_its_rate():
    signal, mel = registry.load("models", "signal"), registry.load("models", "mel")
    for module, epochs, batch in ((signal, 100, 100), (mel, 50, 64)):
        assert (module.PAPER.epochs, module.PAPER.batch_size) == (epochs, batch)
        assert module.RECIPE.epochs <= epochs
        assert module.RECIPE.batch_size <= batch
    assert (signal.PAPER.optimizer, signal.PAPER.learning_rate) == ("adadelta", 1.0)


def test_windows_too_short_for_a_model_are_refused():
    with pytest.raises(InputError, match="mel cannot be built for windows of 0.2 s"):
        built("mel", audio_format=make_audio_format(seconds=0.2))
