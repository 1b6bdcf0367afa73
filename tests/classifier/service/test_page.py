"""The page in a real browser, with a microphone that plays a recording."""

import base64
import io
import json
import re
import shutil
import zipfile
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
import soundfile
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from classifier.audio import recording
from classifier.inference import litert
from classifier.inference.prediction import predict_signal
from classifier.inference.predictor import load_predictor
from classifier.scoring.decision_rule import DecisionRule
from classifier.service.settings import Settings
from tests.classifier.export.web_app.conftest import tiny, write_sounds
from tests.classifier.service.browser import MINUTES, NEEDS_CHROMIUM, page_of
from tests.classifier.service.conftest import served, served_here, write_tiny_model
from tests.conftest import CHEAPEST, SHARED_DATA, write_data, write_tone

pytestmark = NEEDS_CHROMIUM


@pytest.fixture(scope="module")
def own(trained, tmp_path_factory):
    """A server whose trained models may become more."""
    folder = tmp_path_factory.mktemp("page")
    shutil.copytree(trained.out, folder / "trained")
    with served(folder / "trained", folder / "home", "--data", write_data(folder / "tones")) as server:
        yield server


@pytest.fixture
def voice(song, tmp_path):
    """A recording as the browser's microphone wants it: 16-bit wav."""
    held_out = sorted((SHARED_DATA / "voices" / "speech").glob("*.wav"))
    signal, rate = soundfile.read(held_out[0] if held_out else song)
    soundfile.write(tmp_path / "voice.wav", signal, rate, subtype="PCM_16")
    return tmp_path / "voice.wav"


def labels(server):
    return server.client.get("/v2/models/signal/").json()["labels"]


def n_windows(server, path):
    files, query = {"data": (path.name, path.read_bytes())}, {"windows": True, "overlap": 0.5}
    (one,) = server.client.post("/v2/models/mel/predict/", files=files, params=query).json()["predictions"]
    return len(one["windows"])


def test_the_microphone_is_classified_live(own, voice):
    with page_of(own, voice) as page:
        page.select_option("#model", "signal")
        page.click("#listen")
        expect(page.locator("#live-label")).to_have_text(re.compile("|".join([*labels(own), "none of them"]), re.I))
        expect(page.locator("#live-classes li")).to_have_count(3)
        page.wait_for_selector("#live-history li", state="attached")
        page.click("#listen")
        expect(page.locator("#listen")).to_have_text(re.compile("Listen"))


def test_a_file_is_drawn_and_played_from_its_segments(own, voice):
    with page_of(own, voice, color_scheme="dark", viewport={"width": 390, "height": 844}) as page:
        page.select_option("#model", "mel")
        expect(page.locator("#model-about")).to_contain_text(
            re.compile(r"windows are 2 s .* balanced accuracy of windows, by model_\w+.tflite \(guess")
        )
        page.click("nav a[data-for=recording]")
        page.set_input_files("#file", voice)
        page.wait_for_selector("#timeline button")
        expect(page.locator("#windows tbody tr")).to_have_count(n_windows(own, voice))
        assert page.evaluate("document.querySelector('#spectrogram').width") > 300
        drawn = "c => new Set(c.getContext('2d').getImageData(0, 0, c.width, c.height).data).size"
        assert page.locator("#spectrogram").evaluate(drawn) > 20
        page.locator("#timeline button").first.click()
        page.wait_for_selector("#playhead:not([hidden])")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_file_that_is_no_recording_is_refused(own, tmp_path, voice):
    (tmp_path / "letter.wav").write_text("dear listener")
    with pytest.raises(AssertionError, match="422"), page_of(own, voice) as page:  # chromium says so on its console
        page.click("nav a[data-for=recording]")
        page.set_input_files("#file", tmp_path / "letter.wav")
        expect(page.locator("#recording-trouble")).to_contain_text("letter.wav")


def test_a_file_that_no_browser_can_decode_whole_is_refused_with_what_to_do(own, tmp_path, voice):
    with (tmp_path / "day.mp3").open("wb") as file:
        file.truncate(301 * 2**20)
    with page_of(own, voice, "/#recording") as page:
        page.set_input_files("#file", tmp_path / "day.mp3")
        expect(page.locator("#recording-trouble")).to_have_text(
            "day.mp3 has 301 MB. What is no wav is decoded whole, in the memory of this browser, up to 300 MB. Convert "
            "it to wav, which is read in parts, or run ClassifyRecordings.py."
        )


