"""What the models of a suggestion hear."""

import pytest

from classifier.inference.suggestions import suggest
from classifier.inference.suggestions.config import SuggestConfig
from classifier.records.config import RunConfig
from tests.trained_folder import write_trained


@pytest.mark.parametrize(("trained_on", "heard"), [("mix", None), ("each", "loudest"), ("first", None)])
def test_a_model_of_each_channel_hears_the_loudest_so_that_all_hear_the_same_recordings(trained_on, heard, tmp_path):
    folder = write_trained(tmp_path / "trained" / "mel", config=RunConfig(data="data", channel=trained_on))
    config = SuggestConfig(folder="in", models=(str(folder),), by=("uncertain",))
    assert suggest._classification(config, str(folder)).channel == heard
