"""Several labels in one cell of a table."""

import pytest

from classifier.core.errors import InputError
from classifier.data import label_lists


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        (["dog;cat", "dog", ""], [("cat", "dog"), ("dog",), ()]),
        (["car, bus|dog", "dog"], [("car, bus", "dog"), ("dog",)]),  # a bar separates, so a comma is of a label
        (["dog,cat", " dog "], [("cat", "dog"), ("dog",)]),
        (["['dog', 'a;b']", "[]", "cat"], [("a;b", "dog"), (), ("cat",)]),
        (["dog;dog"], [("dog",)]),
    ],
)
def test_the_labels_of_a_column(cells, found):
    separator = label_lists.separator_of(cells)
    assert [label_lists.parse(cell, separator) for cell in cells] == found


@pytest.mark.parametrize(("cell", "why"), [("dog;;cat", "is empty"), ("[dog", "no list of texts"), ("[1]", "no list")])
def test_a_cell_that_is_no_list_is_refused(cell, why):
    with pytest.raises(InputError, match=why):
        label_lists.parse(cell, ";")
