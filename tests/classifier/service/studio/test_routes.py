"""Studio over a real socket: what is kept, what is refused, and who sees what of whom."""

import signal
import threading

import numpy as np
import pytest
import soundfile

from classifier.data.clips import read_clips
from tests.classifier.service.conftest import served
from tests.classifier.service.studio.conftest import DataSet, journal_of


def test_what_is_labelled_is_what_a_training_reads(birds, tone):
    birds.add(tone)
    birds.add(tone, "a song.ogg.wav", label="song", take=True)
    birds.edit("monday.wav", 0.5, 1.5, "call", 0)
    birds.edit("monday.wav", 2, 9, "song", 1)
    assert (birds.folder / "monday.txt").read_text() == "0.500000\t1.500000\tcall\n2.000000\t4.000000\tsong\n"
    clips = read_clips(birds.folder)
    assert {(clip.path.name, clip.label, clip.start, clip.end) for clip in clips} == {
        ("monday.wav", "call", 0.5, 1.5),
        ("monday.wav", "song", 2.0, 4.0),
        ("a_song_ogg.wav", "song", 0.0, 4.0),
    }
    assert [(of["name"], of["stretches"]) for of in birds.ask("GET")["about"]["labels"]] == [("song", 2), ("call", 1)]
    names = {data["name"]: data["labels"] for data in birds.client.get("/v2/data/").json()["data"]}
    assert names["birds"] == {"call": 1, "song": 2}


def test_a_recording_is_played_in_parts_and_drawn(birds, tone):
    birds.add(tone)
    path = "/v2/studio/birds/recordings/monday.wav/"
    part = birds.client.get(f"{path}audio", headers={"Range": "bytes=44-1043"})
    samples, rate = soundfile.read(birds.folder / "monday.wav", dtype="int16")
    assert (part.status_code, rate, len(samples)) == (206, 16_000, 64_000)
    assert part.content == samples[:500].tobytes()
    drawn = birds.client.get(f"{path}drawing", params={"start": 1, "end": 3}).json()
    assert drawn["seconds"] == 2 and np.max(drawn["high"]) > 0.2
    assert "no such part" in birds.client.get(f"{path}drawing", params={"start": 4}).json()["message"]


def test_a_voice_is_kept_with_consent_only_and_deleted_with_all_that_is_known_of_it(birds, tone):
    files = {"data": (tone.name, tone.read_bytes())}
    assert "consent" in birds.ask("POST", "recordings/", 422, files=files)["message"]
    assert "only with consent" in birds.ask("POST", "recordings/", 422, files=files, consent=False)["message"]
    birds.add(tone, label="song")
    birds.ask("DELETE", "recordings/monday.wav/")
    assert not [path for path in birds.folder.rglob("*") if "monday" in path.name]
    birds.add(tone, label="song")
    birds.ask("DELETE")
    assert not list(birds.folder.parent.iterdir())


def test_two_people_edit_other_stretches_at_once_and_the_same_one_is_a_conflict_with_both(birds, tone):
    birds.add(tone)
    birds.edit("monday.wav", 0, 1, "call", 0)
    assert birds.edit("monday.wav", 1, 2, "song", 0)["revision"] == 2  # on the revision that the other has made too old
    conflict = birds.edit("monday.wav", 0.5, 1.5, "song", 0, expect=409)
    assert [edit["label"] for edit in conflict["theirs"]] == ["call", "song"]
    assert (conflict["mine"]["start"], conflict["now"]["revision"]) == (0.5, 2)
    assert birds.edit("monday.wav", 1, 2, "song", 1)["revision"] == 2  # asked again: the response was lost
    assert birds.edit("monday.wav", 0.5, 1.5, "song", 2)["revision"] == 3


