"""The page of a web app in a real browser, from a folder of a plain file server."""

import base64
import csv
import functools
import http.server
import json
import re
import shutil
import threading
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect, sync_playwright

from classifier.inference.config import ClassificationConfig
from classifier.inference.recording_classifier import classify
from classifier.inference.settings import make_settings
from tests.classifier.export.web_app.conftest import LABELS, tiny, write_sounds

CHROMIUM = shutil.which("chromium")
PATIENCE = 60_000  # milliseconds
READY = "#listen:not([disabled])"
ELSEWHERE = "app.example"  # a name that is not localhost
HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
TRACKS = """() => {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  window.tracks = [];
  navigator.mediaDevices.getUserMedia = async (what) => {
    const stream = await ask(what);
    window.tracks.push(...stream.getTracks());
    return stream;
  };
}"""
DROP = """([name, text]) => {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0))], name));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
}"""
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium: apt install chromium")


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture
def site(app):
    """A server of static files, as `python -m http.server`; the app lies in a folder of it."""
    handler = functools.partial(Quiet, directory=str(app.parent.parent))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        server.address = f"http://localhost:{server.server_port}/somewhere/app/"
        yield server
        server.shutdown()


@pytest.fixture(scope="module")
def voice(tmp_path_factory):
    """What the microphone hears."""
    return write_sounds(tmp_path_factory.mktemp("voice") / "voice.wav", 10.0, rate=48_000, subtype="PCM_16")


