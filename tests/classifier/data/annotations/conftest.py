"""Read a label file of a format as a layout would."""

import pytest

from classifier.core import registry
from classifier.data import table_text


@pytest.fixture
def reads(tmp_path):
    """What a format reads of a text, or of bytes; it must recognise them."""

    def read(name, text, file):
        path = tmp_path / file
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        format = registry.load("annotations", name)
        assert format.recognises(path, table_text.decoded(path, 1 << 16))
        return format.read(path, table_text.decoded(path))

    return read
