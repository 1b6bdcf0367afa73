import numpy as np
import pytest

from classifier.audio.windows import cut_audio, cut_audio_pad_last, cut_blocks, cut_crops, hop_length, window_starts
from classifier.core.errors import InputError
from Constants import AUDIO_PIECE_LENGTH


@pytest.mark.parametrize(("samples", "full", "padded"), [(0, 0, 0), (1, 0, 1), (AUDIO_PIECE_LENGTH - 1, 0, 1)])
def test_short_signals(samples, full, padded):
    assert len(cut_audio(np.ones(samples))) == full
    assert len(cut_audio_pad_last(np.ones(samples))) == padded


def test_the_last_full_window_is_kept():
    assert cut_audio(np.ones(AUDIO_PIECE_LENGTH)).shape == (1, AUDIO_PIECE_LENGTH)
    assert cut_audio(np.ones(2 * AUDIO_PIECE_LENGTH)).shape == (2, AUDIO_PIECE_LENGTH)
    assert cut_audio(np.ones(2 * AUDIO_PIECE_LENGTH - 1)).shape == (1, AUDIO_PIECE_LENGTH)


def test_one_sample_too_many_is_not_lost_and_the_last_window_is_full_of_sound():
    windows = cut_audio_pad_last(np.arange(2 * AUDIO_PIECE_LENGTH + 1))
    assert windows.shape == (3, AUDIO_PIECE_LENGTH)
    assert windows[2].tolist() == list(range(AUDIO_PIECE_LENGTH + 1, 2 * AUDIO_PIECE_LENGTH + 1))


def test_an_exact_multiple_has_no_window_more():
    assert len(cut_audio_pad_last(np.ones(3 * AUDIO_PIECE_LENGTH))) == 3


def test_windows_overlap_by_hop():
    windows = cut_audio(np.arange(10), window_length=4, hop=3)
    assert windows.tolist() == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]
    windows = cut_audio_pad_last(np.arange(11), window_length=4, hop=3)
    assert windows.tolist() == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9], [7, 8, 9, 10]]


@pytest.mark.parametrize("cut", [cut_audio, cut_audio_pad_last])
def test_two_channels_are_refused_with_what_to_do(cut):
    with pytest.raises(ValueError, match="one channel.*recording.read"):
        cut(np.ones((2, AUDIO_PIECE_LENGTH)))


@pytest.mark.parametrize("hop", [None, 3, 5])
@pytest.mark.parametrize("n_samples", [0, 1, 4, 5, 6, 23, 25])
@pytest.mark.parametrize("block", [1, 4, 7, 30])
def test_a_recording_in_blocks_is_cut_like_the_whole(n_samples, block, hop):
    signal = np.arange(1, n_samples + 1, dtype="float32")
    cut = list(cut_blocks((signal[i : i + block] for i in range(0, n_samples, block)), 5, hop))
    expected = cut_audio_pad_last(signal, 5, hop)
    assert np.array_equal(np.concatenate([np.empty((0, 5)), *(windows for _, windows, _ in cut)]), expected)
    if n_samples >= 5:
        assert expected[:, 0].tolist() == (1 + window_starts(n_samples, 5, hop)).tolist()
        assert expected[-1, -1] == n_samples
    assert [first for first, _, _ in cut] == np.cumsum([0, *(len(windows) for _, windows, _ in cut)])[:-1].tolist()
    assert n_samples == (cut[-1][2] if cut else 0)


@pytest.mark.parametrize(("overlap", "hop"), [(0, 32_000), (0.5, 16_000), (0.9, 3_200), (0.99999, 1)])
def test_the_hop_is_what_the_overlap_leaves(overlap, hop):
    assert hop_length(32_000, overlap) == hop


@pytest.mark.parametrize("overlap", [-0.1, 1, float("nan")])
def test_an_overlap_out_of_range_is_refused(overlap):
    with pytest.raises(InputError, match="--overlap .*: give a share of a window"):
        hop_length(32_000, overlap)


@pytest.mark.parametrize(
    ("n_samples", "crops", "starts"),
    [(10, 3, [0, 3, 6]), (10, 1, [0, 3, 6]), (5, 10, [0, 1]), (4, 10, [0]), (12, 5, [0, 2, 4, 6, 8])],
)
def test_crops_are_spread_evenly_and_leave_no_sample_out(n_samples, crops, starts):
    found = cut_crops(np.arange(n_samples), 4, crops)
    assert found[:, 0].tolist() == starts
    assert set(found.ravel().tolist()) == set(range(n_samples))


def test_a_recording_shorter_than_a_window_has_one_crop():
    assert cut_crops(np.array([1, 2]), 4, 10).shape == (1, 4)
