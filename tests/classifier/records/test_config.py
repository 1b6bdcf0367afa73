import pytest

from classifier.core.errors import InputError
from classifier.records.config import RunConfig


@pytest.mark.parametrize(("name", "value"), [("fold", -1), ("seed", -1), ("fine_tune", -1), ("epochs", 0)])
def test_a_number_outside_its_range_is_refused(name, value):
    with pytest.raises(InputError, match=f"--{name.replace('_', '-')} {value}"):
        RunConfig(data="data", **{name: value})
