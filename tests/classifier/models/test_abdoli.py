"""The paper's lengths and counts, got by building its networks; its bank of gammatone filters, by its definition."""

import keras
import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.features.gammatone_spectrogram import centres
from classifier.models import _abdoli, abdoli_gammatone
from classifier.models.abdoli_gammatone import BAND_HZ, Gammatone
from classifier.records.audio_format import AudioFormat
from tests.classifier.models.bodies import paper_body

CENTRES = centres(*BAND_HZ, 64)  # Hz
WEIGHTS = {  # of the body at ten labels
    "abdoli_50999": 422_138,
    "abdoli_32000": 323_834,
    "abdoli_16000": 257_018,
    "abdoli_gammatone": 583_914,
    "abdoli_8000": 117_114,
    "abdoli_1600": 395_130,
}
LENGTHS = {  # after each convolution and each pooling, and of what is flattened
    "abdoli_50999": [25_468, 3_183, 1_576, 197, 91, 42, 20, 5, 1_280],
    "abdoli_32000": [15_969, 1_996, 983, 122, 54, 24, 11, 2, 512],
    "abdoli_16000": [7_969, 996, 483, 60, 23, 8, 1_024],
    "abdoli_gammatone": [15_489, 1_936, 953, 119, 52, 23, 2_944],
    "abdoli_8000": [3_969, 496, 233, 29, 7, 448],
    "abdoli_1600": [785, 392, 189, 94, 44, 2_816],
}
FRAMES = {"abdoli_32000": 1, "abdoli_16000": 3, "abdoli_gammatone": 3, "abdoli_8000": 7, "abdoli_1600": 39}


@pytest.mark.parametrize("name", WEIGHTS)
def test_lengths_are_the_papers(name):
    kinds = (keras.layers.Conv1D, keras.layers.MaxPooling1D, keras.layers.Flatten)
    assert [layer.output.shape[1] for layer in paper_body(name).layers if isinstance(layer, kinds)] == LENGTHS[name]


@pytest.mark.parametrize("name", FRAMES)
def test_a_longer_window_costs_no_weights(name):
    longer = paper_body(name, audio_format=AudioFormat())
    assert longer.count_params() == WEIGHTS[name]
    assert longer.layers[-1].n_frames == FRAMES[name]


def test_a_window_is_the_mean_of_frames_that_overlap_by_half():
    frame, window = paper_body("abdoli_16000"), paper_body("abdoli_16000", audio_format=AudioFormat())
    window.set_weights(frame.get_weights())
    audio = np.random.default_rng(0).normal(size=(2, 32_000, 1)).astype("float32")
    expected = np.mean([frame(audio[:, start : start + 16_000]) for start in (0, 8_000, 16_000)], axis=0)
    assert np.asarray(window(audio)) == pytest.approx(expected, abs=1e-5)


def test_a_window_shorter_than_a_frame_is_refused():
    with pytest.raises(InputError, match="abdoli_16000 cannot be built for windows of 0.5 s"):
        paper_body("abdoli_16000", audio_format=_abdoli.paper_audio_format(8_000))


def test_the_gammatone_filters_lie_at_equal_distances_on_the_ears_scale():
    assert CENTRES[[0, 1, 2, -2, -1]].round().tolist() == [100, 117, 135, 7590, 8000]


def test_each_column_of_the_kernel_is_one_filter():
    kernel = np.asarray(Gammatone()((512, 1, 64)))[:, 0]
    assert np.square(kernel).sum(axis=0) == pytest.approx(np.ones(64), abs=1e-5)
    time = np.arange(512) / 16_000
    width = 1.019 * (24.7 + 0.108 * 100)
    first = time**3 * np.exp(-2 * np.pi * width * time) * np.cos(2 * np.pi * 100 * time)
    assert kernel[:, 0] == pytest.approx(first / np.linalg.norm(first), abs=1e-6)
    loudest_hz = np.abs(np.fft.rfft(kernel, 16_000, axis=0)).argmax(axis=0)
    low = CENTRES < 6_000  # the others are mirrored at 8 kHz, which moves their peaks
    assert np.abs(loudest_hz - CENTRES)[low].max() < 2


def test_the_bank_does_not_learn():
    model = paper_body("abdoli_gammatone", n_classes=3)
    bank = next(layer for layer in model.layers if isinstance(layer, keras.layers.Conv1D))
    model.compile(optimizer="sgd", loss="categorical_crossentropy")
    others = model.get_weights()[-1].copy()
    model.train_on_batch(np.ones((2, abdoli_gammatone.FRAME, 1), "float32"), np.eye(3, dtype="float32")[:2])
    assert np.array_equal(bank.get_weights()[0], Gammatone()((512, 1, 64)))
    assert not np.array_equal(model.get_weights()[-1], others)
