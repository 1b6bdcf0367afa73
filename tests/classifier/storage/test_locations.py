import pytest

from classifier.storage import locations


@pytest.mark.parametrize(
    ("text", "is_so"),
    [("data", False), ("/data/a.wav", False), ("file:///data", False), ("C:/data", False), ("s3://b/x", True)],
)
def test_an_address_is_told_from_a_path(text, is_so):
    assert locations.is_remote(text) is is_so
    assert isinstance(locations.parse_location(text), str) is is_so
