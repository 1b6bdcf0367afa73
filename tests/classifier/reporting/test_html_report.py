import base64
import io
import json
import shutil
import sys
from html.parser import HTMLParser

import numpy as np
import pytest
import soundfile

from classifier.records import artifact, window_predictions
from classifier.records.conversion import VARIANTS
from classifier.reporting import html_report
from tests.conftest import ROOT, write_tone

EVIL = "<script>alert(\"x\")</script> & 'y' $name"


class Page(HTMLParser):
    """A page, read: its elements, and its text."""

    def __init__(self, path):
        super().__init__()
        self.source = path.read_text(encoding="utf-8")
        self.elements, self.words = [], []
        self.feed(self.source)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, name, attributes):
        self.elements.append((name, dict(attributes)))

    def handle_data(self, words):
        self.words.append(words)

    def all(self, name):
        return [attributes for element, attributes in self.elements if element == name]


@pytest.fixture
def copy(trained, tmp_path):
    return shutil.copytree(trained.out / "mel", tmp_path / "mel")


def written(folder, change=lambda run: None, predictions=None):
    """The page of a folder, after a change to its run.json and with other answers."""
    run = json.loads((folder / "run.json").read_text())
    change(run)
    (folder / "run.json").write_text(json.dumps(run))
    if predictions:
        window_predictions.write(folder, {"test": {name: np.array(values) for name, values in predictions.items()}})
    return Page(html_report.write(artifact.load(folder)))


def test_the_page_says_what_the_model_is_and_how_good(copy):
    shutil.rmtree(copy / "report")
    page = written(copy)
    run = json.loads((copy / "run.json").read_text())
    pictures = {"confusion_recordings.png", "confusion_windows.png", "curves.png", "reliability.png"}
    assert {path.name for path in (copy / "report").iterdir()} == {*pictures, "index.html"}
    said = ("2D CNN on a mel spectrogram", run["data"]["fingerprint"], f"{run['parameters']:,}", "silence", "copy it")
    for words in (
        *said,
        "licences",
        "Guessing: 33.3%",
        "no recording in two splits, compared by sound",
        "model_mel_metadata.tflite",
        "Milliseconds per window",
    ):
        assert words in page.text
    scores, variant = artifact.load(copy).shipped_scores()
    assert f"{scores.recordings.right} of {scores.recordings.n} (" in page.text
    assert f"Measured on {VARIANTS[variant]}, the variant that the files for the app are made from" in page.text
    assert "python TrainModel.py --model mel --data data_short --epochs 2" in page.text
    run = json.loads((copy / "run.json").read_text())
    for label in ("song", "speech"):
        assert f"{run['alarms'][label]['threshold']:.4f}" in page.text
    assert f"{run['calibration']['error_before']:.1%} off on test windows" in page.text


def test_the_page_asks_for_nothing_and_does_not_tell_where_it_was_made(copy, tmp_path):
    page = written(copy)
    for _, attributes in page.elements:
        for name in ("src", "href", "srcset", "poster", "data", "action"):
            assert (attributes.get(name) or "#").startswith(("#", "data:"))
    assert "@import" not in page.source and "url(" not in page.source
    assert str(tmp_path) not in page.source and str(ROOT) not in page.source


