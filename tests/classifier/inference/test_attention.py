"""Each step is at its time, and none is drawn twice."""

import keras
import numpy as np
import pytest
from keras import layers, ops

from classifier.core.errors import InputError
from classifier.inference import attention
from classifier.models._multilevel import ClassAttention
from classifier.pretrained._embedding import Embedding
from classifier.records import artifact
from classifier.records.audio_format import make_audio_format
from classifier.records.config import RunConfig
from tests.conftest import RATE
from tests.trained_folder import write_trained

STEPS = 3  # in three seconds
LABELS = ["loud", "soft"]
SOFT, LOUD = 0.1, 0.9


def of_loudness():
    """A model that says of each second how loud it is, and listens to it as much."""
    audio = keras.Input((STEPS * RATE,))
    x = layers.Reshape((STEPS, RATE), name="features")(audio)
    x = layers.Normalization(mean=0.0, variance=1.0, name="standardise")(x)
    inner = keras.Input((STEPS, RATE))
    loud = ops.max(inner, axis=-1, keepdims=True)
    loud = layers.Concatenate()([loud, 1 - loud])
    said = layers.Activation("linear", name="said_2")(loud)
    attention = ClassAttention(name="attention_2")(ops.log(loud))
    body = keras.Model(inner, ops.sum(said * attention, axis=1), name="body")
    return keras.Model(audio, body(x))


@pytest.fixture
def folder(tmp_path):
    return write_model(tmp_path / "multilevel_attention")


def write_model(folder):
    """A trained model's folder that holds it under the folder's name."""
    config = RunConfig(data=str(folder), window=STEPS)
    settings = {"config": config, "fine_tuning": None, "audio_format": make_audio_format(seconds=STEPS)}
    write_trained(folder, labels=LABELS, thresholds={}, **settings)
    of_loudness().save(folder / artifact.MODEL)
    return folder


def seconds_of(*peaks):
    return np.concatenate([np.full(RATE, peak, "float32") for peak in peaks])


def test_each_step_is_at_its_time_in_its_window(folder):
    signal = seconds_of(SOFT, LOUD, SOFT, LOUD, SOFT)[: -RATE // 4]
    found = attention.attend(attention.load(folder), signal)
    assert found.starts == pytest.approx([0, 0.96, 1.92, 2.71, 3.67])  # the last window is from 1.75 s on
    assert found.ends == pytest.approx([0.96, 1.92, 2.88, 3.67, 4.63])
    shares = np.array([SOFT, LOUD, SOFT]) / (SOFT + LOUD + SOFT)
    assert found.spoke[:3, 0] == pytest.approx(shares * [SOFT, LOUD, SOFT], abs=1e-5)
    assert found.spoke[3:, 0] == pytest.approx(
        [LOUD / 3, LOUD / 3], abs=1e-5
    )  # each of its three has some that is loud


def test_the_answer_is_the_mean_over_the_windows(folder):
    found = attention.attend(attention.load(folder), seconds_of(LOUD, LOUD, LOUD, SOFT, SOFT, SOFT))
    assert found.answer.windows == pytest.approx(np.array([[LOUD, 1 - LOUD], [SOFT, 1 - SOFT]]), abs=1e-5)
    assert found.answer.recording == pytest.approx([0.5, 0.5], abs=1e-5)


def test_steps_that_an_embedding_hears_once_more_are_not_drawn():
    window = np.zeros(10 * RATE, "float32")
    window[: round(3.3 * RATE)] = np.random.default_rng(0).normal(0, 0.1, round(3.3 * RATE))
    steps = np.asarray(Embedding(RATE, "yamnet", together=3, looped=True)(window[None]))[0]
    n = attention._sounding(window, len(steps))
    assert n == 4
    assert np.array_equal(steps[:n], steps[n : 2 * n])
    assert len(np.unique(steps, axis=0)) == n


def test_silence_is_one_step():
    assert attention._sounding(np.zeros(RATE), 10) == 1


def test_a_model_without_attention_names_those_that_have_it(tmp_path):
    folder = write_model(tmp_path / "mel")
    with pytest.raises(InputError, match="holds mel, which has no attention to draw; .*: multilevel_attention, multi"):
        attention.load(folder)
