"""A model that grows: TrainModel.py --from."""

import json

from classifier.records import artifact
from tests.conftest import CHEAPEST, call_script, write_data

LABELS = ("high tone", "low tone")


def train(folder, data, out, *args, expect=0):
    settings = ["--data", data, "--trained", out, "--epochs", 1, "--no-refit"]
    return call_script("TrainModel.py", *settings, *args, cwd=folder, expect=expect)


def test_a_label_is_added_and_what_was_heard_is_not_tested(tmp_path):
    write_data(tmp_path / "data")
    train(tmp_path, "data", "old", "--model", CHEAPEST, "--fold", 1)
    write_data(tmp_path / "data", labels=(*LABELS, "middle tone"))
    printed, said = train(tmp_path, "data", "new", "--from", f"old/{CHEAPEST}")
    assert "--fold 1, as for old/" in said
    assert "10 of 15 recordings were there before and keep their split" in said
    assert "labels kept: high tone, low tone; added: middle tone" in said
    before, now = (artifact.load(tmp_path / out / CHEAPEST).record for out in ("old", "new"))
    for split_name in ("train", "validation", "test"):
        assert set(before.split.names(split_name)) <= set(now.split.names(split_name))
    assert now.start.labels == list(LABELS) and now.start.folder == str(tmp_path / "old" / CHEAPEST)
    assert set(now.start.train) == {before.split.sounds[name] for name in before.split.train}
    report = (tmp_path / "new" / CHEAPEST / "report" / "index.html").read_text()
    assert "--from" in report
    command = printed.partition("to compare it with the model it started from: ")[2].splitlines()[0]
    assert "CompareModels.py" in command
    compared, _ = call_script(
        "CompareModels.py", f"old/{CHEAPEST}", f"new/{CHEAPEST}", "--data", "data", "--out", "out", cwd=tmp_path
    )
    assert "on 2 recordings of 2 groups that neither has heard" in compared
    assert json.loads((tmp_path / "new" / CHEAPEST / "run.json").read_text())["config"]["start"]
