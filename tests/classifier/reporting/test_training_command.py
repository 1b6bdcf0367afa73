import shutil
from dataclasses import replace

from classifier.records import artifact
from classifier.records.config import RunConfig
from classifier.reporting.training_command import command


def test_the_command_names_what_is_not_the_default(trained, tmp_path):
    copy = shutil.copytree(trained.out / "mel", tmp_path / "mel")
    config = RunConfig(
        data="/far/away/voices",
        group_by="-(it's)",
        fold=2,
        background_noise="/far/away/rain",
        fine_tune=0,
        paper=True,
        window=1.5,
        negatives="/far/away/city,/far/away/woods",
    )
    model = artifact.load(copy)
    model = replace(model, record=replace(model.record, config=config))
    expected = """--data voices '--group-by=-(it'"'"'s)' --fold 2 --background-noise rain --fine-tune 0 --paper """
    expected += "--window 1.5 --negatives city,woods"
    assert command(model) == f"python TrainModel.py --model mel {expected}"