@contextmanager
def page_of(address, voice, prepare=None, **look):
    """The page, once its model is ready; it may complain of nothing, and ask no other host for anything."""
    host = "/".join(address.split("/")[:3])
    flags = ["--no-sandbox", "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
    flags += [f"--use-file-for-fake-audio-capture={voice}", f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=flags)
        context = browser.new_context(permissions=["microphone"], **look)
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        wrong = []
        context.on(
            "request",
            lambda ask: None if ask.url.startswith((f"{host}/", "blob:")) else wrong.append(f"{ask.url} was asked"),
        )
        page.on("console", lambda line: wrong.append(line.text) if line.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        if prepare:
            prepare(page)
        page.goto(address)
        page.wait_for_selector(READY)
        yield page
        browser.close()
    assert not wrong


def decided(page, n):
    """{recording: (label, [(label, from, to)])} of the log, once it has n."""
    expect(page.locator("#log article")).to_have_count(n)
    page.wait_for_selector("#progress", state="hidden")
    with page.expect_download() as waiting:
        page.click("#log-csv")
    rows = list(csv.DictReader(waiting.value.path().read_text(encoding="utf-8").splitlines()))
    found = {}
    for article in page.locator("#log article").all():
        name = article.locator("h3").inner_text()
        label = article.locator("p").first.inner_text().removeprefix("whole recording: ")
        own = [(row["label"], float(row["start"]), float(row["end"])) for row in rows if row["recording"] == name]
        found[name] = (None if label == "none of them" else label, own)
    return found


def expected(model, paths):
    settings, _ = make_settings(ClassificationConfig(model=str(model)))
    results = {path.name: classify(0, str(path), path.name, settings).result for path in paths}
    return {
        name: (of.label, [(LABELS[one.label], one.start, one.end) for one in of.segments])
        for name, of in results.items()
    }


def test_recordings_are_decided_as_classify_recordings_decides(site, app, voice, tmp_path):
    sounds = [
        write_sounds(tmp_path / "a.wav", 4.0),
        write_sounds(tmp_path / "b.wav", 3.0, rate=48_000, channels=2, seed=1, subtype="PCM_24"),
        write_sounds(tmp_path / "c.flac", 2.0, rate=44_100, seed=2),
        write_sounds(tmp_path / "d.wav", 0.05, seed=3, subtype="FLOAT"),
        write_sounds(tmp_path / "e.ogg", 2.0, rate=32_000, seed=4),
    ]
    with page_of(site.address, voice) as page:
        page.set_input_files("#file", sounds)
        found = decided(page, len(sounds))
        drawn = "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
        assert page.locator("canvas.spectrogram").evaluate(drawn) > 20
        assert page.locator("canvas.curves").evaluate(drawn) > 5
    wanted = expected(app / "models" / "tiny.tflite", sounds)
    assert sum(len(segments) for _, segments in wanted.values()) > 10
    for name, (label, segments) in wanted.items():
        assert found[name][0] == label
        of_page = found[name][1]
        assert [one[0] for one in of_page] == [one[0] for one in segments], name
        assert [one[1:] for one in of_page] == [pytest.approx(one[1:], abs=1e-4) for one in segments], name


def test_it_opens_and_classifies_without_a_network(site, voice, tmp_path):
    sound = write_sounds(tmp_path / "a.wav")
    with page_of(site.address, voice) as page:
        expect(page.locator("#offline")).to_contain_text("opens without a network")
        page.set_input_files("#file", sound)
        online = decided(page, 1)
        site.shutdown()
        site.server_close()
        page.context.set_offline(True)
        page.goto(f"{site.address}index.html")
        page.reload()
        page.wait_for_selector(READY)
        page.select_option("#model", "plain")
        page.select_option("#model", "tiny")
        page.set_input_files("#file", sound)  # which waits for the model
        assert decided(page, 1) == online


def test_it_can_be_installed(site, voice):
    with page_of(site.address, voice) as page:
        session = page.context.new_cdp_session(page)
        manifest = session.send("Page.getAppManifest")
        assert not manifest["errors"] and json.loads(manifest["data"])["display"] == "standalone"
        errors = session.send("Page.getInstallabilityErrors")["installabilityErrors"]
        assert [one["errorId"] for one in errors] in ([], ["in-incognito"])  # where the tests run


def test_the_microphone_is_decided_logged_and_off_while_the_page_is_hidden(site, voice, tmp_path):
    with page_of(site.address, voice, lambda page: page.add_init_script(f"({TRACKS})()")) as page:
        page.click("#listen")
        expect(page.locator("#verdict")).to_have_text(re.compile("|".join([*LABELS, "none of them"])))
        expect(page.locator("#classes li")).to_have_count(3)
        page.wait_for_selector("#log tbody tr", state="attached")
        live = "() => window.tracks.map((track) => track.readyState)"
        assert page.evaluate(live) == ["live"]
        page.evaluate(HIDE, True)
        expect(page.locator("#state")).to_have_text("Paused while this page was hidden.")
        assert page.evaluate(live) == ["ended"]
        page.evaluate(HIDE, False)
        expect(page.locator("#state")).to_contain_text("Listening at")
        assert page.evaluate(live) == ["ended", "live"]
        page.click("#listen")
        expect(page.locator("#listen")).to_have_text("Listen")
        assert page.evaluate(live) == ["ended", "ended"]
        with page.expect_download() as waiting:
            page.locator("#log article .head button").last.click()
        lines = waiting.value.path().read_text(encoding="utf-8").splitlines()
        assert lines and all(re.fullmatch(r"\d+\.\d{6}\t\d+\.\d{6}\t\w+", line) for line in lines)


def test_a_model_file_is_taken_or_refused_in_words(site, voice, tmp_path):
    other = tiny(tmp_path / "other_metadata.tflite", rule=None, labels=["one", "two", "three"])
    with page_of(site.address, voice) as page:
        page.evaluate(DROP, ["broken.tflite", base64.b64encode(b"no model").decode()])
        expect(page.locator("#model-trouble")).to_have_text("broken.tflite is no .tflite file.")
        page.wait_for_selector(READY)
        expect(page.locator("#model option:checked")).to_have_text("tiny")
        page.evaluate(DROP, [other.name, base64.b64encode(other.read_bytes()).decode()])
        expect(page.locator("#model-labels")).to_contain_text("three")
        expect(page.locator("#model-trouble")).to_be_hidden()
        expect(page.locator("#model-state")).to_contain_text("no decision rule")
        page.wait_for_selector(READY)
        page.set_input_files("#file", tmp_path / "other_metadata.tflite")
        expect(page.locator("#trouble")).to_contain_text("cannot be read as a recording")


def test_what_is_not_allowed_over_plain_http_is_said_and_the_rest_works(site, voice, tmp_path):
    address = site.address.replace("localhost", ELSEWHERE)
    with page_of(address, voice) as page:
        expect(page.locator("#insecure")).to_contain_text("https or from this computer (localhost)")
        expect(page.locator("#offline")).to_contain_text("not kept")
        page.click("#listen")
        expect(page.locator("#trouble")).to_contain_text("https")
        page.set_input_files("#file", write_sounds(tmp_path / "a.wav"))
        decided(page, 1)


@pytest.mark.parametrize(("scheme", "direction"), [("light", "ltr"), ("dark", "rtl")])
def test_it_is_accessible_and_fits_a_small_phone_in_any_translation(site, app, voice, tmp_path, scheme, direction):
    translated = app.with_name(direction)
    shutil.copytree(app, translated)
    texts = translated / "app" / "texts.js"
    texts.write_text(texts.read_text(encoding="utf-8").replace('"ltr"', f'"{direction}"'), encoding="utf-8")
    look = {"color_scheme": scheme, "viewport": {"width": 360, "height": 740}}
    with page_of(site.address.replace("/app/", f"/{direction}/"), voice, **look) as page:
        page.set_input_files("#file", write_sounds(tmp_path / "a recording with quite a long name, of some dog.wav"))
        decided(page, 1)
        assert page.locator("html").get_attribute("dir") == direction
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        violations = Axe().run(page).response["violations"]
        assert not [(one["id"], [node["html"] for node in one["nodes"]]) for one in violations]


def test_it_can_be_used_by_keyboard(site, voice, tmp_path):
    file = write_sounds(tmp_path / "a.wav")
    with page_of(site.address, voice) as page:
        page.on("filechooser", lambda chooser: chooser.set_files(file))  # now: Chromium is told of it when it has time
        reached = []
        for _ in range(8):
            page.keyboard.press("Tab")
            reached.append(page.evaluate("document.activeElement.id"))
        assert [name for name in reached if name][:5] == ["model", "model-open", "listen", "record", "file-open"]
        page.focus("#file-open")
        page.keyboard.press("Enter")
        decided(page, 1)


def test_a_recording_from_the_microphone_is_classified(site, voice):
    with page_of(site.address, voice) as page:
        page.click("#record")
        expect(page.locator("#state")).to_contain_text("Recording … 0:01")
        page.click("#record")
        (name,) = decided(page, 1)
        assert name.startswith("Recorded, ")
