"""A model that may report several labels at once: what the server answers, and what its page shows."""

import io
import json
import shutil
import zipfile

import numpy as np
import pytest
import soundfile
from playwright.sync_api import expect

from classifier.inference.prediction import predict_signal
from classifier.inference.predictor import load_predictor
from classifier.records import artifact
from tests.classifier.service.browser import NEEDS_CHROMIUM, PATIENCE, page_of
from tests.classifier.service.conftest import served
from tests.classifier.service.test_live import microphone, send
from tests.conftest import RATE
from tests.several_labels import MODEL, mixture


@pytest.fixture(scope="module")
def of_several(several, tmp_path_factory):
    folder = tmp_path_factory.mktemp("of_several")
    with served(shutil.copytree(several[0] / "trained", folder / "trained"), folder / "home") as server:
        yield server


@pytest.fixture
def both(tmp_path):
    """A recording of which each window has the same two labels."""
    soundfile.write(tmp_path / "both.wav", np.tile(mixture(("low", "high"), 7), 4), RATE, subtype="PCM_16")
    return tmp_path / "both.wav"


def test_while_it_listens_all_labels_are_reported_the_most_probable_first(of_several, several, both):
    signal, _ = soundfile.read(both, dtype="float32")
    with microphone(of_several, MODEL, RATE) as socket:
        send(socket, signal[:RATE])
        *_, last = [json.loads(socket.recv(timeout=30)) for _ in range(2)]
    expected = predict_signal(load_predictor(several[0] / "trained" / MODEL), signal[:RATE]).several
    assert last["reported"] == expected and set(expected) == {"low", "high"} and last["label"] == expected[0]


def test_the_list_of_models_has_mean_average_precision_and_its_chance(of_several, several):
    scores = of_several.client.get(f"/v2/models/{MODEL}/").json()["scores"]
    trained = artifact.load(several[0] / "trained" / MODEL)
    assert scores["mean_average_precision"] == trained.shipped_scores()[0].windows.macro_pr_auc
    assert scores["chance"] == trained.record.multi_label_scores.chance


def test_a_table_and_a_page_of_predictions_name_all_labels(of_several, both):
    sent = {"url": f"/v2/models/{MODEL}/predict/", "files": {"data": (both.name, both.read_bytes())}}
    (found,) = of_several.client.post(**sent).json()["predictions"]
    assert set(found["reported"]) == {"low", "high"}
    assert " + ".join(found["reported"]) in of_several.client.post(**sent, headers={"Accept": "text/html"}).text
    zipped = of_several.client.post(**sent, headers={"Accept": "application/zip"}).content
    with zipfile.ZipFile(io.BytesIO(zipped)) as held:
        assert f"both.wav,{';'.join(found['reported'])},0.0,4.0," in held.read("predictions.csv").decode()


@NEEDS_CHROMIUM
def test_the_page_shows_all_labels_and_counts_the_seconds_of_each(of_several, both, tmp_path):
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        for name in ("a.wav", "b.wav"):
            archive.write(both, name)
    with page_of(of_several, both) as page:
        expect(page.locator("#model-about")).to_contain_text("mean average precision of windows, by")
        page.click("#listen")
        expect(page.locator("#live-label")).to_have_text("high + low", timeout=PATIENCE)
        page.click("#listen")
        page.click("nav a[data-for=recording]")
        page.set_input_files("#file", both)
        expect(page.locator("#result-label")).to_have_text("high + low", timeout=PATIENCE)
        expect(page.locator("#timeline button")).to_have_text(["high + low"])
        expect(page.locator("#legend li")).to_have_text(["high4.0 s", "low4.0 s"])
        expect(page.locator("#windows tbody td:last-child").first).to_have_text("high + low")
        page.set_input_files("#file", tmp_path / "two.zip")
        page.wait_for_selector("#archive-sum li")
        expect(page.locator("#archive-sum li")).to_have_text(["recordings2", "high8.0 s", "low8.0 s"])
        expect(page.locator("#archive tbody td:nth-child(2)")).to_have_text(["high + low"] * 2)