def test_the_page_can_be_read_aloud(copy):
    page = written(copy)
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("img")) >= 3 + len(page.all("audio")) > 3
    assert all(image["alt"] for image in page.all("img"))
    assert all(cell["scope"] in ("row", "col") for cell in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    levels = [int(name[1]) for name, _ in page.elements if name in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(levels, levels[1:], strict=False))


def test_strange_labels_and_file_names_are_escaped(copy, tmp_path):
    name = "speech/<img src=x onerror=alert(1)>\"'.wav"

    def change(run):
        run["labels"][2] = EVIL
        run["data"]["recordings"][EVIL] = run["data"]["recordings"].pop("speech")
        run["split"]["test"] = [name, "/home/someone/private/far.wav"]
        run["split"]["groups_in_two_splits"] = [EVIL] * 7
        run["config"]["data"] = str(tmp_path / EVIL.replace("/", ""))
        run["versions"][EVIL] = EVIL

    predictions = {"probabilities": [[0.1, 0.2, 0.7]] * 2, "targets": [0, 2], "recordings": [0, 1], "starts": [0, 0]}
    page = written(copy, change, predictions)
    assert len(page.all("script")) == 1 and "<script>alert" not in page.source
    assert not any("onerror" in attributes for _, attributes in page.elements)
    assert name in page.text and EVIL in page.text and "and 2 more" in page.text
    assert "far.wav" in page.text and "private" not in page.source and str(tmp_path) not in page.source


def test_each_window_can_be_heard_and_lies_where_the_page_says(copy, tmp_path):
    data = tmp_path / "data"
    path = write_tone(data / "song" / "a b.wav", seconds=5)

    def change(run):
        run["config"]["data"] = str(data)
        run["split"]["test"] = ["song/a b.wav", "song/a b.wav#t=1.5,3"]

    predictions = {
        "probabilities": [[0.1, 0.2, 0.7], [0.1, 0.8, 0.1], [0.9, 0.05, 0.05]],
        "targets": [1, 1, 1],
        "recordings": [0, 0, 1],
        "starts": [4, 2, -0.25],  # the part is heard with a quarter of a second on either side
    }
    page = written(copy, change, predictions)
    signal, _ = soundfile.read(path)
    expected = [signal[20_000:52_000], signal[64_000:80_000], signal[32_000:64_000]]  # 90 % wrong, 70 % wrong, right
    assert len(page.all("audio")) == 3
    for audio, samples in zip(page.all("audio"), expected, strict=True):
        kind, _, content = audio["src"].partition(",")
        heard, rate = soundfile.read(io.BytesIO(base64.b64decode(content)))
        assert (kind, rate, len(heard)) == ("data:audio/wav;base64", 16_000, 32_000)
        assert heard[: len(samples)] == pytest.approx(samples, abs=1e-4)
        assert not heard[len(samples) :].any()
    for words in ("1.25 to 3.25 s", "4 to 6 s, of which 1.00 s are sound", "2 to 4 s"):
        assert words in page.text


def test_recordings_that_are_gone_are_said_to_be(copy, tmp_path):
    page = written(copy, lambda run: run["config"].update(data=str(tmp_path / "gone")))
    assert "no longer there" in page.text and not page.all("audio")
    assert "gone stands for the place of the data" in page.text


def test_a_model_that_is_not_converted_has_a_page_too(copy):
    for path in [*copy.glob("*.tflite"), copy / "predictions.npz", copy / "history.csv"]:
        path.unlink()
    shutil.rmtree(copy / "report")
    page = written(copy)
    assert "Not converted yet" in page.text and "are not kept window by window" in page.text
    assert (copy / "report" / "reliability.png").is_file() and not (copy / "report" / "curves.png").exists()


def test_the_rule_of_frames_is_on_the_page(copy):
    f1 = {"f1": 0.5, "events": 4, "segments": 4, "hits": 2}
    scores = {"chosen": {"song": f1}, "default": {"song": {**f1, "f1": 0.25}}}
    decision = {"rule": {"thresholds": {"song": 0.7}, "smooth": 11}, "why_default": None, "minutes": {"validation": 9}}

    def change(run):
        run.update(model="residual_frames", frame_decision={**decision, "validation": scores, "test": None})

    words = "Of its frames: mean over 11 frames; chosen on 9 minutes of background of the validation split by the F1"
    page = written(copy.rename(copy.with_name("residual_frames")), change)
    assert words in page.text and "song 0.7000 50.0% 25.0% 4 4" in page.text


@pytest.mark.parametrize("n", [2, 60, 160])
def test_few_and_many_labels(copy, n):
    labels = [f"label {i}" for i in range(n)]
    counts = np.eye(n, dtype=int).tolist()

    def change(run):
        run["labels"], run["data"]["recordings"] = labels, dict.fromkeys(labels, 3)
        for what in ("windows", "recordings"):
            run["scores"][what].update(n=n, right=n, accuracy=1.0, balanced_accuracy=1.0, confusion=counts)
        run["scores"]["chance"] = 1 / n

    (copy / "variants.json").unlink()  # which has scores of the file that ships
    predictions = {"probabilities": np.eye(n), "targets": range(n), "recordings": [0] * n, "starts": [0] * n}
    page = written(copy, change, predictions)
    assert sum("right" == cell.get("class") for cell in page.all("td")) == (2 * n if n <= 60 else 0)
    assert ("most often taken for" in page.text) == (n > 60)
    assert f"Guessing: {1 / n:.1%}" in page.text


def test_the_page_needs_no_tensorflow(copy, monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    monkeypatch.delitem(sys.modules, "classifier.models.mel", raising=False)
    written(copy)
    assert "classifier.models.mel" not in sys.modules