def test_the_token_is_taken_from_the_address_or_asked_for_and_no_script_can_read_it(tmp_path):
    models = write_tiny_model(tmp_path / "models")
    with served(models, tmp_path / "home", "--token", "secret") as server:
        readable = "document.cookie + JSON.stringify(sessionStorage) + JSON.stringify(localStorage) + location.href"
        expected = pytest.raises(AssertionError, match="404|401|422")  # chromium says so on its console
        with expected, page_of(server, write_tone(tmp_path / "tone.wav")) as page:
            with page.expect_response(lambda answer: answer.url.endswith("/v2/session/") and answer.ok):
                page.goto(f"{server.address}/#token=secret")
            assert page.evaluate("fetch('v2/models/mel/train/x').then(({status}) => status)") == 404
            assert not page.evaluate("location.hash")
            assert "secret" not in page.evaluate(readable) and "session" not in page.evaluate("document.cookie")
            assert [cookie["httpOnly"] for cookie in page.context.cookies()] == [True]
            page.context.clear_cookies()
            page.click("nav a[data-for=train]")
            page.click("#train-more summary")
            page.fill("#train-group", "(")
            page.click("#train-start")
            for token, said in (("guess", "needs the token"), ("secret", "That token was not accepted")):
                expect(page.locator("#token-why")).to_contain_text(said)
                page.fill("#token", token)
                page.click("#token-dialog button[value=yes]")
            expect(page.locator("#train-trouble")).to_contain_text("is not a regular expression")
            assert "secret" not in page.evaluate(readable)
            assert not (tmp_path / "home" / "work").exists() or not any((tmp_path / "home" / "work").iterdir())
            through = True
        assert through


def test_tensorboard_is_started_and_linked(own, voice):
    with page_of(own, voice) as page:
        page.click("nav a[data-for=train]")
        page.click("#tensorboard")
        page.wait_for_selector("#tensorboard-link:not([hidden])")
        assert httpx.get(page.locator("#tensorboard-link").get_attribute("href")).status_code == 200


def test_without_a_model_one_button_trains_the_first(tmp_path, voice):
    with served(tmp_path / "trained", tmp_path / "home") as server, page_of(server, voice) as page:
        page.click("#train-first")
        page.wait_for_selector("#runs article .status.running", state="attached")
        (run,) = server.client.get("/v2/train/").json()["runs"]
        assert (run["architecture"], run["args"]["dataset_directory"]) == ("signal", "data_short")
        page.click("nav a[data-for=train]")
        page.get_by_role("button", name="Cancel").first.click()
        page.wait_for_selector("#runs article .status.cancelled")


def test_a_model_trained_from_the_page_is_there_to_be_used(own, voice, tmp_path):
    with page_of(own, voice) as page:
        page.click("nav a[data-for=train]")
        page.select_option("#train-data", "tones")
        expect(page.locator("#train-what")).to_contain_text("labels, by the names in the folder")
        page.click("#train-more summary")
        assert page.locator("#train-architecture").input_value() == "auto"
        page.select_option("#train-architecture", CHEAPEST)
        page.fill("#train-epochs", "1")
        page.fill("#train-group", "^([^_]+)_")
        page.click("#train-start")
        page.wait_for_selector("#runs article .status.running")
        page.wait_for_selector("#runs article .status.done", timeout=MINUTES)
        (run,) = own.client.get("/v2/train/").json()["runs"]
        assert run["args"]["max_minutes"] == 10
        name = run["result"]["modelname"]
        expect(page.locator("#model")).to_have_value(name)
        page.click("nav a[data-for=recording]")
        page.set_input_files("#file", write_tone(tmp_path / "tone.wav"))
        page.wait_for_selector("#timeline button")
    answer = own.client.post(
        f"/v2/models/{name}/predict/", files={"data": ("tone.wav", (tmp_path / "tone.wav").read_bytes())}
    )
    assert answer.json()["status"] == "OK"
    assert own.client.get(f"/reports/{name}/index.html").status_code == 200


def test_all_parts_can_be_read_aloud_and_fit_a_phone(own, voice):
    with page_of(own, voice, viewport={"width": 360, "height": 740}) as page:
        for part in ("live", "recording", "train"):
            page.click(f"nav a[data-for={part}]")
            if part == "recording":
                page.set_input_files("#file", voice)
                page.wait_for_selector("#results:not([hidden])")
            page.locator("details:visible").evaluate_all("all => all.forEach((one) => (one.open = true))")
            page.wait_for_selector("#take-files li")
            page.wait_for_selector("#phone-shown p")
            violations = Axe().run(page).response["violations"]
            assert not [(part, one["id"], [node["html"] for node in one["nodes"]]) for one in violations]
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_model_and_what_it_said_are_taken_away(own, voice, tmp_path):
    with page_of(own, voice) as page:
        page.select_option("#model", "mel")
        page.click("#take summary")
        with page.expect_download() as taken:
            page.click("#take-files a >> nth=0")
        taken.value.save_as(tmp_path / "model.tflite")
        assert litert.LiteRT(tmp_path / "model.tflite").n_inputs == 32_000
        page.click("nav a[data-for=recording]")
        page.set_input_files("#file", voice)
        for writer, first in (("csv", "recording,"), ("raven", "Selection\t")):
            with page.expect_download() as taken:
                page.click(f"[data-writer={writer}]")
            assert taken.value.path().read_text().startswith(first)
        page.click("nav a[data-for=train]")
        page.select_option("#train-data", "tones")
        with page.expect_download() as taken:
            page.click("#train-data-zip")
        assert taken.value.suggested_filename == "tones.zip" and zipfile.is_zipfile(taken.value.path())


