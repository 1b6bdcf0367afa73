from dataclasses import replace

import pytest

from classifier.core import registry
from classifier.core.console import import_keras
from classifier.core.errors import InputError
from classifier.records import recipe
from classifier.records.config import RunConfig

CONSTANTS = ("RECIPE", "PAPER", "FINE_TUNE")


@pytest.mark.parametrize("model", registry.names("models"))
def test_a_recipe_that_is_read_is_the_one_that_is_imported(model):
    import_keras()
    file = registry.load("models", model)
    for constant in CONSTANTS:
        assert registry.states("models", model, constant) == hasattr(file, constant)
        if hasattr(file, constant):
            assert recipe.stated(model, constant) == getattr(file, constant)


def test_a_file_replaces_values_of_a_recipe(tmp_path):
    file = tmp_path / "recipe.json"
    file.write_text('{"masks": 0.2, "rt60_seconds": [0.2, 0.8], "noise_snr_db": null}')
    expected = replace(recipe.FIELD, masks=0.2, rt60_seconds=(0.2, 0.8), noise_snr_db=None)
    assert recipe.changed(recipe.FIELD, str(file)) == expected
    assert recipe.recipe_for("residual", RunConfig(data="data", recipe=str(file), epochs=3)).masks == 0.2
    assert recipe.changed(recipe.FIELD, None) is recipe.FIELD


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ('{"mask": 0.2}', "recipe.json: 'mask' is no value of a recipe; did you mean masks"),
        ('{"masks": "many"}', "is no recipe .masks: "),
        ("masks = 0.2", "is no recipe"),
        ("[1]", "is no recipe .it holds no values by name"),
    ],
)
def test_a_file_that_is_no_recipe_is_explained(tmp_path, text, complaint):
    (tmp_path / "recipe.json").write_text(text)
    with pytest.raises(InputError, match=complaint):
        recipe.changed(recipe.FIELD, str(tmp_path / "recipe.json"))
    with pytest.raises(InputError, match="there is no such file; --recipe names a JSON file"):
        recipe.changed(recipe.FIELD, str(tmp_path / "nowhere.json"))


def test_of_a_head_the_file_is_for_the_network_that_is_fine_tuned(tmp_path):
    """A head learns from embeddings of the recordings as they are: what alters sound would do nothing, in silence."""
    file = tmp_path / "recipe.json"
    file.write_text('{"telephone": 0.2}')
    tuned = RunConfig(data="data", recipe=str(file), fine_tune=2)
    assert recipe.recipe_for("yamnet_small", tuned).telephone == 0
    assert recipe.fine_tuning_for("yamnet_small", tuned).telephone == 0.2
    with pytest.raises(InputError, match="for --recipe, give --fine-tune 2 too"):
        RunConfig(data="data", recipe=str(file)).check_model("yamnet_transfer")
    with pytest.raises(InputError, match="leave out --recipe"):
        RunConfig(data="data", recipe=str(file), paper=True)


def test_how_a_model_learns_from_a_teacher_counts_where_there_is_one():
    taught, alone = (RunConfig(data="data", teacher=name) for name in ("trained/mel", None))
    of_teacher = [recipe.recipe_for("residual_wide", config).teacher_weight for config in (taught, alone)]
    assert of_teacher == [0.9, None]
    assert recipe.recipe_for("residual", taught).teacher_weight == recipe.TEACHER_WEIGHT


def test_the_loss_of_several_labels_is_refused_where_one_label_is_right():
    with pytest.raises(
        InputError, match="loss 'binary_crossentropy' is for several labels at once: give --multi-label"
    ):
        recipe.recipe_for("residual", RunConfig(data="data", recipe='{"loss": "binary_crossentropy"}'))


def test_unlabelled_parts_are_mixed_in_as_other_negatives_are(tmp_path):
    for more in ({"unlabelled": "negatives"}, {"negatives": str(tmp_path)}):
        assert recipe.recipe_for("signal", RunConfig(data="data", **more)).negatives_snr_db == recipe.NEGATIVES_SNR_DB
    assert recipe.recipe_for("signal", RunConfig(data="data")).negatives_snr_db is None


def test_a_recipe_is_named_by_a_file_or_given_itself():
    assert [recipe.file_of(named) for named in (None, ' {"masks": 0.2}', "own.json")] == [None, None, "own.json"]
