import numpy as np

from classifier.inference.similarity.exact import Nearest
from classifier.inference.similarity.store import Held, Owners
from classifier.inference.similarity.stretches import stretches

OWNERS = Owners([Held(0, 100, 0), Held(100, 100, 0)])


def of(*hits, top=10, per_length=2.0):
    """(recording, first, last, best) of stretches from (row, score)."""
    rows, scores = zip(*hits, strict=True)
    nearest = Nearest(np.array(rows), np.array(scores, "float32"), np.zeros(len(rows), int))
    found, more = stretches(nearest, OWNERS, [0], top, per_length)
    return [(one.recording, one.first, one.last, round(one.best, 3)) for one in found], more


def test_neighbours_that_are_as_near_are_one_stretch():
    assert of((10, 0.9), (11, 0.89), (13, 0.85))[0] == [(0, 10, 13, 0.9)]  # 13 touches 11


def test_a_window_half_over_a_stretch_and_less_near_is_left_out_and_one_that_touches_is_not():
    assert of((10, 0.9), (11, 0.5), (12, 0.5))[0] == [(0, 10, 10, 0.9), (0, 12, 12, 0.5)]


def test_the_end_of_a_recording_and_the_start_of_the_next_are_two():
    assert of((99, 0.9), (100, 0.9))[0] == [(0, 99, 99, 0.9), (1, 0, 0, 0.9)]


def test_it_says_whether_it_had_enough():
    assert of((10, 0.9), (20, 0.8), top=2) == ([(0, 10, 10, 0.9), (0, 20, 20, 0.8)], True)
    assert of((10, 0.9), (20, 0.8), (30, 0.7), top=2) == ([(0, 10, 10, 0.9), (0, 20, 20, 0.8)], False)


def test_an_hour_of_one_sound_is_one_stretch():
    found, more = of(*((row, 0.95) for row in range(100)), (150, 0.9), top=3)
    assert found == [(0, 0, 99, 0.95), (1, 50, 50, 0.9)] and more
