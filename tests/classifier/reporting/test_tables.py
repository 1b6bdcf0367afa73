import json
from dataclasses import replace

from classifier.records import artifact
from classifier.records.training_config import TrainingConfig
from classifier.reporting import tables
from tests.conftest import next_command, write_data, write_tone


def test_the_table_says_which_file_to_copy_and_how_good_it_is(trained, capsys):
    tables.show(artifact.trained(trained.out))
    lines = capsys.readouterr().out.splitlines()
    for model, file in (
        ("mel", "model_mel_audio_metadata.tflite"),
        ("mel", "model_mel_metadata.tflite"),
        ("signal", "model_signal_metadata.tflite"),
    ):
        scores = json.loads((trained.out / model / "run.json").read_text())["scores"]["recordings"]
        row = next(line for line in lines if line.endswith(f"/{file}"))
        assert row.startswith(model)
        assert f"{scores['right']} of {scores['n']} (" in row and " %)" in row
        assert f"{(trained.out / model / file).stat().st_size / 1000:,.0f} KB" in row
    assert lines[0].endswith("  file to copy into the app")


def test_step_three_ends_with_the_table(trained):
    printed, _ = trained.printed["metadata"]
    assert "file to copy into the app" in printed
    assert next_command(printed) == ["TestSignalModel.py", "--model", str(trained.out / "mel")]


def test_a_leak_that_the_data_set_brings_is_said_aloud(trained, capsys):
    model = artifact.load(trained.out / "mel")
    leaks = {"groups_in_two_splits": ["anna"], "recordings_in_two_splits": []}
    split = replace(model.record.split, groups_known=True, **leaks)
    tables.scores(replace(model, record=replace(model.record, split=split)))
    printed = capsys.readouterr().out
    assert f"{split.groups} groups, 1 in two splits; no recording in two splits, compared by sound" in printed
    assert "WARNING: these groups are in two splits, so the scores flatter: anna" in printed


def test_files_that_a_training_left_out_are_counted(tmp_path, capsys):
    data = write_data(tmp_path / "data", n=3)
    noise = write_tone(tmp_path / "noise" / "a.wav").parent
    for folder, suffix in ((data / "high tone", "pcm"), (noise, "raw")):
        (folder / f"x.{suffix}").write_bytes(bytes(500))
    config = TrainingConfig(data=str(data), background_noise=str(noise))
    tables.left_out(config)
    assert [line.partition(";")[0] for line in capsys.readouterr().out.splitlines()] == [
        f"{data}: 1 file left out, for its suffix is no recording's (.pcm 1)",
        f"{noise}: 1 file left out, for its suffix is no recording's (.raw 1)",
    ]
