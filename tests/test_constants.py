import numpy as np
import pytest

from Constants import (
    AUDIO_PIECE_LENGTH,
    LABELS_FILE,
    SHIPPED_LABELS,
    Contract,
    InputError,
    cut_audio,
    cut_audio_pad_last,
    cut_blocks,
    make_contract,
    read_labels,
)


@pytest.mark.parametrize(("samples", "full", "padded"), [(0, 0, 0), (1, 0, 1), (AUDIO_PIECE_LENGTH - 1, 0, 1)])
def test_short_signals(samples, full, padded):
    assert len(cut_audio(np.ones(samples))) == full
    assert len(cut_audio_pad_last(np.ones(samples))) == padded


def test_the_last_full_piece_is_kept():
    assert cut_audio(np.ones(AUDIO_PIECE_LENGTH)).shape == (1, AUDIO_PIECE_LENGTH)
    assert cut_audio(np.ones(2 * AUDIO_PIECE_LENGTH)).shape == (2, AUDIO_PIECE_LENGTH)
    assert cut_audio(np.ones(2 * AUDIO_PIECE_LENGTH - 1)).shape == (1, AUDIO_PIECE_LENGTH)


def test_one_sample_too_many_is_padded_not_lost():
    pieces = cut_audio_pad_last(np.ones(2 * AUDIO_PIECE_LENGTH + 1, "float32"))
    assert pieces.shape == (3, AUDIO_PIECE_LENGTH)
    assert pieces[2].sum() == 1  # one sample, then silence


def test_an_exact_multiple_is_not_padded():
    assert len(cut_audio_pad_last(np.ones(3 * AUDIO_PIECE_LENGTH))) == 3


def test_pieces_overlap_by_hop():
    pieces = cut_audio(np.arange(10), piece_length=4, hop=3)
    assert pieces.tolist() == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9]]
    pieces = cut_audio_pad_last(np.arange(11), piece_length=4, hop=3)
    assert pieces.tolist() == [[0, 1, 2, 3], [3, 4, 5, 6], [6, 7, 8, 9], [9, 10, 0, 0]]


@pytest.mark.parametrize("cut", [cut_audio, cut_audio_pad_last])
def test_two_channels_are_refused_with_what_to_do(cut):
    with pytest.raises(ValueError, match="one channel.*recording.read"):
        cut(np.ones((2, AUDIO_PIECE_LENGTH)))


def test_windows_lines_marks_and_blanks_inside_labels_survive(tmp_path):
    path = tmp_path / "labels.txt"
    path.write_bytes("\ufeffair conditioner\r\nstraße\r\n".encode())
    assert read_labels(path) == ["air conditioner", "straße"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a\nb\na\n", r"line 3: 'a' stands on line 1"),
        ("a\n\nb\n", r"line 2 is empty"),
        ("a\n", r"1 label"),
        ("", r"0 label"),
    ],
)
def test_bad_label_files_say_which_line(tmp_path, text, complaint):
    path = tmp_path / "labels.txt"
    path.write_text(text)
    with pytest.raises(InputError, match=complaint):
        read_labels(path)


def test_a_missing_or_binary_label_file_is_named(tmp_path):
    with pytest.raises(InputError, match="nowhere.txt: there is no such file"):
        read_labels(tmp_path / "nowhere.txt")
    (tmp_path / "binary.txt").write_bytes(b"\xff\xfe\x00a")
    with pytest.raises(InputError, match="binary.txt is not UTF-8"):
        read_labels(tmp_path / "binary.txt")


def test_the_shipped_labels_are_what_stands_in_the_file():
    assert read_labels(LABELS_FILE) == SHIPPED_LABELS


@pytest.mark.parametrize("hop", [None, 3, 5])
@pytest.mark.parametrize("n_samples", [0, 1, 4, 5, 6, 23, 25])
@pytest.mark.parametrize("block", [1, 4, 7, 30])
def test_a_recording_in_blocks_is_cut_like_the_whole(n_samples, block, hop):
    signal = np.arange(1, n_samples + 1, dtype="float32")
    cut = list(cut_blocks((signal[i : i + block] for i in range(0, n_samples, block)), 5, hop))
    expected = cut_audio_pad_last(signal, 5, hop)
    assert np.array_equal(np.concatenate([np.empty((0, 5)), *(pieces for _, pieces, _ in cut)]), expected)
    assert [first for first, _, _ in cut] == np.cumsum([0, *(len(pieces) for _, pieces, _ in cut)])[:-1].tolist()
    assert n_samples == (cut[-1][2] if cut else 0)


def test_the_contract_is_that_of_the_app():
    assert Contract() == Contract(sample_rate=16_000, piece_length=32_000, n_fft=2048, hop_length=512, n_mels=128)
    assert Contract().n_frames == 63


def test_another_contract_for_one_run():
    assert make_contract(seconds=4, sample_rate=22_050).piece_length == 88_200
    with pytest.raises(InputError, match="at least one window"):
        make_contract(seconds=0.01)
