import pytest

from classifier.export import inspection, runtime_trial, runtimes
from classifier.export.runtimes import Reason
from tests.classifier.export.test_inspection import dense_and_softmax, with_metadata
from tests.conftest import write_tone


def test_why_a_runtime_has_no_predictions_is_told_by_a_reason_and_not_by_words(tmp_path, monkeypatch):
    monkeypatch.setattr(runtimes, "RUNTIMES", {"LiteRT": "ai_edge_litert"})
    path, tone = tmp_path / "a.tflite", write_tone(tmp_path / "tone.wav", seconds=0.25)
    path.write_bytes(with_metadata(dense_and_softmax(shape=(1, 40, 40))))
    refusal = runtime_trial.run(inspection.look_into(path), tone).refusals["LiteRT"]
    assert refusal.reason == Reason.NOT_ASKED
    assert refusal.words.startswith("was not asked: it takes [1, 40, 40]: several windows")
    with pytest.raises(runtimes.RefusesFileError) as refused:
        path.write_text("this is no model")
        runtimes.ask("LiteRT", path, [[0.0]])
    assert refused.value.reason == Reason.FAILED
    assert refused.value.why == f"ValueError: {refused.value.words}"
