"""The page of Studio in a real browser: from an empty server to a model that is compared with the one before."""

import json
import re
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.classifier.service.browser import MINUTES, NEEDS_CHROMIUM, PATIENCE, page_of
from tests.classifier.service.conftest import served
from tests.conftest import CHEAPEST, write_tone

HIDE = """hidden => Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden })"""
LABELS = {"high": 1600, "low": 200, "middle": 600}  # Hz
pytestmark = NEEDS_CHROMIUM


@contextmanager
def studio_of(server, microphone, **look):
    expect.set_options(timeout=PATIENCE)
    with page_of(server, microphone, "/studio", **look) as page:
        yield page


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """A server that has no models and no data sets."""
    folder = tmp_path_factory.mktemp("studio")
    with served(folder / "trained", folder / "home") as server:
        yield server


@pytest.fixture(scope="module")
def microphone(tmp_path_factory):
    return write_tone(tmp_path_factory.mktemp("microphone") / "tone.wav", hertz=600, rate=48_000, subtype="PCM_16")


def make_set(page, name, labels):
    page.fill("#set-name", name)
    page.get_by_role("button", name="Create the data set").click()
    expect(page.locator("#set")).to_have_value(name)  # until then another one is shown
    for label in labels:
        page.fill("#label-name", label)
        page.click("#label-form button")
        expect(page.locator("#labels")).to_contain_text(label)


def train(page):
    page.select_option("#architecture", CHEAPEST)
    page.fill("#epochs", "1")
    page.click("#train")
    page.wait_for_selector("#train:disabled")
    page.wait_for_selector("#train:not(:disabled)", timeout=MINUTES)
    expect(page.locator("#train-state")).to_contain_text("is trained")


def axe(page):
    found = Axe().run(page).response["violations"]
    assert not found, json.dumps([(one["id"], [node["html"] for node in one["nodes"]]) for one in found], indent=1)


def test_from_an_empty_server_to_a_model_that_is_compared_with_the_one_before(empty, microphone, tmp_path):
    with studio_of(empty, microphone) as page:
        make_set(page, "birds", LABELS)
        axe(page)
        page.select_option("#add-label", "middle")
        page.click("#record")
        expect(page.locator("#add-trouble")).to_contain_text("only with the consent")
        page.check("#consent")
        page.click("#record")
        page.wait_for_function("() => document.querySelector('#level').value > 0.3")
        page.click("#record")
        expect(page.locator("#add-state")).to_have_text("1 recording is kept as middle.")
        for number, (label, hertz) in enumerate(LABELS.items()):
            files = [
                write_tone(tmp_path / f"{label}_{i}.wav", hertz=hertz + 9 * i, seed=9 * number + i) for i in range(3)
            ]
            page.select_option("#add-label", label)
            page.set_input_files("#files", files)
            expect(page.locator("#add-state")).to_have_text(f"3 recordings are kept as {label}.")
        expect(page.locator("#labels li").nth(2)).to_contain_text("4 in 4 recordings")
        train(page)
        expect(page.locator("#comparison")).to_be_hidden()

        page.click("#record")  # the model hears the take
        expect(page.locator("#heard-label")).to_have_text(re.compile("high|low|middle|none of them"))
        expect(page.locator("#heard-classes li")).to_have_count(3)
        expect(page.locator("#heard-state")).to_contain_text("hears:")
        page.click("#record")
        expect(page.locator("#heard")).to_be_hidden()
        expect(page.locator("#add-state")).to_have_text("1 recording is kept as middle.")

        page.select_option("#add-label", "")
        new = [write_tone(tmp_path / f"new_{i}.wav", hertz=3000 + 99 * i, seed=99 + i) for i in range(4)]
        page.set_input_files("#files", new)
        expect(page.locator("#add-state")).to_have_text("4 recordings are kept.")
        for path in new[1:]:  # nothing of the labels is heard in them
            query = {"start": 0, "end": 3, "revision": 0}
            edits = f"/v2/studio/birds/recordings/{path.name}/edits/"
            assert empty.client.post(edits, params=query).status_code == 201
        page.click("#suggest")
        page.locator("#next button").first.click()
        expect(page.locator("#editor-title")).to_have_text("new_0.wav")
        expect(page.locator("#selection")).to_be_visible()
        page.get_by_role("button", name="low_1.wav", exact=True).click()
        page.select_option("#suggester", index=1)
        page.locator("#said button").first.click()  # what the model said
        page.keyboard.press("1")  # is corrected
        expect(page.locator("#editor-state")).to_contain_text("high from 0:00")
        page.click("#undo")
        expect(page.locator("#editor-state")).to_contain_text("Taken back: high")
        page.locator("#drawing").scroll_into_view_if_needed()
        box = page.locator("#drawing").bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 20)
        page.mouse.down()
        page.mouse.move(box["x"] + box["width"] + 9, box["y"] + 20)
        page.mouse.up()
        expect(page.locator("#from")).to_have_value("1.5")
        page.keyboard.press("0")
        expect(page.locator("#editor-state")).to_contain_text("None of them from 0:01.5 to 0:03: saved.")
        page.fill("#from", "0.5")
        page.fill("#to", "1")
        page.locator("#to").blur()
        page.keyboard.press("3")
        expect(page.locator("#stretches button")).to_have_text(["low", "middle", "low", "none of them"])
        axe(page)
        page.select_option("#unlabelled", "negatives")
        train(page)
        expect(page.locator("#verdict")).to_have_text(re.compile("Better|Worse|Cannot tell yet"))
        expect(page.locator("#compared")).to_contain_text("that neither has heard")
        first = page.locator("#in-use").inner_text()
        page.click("#keep")
        expect(page.locator("#in-use")).not_to_have_text(first)
        page.click("#back")
        expect(page.locator("#in-use")).to_have_text(first)
        axe(page)
    labels = [json.loads(path.read_text())["labels"] for path in (empty.home.parent / "trained").glob("*/run.json")]
    assert sorted(labels, key=len) == [sorted(LABELS), sorted([*LABELS, "other"])]
    for report in (empty.home.parent / "trained").glob("*/report/index.html"):  # everybody may read it
        assert "Confusion matrix" in report.read_text() and "data:audio" not in report.read_text()
    track = (empty.home / "studio" / "birds" / "low_1.txt").read_text().splitlines()
    assert [line.split("\t")[2] for line in track] == ["low", "middle", "low"]


