import shlex

import numpy as np
import pytest

from classifier.export import inspection, repair
from classifier.export.runtime_trial import Trial
from tests.classifier.inference.test_outputs import several
from tests.conftest import run_script, write_tone
from tests.tiny_tflite import N, described, network

FAULTY = {  # what is wrong: (the file, what LiteRT predicts, flags of the command)
    "no metadata": (network(), [[0.2, 0.3, 0.5]], "--labels FILE --sample-rate HZ"),
    "too few labels": (described(network(), ["a", "b"]), [[0.2, 0.3, 0.5]], "--labels FILE --sample-rate HZ"),
    "a channel behind": (described(network(shape=(1, N, 1))), [[0.2, 0.3, 0.5]], ""),
    "logits": (described(network(last=None)), [[-2, 0.3, 0.5]], "--activation softmax"),
    "all of it": (network(last=None), [[-2, 0.3, 0.5]], "--labels FILE --sample-rate HZ --activation softmax"),
}


@pytest.mark.parametrize("what", FAULTY)
def test_the_command_that_is_advised_works(what, tmp_path):
    model, predictions, flags = FAULTY[what]
    path = tmp_path / "a.tflite"
    path.write_bytes(model)
    trial = Trial(None, {"LiteRT": np.array(predictions)}, {}, {})
    advice = repair.advice(inspection.look_into(path), trial, "nothing")
    command = advice.partition(": python ")[2]
    assert advice.startswith(repair.SAID) and command == f"WriteMetadataToModel.py {path} {flags}".rstrip()
    (tmp_path / "labels.txt").write_text("bell\ndog\nrain\n")
    words = shlex.split(command.replace("FILE", "labels.txt").replace("HZ", "16000"))
    words.insert(2, write_tone(tmp_path / "tone.wav", seconds=0.05))
    run_script(*words, cwd=tmp_path)
    assert inspection.look_into(tmp_path / "a_metadata.tflite").labels == ["bell", "dog", "rain"]


def test_where_no_copy_can_be_written_none_is_advised(tmp_path):
    path = tmp_path / "a.tflite"
    path.write_bytes(network(shape=(1, 8, 8)))
    assert repair.advice(inspection.look_into(path), Trial(None, {}, {}, {}), "export it again") == "export it again"


def test_the_output_that_a_person_chose_stays_chosen(tmp_path):
    path = tmp_path / "a.tflite"
    path.write_bytes(several("first", "second"))
    assert repair.advice(inspection.look_into(path, "second"), Trial(None, {}, {}, {}), "").endswith("--head second")
