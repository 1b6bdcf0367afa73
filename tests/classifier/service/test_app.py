import io
import re
import select
import shutil
import signal
import socket
import threading
import zipfile

import numpy as np
import pytest
import soundfile

from classifier.inference.prediction import predict_recording
from classifier.inference.predictor import load_predictor
from tests.classifier.service.conftest import served
from tests.conftest import ROOT, run_script, write_tone


def predict(ask, path, model="signal", **query):
    with path.open("rb") as file:
        return ask.post(f"/v2/models/{model}/predict/", files={"data": (path.name, file)}, params=query)


def message(answer):
    """What it says of its error, which names no folder of the server."""
    said = answer.json()
    assert said["status"] == "error"
    assert str(ROOT) not in answer.text
    return said["message"]


def test_a_recording_is_answered_as_the_script_answers_it(ask, song, trained):
    answer = predict(ask, song).json()
    (one,) = answer["predictions"]
    expected = predict_recording(load_predictor(trained.out / "signal"), song)
    of_label = dict(zip(expected.labels, expected.recording, strict=True))
    assert answer["status"] == "OK" and one["title"] == song.name and one["label"] == expected.label
    assert dict(zip(one["labels"], one["probabilities"], strict=True)) == pytest.approx(of_label, abs=1e-4)
    assert one["probabilities"] == sorted(one["probabilities"], reverse=True)
    assert set(one) == {"title", "label", "labels", "probabilities", "seconds", "labels_info", "links"}


def test_samples_outside_full_scale_are_counted_or_refused_with_their_scale(ask, tmp_path):
    path, tone = tmp_path / "loud.wav", np.sin(np.arange(8000)).astype("float32")
    soundfile.write(path, np.where(np.arange(8000) < 3, 1.2, 0.5 * tone), 16_000, subtype="FLOAT")
    assert predict(ask, path).json()["predictions"][0]["clipped"] == 3
    soundfile.write(path, 23_170 * tone, 16_000, subtype="FLOAT")
    said = message(predict(ask, path))
    assert said.startswith("loud.wav reaches 231") and said.endswith("int16 scale? Divide it by 32768")


def test_windows_and_a_drawing_come_when_they_are_asked_for(ask, tmp_path):
    five = write_tone(tmp_path / "a tone.wav", seconds=5)
    (one,) = predict(ask, five, windows=True, drawing=True).json()["predictions"]
    assert [(window["start"], window["end"]) for window in one["windows"]] == [(0, 2), (2, 4), (3, 5)]
    assert one["seconds"] == one["drawing"]["seconds"] == 5
    (half,) = predict(ask, five, windows=True, overlap=0.5).json()["predictions"]
    assert [window["start"] for window in half["windows"]] == [0, 1, 2, 3]


def test_an_archive_is_answered_recording_by_recording(ask, tmp_path, song):
    archive = tmp_path / "many.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(song, "one/a.wav")
        zipped.writestr("one/b.wav", b"no sound at all")
        zipped.writestr("read me.txt", b"not a recording")
    good, bad = predict(ask, archive).json()["predictions"]
    assert good["title"] == "one/a.wav" and good["label"] is None or good["label"] in good["labels"]
    assert bad["title"] == "one/b.wav" and "b.wav" in bad["error"]


def test_every_format_can_be_had_as_wav(ask, tmp_path):
    flac = write_tone(tmp_path / "tone.flac", seconds=1, rate=44_100, channels=2)
    answer = ask.post("/v2/wav/", files={"data": (flac.name, flac.read_bytes())})
    assert answer.headers["content-type"] == "audio/wav"
    assert answer.content[:4] == b"RIFF" and len(answer.content) == 44 + 2 * 16_000


def test_the_models_say_what_they_are(ask, trained):
    found = {model["name"]: model for model in ask.get("/v2/models/").json()["models"]}
    assert {"signal", "mel"} <= set(found)
    signal_model = ask.get("/v2/models/signal/").json()
    assert signal_model == found["signal"]
    assert signal_model["labels"] == ["silence", "song", "speech"]
    assert (signal_model["sample_rate"], signal_model["window"]) == (16_000, 2)
    assert signal_model["scores"]["chance"] == pytest.approx(1 / 3)
    assert 0 <= signal_model["scores"]["balanced_accuracy"] <= 1
    assert ask.get("/v2/models/default/").json() in found.values()


def test_architectures_are_those_that_can_be_trained(ask):
    found = {one["name"]: one["summary"] for one in ask.get("/v2/models/").json()["architectures"]}
    assert "residual" in found and all(found.values())


def test_a_report_is_shown_and_nothing_else_of_its_folder(ask):
    page = ask.get("/reports/signal/index.html")
    assert page.status_code == 200 and "sandbox" in page.headers["content-security-policy"]
    for path in ("/reports/signal/run.json", "/reports/signal/..%2frun.json", "/reports/..%2f..%2f/Constants.py"):
        assert ask.get(path).status_code == 404


def test_what_is_not_there_is_404(ask, song):
    assert "'nothing'" in message(predict(ask, song, model="nothing"))
    assert predict(ask, song, model="nothing").status_code == 404
    for path in ("/v2/models/nothing/", "/v2/models/signal/train/nothing", "/no/such/page", "/page/../app.py"):
        assert ask.get(path).status_code == 404
    assert ask.post("/v2/models/nothing/train/", params={"dataset_directory": "data_short"}).status_code == 404


def test_a_file_that_is_no_recording_is_422_and_named(ask, tmp_path):
    text = tmp_path / "letter.wav"
    text.write_text("dear listener")
    answer = predict(ask, text)
    assert answer.status_code == 422 and "letter.wav" in message(answer)