def test_what_somebody_else_labels_is_seen_and_a_deleted_recording_is_gone(empty, microphone, tmp_path):
    tone = write_tone(tmp_path / "tone.wav")
    with studio_of(empty, microphone, color_scheme="dark", viewport={"width": 360, "height": 740}) as page:
        make_set(page, "frogs", ["croak"])
        page.check("#consent")
        page.set_input_files("#files", tone)
        page.get_by_role("button", name="tone.wav", exact=True).click()
        expect(page.locator("#keys button")).to_have_count(2)
        query = {"start": 0, "end": 1, "label": "croak", "revision": 0}
        assert empty.client.post("/v2/studio/frogs/recordings/tone.wav/edits/", params=query).status_code == 201
        expect(page.locator("#editor-state")).to_contain_text("Somebody else has labelled this recording")
        expect(page.locator("#stretches button")).to_have_text(["croak"])
        page.fill("#from", "0.2")
        page.fill("#to", "2.2")
        page.locator("#to").blur()
        page.click("#closer")
        page.click("#play")
        page.wait_for_selector("#playhead:not([hidden])")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.get_by_role("button", name="Delete tone.wav").click()
        page.click("#delete-dialog button[value=yes]")
        expect(page.locator("#recordings-none")).to_be_visible()
        expect(page.locator("#editor")).to_be_hidden()
    assert not [path for path in (empty.home / "studio" / "frogs").rglob("*") if "tone" in path.name]


def test_who_labels_what_somebody_else_has_labelled_meanwhile_sees_both_sides(empty, microphone, tmp_path):
    expected = pytest.raises(AssertionError, match="409")  # chromium says so on its console
    with expected, studio_of(empty, microphone, viewport={"width": 360, "height": 740}) as page:
        make_set(page, "toads", ["croak", "peep"])
        page.check("#consent")
        page.set_input_files("#files", write_tone(tmp_path / "tone.wav"))
        page.get_by_role("button", name="tone.wav", exact=True).click()
        expect(page.locator("#undo")).to_be_disabled()
        page.evaluate(HIDE, True)  # it looks no more what others do

        def conflict(theirs, mine, keep):
            """Somebody labels a stretch, the page another; both are (start, end, label)."""
            path = "/v2/studio/toads/recordings/tone.wav/"
            query = dict(zip(("start", "end", "label"), theirs, strict=True))
            query |= {"revision": empty.client.get(path).json()["revision"]}
            assert empty.client.post(f"{path}edits/", params=query).status_code == 201
            page.fill("#from", str(mine[0]))
            page.fill("#to", str(mine[1]))
            page.locator("#to").blur()
            page.keyboard.press("1" if mine[2] == "croak" else "2")
            expect(page.locator("#mine")).to_contain_text(mine[2])
            expect(page.locator("#theirs")).to_contain_text(theirs[2])
            page.click(f"#keep-{keep}")
            expect(page.locator("#conflict")).to_be_hidden()
            expect(page.locator("#editor-state")).to_have_text(re.compile(": saved|Theirs is kept"))
            found = empty.client.get(path).json()["stretches"]
            expect(page.locator("#stretches button")).to_have_text([one["label"] for one in found])
            return [(one["start"], one["end"], one["label"]) for one in found]

        first, second = (0.2, 0.5, "croak"), (0.5, 1, "peep")
        assert conflict(second, (0.2, 0.8, "croak"), "both") == [first, second]
        third = (1.2, 2, "croak")
        assert conflict(third, (1.5, 2.5, "peep"), "theirs") == [first, second, third]
        mine, left = (2, 2.5, "croak"), (2.5, 2.8, "peep")
        assert conflict((2, 2.8, "peep"), mine, "mine") == [first, second, third, mine, left]
