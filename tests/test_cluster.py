"""The scripts on a cluster of two workers: they do what they do on one machine, with and without shared folders."""

import json
import os
from dataclasses import replace

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.data import preparation_jobs
from classifier.data.cleaning import Cleaning
from classifier.data.layouts import Clip
from classifier.records import artifact
from classifier.storage import mirror, remote
from tests.conftest import CHEAPEST, call_script, run_script, write_data, write_tone


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    """Three recordings a label, and a file that cannot be read."""
    data = write_data(tmp_path_factory.mktemp("cluster") / "raw", n=3)
    (data / "low tone" / "text.wav").write_text("these are words")
    return data


@pytest.fixture(scope="module")
def there(bucket, raw):
    """s3://<bucket>, which holds the recordings in the folder raw."""
    name = f"cluster-{os.urandom(4).hex()}"
    bucket.create_bucket(Bucket=name)
    mirror.upload(raw, f"s3://{name}/raw")
    return f"s3://{name}"


def prepare(folder, data, out, *args):
    return call_script("PrepareData.py", data, "--out", out, "--join-recordings", 0, *args, cwd=folder)


def prepared(folder):
    """{name: bytes} of what was written, and the manifest without what it says of places and times."""
    entries = [json.loads(line) for line in (folder / "manifest.jsonl").read_text().splitlines()]
    for entry in entries:
        entry["skipped"] = [name.removeprefix("raw/") for name, _ in entry["skipped"]]
        entry["inputs"] = [row["path"].removeprefix("raw/") for row in entry["inputs"]]
        entry["group"] = entry["group"].removeprefix("raw/")
        del entry["id"], entry["data"]
    written = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.wav")}
    return written, sorted(entries, key=lambda entry: entry["inputs"])


@pytest.fixture(scope="module")
def alone(raw):
    """What this machine makes of the recordings by itself."""
    prepare(raw.parent, raw, "alone")
    written, entries = prepared(raw.parent / "alone")
    assert len(written) == 6 and len(entries) == 7
    return written, entries


def test_a_cluster_that_shares_folders_prepares_the_same(raw, alone, cluster):
    """Given a path that is true only from here."""
    prepare(raw.parent, raw.name, "shared", "--scheduler", cluster)
    assert prepared(raw.parent / "shared") == alone


def test_a_worker_that_does_not_see_the_recordings_says_so_and_skips_none(tmp_path):
    with pytest.raises(InputError, match="raw is not the same on each machine of the cluster"):
        preparation_jobs.run("name", None, tmp_path / "raw", tmp_path, "target")
    clip = Clip(write_tone(tmp_path / "raw" / "a.wav"), "a", "a")
    job = preparation_jobs.Job((clip,), Cleaning(16_000, top_db=30)).for_cluster(tmp_path / "raw")
    clip.path.unlink()
    with pytest.raises(InputError, match="raw/a.wav is not the same on each machine of the cluster"):
        preparation_jobs.run("name", job, tmp_path / "raw", tmp_path, "target")


def test_a_cluster_that_shares_nothing_prepares_the_same_from_bucket_to_bucket(there, alone, cluster, bucket, tmp_path):
    printed, _ = prepare(tmp_path, f"{there}/raw", f"{there}/prepared", "--scheduler", cluster)
    assert f"wrote {there}/prepared; next: " in printed
    assert prepared(mirror.download(f"{there}/prepared", tmp_path / "first")) == alone
    before = remote.stamps(f"{there}/prepared")
    bucket.delete_object(Bucket=there.removeprefix("s3://"), Key="raw/high tone/h0_take.wav")
    _, said = prepare(tmp_path, f"{there}/raw", f"{there}/prepared", "--scheduler", cluster)
    assert "deleted 1 files" in said
    after = remote.stamps(f"{there}/prepared")
    assert {name for name in before if name not in after} == {f"{there}/prepared/high tone/h0_take.wav"}
    assert all(before[name] == after[name] for name in after)


def test_folds_on_a_cluster_are_those_of_this_machine(raw, there, cluster, tmp_path):
    settings = ["--model", CHEAPEST, "--epochs", 1, "--folds", "0", "--no-refit"]
    run_script("EvaluateModel.py", "--data", raw, "--out", "alone", *settings, cwd=tmp_path)
    elsewhere = ["--data", f"{there}/all", "--out", f"{there}/evaluated", "--scheduler", cluster]
    mirror.upload(raw, f"{there}/all")
    printed, said = run_script("EvaluateModel.py", *elsewhere, *settings, cwd=tmp_path)
    assert f"1 trainings, 0 done before, on the workers of {cluster}" in said
    assert f"wrote {there}/evaluated" in printed
    sent = mirror.download(f"{there}/evaluated", tmp_path / "sent")
    assert (sent / "leaderboard.csv").read_bytes() == (tmp_path / "alone" / "leaderboard.csv").read_bytes()
    ours, theirs = (artifact.load(folder / "fold_0" / CHEAPEST) for folder in (tmp_path / "alone", sent))
    for name in ("labels", "split", "scores", "thresholds"):
        assert getattr(theirs.record, name) == getattr(ours.record, name)
    assert theirs.record.config == replace(ours.record.config, data=f"{there}/all")
    for name, values in ours.predictions("test").items():
        assert np.array_equal(theirs.predictions("test")[name], values)
    _, said = run_script("EvaluateModel.py", *elsewhere, *settings, cwd=tmp_path)
    assert "1 trainings, 1 done before" in said
