"""Which labels of the data are which of a model."""

from pathlib import Path

import pytest

from classifier.core.errors import InputError
from classifier.data import label_map
from classifier.data.label_map import CommonLabel
from classifier.data.layouts import Clip

HAVE = {"cat": 2, "dog": 3, "hound": 1}


def match(pairs, have=HAVE, others=(), **models):
    models = models or {"a": ["bark", "other"]}
    return label_map.match(have, models, label_map.parse(pairs), others)


def common(matched):
    return [(one.of_data, *one.of_models) for one in matched.tested]


def test_several_labels_of_the_data_are_one_of_the_model():
    found = match("dog=bark,hound=bark,cat=other")
    assert common(found) == [(("cat",), ("other",)), (("dog", "hound"), ("bark",))]
    assert found.names(of_model=0) == {"other": found.tested[0], "bark": found.tested[1]}
    clips = [Clip(Path(f"{label}.wav"), label, label) for label in HAVE]
    assert [clip.label for clip in found.relabelled(clips, of_model=0)] == ["other", "bark", "bark"]
    assert [clip.label for clip in found.relabelled(clips)] == ["cat", "dog + hound", "dog + hound"]
    assert found.renamed() == ["cat is other of a", "dog and hound are bark of a"]


def test_several_labels_of_the_model_are_one_of_the_data():
    found = match("dog=bark,dog=growl", {"dog": 3}, a=["bark", "growl", "rain"])
    assert common(found) == [(("dog",), ("bark", "growl"))]
    assert found.lacking == (("rain",),)
    assert found.joined(0) == 1
    assert found.renamed() == ["dog is bark or growl of a"]


def test_what_is_left_out_is_named_and_counted():
    found = match("cat=,dog=bark")
    assert common(found) == [(("dog",), ("bark",))]
    assert found.not_tested() == [
        "2 recordings are left out, as --map says: cat 2",
        "1 recordings are left out, because a does not know their label: hound 1",
    ]
    assert found.lacking == (("other",),)


def test_with_a_map_that_is_empty_unknown_labels_are_left_out_and_a_near_name_is_proposed():
    found = match("", {"bark": 1, "oter": 4})
    assert common(found) == [(("bark",), ("bark",))]
    assert found.not_tested() == [
        "4 recordings are left out, because a does not know their label; did you mean other?: oter 4"
    ]


def test_a_map_goes_before_a_label_of_the_same_name():
    found = match("dog=bark", {"dog": 1}, a=["dog", "bark"])
    assert common(found) == [(("dog",), ("bark",))]
    assert found.renamed() == ["dog is bark of a; its own dog is wrong for these"]


def test_two_models_are_compared_over_what_both_can_tell_apart():
    found = match("dog=bark,hound=bark", a=["bark", "cat"], b=["dog", "hound", "cat", "owl"])
    assert common(found) == [
        (("cat",), ("cat",), ("cat",)),
        (("dog", "hound"), ("bark",), ("dog", "hound")),
    ]
    assert found.lacking == ((), ("owl",))


def test_of_two_models_what_one_does_not_know_is_left_out_with_its_name():
    found = match(None, {"dog": 1, "cat": 2}, a=["dog"], b=["dog", "cat"])
    assert common(found) == [(("dog",), ("dog",), ("dog",))]
    assert found.not_tested() == ["2 recordings are left out, because a does not know their label: cat 2"]


def test_labels_may_hold_commas_and_equals_signs():
    have, labels = {"a=b": 1, "c": 1}, ["Child speech, kid", "x=y"]
    found = match('"c=Child speech, kid","a=b=x=y"', have, a=labels)
    assert common(found) == [(("a=b",), ("x=y",)), (("c",), ("Child speech, kid",))]


def test_a_pair_may_name_a_label_of_another_model():
    found = match("dog=growl", {"dog": 1}, others=["growl"], a=["dog"])
    assert common(found) == [(("dog",), ("dog",))]


@pytest.mark.parametrize(
    ("pairs", "complaint"),
    [
        (None, 'a knows bark, other, and not cat, dog, hound: .* --map "cat=bark", or leave it out, --map "cat="'),
        ("dog", "--map 'dog': give the label of the data, =, and that of the model"),
        ("=bark", "--map '=bark': give the label of the data"),
        ("dig=bark", "the data has no label 'dig', only cat, dog, hound; did you mean dog?"),
        ("dog=brak", "no model has a label 'brak', only bark, other; did you mean bark?"),
        ("bark=dog", 'the label of the data comes first: --map "dog=bark"'),
        ("dog=,dog=bark", "--map leaves 'dog' out and says what it is"),
        ("dog=", r"no label of the data \(cat, dog, hound\) is known to a"),
    ],
)
def test_what_cannot_be_meant_is_refused(pairs, complaint):
    with pytest.raises(InputError, match=complaint):
        match(pairs)


def test_no_map_is_no_pairs():
    assert label_map.parse(None) is None
    assert label_map.parse("") == ()
    assert label_map.parse("dog=bark, cat=other") == ("dog=bark", "cat=other")
    assert label_map.of_data(("dog=bark",)) == ["dog"]
    assert CommonLabel(("a",), (("a",),)) == match("", {"a": 1}, a=["a"]).tested[0]
