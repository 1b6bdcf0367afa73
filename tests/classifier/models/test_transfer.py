"""A pretrained network stays as it was published while its head learns; its end learns where a person wants that."""

import json

import numpy as np
import pytest

from classifier.core import console
from classifier.pretrained import weights
from classifier.records import artifact
from tests.conftest import call_script, write_data

console.import_tensorflow()
from classifier.pretrained import yamnet_small  # noqa: E402


@pytest.fixture(scope="module")
def data(tmp_path_factory, weights_here):
    return write_data(tmp_path_factory.mktemp("data") / "data")


def train(data, out, *flags, expect=0):
    flags = ("--data", data, "--epochs", 2, "--trained", out, "--no-refit", *flags)
    return call_script("TrainModel.py", "--model", "yamnet_small", *flags, cwd=out.parent, expect=expect)


def network(out):
    return artifact.load_keras(artifact.load(out / "yamnet_small")).get_layer("features").inner


def changed(out):
    """For each array of the network, whether it is another than was published."""
    published = yamnet_small.network()
    yamnet_small.assign(published, weights.fetch("yamnet_small"))
    pairs = zip(network(out).get_weights(), published.get_weights(), strict=True)
    return [not np.array_equal(ours, theirs) for ours, theirs in pairs]


def test_a_head_learns_alone(data, tmp_path):
    train(data, tmp_path / "out", "--fine-tune", 0)
    assert not any(changed(tmp_path / "out"))
    run = json.loads((tmp_path / "out" / "yamnet_small" / "run.json").read_text())
    assert run["fine_tuning"] is None
    assert run["scores"]["windows"]["n"] > 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["yamnet_small"]


def test_the_last_layers_learn_with_it(data, tmp_path):
    train(data, tmp_path / "out", "--fine-tune", 2)
    learnt = [bool(layer.trainable_variables) for layer in network(tmp_path / "out").layers if layer.weights]
    assert learnt == [False] * 9 + [True] * 2
    assert not any(changed(tmp_path / "out")[: 2 * 9])  # a kernel and a bias a layer
    run = json.loads((tmp_path / "out" / "yamnet_small" / "run.json").read_text())
    assert run["fine_tuning"]["fine_tuned"] == 2
    assert run["fine_tuning"]["epochs"] == run["recipe"]["epochs"] == 2


def test_what_an_older_training_left_of_its_last_stage_is_gone_when_the_head_begins(data, tmp_path):
    """Ctrl-C while the head learns would else name the older one's epoch, and a command that is refused."""
    older = tmp_path / "out" / ".yamnet_small.training" / "state.npz"
    older.parent.mkdir(parents=True)
    np.savez(older, about=json.dumps({"run": {"seed": 1}, "history": {"loss": [1.0]}, "kept": []}))
    train(data, tmp_path / "out", "--fine-tune", 0)  # which comes to no other stage
    assert not older.exists()


def test_nothing_is_mixed_into_what_is_embedded_once(data, tmp_path):
    _, said = train(data, tmp_path / "out", "--fine-tune", 0, "--background-noise", data, expect=1)
    assert "for --background-noise, give --fine-tune 2 too" in said


def test_only_pretrained_networks_are_fine_tuned(data, tmp_path):
    flags = ("--model", "mel", "--data", data, "--fine-tune", 2)
    _, said = call_script("TrainModel.py", *flags, cwd=tmp_path, expect=1)
    assert "mel stands on no pretrained network: leave out --fine-tune" in said


def test_weights_that_are_not_there_are_named(data, tmp_path):
    _, said = train(data, tmp_path / "out", "--weights", tmp_path / "none.h5", expect=1)
    assert "none.h5: there is no such file; --weights names the weights of a pretrained network" in said
