import json
import shutil

import pytest

from classifier.service.catalogue import Catalogue, architectures
from classifier.service.schemas import Architecture
from classifier.service.settings import NotFound, Settings


@pytest.fixture
def out(trained, tmp_path):
    shutil.copytree(trained.out, tmp_path / "trained")
    return tmp_path / "trained"


def names(catalogue):
    return [model.name for model in catalogue.models()[0] if model.trained]


def test_a_model_is_known_by_its_folder_and_only_once_it_is_converted(out):
    shutil.copytree(out / "mel", out / "my mel")
    (out / "signal" / "model.tflite").unlink()
    assert sorted(names(Catalogue(Settings(out=out)))) == ["mel", "my mel"]


def test_one_that_cannot_be_used_is_listed_with_the_reason(out):
    run = json.loads((out / "mel" / "run.json").read_text())
    run["audio_format"]["hop_length"] = 100
    (out / "mel" / "run.json").write_text(json.dumps(run))
    models, unusable = Catalogue(Settings(out=out)).models()
    assert "mel" not in [model.name for model in models] and "hop_length" in unusable["mel"]
    with pytest.raises(NotFound, match="hop_length"):
        Catalogue(Settings(out=out)).predictor("mel")


def test_one_that_is_replaced_answers_as_the_new_one(out):
    catalogue = Catalogue(Settings(out=out))
    before = catalogue.predictor("signal")
    assert catalogue.predictor("signal") is before
    shutil.rmtree(out / "signal")
    shutil.copytree(out / "mel", out / "signal")
    assert catalogue.predictor("signal") is not before
    assert catalogue.model("signal").architecture == "mel"


def test_names_that_are_paths_lead_nowhere(out):
    catalogue = Catalogue(Settings(out=out))
    for name in ("../trained/mel", "mel/../mel", "", ".", "/etc"):
        with pytest.raises(NotFound):
            catalogue.predictor(name)
        with pytest.raises(NotFound):
            catalogue.report(name, "index.html")
    with pytest.raises(NotFound):
        catalogue.report("mel", "../run.json")


def test_the_published_network_answers_where_its_file_is(out, weights_here):
    (model,) = (model for model in Catalogue(Settings(out=out)).models()[0] if model.name == "yamnet")
    assert len(model.labels) == 521 and model.scores is None
    assert len(Catalogue(Settings(out=out)).predictor("yamnet").labels) == 521


def test_an_architecture_is_summed_up_by_the_first_line_of_its_file():
    assert Architecture(name="signal", summary="1D CNN on raw audio") in architectures()


def test_scores_follow_the_variant_that_ships(out):
    catalogue = Catalogue(Settings(out=out))
    before = catalogue.model("mel").scores
    assert before.measured_on.endswith(".tflite")  # the screen of the training shows those of the Keras model
    variants = json.loads((out / "mel" / "variants.json").read_text())
    variants["files"][variants["for_app"]]["test"]["scores"]["windows"]["balanced_accuracy"] = 0.125
    (out / "mel" / "variants.json").write_text(json.dumps(variants))
    assert before.balanced_accuracy != 0.125 == catalogue.model("mel").scores.balanced_accuracy
