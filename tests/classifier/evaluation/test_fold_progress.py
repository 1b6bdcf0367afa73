import io
import sys

from classifier.evaluation import fold_progress
from tests.conftest import wait_until

LOG = (
    "starting TensorFlow ...\ntraining mel, epoch 1 of 50:  1%\rtraining mel, epoch 7 of 50: 12%, validation: loss 1\r"
)


def test_the_epoch_is_the_last_that_the_log_names(tmp_path):
    log = tmp_path / "0.txt"
    assert fold_progress.position(log) is None
    log.write_text("starting TensorFlow ...\n")
    assert fold_progress.position(log) is None
    log.write_text(LOG)
    assert fold_progress.position(log) == (7, 50, False)
    log.write_text(f"{LOG}refit: mel learns again\ntraining the refit of mel's head, epoch 2 of 9:  1%\r")
    assert str(fold_progress.position(log)) == "refit, epoch 2 of 9"


def test_the_bar_names_the_trainings_that_run_and_their_epochs(tmp_path, monkeypatch):
    shown = io.StringIO()
    monkeypatch.setattr(sys, "stderr", shown)
    monkeypatch.setenv("PROGRESS_SECONDS", "0")
    (tmp_path / "0.txt").write_text(LOG)
    with fold_progress.shown({tmp_path / "0.txt": "mel, fold 0", tmp_path / "1.txt": "mel, fold 1"}):
        wait_until(lambda: "mel, fold 0, epoch 7 of 50" in shown.getvalue())
        for epoch in (1, 2, 3):
            (tmp_path / "0.txt").write_text(f"training the refit of mel, epoch {epoch} of 50:  1%\r")
            wait_until(lambda epoch=epoch: f"mel, fold 0, refit, epoch {epoch} of 50" in shown.getvalue())
    assert "fold 1" not in shown.getvalue()


def test_a_training_with_a_refit_is_half_done_when_that_begins(tmp_path):
    log = tmp_path / "0.txt"
    log.write_text(LOG)
    assert [fold_progress.position(log).share(with_refit) for with_refit in (False, True)] == [0.12, 0.06]
    log.write_text("training the refit of mel, epoch 26 of 50:  1%\r")
    assert fold_progress.position(log).share(True) == 0.75