def test_neither_or_both_a_file_and_an_address_is_422(ask, song):
    assert ask.post("/v2/models/signal/predict/").status_code == 422
    assert predict(ask, song, url="http://example.org/a.wav").status_code == 422


def test_addresses_are_not_fetched_unless_that_is_allowed(ask):
    answer = ask.post("/v2/models/signal/predict/", params={"url": "http://example.org/a.wav"})
    assert answer.status_code == 403 and "--allow-urls" in message(answer)


def test_a_wrong_argument_is_422_and_named(ask, song):
    answer = predict(ask, song, overlap=2)
    assert answer.status_code == 422 and message(answer).startswith("overlap")


def test_a_page_of_another_site_changes_nothing(ask):
    answer = ask.post("/v2/models/signal/train/", headers={"Origin": "https://evil.example"})
    assert answer.status_code == 403
    assert ask.get("/v2/models/", headers={"Host": "evil.example"}).status_code == 421


def first_line(server, *header):
    """What the server answers first while a body comes that has no end."""
    host, port = server.address.removeprefix("http://").split(":")
    start = "\r\n".join(["POST /v2/models/signal/predict/ HTTP/1.1", f"Host: {host}:{port}", *header, "", ""])
    with socket.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(start.encode())
        while not select.select([line], [], [], 0)[0]:
            line.sendall(b"100000\r\n" + bytes(2**20) + b"\r\n")
        return line.recv(100).partition(b"\r\n")[0].decode()


def test_a_body_that_is_too_large_is_refused_before_it_has_come(server):
    form = "Content-Type: multipart/form-data; boundary=x"
    assert first_line(server, form, f"Content-Length: {10**12}").startswith("HTTP/1.1 413")
    try:
        assert first_line(server, form, "Transfer-Encoding: chunked").startswith(("HTTP/1.1 413", "HTTP/1.1 400"))
    except ConnectionError:  # hung up while we still sent
        pass
    assert server.client.get("/healthz").json() == {"status": "OK"}


def test_the_pages_ask_nothing_of_other_hosts(ask):
    for path in ("/", "/docs"):
        page = ask.get(path)
        assert page.status_code == 200
        addresses = re.findall(r"(?:src|href)=\"(https?://[^\"]+)", page.text)
        assert all(address.startswith(str(ask.base_url)) for address in addresses)
        assert "default-src 'self'" in page.headers["content-security-policy"]
    assert ask.get("/ui", follow_redirects=True).url.path == "/docs"


def test_figures_for_prometheus(ask, song):
    predict(ask, song)
    text = ask.get("/metrics").text
    assert 'requests_total{method="POST",route="/v2/models/{name}/predict/",status="200"}' in text
    assert float(re.search(r"^classified_seconds_total (\S+)", text, re.M)[1]) > 0
    for stage in ("queue", "decode", "inference"):
        assert float(re.search(rf"^{stage}_seconds_count (\S+)", text, re.M)[1]) > 0


def test_a_new_model_appears_without_a_restart(trained, tmp_path, song):
    out = tmp_path / "trained"
    with served(out, tmp_path / "home") as server:
        assert "offers to train" in server.said
        names = [model["name"] for model in server.client.get("/v2/models/").json()["models"]]
        assert "mine" not in names
        shutil.copytree(trained.out / "signal", out / "mine")
        assert predict(server.client, song, model="mine").status_code == 200
        shutil.rmtree(out / "mine")
        assert predict(server.client, song, model="mine").status_code == 404


def test_a_token_is_asked_for_by_what_changes_something(trained, tmp_path, song):
    with served(trained.out, tmp_path / "home", "--token", "secret") as server:
        ask = server.client
        assert predict(ask, song).status_code == 200
        start = {"dataset_directory": "nothing"}
        for headers in (
            {},
            {"Authorization": "Bearer guess"},
            {"Authorization": "secret"},
            {"Authorization": b"Bearer \xfcber"},
        ):
            refused = ask.post("/v2/models/signal/train/", params=start, headers=headers)
            assert refused.status_code == 401 and refused.headers["www-authenticate"] == "Bearer"
            assert ask.delete("/v2/models/signal/train/x", headers=headers).status_code == 401
            assert ask.post("/v2/tensorboard/", headers=headers).status_code == 401
        allowed = {"Authorization": "Bearer secret"}
        assert ask.post("/v2/models/signal/train/", params=start, headers=allowed).status_code == 404


def test_it_ends_with_ctrl_c_and_leaves_nothing_of_what_it_was_sent(trained, tmp_path, song):
    with served(trained.out, tmp_path / "home") as server:
        predict(server.client, song)
        code, said = server.stop(signal.SIGINT)
        assert code in (0, 130) and "Traceback" not in said
        assert not list((tmp_path / "home" / "staging").glob("*"))


def test_an_error_is_one_line(tmp_path, server):
    port = server.address.rpartition(":")[2]
    _, said = run_script("ServeModel.py", "--port", port, cwd=tmp_path, expect=1)
    assert "give another --host or --port" in said
    _, said = run_script("ServeModel.py", "--data", tmp_path / "nothing", cwd=tmp_path, expect=1)
    assert "there is no such folder" in said


def test_it_answers_while_it_is_asked_by_many(ask, song):
    predictions = []
    threads = [
        threading.Thread(target=lambda: predictions.append(predict(ask, song, model="mel").text)) for _ in range(16)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(predictions)) == 1 and '"OK"' in predictions[0]


def test_a_zip_in_memory_may_be_what_is_sent(ask, song):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as zipped:
        zipped.write(song, song.name)
    answer = ask.post("/v2/models/signal/predict/", files={"data": ("no suffix", held.getvalue())})
    assert [one["title"] for one in answer.json()["predictions"]] == [song.name]
