from classifier.inference.similarity.store import Held
from classifier.inference.suggestions.diverse import _drawn

HELD = [Held(10, 3, 0), Held(0, 2, 0), Held(20, 5, 0)]
ROWS = [0, 1, 10, 11, 12, 20, 21, 22, 23, 24]


def test_all_rows_of_the_recordings_are_drawn_where_they_are_few():
    assert _drawn(HELD, 10).tolist() == ROWS


def test_of_many_some_are_drawn_the_same_ones_each_time():
    drawn = _drawn(HELD, 4).tolist()
    assert len(set(drawn)) == 4 and set(drawn) <= set(ROWS) and drawn == _drawn(HELD, 4).tolist()
