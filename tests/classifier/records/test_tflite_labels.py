import zipfile

import pytest

from classifier.core.errors import InputError
from classifier.records import tflite_labels, tflite_metadata
from tests.tiny_tflite import described, network

READ = {  # what is odd: (bytes of a label file, the labels)
    "plain": (b"bell\ndog\nrain\n", ["bell", "dog", "rain"]),
    "no line end": (b"bell\ndog\nrain", ["bell", "dog", "rain"]),
    "Windows line ends": (b"bell\r\ndog\r\nrain\r\n", ["bell", "dog", "rain"]),
    "old Mac line ends": (b"bell\rdog\rrain\r", ["bell", "dog", "rain"]),
    "a byte order mark": (b"\xef\xbb\xbfbell\ndog\nrain\n", ["bell", "dog", "rain"]),
    "UTF-16": ("bell\r\nhünd\r\nrain\r\n".encode("utf-16"), ["bell", "hünd", "rain"]),
    "Latin-1": ("bell\nhünd\nrain\n".encode("latin-1"), ["bell", "hünd", "rain"]),
    "empty lines at the end": (b"bell\ndog\nrain\n\n \n", ["bell", "dog", "rain"]),
    "blanks": (b" bell\ndog \nrain\t\n", ["bell", "dog", "rain"]),
    "numbered": (b"0 bell\n1 dog\n2 rain\n", ["bell", "dog", "rain"]),
    "numbered from 1": (b"1. bell\n2. dog\n3. rain\n", ["bell", "dog", "rain"]),
    "numbered in another order": (b"1: dog\n0: bell\n2: rain\n", ["bell", "dog", "rain"]),
    "numbers that are no count": (b"4 stroke\n2 stroke\nrain\n", ["4 stroke", "2 stroke", "rain"]),
    "numbers with a gap": (b"0 bell\n2 dog\n3 rain\n", ["0 bell", "2 dog", "3 rain"]),
    "numbers alone": (b"0\n1\n2\n", ["0", "1", "2"]),
    "a comma inside": (b"Speech, male\ndog\nrain\n", ["Speech, male", "dog", "rain"]),
}
REFUSED = {
    "there is no label": b"\n\n",
    "line 2 is empty": b"bell\n\nrain\n",
    "'bell' is on lines 1 and 3, and nobody can tell these apart": b"bell\ndog\nbell\n",
}


@pytest.mark.parametrize("what", READ)
def test_labels_are_read_whole_from_a_file_and_from_a_model(what, tmp_path):
    held, expected = READ[what]
    (tmp_path / "labels.txt").write_bytes(held)
    (tmp_path / "a.tflite").write_bytes(described(network(), held=held))
    assert tflite_labels.read(tmp_path / "labels.txt")[0] == expected
    found = tflite_labels.describe(tmp_path / "a.tflite")
    assert (found.labels, found.sample_rate) == (expected, 16_000)


@pytest.mark.parametrize("reason", REFUSED)
def test_labels_that_cannot_be_certain_are_refused_by_their_line(reason, tmp_path):
    (tmp_path / "labels.txt").write_bytes(REFUSED[reason])
    with pytest.raises(InputError, match=f"labels.txt: {reason}"):
        tflite_labels.read(tmp_path / "labels.txt")
    with pytest.raises(InputError, match=reason):
        tflite_labels.parse(REFUSED[reason])


def test_what_was_taken_for_granted_is_said():
    assert tflite_labels.parse("hünd\nrain\n".encode("latin-1"))[1] == [
        "its labels are not UTF-8; they were read as Latin-1: is 'hünd' right?"
    ]
    assert tflite_labels.parse(b"1 dog\n2 rain\n")[1] == [
        "its labels are numbered from 1 on; the numbers were left out"
    ]


def test_a_csv_has_its_labels_in_the_column_that_is_called_so(tmp_path):
    path = tmp_path / "class_map.csv"
    path.write_text('index,mid,display_name\n0,/m/09x0r,Speech\n1,/m/05zppz,"Male speech, man speaking"\n')
    assert tflite_labels.read(path)[0] == ["Speech", "Male speech, man speaking"]
    path.write_text("a,b\n1,dog\n")
    with pytest.raises(
        InputError, match="class_map.csv: its first line names no column label, labels, name, display_name: "
    ):
        tflite_labels.read(path)


def test_folders_of_our_own_may_be_numbered(tmp_path):
    from classifier.export import metadata
    from classifier.records.tflite_metadata import tells_apart

    labels = ["0 bell", "1 dog", "2 rain"]
    facts = metadata.Facts("ours", tells_apart(labels), "", 16_000, labels)
    (tmp_path / "a.tflite").write_bytes(metadata.write_with_schema(network(), facts))
    assert tflite_labels.describe(tmp_path / "a.tflite").labels == labels


@pytest.mark.parametrize("rate", [5, 10**9])
def test_a_sample_rate_that_no_recording_has_is_named(rate, tmp_path):
    (tmp_path / "a.tflite").write_bytes(described(network(), rate=rate))
    with pytest.raises(InputError, match=f"the sample rate in the metadata of .*a.tflite is {rate} Hz"):
        tflite_labels.describe(tmp_path / "a.tflite")


def test_two_channels_are_refused_for_that_reason(tmp_path):
    held = bytearray(described(network()))
    found = tflite_metadata.find(bytes(held))
    found.subgraphMetadata[0].inputTensorMetadata[0].content.contentProperties.channels = 2
    model = tflite_metadata.tflite_schema().ModelT.InitFromPackedBuf(held)
    model.buffers[model.metadata[-1].buffer].data = list(tflite_metadata.pack(found, b"M001"))
    (tmp_path / "a.tflite").write_bytes(tflite_metadata.pack(model, tflite_metadata.MODEL))
    with zipfile.ZipFile(tmp_path / "a.tflite", "a") as archive:
        archive.writestr(zipfile.ZipInfo("labels.txt"), "bell\ndog\nrain\n")
    with pytest.raises(InputError, match="ask for 2 channels, and only one can be handed over here"):
        tflite_labels.describe(tmp_path / "a.tflite")


def test_damaged_metadata_are_one_sentence(tmp_path):
    held = bytearray(described(network()))
    place = held.index(b"M001") - 4
    held[place : place + 4] = b"\xff\xff\xff\x7f"
    (tmp_path / "a.tflite").write_bytes(held)
    with pytest.raises(
        InputError, match="the metadata of .* cannot be read .*write them again: python WriteMetadataToModel"
    ):
        tflite_labels.describe(tmp_path / "a.tflite")
