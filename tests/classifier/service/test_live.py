import json
from contextlib import ExitStack

import numpy as np
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect

from classifier.audio import recording
from classifier.inference.predictor import load_predictor
from classifier.service.settings import Settings


def microphone(server, model="signal", rate=16_000, **settings):
    address = server.address.replace("http", "ws", 1)
    return connect(f"{address}/v2/models/{model}/live?rate={rate}", **settings)


def send(socket, signal, block=1600):
    """The answers to a signal that comes in blocks, as a browser sends them."""
    for start in range(0, len(signal), block):
        socket.send(signal[start : start + block].astype("<f4").tobytes())


def test_each_half_second_has_the_answer_for_the_last_window(server, song, trained):
    predictor = load_predictor(trained.out / "signal")
    signal = recording.read(song, 16_000)[: 3 * 16_000]
    with microphone(server) as socket:
        send(socket, signal)
        predictions = [json.loads(socket.recv(timeout=30)) for _ in range(6)]
    assert [answer["time"] for answer in predictions] == [0.5, 1, 1.5, 2, 2.5, 3]
    for answer in predictions:
        stop = round(answer["time"] * 16_000)
        window = np.pad(signal[max(0, stop - 32_000) : stop], (max(0, 32_000 - stop), 0))
        expected = predictor.probabilities(window[None])[0]
        assert answer["probabilities"] == pytest.approx(sorted(expected, reverse=True), abs=1e-4)
        assert answer["seconds"] == 0.5 and answer["mel"]["columns"] > 0


def test_any_rate_of_a_microphone_will_do(server):
    with microphone(server, rate=44_100) as socket:
        send(socket, 0.1 * np.ones(2 * 44_100))
        assert [json.loads(socket.recv(timeout=30))["time"] for _ in range(3)] == [0.5, 1, 1.5]


@pytest.mark.parametrize("message", [b"abc", np.array([np.nan], "<f4").tobytes(), "words"])
def test_what_is_no_sound_closes_the_socket(server, message):
    with microphone(server) as socket:
        socket.send(message)
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=30)
    assert closed.value.rcvd.code == 1008


def test_samples_a_little_above_full_scale_are_clipped_and_counted(server):
    signal = np.zeros(16_000)
    signal[[10, 20, 9_000]] = [1.4, -1.2, 1.1]
    with microphone(server) as socket:
        send(socket, signal)
        predictions = [json.loads(socket.recv(timeout=30)) for _ in range(2)]
    assert [prediction["clipped"] for prediction in predictions] == [2, 1]


def test_samples_in_the_scale_of_whole_numbers_close_the_socket_and_say_so(server):
    with microphone(server) as socket:
        socket.send(np.array([0, 23_170], "<f4").tobytes())
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=30)
    assert closed.value.rcvd.code == 1008
    assert closed.value.rcvd.reason.endswith(
        "reaches 23170, and samples must lie in [-1, 1]: int16 scale? Divide it by 32768"
    )


@pytest.mark.parametrize(("model", "rate", "code"), [("nothing", 16_000, 4404), ("signal", 3, 1008)])
def test_no_such_model_and_no_such_rate(server, model, rate, code):
    with microphone(server, model, rate) as socket, pytest.raises(ConnectionClosed) as closed:
        socket.recv(timeout=30)
    assert closed.value.rcvd.code == code


def test_a_page_of_another_site_is_refused(server):
    with pytest.raises(InvalidStatus):
        microphone(server, origin="https://evil.example").close()


def test_only_so_many_are_listened_to_and_a_place_becomes_free(server):
    with ExitStack() as stack:
        for _ in range(Settings().live):
            send(stack.enter_context(microphone(server)), np.zeros(8000))
        with microphone(server) as one_more, pytest.raises(ConnectionClosed) as closed:
            one_more.recv(timeout=30)
        assert closed.value.rcvd.code == 1013
    with microphone(server) as socket:
        send(socket, np.zeros(8000))
        assert json.loads(socket.recv(timeout=30))["time"] == 0.5
