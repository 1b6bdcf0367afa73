import json
import shutil

from classifier.records import artifact
from classifier.records.conversion import VARIANTS
from tests.conftest import call_script


def test_the_files_of_a_model_stand_side_by_side_with_what_they_cost_and_what_they_lose(trained):
    printed, said = trained.printed["convert"]
    for name in ("signal", "mel"):
        model = artifact.load(trained.out / name)
        rows = [line.split() for line in printed.splitlines() if line.startswith(f"{name}, ")]
        assert [row[1] for row in rows] == 2 * list(model.variants.files)
        chosen, costs = rows[: len(model.variants.files)], rows[len(model.variants.files) :]
        assert [row[-1] == "recommended" for row in rows].count(True) == 1
        for row, cost in zip(chosen, costs, strict=True):
            of = model.variants.files[row[1]]
            assert row[2] == f"{of.bytes / 1000:,.0f}"
            assert of.bytes == (model.folder / VARIANTS[row[1]]).stat().st_size
            assert row[3] == f"{of.test.windows.right / of.test.windows.n:.1%}"
            assert cost[-3:] == [f"{-100 * of.test.accuracy_lost + 0:+.2f}", str(of.test.changed), cost[-1]]
    assert "gone" not in said
    assert "signal: int8 ..." in said and "mel: measuring how long they take ..." in said  # each takes seconds
    assert "changed" not in said


def test_without_its_recordings_a_model_gets_no_int8_file_and_the_script_goes_on(trained, tmp_path):
    folder = shutil.copytree(trained.out / "signal", tmp_path / "trained" / "signal")
    run = json.loads((folder / "run.json").read_text())
    run["config"]["data"] = str(tmp_path / "gone")
    (folder / "run.json").write_text(json.dumps(run))
    assert (folder / "model_int8.tflite").exists()
    printed, said = call_script("ConvertModelToTFLite.py", "--trained", tmp_path / "trained", cwd=tmp_path)
    assert "signal gets no model_int8.tflite: the recordings it was trained on are gone" in said
    assert "the recordings to test have changed; no file is compared on them" in said
    assert "int8" not in printed
    assert not (folder / "model_int8.tflite").exists()
    assert artifact.load(folder).variants.recommended == "float32"
