"""TextGrids made by hand from the Praat manual, "TextGrid file formats"."""

import pytest

from classifier.core.errors import InputError

LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.3
tiers? <exists>
size = 2
item []:
    item [1]:
        class = "IntervalTier"
        name = "birds"
        xmin = 0
        xmax = 2.3
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.5
            text = ""
        intervals [2]:
            xmin = 0.5
            xmax = 1.25
            text = "the ""big"" Ähre"
        intervals [3]:
            xmin = 1.25
            xmax = 2.3
            text = " "
    item [2]:
        class = "TextTier"
        name = "clicks"
        xmin = 0
        xmax = 2.3
        points: size = 1
        points [1]:
            number = 2
            mark = "click"
"""
SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.3
<exists>
2
"IntervalTier"
"birds"
0
2.3
3
0
0.5
""
0.5
1.25
"the ""big"" Ähre"
1.25
2.3
" "
"TextTier"
"clicks"
0
2.3
1
2
"click"
"""
FOUND = [('the "big" Ähre', 0.5, 1.25, "birds"), ("click", 2, 2, "clicks")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be"])
@pytest.mark.parametrize(("text", "lines"), [(LONG, [22, 35]), (SHORT, [18, 28])])
def test_both_text_formats_are_read_in_each_encoding(reads, text, lines, encoding):
    found = reads("textgrid", text.encode(encoding), "monday.TextGrid").stretches
    assert [(of.label, of.start, of.end, of.track) for of in found] == FOUND
    assert [of.line for of in found] == lines


def test_a_tier_without_text_says_that_nothing_is_heard(reads):
    text = SHORT.replace('"the ""big"" Ähre"', '""').replace('2\n"IntervalTier"', '1\n"IntervalTier"')
    assert reads("textgrid", text.partition('"TextTier"')[0], "a.textgrid").stretches == ()


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ooBinaryFile\x08TextGrid", "line 1: the file ends too early, a text is missing; save it again in Praat"),
        (LONG.replace('"TextGrid"', '"Pitch"'), "line 1: this is no TextGrid in a text format"),
        (LONG.replace("xmax = 1.25", "xmax = late"), "line 22: .* is not the number that must be here"),
        (LONG[: LONG.index("points [1]")], "the file ends too early, a number is missing"),
        (LONG.replace("TextTier", "Tier"), "line 28: 'Tier' is no kind of tier"),
        (SHORT.replace('"click"', '""'), "line 28: the stretch 2 to 2 s has no label"),
    ],
)
def test_a_damaged_file_is_named(reads, text, complaint):
    with pytest.raises(InputError, match=complaint):
        reads("textgrid", text, "monday.TextGrid")
