import math

import pytest

from classifier.core.bounds import check_range
from classifier.core.errors import InputError


@pytest.mark.parametrize("value", [0, 0.5, 1])
def test_the_ends_of_a_range_belong_to_it(value):
    check_range("--threshold", value, "a probability", 0, 1)


@pytest.mark.parametrize(
    ("value", "limits", "message"),
    [
        (1.5, {"most": 1}, "--x 1.5: give a share: from 0 to 1"),
        (1, {"below": 1}, "--x 1: give a share: 0 or more, and less than 1"),
        (-1, {}, "--x -1: give a share: 0 or more"),
        (float("nan"), {}, "--x nan: give a share: 0 or more"),
        (0, {"least": -math.inf, "above": 0}, "--x 0: give a share: more than 0"),
        (math.inf, {}, "--x inf: give a share: 0 or more"),
    ],
)
def test_what_is_outside_is_refused_with_the_range(value, limits, message):
    with pytest.raises(InputError, match=f"^{message}$"):
        check_range("--x", value, "a share", **{"least": 0, **limits})
