import hashlib
from dataclasses import replace

import pytest

from classifier.core.errors import InputError
from classifier.inference.predictor import find_model
from classifier.pretrained import weights
from classifier.storage import downloads
from tests.classifier.storage.test_downloads import publishing

CONTENT = b"weights of a network"
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(downloads, "PAUSE", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with publishing({"/net.tflite": CONTENT}) as server:
        yield server


@pytest.fixture
def publish(server, tmp_path, monkeypatch):
    """Publish the file of a network under a checksum; returns the folder it is to be kept in, not there yet."""

    def publish(sha256):
        file = weights.Weights(server.address("/net.tflite"), sha256, 0.1, "CC0, nobody")
        monkeypatch.setattr(weights, "PUBLISHED", {"net": file})
        monkeypatch.setattr(weights, "WEIGHTS", tmp_path / "weights")
        return tmp_path / "weights"

    return publish


def kept(folder):
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def test_weights_are_fetched_once_and_their_licence_is_named(publish, server, capsys):
    folder = publish(SHA256)
    for _ in range(2):
        assert weights.fetch("net") == folder / "net.tflite"
        assert (folder / "net.tflite").read_bytes() == CONTENT
    assert len(server.asked) == 1
    assert capsys.readouterr().err.splitlines() == ["net: downloading its weights, 0.1 MB, CC0, nobody"]
    assert kept(folder) == ["net.tflite"]


def test_other_weights_than_published_are_not_kept(publish):
    folder = publish("0" * 64)
    with pytest.raises(InputError, match=f"expected sha256:{'0' * 64} but got {SHA256}"):
        weights.fetch("net")
    assert kept(folder) == []


def test_without_a_network_the_file_the_folder_and_the_flag_are_named(publish, server):
    folder = publish(SHA256)
    server.shutdown()
    server.server_close()
    with pytest.raises(InputError, match="cannot be fetched.*--weights") as error:
        weights.fetch("net")
    assert server.address("/net.tflite") in str(error.value) and f"{folder}" in str(error.value)
    with pytest.raises(InputError, match="--weights; or name a trained model's folder with --model$"):
        find_model("net")
    assert kept(folder) == []


def test_weights_without_a_checksum_are_not_downloaded_but_taken_from_the_folder(publish, server):
    folder = publish(None)
    with pytest.raises(InputError, match=f"download {server.address('/net.tflite')} and put it into {folder}"):
        weights.fetch("net")
    folder.mkdir()
    (folder / "net.tflite").write_bytes(CONTENT)
    assert weights.fetch("net") == folder / "net.tflite"
    assert server.asked == []


def test_a_file_of_ones_own_is_copied_to_where_it_is_looked_for(publish, server, tmp_path):
    folder = publish(SHA256)
    (tmp_path / "mine.tflite").write_bytes(b"mine")
    weights.take(tmp_path / "mine.tflite")
    assert weights.fetch("net").read_bytes() == b"mine"
    weights.take(folder / "net.tflite")  # the copy itself stays as it is
    assert weights.fetch("net").read_bytes() == b"mine"
    assert (tmp_path / "mine.tflite").exists()
    assert kept(folder) == ["net.tflite"]
    assert server.asked == []


def test_a_file_of_ones_own_that_is_not_the_published_one_is_named(publish, tmp_path, capsys):
    publish(SHA256)
    weights.take(None)
    (tmp_path / "same.tflite").write_bytes(CONTENT)
    weights.take(tmp_path / "same.tflite")
    assert capsys.readouterr().err == ""
    (tmp_path / "mine.tflite").write_bytes(b"mine")
    weights.take(tmp_path / "mine.tflite")
    assert "mine.tflite is not the file that http" in capsys.readouterr().err


def test_a_file_of_ones_own_that_is_not_there_or_of_another_kind_is_named(publish, tmp_path):
    folder = publish(SHA256)
    with pytest.raises(InputError, match="nowhere.tflite: there is no such file; --weights names"):
        weights.take(tmp_path / "nowhere.tflite")
    (tmp_path / "mine.txt").write_bytes(b"mine")
    with pytest.raises(InputError, match=r"mine.txt is not one of the published weights: net.tflite \(net\)"):
        weights.take(tmp_path / "mine.txt")
    (tmp_path / "other.tflite").write_bytes(CONTENT)
    weights.PUBLISHED["small"] = replace(weights.PUBLISHED["net"], url="https://example.org/small.h5")
    for networks, instead in ((["small"], "those of small: name small.h5 with --weights"), ([], "none: leave it out")):
        with pytest.raises(InputError, match=f"looks like the weights of net, and this run needs {instead}"):
            weights.take(tmp_path / "other.tflite", networks)
    assert not folder.exists()


def test_what_can_not_be_had_stops_a_training_before_it_begins_or_is_left_out_of_all(publish, server, capsys):
    publish(SHA256)
    weights.PUBLISHED["yamnet_small"] = weights.PUBLISHED["net"]
    server.shutdown()
    server.server_close()
    with pytest.raises(InputError, match="cannot be fetched"):
        weights.ready(["mel", "yamnet_small"])
    assert weights.ready(["mel", "yamnet_small"], leave_out=True) == ["mel"]
    assert "yamnet_small: left out, because " in capsys.readouterr().err
    with pytest.raises(InputError, match="cannot be fetched"):
        weights.ready(["yamnet_small"], leave_out=True)  # none is left


def test_models_from_scratch_need_no_weights(publish):
    publish(None)
    assert weights.ready(["mel", "signal"]) == ["mel", "signal"]
