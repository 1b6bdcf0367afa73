"""What TrainModel.py says of other models, and --model auto."""

from dataclasses import replace

import pytest

from classifier.core.errors import InputError
from classifier.pretrained import weights
from classifier.records import auto
from classifier.records.training_config import TrainingConfig


@pytest.fixture
def config(tmp_path):
    return TrainingConfig(data=str(tmp_path), trained=tmp_path)


def labels(rarest):
    return ["a"] * 500 + ["b"] * rarest


def test_few_recordings_are_for_a_pretrained_head(config, tmp_path, monkeypatch):
    said = auto.advice(config, labels(12))
    assert said.startswith(
        "yamnet_transfer may fit this amount of data better than signal and mel: 'b' has 12 recordings"
    )
    assert said.endswith("--model auto tries it, and chooses the best by validation")
    monkeypatch.setattr(weights, "WEIGHTS", tmp_path / "weights")
    assert "its weights (4.1 MB) are downloaded" in auto.advice(config, labels(12))
    assert auto.advice(replace(config, models=("yamnet_transfer",)), labels(12)) is None


def test_many_recordings_are_for_a_network_from_scratch(config):
    said = auto.advice(config, labels(100))
    assert said.startswith(
        "residual may fit this amount of data better than signal and mel: each label has 100 recordings"
    )
    assert auto.advice(replace(config, models=("residual",)), labels(100)) is None


def test_few_recordings_at_another_rate_are_for_a_network_from_scratch(config):
    said = auto.advice(replace(config, sample_rate=8000), labels(12))
    assert said.startswith("residual may fit") and "no pretrained network goes with these flags" in said


def test_models_that_do_not_go_with_the_flags_are_left_out(config, capsys):
    fit = auto.fitting(replace(config, models=auto.CANDIDATES, sample_rate=8000))
    assert fit.models == ("residual",)
    assert (
        "yamnet_small: left out, because yamnet_small takes 16000 Hz and this run has 8000 Hz"
        in capsys.readouterr().err
    )
    fit = auto.fitting(replace(config, models=auto.CANDIDATES, fine_tune=2))
    assert fit.models == ("yamnet_transfer", "yamnet_layers", "yamnet_small")
    with pytest.raises(InputError):
        auto.fitting(replace(config, models=auto.CANDIDATES, sample_rate=8000, fine_tune=2))
