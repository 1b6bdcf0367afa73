"""SuggestLabels.py as users run it."""

import csv

import numpy as np
import pytest

from tests import tiny_tflite
from tests.classifier.inference.similarity.conftest import BASIS, RATE, network, sound, write
from tests.conftest import call_script, next_command
from tests.tiny_tflite import LABELS, N, Tiny

assert network  # a fixture

APART = ("--apart", "0")  # a window lasts 4 ms here


def second_network(path, last):
    """A .tflite with metadata like `network`, whose last layer is `last`, (3, 8)."""
    tiny = Tiny()
    audio = tiny.tensor((1, N))
    dense = tiny.dense(tiny.dense(audio, BASIS), last)
    path.write_bytes(tiny_tflite.described(tiny.bytes([audio], [tiny.activation(dense, "SOFTMAX")]), rate=RATE))
    return path


def toward(*values):
    """A window whose embedding is these values, as long as they go."""
    return (np.array([*values, *[0] * (8 - len(values))]) @ BASIS).astype("float32")


@pytest.fixture
def folder(tmp_path):
    """Windows that are surely of label 0, and in b.wav one that is between two and one that is surely of label 2."""
    second_network(tmp_path / "known.tflite", 4 * np.eye(3, 8))
    sure = toward(1)
    write(tmp_path / "in" / "a.wav", [sure] * 30)
    write(tmp_path / "in" / "b.wav", [sure, sure, toward(0.5, 0.5), sure, toward(0, 0, 1), sure])
    return tmp_path


def suggest(folder, *more, model="known.tflite", **kwargs):
    settings = ("--model", model, "--kept", "kept", "--out", "out", "--jobs", 1, *APART)
    return call_script("SuggestLabels.py", "in", *settings, *more, cwd=folder, **kwargs)


def rows(folder):
    with (folder / "out" / "segments.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def place(row):
    return row["recording"], round(float(row["start"]) * RATE / N), row["label"]


def test_it_names_the_window_between_two_labels_first(folder, network):
    printed, _ = suggest(folder, "--by", "uncertain", "--top", 5)
    found = rows(folder)
    assert place(found[0])[:2] == ("in/b.wav", 2) and len(found) == 5
    assert float(found[0]["peak"]) == pytest.approx(0.46, abs=0.02) and found[0]["label"] in ("bell?", "dog?")
    track = (folder / "out" / "audacity" / "in" / "b.wav.txt").read_text().splitlines()
    assert track and all(line.endswith("?") for line in track)
    assert "36 windows of 2 recordings looked at; 5 to listen to" in printed
    assert next_command(printed)[0] == "TestSignalModel.py"


def test_a_seldom_label_comes_first_by_rare(folder, network):
    suggest(folder, "--by", "rare", "--top", 1)
    assert list(map(place, rows(folder))) == [("in/b.wav", 4, f"{LABELS[2]}?")]


def test_diverse_is_what_is_unlike_the_rest_and_unlike_what_has_labels(folder, network):
    suggest(folder, "--by", "diverse", "--top", 3)
    assert {place(row)[:2] for row in rows(folder)} >= {("in/b.wav", 2), ("in/b.wav", 4)}
    write(folder / "labelled" / "known.wav", [toward(0, 0, 1), toward(1)])
    suggest(folder, "--by", "diverse", "--top", 1, "--labelled", "labelled")
    assert [place(row)[:2] for row in rows(folder)] == [("in/b.wav", 2)]


def test_by_disagreement_it_names_where_two_models_differ(folder, network):
    other = 4 * np.eye(3, 8)
    other[[1, 2]] = other[[2, 1]]  # it takes the third label for the second
    second_network(folder / "other.tflite", other)
    suggest(folder, "--by", "disagreement", "--top", 1, model="known.tflite,other.tflite")
    assert list(map(place, rows(folder))) == [("in/b.wav", 4, f"{LABELS[2]}?")]


def test_two_rankings_take_turns_and_what_was_computed_is_kept(folder, network):
    suggest(folder, "--by", "rare,uncertain", "--top", 2)
    first = rows(folder)
    assert [place(row)[1] for row in first] == [4, 2]
    (folder / "in" / "words.wav").write_text("these are words")
    printed, _ = suggest(folder, "--by", "rare,uncertain", "--top", 2)
    assert rows(folder) == first and "cannot be read: 1\n  in/words.wav" in printed
    journal = next(folder.glob("kept/*probabilities*/journal.jsonl"))
    assert journal.read_bytes().count(b"\n") == 2


@pytest.mark.parametrize(
    ("flags", "complaint"),
    [
        (("--by", "uncertian"), "did you mean uncertain?"),
        (("--by", "disagreement"), "compares two models: --model A,B"),
        (("--by", "rare", "--labelled", "in"), "--labelled is for --by diverse"),
        (("--top", "0"), "--top 0: give how many suggestions to write"),
    ],
)
def test_what_does_not_go_together_is_named(folder, network, flags, complaint):
    _, said = suggest(folder, *flags, expect=1)
    assert complaint in said
    _, said = suggest(folder, "--by", "uncertain", model="known.tflite,known.tflite", expect=1)
    assert "only --by disagreement takes two models" in said


def test_models_with_other_labels_cannot_be_compared(folder, network):
    tiny = Tiny()
    audio = tiny.tensor((1, N))
    dense = tiny.dense(tiny.dense(audio, BASIS), np.eye(2, 8))
    held = tiny.bytes([audio], [tiny.activation(dense, "SOFTMAX", (1, 2))])
    (folder / "two.tflite").write_bytes(tiny_tflite.described(held, labels=["bell", "cat"], rate=RATE))
    _, said = suggest(folder, "--by", "disagreement", model="known.tflite,two.tflite", expect=1)
    assert "only one of them knows cat, dog, rain" in said


def test_a_window_is_suggested_once(tmp_path, network):
    second_network(tmp_path / "known.tflite", 4 * np.eye(3, 8))
    write(tmp_path / "in" / "tone.wav", sound(3, 2))
    printed, _ = suggest(tmp_path, "--by", "uncertain,diverse")
    assert "2 windows of 1 recordings looked at; 2 to listen to" in printed