def test_many_edit_one_recording_at_once_and_none_is_lost(birds, tone):
    birds.add(tone)
    threads = [threading.Thread(target=birds.edit, args=("monday.wav", i, i + 0.5, f"label {i}", 0)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(birds.ask("GET", "recordings/monday.wav/")["stretches"]) == len(journal_of(birds, "monday")) == 4


def test_undo_takes_back_the_last_edit_and_keeps_both_in_the_journal(birds, tone):
    birds.add(tone)
    birds.edit("monday.wav", 0, 4, None, 0)
    assert (birds.folder / "monday.txt").read_text() == ""  # nobody is heard in it
    birds.edit("monday.wav", 1, 2, "song", 1)
    undone = birds.ask("POST", "recordings/monday.wav/undo/", 201, revision=2)
    assert [(of["start"], of["label"]) for of in undone["stretches"]] == [(0, None)]
    birds.ask("POST", "recordings/monday.wav/undo/", 201, revision=3)
    assert not (birds.folder / "monday.txt").exists()
    assert "nothing to undo" in birds.ask("POST", "recordings/monday.wav/undo/", 422, revision=4)["message"]
    assert [edit["undoes"] for edit in journal_of(birds, "monday")] == [None, None, 2, 1]


def test_a_label_that_is_heard_keeps_its_name(birds, tone):
    birds.ask("POST", "labels/", 201, label=" call ")
    birds.add(tone, label="song")
    assert "heard in 1 recordings" in birds.ask("DELETE", "labels/", 409, label="song")["message"]
    assert [of["name"] for of in birds.ask("DELETE", "labels/", label="call")["labels"]] == ["song"]


def test_a_name_that_no_folder_can_have_is_refused(birds):
    for name in ("a.b", "..%2fa", " a", "tmp", "x" * 61):
        assert birds.client.post(f"/v2/studio/{name}/").status_code in (404, 422)
    assert [path.name for path in birds.folder.parent.iterdir()] == ["birds"]


def test_limits_hold(birds, tone, settings):
    for _ in range(4):
        birds.add(tone)
    assert [of["name"] for of in birds.ask("GET")["recordings"]] == [f"monday{n}.wav" for n in ("", "_2", "_3", "_4")]
    files = {"data": (tone.name, tone.read_bytes())}
    assert "may have no more" in birds.ask("POST", "recordings/", 413, files=files, consent=True)["message"]
    for revision in range(6):
        birds.edit("monday.wav", 0, 1, f"label {revision}", revision)
    assert "may have no more" in birds.edit("monday.wav", 0, 1, "song", 6, expect=413)["message"]
    for name in ("b", "c"):
        birds.client.post(f"/v2/studio/{name}/")
    assert birds.client.post("/v2/studio/d/").status_code == 413
    assert birds.client.post("/v2/studio/Birds/").status_code == 409
    for _ in range(4):
        birds.client.post("/v2/studio/b/recordings/", params={"consent": True}, files=files)
    full = birds.client.post("/v2/studio/c/recordings/", params={"consent": True}, files=files)
    assert full.status_code == 413 and "GiB" in full.json()["message"]


def test_a_server_that_is_killed_while_people_label_has_lost_nothing_that_it_said_it_has(tmp_path, tone):
    acknowledged = []

    def label_all(birds):
        for i in range(10_000):
            birds.edit("monday.wav", i / 10_000, i / 10_000 + 1, f"label {i % 3}", i)
            acknowledged.append(i)
            if i == 20:
                half_way.set()

    half_way = threading.Event()
    with served(tmp_path / "trained", tmp_path / "home") as server:
        birds = DataSet(server.client, tmp_path / "home" / "studio" / "birds")
        birds.ask("POST", expect=201)
        birds.add(tone)

        def until_it_is_gone():
            with pytest.raises(Exception, match="(?i)disconnected|refused|reset|closed|read"):
                label_all(birds)

        labelling = threading.Thread(target=until_it_is_gone)
        labelling.start()
        assert half_way.wait(120)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait()
        labelling.join()
    (birds.folder / "monday.txt").write_text("of the edit before")
    (birds.folder / "gone.txt").write_text("")
    with (birds.folder / ".studio" / "edits" / "monday.jsonl").open("a") as journal:
        journal.write('{"key": "0000')  # half of the next one
    with served(tmp_path / "trained", tmp_path / "home") as server:
        birds.client = server.client
        found = birds.ask("GET", "recordings/monday.wav/")
        assert len(acknowledged) <= found["revision"] <= len(acknowledged) + 1
        heard = [f"{of['start']:.6f}\t{of['end']:.6f}\t{of['label']}" for of in found["stretches"]]
        assert (birds.folder / "monday.txt").read_text().splitlines() == heard
        assert not (birds.folder / "gone.txt").exists()
