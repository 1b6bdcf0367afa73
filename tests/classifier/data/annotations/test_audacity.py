"""Label tracks made by hand from the Audacity Manual, "Importing and Exporting Labels"."""

import pytest

from classifier.core.errors import InputError
from classifier.data.annotations import Stretch, audacity

AUDACITY_2 = "2.150000\t2.150000\tpoint label\n3.400000\t6.100000\tregion label\n"
AUDACITY_3 = (
    "1.000000\t1.000000\tpoint\n\\\t6928.456055\t6928.456055\n2.000000\t2.500000\tlow is not known\n"
    "\\\t-1.000000\t6334.588867\n4.000000\t4.500000\tdog bark\n\\\t1484.669312\t2969.338523\n"
)


@pytest.mark.parametrize("text", [AUDACITY_2, AUDACITY_3])
def test_what_is_read_is_written_back_equal(reads, text):
    found = reads("audacity", text, "monday.txt")
    assert "".join(f"{line}\n" for line in audacity.lines(found.stretches)) == text


def test_times_frequencies_and_lines_are_read(reads):
    point, low_unknown, bark = reads("audacity", AUDACITY_3, "monday.txt").stretches
    assert point == Stretch("point", 1, 1, 1, low_hz=6928.456055, high_hz=6928.456055)
    assert low_unknown == Stretch("low is not known", 2, 2.5, 3, low_hz=None, high_hz=6334.588867)
    assert (bark.line, bark.label) == (5, "dog bark")


def test_two_tracks_in_one_file_and_points_of_audacity_1_are_read(reads):
    text = '5.0\t6.0\tsong\r\n1,5\tclick\r\n\r\n2.5\t3.5\tÄhre "b" # 1\r\n'.encode("utf-8-sig")
    found = reads("audacity", text, "monday.txt").stretches
    assert [(of.label, of.start, of.end, of.line) for of in found] == [
        ("song", 5, 6, 1),
        ("click", 1.5, 1.5, 2),
        ('Ähre "b" # 1', 2.5, 3.5, 4),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("1.0\t2.0\tdog\n2.0 3.0 dog\n", "line 2: this is no label of Audacity"),
        ("1.0\t2.0\tdog\n3.0\t4.0\t\n", "line 2: the stretch 3 to 4 s has no label; name it, or remove it"),
        ("1.0\t2.0\tdog\n3.0\t4.0\n", "line 2: the stretch 3 to 4 s has no label"),
        ("1.0\t0.5\tdog\n", "line 1: dog ends before it begins"),
        ("-1.0\t0.5\tdog\n", "line 1: dog begins before the recording"),
        ("1.0\t2.0\tdog\n\\\tlow\thigh\n", "line 2: a line with a backslash holds the lowest and the highest"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(reads, text, complaint):
    with pytest.raises(InputError, match=complaint):
        reads("audacity", text, "monday.txt")


def test_other_texts_are_none(tmp_path):
    for text in (
        "0 46797 She had your dark suit\n",
        "a walk\nin the park\n",
        "",
        "1\t2\t3\n4\n" * 0 + "street/a.wav\tdog\n",
    ):
        assert not audacity.recognises(tmp_path / "a.txt", text)
