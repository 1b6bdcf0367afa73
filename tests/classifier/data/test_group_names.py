import pytest

from classifier.data import group_names


def names_of(*patterns, sources=4, takes=4):
    """Names and labels: two labels, each with some sources, each with some takes."""
    names = [pattern.format(source=s, take=t) for pattern in patterns for s in range(sources) for t in range(takes)]
    return names, [str(i // (sources * takes)) for i in range(len(names))]


@pytest.mark.parametrize(
    "pattern, expression, groups",
    [
        ("machine{source}_{take}.wav", "^([^_]+)_", 4),
        ("machine{source}-{take}.wav", "^([^-]+)-", 4),
        ("p{source} {take}.flac", r"^(\S+) ", 4),
        ("p{source} ({take}).flac", r"^(\S+) ", 4),
        ("machine{source}.{take}.wav", r"^(.+)[_. -]+\d+\.[^.]+$", 4),
        ("saw{source}({take}).wav", r"^(.*?)\(\d+\)\.[^.]+$", 4),
    ],
)
def test_names_that_tell_a_source_propose_an_expression(pattern, expression, groups):
    found = group_names.propose(*names_of(pattern, pattern))
    assert (found.group_by, found.groups, found.recordings) == (expression, groups, 8)


def test_a_label_before_the_source_is_skipped():
    found = group_names.propose(*names_of("cat_anna{source}_{take}.wav", "dog_anna{source}_{take}.wav"))
    assert (found.group_by, found.groups, found.largest) == ("^[^_]+_([^_]+)_", 4, "anna0")


@pytest.mark.parametrize(
    "patterns", [("cat_{source}{take}.wav", "dog_{source}{take}.wav"), ("{source}{take}.wav",) * 2]
)
def test_names_that_only_number_propose_nothing(patterns):
    assert group_names.propose(*names_of(*patterns)) is None


def test_too_few_sources_to_split_propose_nothing():
    assert group_names.propose(*names_of("m{source}_{take}.wav", "m{source}_{take}.wav", sources=2)) is None


def test_one_name_that_does_not_fit_is_enough_to_say_nothing():
    names, labels = names_of("m{source}_{take}.wav", "m{source}_{take}.wav")
    assert group_names.propose([*names, "x.wav"], [*labels, "1"]) is None
