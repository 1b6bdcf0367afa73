"""Who has the token may change things and read logs; the page has a cookie for it; who guesses it waits."""

import httpx
import pytest

from classifier.service import tokens
from classifier.service.settings import Settings
from tests.classifier.service.conftest import served_here

RIGHT = {"Authorization": "Bearer secret"}
WRONG = {"Authorization": "Bearer guess"}
SESSION = "/v2/session/"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guarded")
    with served_here(Settings(out=folder / "models", home=folder / "home", token="secret")) as served:
        yield served


@pytest.fixture
def ask(guarded):
    """A client of another address in every test: wrong tokens are counted by address."""
    ask.n = getattr(ask, "n", 1) + 1
    with httpx.Client(base_url=guarded[0], transport=httpx.HTTPTransport(local_address=f"127.0.1.{ask.n}")) as client:
        yield client


@pytest.fixture
def run(guarded):
    """A training that failed, whose log has words of its own."""
    queue = guarded[1].state.service.queue
    with queue.changed:
        run = queue.runs.add("mel", {}, "data")
        queue.runs.update(run.uuid, status="error", error="my secret.wav cannot be read")
    folder = queue.folders.work(run.uuid)
    folder.mkdir()
    (folder / "log.txt").write_text("my secret.wav cannot be read\n")
    yield f"/v2/models/mel/train/{run.uuid}"
    queue.forget(run.uuid)


def test_a_log_needs_the_token_and_a_list_shows_none_of_it(ask, run):
    for path in (run, "/v2/train/", "/v2/models/mel/train/"):
        for headers in ({}, WRONG):
            answer = ask.get(path, headers=headers)
            assert answer.status_code == (401 if path == run else 200)
            assert "my secret" not in answer.text
        assert "my secret" in ask.get(path, headers=RIGHT).text
    (listed,) = ask.get("/v2/train/").json()["runs"]
    assert (listed["status"], listed["error"]) == ("error", "its log says why, and needs the token")


def test_the_page_has_a_cookie_that_is_not_the_token_and_that_no_script_can_read(ask, run):
    assert ask.post(SESSION, headers=WRONG).status_code == 401 and not ask.cookies
    answer = ask.post(SESSION, headers=RIGHT)
    (cookie,) = answer.headers.get_list("set-cookie")
    assert "secret" not in cookie
    assert {"HttpOnly", "SameSite=strict", "Path=/"} <= set(cookie.split("; ")) and "Secure" not in cookie
    assert "my secret" in ask.get(run).text
    assert ask.get(run, headers={"Cookie": f"{next(iter(ask.cookies))}=secret"}).status_code == 401
    assert ask.delete(SESSION).status_code == 200 and not ask.cookies
    assert ask.get(run).status_code == 401


def test_a_page_of_another_site_cannot_use_the_cookie(ask, run):
    ask.post(SESSION, headers=RIGHT)
    for headers in ({"Origin": "http://localhost:1"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}):
        assert ask.delete(run, headers=headers).status_code == 403
    assert ask.get(run, headers={"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "cors"}).status_code == 403


def test_who_guesses_waits_and_who_has_the_cookie_does_not(ask, guarded, run):
    ask.post(SESSION, headers=RIGHT)
    cookies, _ = dict(ask.cookies), ask.cookies.clear()
    for _ in range(tokens.TRIES):
        assert ask.get(run, headers=WRONG).status_code == 401
    for headers in (WRONG, RIGHT):
        refused = ask.get(run, headers=headers)
        assert refused.status_code == 429 and 0 < int(refused.headers["retry-after"]) <= tokens.MINUTE
    assert ask.get("/v2/models/").status_code == 200
    (name, value), *_ = cookies.items()
    assert ask.get(run, headers={"Cookie": f"{name}={value}"}).status_code == 200
    assert httpx.get(f"{guarded[0]}{run}", headers=RIGHT).status_code == 200  # of another address


def test_without_a_token_nothing_is_asked_for(tmp_path):
    with served_here(Settings(out=tmp_path, home=tmp_path / "home")) as (address, _):
        assert httpx.post(f"{address}{SESSION}").json() == {"status": "OK"}
        assert httpx.get(f"{address}/v2/models/mel/train/abc").status_code == 404
