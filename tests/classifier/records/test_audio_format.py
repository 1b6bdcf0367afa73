import pytest

from classifier.core.errors import InputError
from classifier.records.audio_format import Contract, make_contract


def test_the_contract_is_that_of_the_app():
    assert Contract() == Contract(sample_rate=16_000, piece_length=32_000, n_fft=2048, hop_length=512, n_mels=128)
    assert Contract().n_frames == 63


def test_another_contract_for_one_run():
    assert make_contract(seconds=4, sample_rate=22_050).piece_length == 88_200
    with pytest.raises(InputError, match="at least one window"):
        make_contract(seconds=0.01)
