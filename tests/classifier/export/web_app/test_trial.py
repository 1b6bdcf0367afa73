import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.export.web_app import trial
from classifier.inference.litert import LiteRT, probes
from classifier.records.artifact import Artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.conversion import DYNAMIC, FLOAT32, INT8, VARIANTS, Comparison, ConversionRecord, Count, Variant
from tests.classifier.export.test_inspection import dense_and_softmax, packed
from tests.classifier.export.web_app.conftest import LABELS, tiny
from tests.trained_folder import make_record

FORMAT = AudioFormat(window_length=1600)


def variant(size, refused=None, lost=0.0):
    compared = Comparison(Count(10, 9), Count(5, 5), accuracy_lost=lost, changed=0, largest_change=0.0)
    return Variant(size, compared, compared, {1: (1.0, 1.0)}, 1000, refused or {})


@pytest.fixture
def trained(tmp_path):
    """A model whose recommended int8 LiteRT.js cannot run."""
    (tmp_path / VARIANTS[FLOAT32]).write_bytes(packed(dense_and_softmax()))
    (tmp_path / VARIANTS[INT8]).write_bytes(packed(dense_and_softmax(shape=(1, 7))))  # of another length: it fails
    files = {FLOAT32: variant(3000), DYNAMIC: variant(2000, lost=0.1), INT8: variant(1000)}
    ConversionRecord(INT8, INT8, files, {}).save(tmp_path)
    record = make_record(labels=LABELS, audio_format=FORMAT, thresholds={"bell": 0.5})
    return Artifact(tmp_path, record)


def test_the_recommended_comes_first_and_what_loses_much_is_left_out(trained):
    assert trial.candidates(trained) == [INT8, FLOAT32]


def test_what_litert_js_does_not_run_gives_way_to_the_next(trained, app):
    chosen = trial.choose(trained, app)
    assert chosen.variant == FLOAT32 and INT8 in chosen.refused and chosen.difference < 1e-5


def test_a_model_that_it_does_not_run_at_all_is_refused_with_reasons(trained, app):
    (trained.folder / VARIANTS[FLOAT32]).write_bytes((trained.folder / VARIANTS[INT8]).read_bytes())
    with pytest.raises(InputError, match="LiteRT.js runs no variant of .*int8: .*float32: "):
        trial.choose(trained, app)


def test_litert_js_predicts_what_litert_predicts(app, tmp_path):
    path = tiny(tmp_path / "a.tflite")
    rows = probes(FORMAT)
    (found,) = trial.ask(app, [path], rows)
    assert np.abs(found - LiteRT(path).run(rows)).max() < 1e-5
