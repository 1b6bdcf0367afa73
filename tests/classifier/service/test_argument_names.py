"""An argument that a route does not know is refused, with the one that was meant."""

import pytest

from classifier.service.settings import Settings
from tests.classifier.service.conftest import SILENCE, served_here, write_tiny_model

PREDICT = "/v2/models/tiny/predict/"
RECORDING = {"data": ("a.wav", SILENCE)}


@pytest.fixture(scope="module")
def ask(tmp_path_factory):
    import httpx

    folder = tmp_path_factory.mktemp("names")
    settings = Settings(out=write_tiny_model(folder / "models"), home=folder / "home")
    with served_here(settings) as (address, _), httpx.Client(base_url=address, timeout=120) as client:
        yield client


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?overlapp=0.5", "unknown argument 'overlapp'; did you mean overlap?"),
        ("?Windows=true", "unknown argument 'Windows'; did you mean windows?"),
        (
            "?segments=true",
            "'segments'; there is ckpt_name, drawing, overlap, timestamp, url, urls, windows",
        ),
        ("?overlap=0.5&overlap=0.9", "overlap is given 2 times; give it once"),
        ("?data=a.wav", "data is a field of the form (curl -F data=@FILE), not of the address"),
        ("?%00%1b[31m=1", "unknown argument '\\x00\\x1b[31m'"),
    ],
)
def test_an_unknown_argument_is_422_and_named(ask, query, said):
    answer = ask.post(PREDICT + query, files=RECORDING)
    assert answer.status_code == 422 and said in answer.json()["message"], answer.text


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"files": {"date": ("a.wav", SILENCE)}}, "unknown field 'date'; did you mean data?"),
        ({"files": RECORDING, "data": {"overlap": "0.5"}}, "overlap is an argument of the address (?overlap=...)"),
    ],
)
def test_an_unknown_field_is_422_and_named(ask, form, said):
    answer = ask.post(PREDICT, **form)
    assert answer.status_code == 422 and said in answer.json()["message"], answer.text


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/models/?nam=signal"),
        ("GET", "/v2/train/?status=done"),
        ("POST", "/v2/models/mel/train/?epoch=3"),
        ("DELETE", "/v2/models/mel/train/abc?force=true"),
        ("POST", "/v2/wav/?rate=8000"),
    ],
)
def test_every_route_refuses_what_it_does_not_know(ask, method, path):
    answer = ask.request(method, path)
    assert answer.status_code == 422 and answer.json()["message"].startswith("unknown argument"), answer.text


def test_what_is_known_is_taken(ask):
    assert ask.post(f"{PREDICT}?overlap=0.5&windows=true&drawing=true", files=RECORDING).status_code == 200