def test_a_long_recording_is_sent_in_parts_and_has_the_windows_of_the_whole(own, voice, tmp_path):
    signal, rate = soundfile.read(voice)
    long = np.resize(signal, 330 * rate)
    soundfile.write(tmp_path / "long.wav", long, rate, subtype="PCM_16")
    with page_of(own, voice) as page:
        asked = []
        page.on("request", lambda ask: asked.append(len(ask.post_data_buffer or b"")) if "predict" in ask.url else None)
        page.select_option("#model", "mel")
        page.click("nav a[data-for=recording]")
        page.set_input_files("#file", tmp_path / "long.wav")
        page.wait_for_selector("#results:not([hidden])", timeout=MINUTES)
        with page.expect_download() as taken:
            page.click("[data-writer=csv]")
        written, rows = taken.value.path().read_text(), page.locator("#windows tbody tr").count()
    assert len(asked) == 6 and max(asked) < 70 * rate * 2
    files, query = {"data": ("long.wav", (tmp_path / "long.wav").read_bytes())}, {"windows": True, "overlap": 0.5}
    answer = own.client.post("/v2/models/mel/predict/", files=files, params=query)
    (whole,) = answer.json()["predictions"]
    assert rows == len(whole["windows"])
    expected = own.client.post("/v2/models/mel/results/csv/", content=answer.content).text
    times = [[line.split(",")[1:4] for line in text.splitlines()] for text in (written, expected)]
    assert times[0] == times[1]


IN_PARTS = """async (model) => {
  const { classifyLong } = await import("./page/streaming.js");
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  const part = async (from, to) => new File([bytes(await cut(from, to))], "a.wav");
  const about = { signal: new AbortController().signal, isEnough: () => false, onPart() {} };
  const found = await classifyLong({ seconds: 130, part }, "long", model, 0.5, about);
  return found.windows.map(({ start, label }) => [start, label]);
}"""


def test_windows_at_the_ends_of_parts_are_smoothed_with_the_next_ones_as_in_the_whole(tmp_path):
    rate, rule = 16_000, DecisionRule({"bell": 0.4, "dog": 0.35, "rain": 0.4}, smooth=3)
    (tmp_path / "models").mkdir()
    tiny(tmp_path / "models" / "tiny.tflite", rule)
    path = write_sounds(tmp_path / "long.wav", 130.0, subtype="PCM_16")
    long, _ = soundfile.read(path, dtype="int16")

    def cut(first, last):
        held = io.BytesIO()
        soundfile.write(held, long[round(first * rate) : round(last * rate)], rate, format="WAV", subtype="PCM_16")
        return base64.b64encode(held.getvalue()).decode()

    with served_here(Settings(out=tmp_path / "models", home=tmp_path / "home")) as (address, _):
        with page_of(SimpleNamespace(address=address), write_tone(tmp_path / "tone.wav")) as page:
            page.expose_function("cut", cut)
            in_parts = page.evaluate(IN_PARTS, httpx.get(f"{address}/v2/models/tiny/").json())
    whole = predict_signal(load_predictor(tmp_path / "models" / "tiny.tflite"), recording.read(path, rate), 0.5)
    assert [label for _, label in in_parts] == whole.window_labels and len(set(whole.window_labels)) > 1
    assert np.allclose([start for start, _ in in_parts], whole.starts)


def test_where_the_server_has_no_room_the_page_waits_and_asks_again(tmp_path):
    soundfile.write(tmp_path / "long.wav", np.zeros(310 * 8000), 8000, subtype="PCM_U8")
    settings = Settings(out=write_tiny_model(tmp_path / "models"), home=tmp_path / "home")
    expected = pytest.raises(AssertionError, match="429")  # chromium says so on its console
    with served_here(settings) as (address, app), expected:
        with page_of(SimpleNamespace(address=address), write_tone(tmp_path / "tone.wav")) as page:
            page.click("nav a[data-for=recording]")
            app.state.service.audio.spend("127.0.0.1", settings.minute_seconds + 3000)
            page.set_input_files("#file", tmp_path / "long.wav")
            expect(page.locator("#recording-state")).to_contain_text("the server has no room now, it is asked again in")
            expect(page.locator("#result-title")).to_have_text("long.wav", timeout=MINUTES)


def test_none_of_them_is_explained(own, voice, tmp_path):
    with page_of(own, voice) as page:
        module = "import('./page/nearest.js').then(({ whyNone }) => whyNone(%s, { song: 0.8, speech: 0.9 }))"
        window = {"label": None, "labels": ["song", "speech"], "probabilities": [0.6, 0.4]}
        said = page.evaluate(module % json.dumps({"label": None, "windows": [window, window]}))
        assert said == (
            "None of them in 100\xa0% of it. “song” came nearest, with at most 60\xa0%; it is reported from 80\xa0% on."
        )
        window["probabilities"] = [0.85, 0.1]
        said = page.evaluate(module % json.dumps({"label": None, "windows": [window]}))
        assert "it reached its threshold of 80\xa0% for a moment, with 85\xa0%" in said
        song = {"label": "song", "labels": ["song"], "probabilities": [1]}
        assert page.evaluate(module % json.dumps({"label": "song", "windows": [song, song, window]})) == ""
