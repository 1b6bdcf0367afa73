import sys
from pathlib import Path

from classifier.training.command import training_command
from tests.conftest import ROOT


def test_fold_0_and_1_are_numbers_and_true_is_a_flag():
    settings = {"data": "data", "layout": None, "seed": 0, "epochs": 1, "paper": True, "fine_tune": None}
    for fold in (0, 1):
        command = training_command("mel", Path("out"), {**settings, "fold": fold})
        given = ["--data=data", "--seed=0", "--epochs=1", "--paper", f"--fold={fold}", "--model=mel", "--trained=out"]
        assert command == [sys.executable, str(ROOT / "TrainModel.py"), *given]
