from dataclasses import replace

from classifier.data.group_names import GroupProposal
from classifier.data.provenance import SplitRecord
from classifier.records.recipe import FIELD
from classifier.records.run_record import TeacherRecord
from classifier.reporting import warnings
from classifier.scoring.robustness import Condition
from tests.trained_folder import make_record


def split(**changes):
    settings = {
        "by": "group",
        "groups": 16,
        "groups_in_two_splits": [],
        "recordings_in_two_splits": [],
        "train": [],
        "validation": [],
        "test": [],
    }
    return SplitRecord(**{**settings, **changes})


def test_without_groups_the_leak_check_says_that_nothing_was_checked():
    said = warnings.leak_check(split(groups_known=False))
    assert said.startswith("groups not checked, each file is taken as independent; no recording in two splits")


def test_names_that_tell_a_source_bring_the_flag_to_give():
    proposal = GroupProposal(group_by="^([^_]+)_", groups=4, largest="machine1", recordings=5)
    said = warnings.leak_check(split(groups_known=False, proposal=proposal))
    assert "4 groups, such as 'machine1' with 5 recordings" in said and "--group-by '^([^_]+)_'" in said


def test_what_leaks_is_named_and_counted():
    record = split(groups_in_two_splits=[f"g{i}" for i in range(7)])
    assert "16 groups, 7 in two splits" in warnings.leak_check(record)
    assert warnings.leaks(record) == [
        "these groups are in two splits, so the scores flatter: g0, g1, g2, g3, g4 and 2 more"
    ]


def test_silence_taken_for_negatives_is_shown_apart_from_real_errors():
    labels = ["silence", "song", "rest"]
    confusion = [[5, 1, 3], [0, 8, 2], [4, 1, 6]]
    (line,) = warnings.silence_and_negatives(labels, confusion, "rest")
    assert line == (
        "Of the 11 errors, 7 windows are silence taken for rest or the other way round, where nothing is missed; "
        "without these, 86.7% of windows are right"
    )
    assert warnings.silence_and_negatives(labels, confusion, None) == []
    assert warnings.silence_and_negatives(["hum", "song", "rest"], confusion, "rest") == []


def test_few_groups_are_one_line_with_what_would_help():
    (line,) = warnings.few_groups(dict.fromkeys("abcde", 1.0), {**dict.fromkeys("bcde", 10), "a": 1})
    assert line.startswith("Few recordings to test with: a 100% of 1 group, may be off by 79 points (170 more")
    assert line.endswith("; and 2 more labels")
    assert warnings.few_groups({"a": 0.9}, {"a": 20}) == []


def test_the_interval_counts_groups_and_not_windows():
    assert warnings.right_of(90, 90, {"a": 5, "b": 4}) == "90 of 90 (70 to 100 %)"
    assert warnings.right_of(3, 3, {"a": 5, "b": 4}) == "3 of 3 (44 to 100 %)"


def test_only_what_falls_far_where_windows_are_altered_is_a_line():
    rows = [("as it is", 0.95), ("peak at -40 dB", 0.9), ("8 kHz telephone", 0.6), ("digital silence", 1.0)]
    conditions = [Condition(what, accuracy, {}) for what, accuracy in rows]
    said = "Balanced accuracy falls from 95 % where windows are altered: 8 kHz telephone 60 %"
    assert warnings.fragile(conditions) == [said]
    assert warnings.fragile(conditions[:2]) == warnings.fragile(()) == []
    worse = [*conditions, *(Condition(f"worse {i}", i / 10, {}) for i in range(3))]
    assert warnings.fragile(worse)[0].endswith("worse 0 0 %, worse 1 10 %, worse 2 20 % and 1 more, see the report")


def test_who_taught_a_model_is_said():
    assert warnings.taught(make_record()) == ""
    teacher = TeacherRecord(folder="trained/mel", model="mel", fingerprint="f", train=[], validation=[])
    recipe = replace(FIELD, teacher_weight=0.5, teacher_temperature=2.0)
    said = warnings.taught(make_record(teacher=teacher, recipe=recipe))
    assert "Taught by mel, which by its record has heard none" in said and "(weight 0.5, temperature 2)" in said
