from classifier.features.waveform import Waveform


def test_it_is_the_audio(assert_equal):
    assert_equal(Waveform(), lambda signal: signal, tolerance=0)
