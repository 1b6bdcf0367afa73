"""Models, data and results are taken away, whole and by name, and nothing else is."""

import io
import os
import zipfile
from pathlib import Path

import httpx
import pytest

from classifier.data import clips
from classifier.data.annotations import audacity, raven
from classifier.data.layouts import Clip
from classifier.inference import litert
from classifier.service import data_zip
from classifier.service.settings import Refused, Settings
from tests.classifier.service.conftest import served_here, write_tiny_model
from tests.conftest import write_tone


def test_each_file_of_a_model_is_there_as_it_lies_in_its_folder(ask, tmp_path):
    files = ask.get("/v2/models/signal/files/").json()["files"]
    names = [one["name"] for one in files]
    assert names[0] == "model_signal_metadata.tflite" and names[-1] == "report.html" and "model_int8.tflite" in names
    for one in files:
        got = ask.get(f"/v2/models/signal/files/{one['name']}")
        assert got.status_code == 200 and len(got.content) == one["bytes"]
        outside = one["name"] if one == files[0] else f"signal_{one['name']}"
        assert got.headers["content-disposition"] == f'attachment; filename="{outside}"'
    (tmp_path / names[0]).write_bytes(ask.get(f"/v2/models/signal/files/{names[0]}").content)
    assert litert.LiteRT(tmp_path / names[0]).n_inputs == 32_000


@pytest.mark.parametrize("name", ["run.json", "..%2fmel%2fmodel.tflite", "model.keras", "report", "%2fetc%2fpasswd"])
def test_nothing_else_of_the_folder_or_outside_of_it_is(ask, name):
    assert ask.get(f"/v2/models/signal/files/{name}").status_code == 404


def test_a_link_that_leads_out_of_the_folder_is_not_followed(tmp_path):
    model = write_tiny_model(tmp_path / "models")
    (tmp_path / "secret.tflite").write_bytes(b"secret")
    with served_here(Settings(out=model, home=tmp_path / "home")) as (address, app):
        folder = tmp_path / "folder"
        folder.mkdir()
        os.symlink(tmp_path / "secret.tflite", folder / "model.tflite")
        (folder / "model_int8.tflite").write_bytes(b"1")
        (folder / "model_x_metadata.tflite").write_bytes(b"2")
        app.state.service.catalogue.path = lambda name: (folder, ())
        files = httpx.get(f"{address}/v2/models/x/files/").json()["files"]
        assert [one["name"] for one in files] == ["model_x_metadata.tflite", "model_int8.tflite"]


def test_all_of_it_needs_the_token(tmp_path):
    models = write_tiny_model(tmp_path / "models")
    with served_here(Settings(out=models, home=tmp_path / "home", token="secret")) as (address, _):
        paths = ("/v2/models/tiny/files/", "/v2/models/tiny/files/tiny.tflite", "/v2/data/data_short/zip")
        for path in paths:
            assert httpx.get(address + path).status_code == 401
            assert httpx.get(address + path, headers={"Authorization": "Bearer secret"}).status_code == 200
        assert httpx.post(f"{address}/v2/models/tiny/results/csv/", content="{}").status_code == 401


def test_a_data_set_is_read_as_before_from_its_zip(ask, data_short, tmp_path):
    with zipfile.ZipFile(io.BytesIO(ask.get("/v2/data/data_short/zip").content)) as archive:
        archive.extractall(tmp_path)
    before, now = clips.read_clips(data_short), clips.read_clips(tmp_path)
    assert [(clip.label, clip.path.name) for clip in now] == [(clip.label, clip.path.name) for clip in before]
    assert now[0].path.read_bytes() == before[0].path.read_bytes()


def test_marked_parts_become_label_tracks_and_names_lead_nowhere(tmp_path):
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_tone(tmp_path / folder / "one.wav")
    one, other = (tmp_path / folder / "one.wav" for folder in ("a", "b"))
    found = [Clip(one, "song", "x", start=0.5, end=1.0), Clip(one, "../up", "x", end=0.25), Clip(other, "../up", "y")]
    packed = io.BytesIO(b"".join(data_zip.zipped([*found, Clip(one, "..", "z")])))
    with zipfile.ZipFile(packed) as archive:
        assert sorted(archive.namelist()) == ["_/one.wav", "_up/one.wav", "recordings/one.txt", "recordings/one.wav"]
        track = archive.read("recordings/one.txt").decode()
    stretches = audacity.read(tmp_path / "one.txt", track).stretches
    assert [(of.label, of.start, of.end) for of in stretches] == [("../up", 0, 0.25), ("song", 0.5, 1)]


def test_recordings_outside_of_the_data_are_not_given_away(tmp_path):
    for name in ("outside", "other"):
        write_tone(tmp_path / f"{name}.wav")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "list.csv").write_text(
        f"path,label\n{tmp_path}/outside.wav,song\n{tmp_path}/other.wav,speech\n"
    )
    with pytest.raises(Refused, match="outside of its folder"):
        data_zip.read(tmp_path / "data")


def test_results_are_written_as_audacity_raven_and_csv_read_them(ask, song, tmp_path):
    files = {"data": (f"../{song.name}", song.read_bytes())}
    answer = ask.post("/v2/models/signal/predict/", files=files, params={"windows": True, "overlap": 0.5})
    windows = answer.json()["predictions"][0]["windows"]
    labelled = {window["label"] for window in windows} - {None}
    for writer, read in (("audacity", audacity), ("raven", raven)):
        got = ask.post(f"/v2/models/signal/results/{writer}/", content=answer.content)
        assert got.status_code == 200 and got.headers["content-disposition"].endswith(".txt")
        path = tmp_path / f"{song.stem}.{'Table.1.selections.' if writer == 'raven' else ''}txt"
        path.write_bytes(got.content)
        if labelled:
            assert {of.label for of in read.read(path, got.text).stretches} == labelled
    table = ask.post("/v2/models/signal/results/csv/", content=answer.content).text.splitlines()
    assert table[0].startswith("recording,") and len(table) > len(labelled)
    two = answer.json()
    two["predictions"] *= 2
    packed = ask.post("/v2/models/signal/results/audacity/", json=two)
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert [Path(name).parent.as_posix() for name in archive.namelist()] == [".", "."]


def test_what_is_no_answer_of_predict_is_refused(ask):
    whole = {"title": "a.wav", "label": None, "labels": [], "probabilities": [], "seconds": 2}
    window = {"start": 0, "end": 2, "label": "dragon", "labels": ["dragon"], "probabilities": [1]}
    for body, said in (
        ([], "is no answer of predict"),
        ({"status": "OK", "predictions": []}, "nothing to write"),
        ({"status": "OK", "predictions": [whole]}, "has no windows"),
        ({"status": "OK", "predictions": [{**whole, "windows": [window]}]}, "a label that signal does not know"),
    ):
        got = ask.post("/v2/models/signal/results/csv/", json=body)
        assert got.status_code == 422 and said in got.json()["message"]
    assert (
        ask.post("/v2/models/signal/results/parquet/", json={"status": "OK", "predictions": [whole]}).status_code == 404
    )
