import shutil

import numpy as np
import pytest

from classifier import artifact, clients, prediction
from Constants import InputError

CLIENTS = list(clients.CLIENTS)


def piece(seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, (2, 32_000)).astype("float32")


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("name", ["signal/model_signal_metadata.tflite", "mel/model_mel_audio_metadata.tflite"])
def test_every_client_answers_what_litert_answers(trained, client, name):
    if client not in clients.installed():
        pytest.skip(f"{client} is not installed")
    expected = prediction.LiteRT(trained.out / name).run(piece())
    assert clients.ask(client, trained.out / name, piece()) == pytest.approx(expected, abs=clients.TOLERANCE)


def test_the_dropin_loads_in_the_task_library_as_the_app_loads_it(trained):
    if "Task Library" not in clients.installed():
        pytest.skip("Task Library is not installed")
    path = trained.out / "mel" / "model_mel_metadata.tflite"
    power = np.random.default_rng(0).uniform(0, 10, (1, 128 * 63)).astype("float32")
    answer = clients.ask("Task Library", path, power)
    assert answer == pytest.approx(prediction.LiteRT(path).run(power), abs=clients.TOLERANCE)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_file_that_a_client_can_not_take_does_not_keep_it_from_the_others(trained, tmp_path, client):
    if client not in clients.installed():
        pytest.skip(f"{client} is not installed")
    (tmp_path / "text.tflite").write_text("this is no model")
    good = trained.out / "signal" / "model_signal_metadata.tflite"
    first, refused, last = clients.ask_all(client, [good, tmp_path / "text.tflite", good], piece())
    assert isinstance(refused, InputError)
    assert first == pytest.approx(last)


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_that_can_not_load_a_file_says_why(tmp_path, client):
    if client not in clients.installed():
        pytest.skip(f"{client} is not installed")
    (tmp_path / "text.tflite").write_text("this is no model")
    with pytest.raises(InputError, match=f"{client} can not run .*text.tflite: .+"):
        clients.ask(client, tmp_path / "text.tflite", piece())


def test_the_agreement_is_printed_for_a_held_out_recording(trained):
    printed, _ = trained.printed["metadata"]
    for name in ("signal", "mel"):
        assert str(artifact.example(trained.out / name)) in printed
    for client in clients.installed():
        n_files = len(list(trained.out.rglob("*_metadata.tflite"))) - 1  # not the drop-in, which hears no audio
        assert sum(line.startswith(client) for line in printed.splitlines()) == n_files


def test_a_file_on_which_clients_differ_is_not_left_behind(trained, monkeypatch, tmp_path):
    model = artifact.load(shutil.copytree(trained.out / "signal", tmp_path / "signal"))
    file = model.folder / "model_signal_metadata.tflite"
    assert file.exists()
    answers = iter([np.array([[0.5, 0.5, 0.0]]), np.array([[0.3, 0.7, 0.0]]), np.array([[0.5, 0.5, 0.0]])])
    monkeypatch.setattr(clients, "ask", lambda *_: next(answers))
    with pytest.raises(InputError, match="differ by 2.0e-01.*Take another kind"):
        clients.compare(model, artifact.example(model.folder))
    assert not file.exists()
