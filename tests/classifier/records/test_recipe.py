import pytest

from classifier.core import registry
from classifier.core.console import import_keras
from classifier.records import recipe

CONSTANTS = ("RECIPE", "PAPER", "FINE_TUNE")


@pytest.mark.parametrize("model", registry.names("models"))
def test_a_recipe_that_is_read_is_the_one_that_is_imported(model):
    import_keras()
    file = registry.load("models", model)
    for constant in CONSTANTS:
        assert registry.states("models", model, constant) == hasattr(file, constant)
        if hasattr(file, constant):
            assert recipe.stated(model, constant) == getattr(file, constant)
