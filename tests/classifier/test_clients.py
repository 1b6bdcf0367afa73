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
def test_every_client_answers_nearly_the_same_by_an_int8_file(trained, client):
    if client not in clients.installed():
        pytest.skip(f"{client} is not installed")
    path = trained.out / "mel" / "model_mel_int8_metadata.tflite"
    expected = prediction.LiteRT(path).run(piece())
    assert clients.ask(client, path, piece()) == pytest.approx(expected, abs=clients.INT8_TOLERANCE)


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
    answers = iter([np.array([[0.5, 0.5, 0.0]]), np.array([[0.4, 0.6, 0.0]]), np.array([[0.5, 0.5, 0.0]])])
    monkeypatch.setattr(clients, "ask", lambda *_: next(answers))
    with pytest.raises(InputError, match="differ by 1.0e-01"):
        clients.compare(model, artifact.example(model.folder))
    assert not file.exists()


def test_an_int8_file_on_which_clients_differ_is_only_said_and_not_left_behind(trained, monkeypatch, tmp_path, capsys):
    model = artifact.load(shutil.copytree(trained.out / "mel", tmp_path / "mel"))
    same, other = np.array([[0.5, 0.5, 0.0]]), np.array([[0.3, 0.7, 0.0]])
    answers = {("model_mel_int8_metadata.tflite", clients.installed()[-1]): other}
    monkeypatch.setattr(clients, "ask", lambda client, path, _: answers.get((path.name, client), same))
    clients.compare(model, artifact.example(model.folder))
    assert "differ by 2.0e-01" in capsys.readouterr().err
    assert not (model.folder / "model_mel_int8_metadata.tflite").exists()
    assert (model.folder / "model_mel_audio_metadata.tflite").exists()
