import pytest

from classifier.export import latency


@pytest.fixture(scope="module")
def files(trained):
    return {name: (trained.out / name / "model.tflite").read_bytes() for name in ("signal", "mel")}


def test_every_file_is_asked_as_often_as_the_others(files):
    times = latency.times(files, threads=2, seconds=0.01)
    assert list(times) == ["signal", "mel"]
    assert len(times["signal"]) == len(times["mel"]) >= latency.LEAST
    assert min(times["signal"] + times["mel"]) > 0


def test_the_arena_holds_the_largest_layer_and_no_weights_and_is_the_same_each_time(files):
    found = latency.arena(files["signal"])
    assert found == latency.arena(files["signal"])
    audio, first_convolution = 32_000 * 4, 16_000 * 16 * 4  # the largest value that signal computes
    assert first_convolution / 2 < found < 20 * first_convolution
    assert found > audio
