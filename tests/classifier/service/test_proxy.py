"""Behind nginx: the address for people, the client that counts, the page under a path of its own."""

import getpass
import shutil
import socket
import subprocess
from contextlib import contextmanager
from dataclasses import replace

import httpx
import pytest
from websockets.sync.client import connect

from classifier.core.errors import InputError
from classifier.pretrained.weights import PUBLISHED
from classifier.service import tokens
from classifier.service.public_url import PublicUrl
from classifier.service.server import listen
from classifier.service.settings import ConnectionLimits, Settings
from tests.classifier.service.conftest import SILENCE, served_here, write_tiny_model
from tests.conftest import ROOT, wait_until

NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin") or shutil.which("nginx")
GUIDE = (ROOT / "docs" / "guide" / "serve.md").read_text(encoding="utf-8")
PUBLIC = PublicUrl.parse("https://sounds.example.org/sounds/")
PROXIES = frozenset({"127.0.0.1"})
CONFIGURATION = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        {location}
    }}
}}
"""


def test_addresses_for_people_are_taken_apart():
    assert PUBLIC == PublicUrl("https", "sounds.example.org", "sounds.example.org", "/sounds")
    assert PublicUrl.parse("http://Host:8080").netloc == "host:8080"
    assert PublicUrl.parse("https://[2001:db8::1]:443/a/b").netloc == "[2001:db8::1]"


@pytest.mark.parametrize(
    "text",
    ["", "host/sounds", "ftp://host", "http://", "http://host/?a=b", "http://host:x/", "http://a@b/", "http://h/v2"],
)
def test_what_is_no_address_for_people_is_refused(text):
    with pytest.raises(InputError, match="--public-url"):
        PublicUrl.parse(text)


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy")
    limits = ConnectionLimits(connections_per_client=2)
    return Settings(
        out=write_tiny_model(folder / "models"),
        home=folder / "home",
        token="secret",
        public=PUBLIC,
        proxies=PROXIES,
        connections=limits,
    )


@pytest.fixture(scope="module")
def behind(settings):
    with served_here(settings) as (address, _):
        yield address


@contextmanager
def nginx(folder, address, location):
    """The address of a real nginx; LOCATION is what the guide has, for the prefix and server of this test."""
    with listen("127.0.0.1", 0) as free:
        port = free.getsockname()[1]
    location, user = location.replace("http://127.0.0.1:8000", address), getpass.getuser()  # else it is nobody
    (folder / "nginx.conf").write_text(CONFIGURATION.format(folder=folder, port=port, location=location, user=user))
    command = [NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/") or process.poll() is not None)
        assert process.poll() is None, process.stderr.read()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.communicate()


def answers(address):
    try:
        return bool(httpx.get(address))
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module", params=["as the guide has it", "with the path and the name of the proxy's own"])
def proxied(request, behind, tmp_path_factory):
    if not NGINX:
        pytest.skip("needs Debian's nginx: apt install nginx-light")
    location = GUIDE.partition("```nginx\n")[2].partition("```")[0]
    assert "proxy_pass http://127.0.0.1:8000/;" in location
    if request.param != "as the guide has it":
        location = location.replace(":8000/;", ":8000;").replace("proxy_set_header Host $host;", "")
    with nginx(tmp_path_factory.mktemp("nginx"), behind, location) as address:
        yield address


def client(address, source="127.0.0.1", **headers):
    headers = {"Host": PUBLIC.netloc, **headers}
    transport = httpx.HTTPTransport(local_address=source)
    return httpx.Client(base_url=f"{address}/sounds", transport=transport, headers=headers, timeout=60)


def test_the_page_and_the_api_are_under_the_path_of_the_proxy(proxied):
    with client(proxied) as ask:
        page = ask.get("/")
        assert page.status_code == 200 and 'src="page/main.js"' in page.text
        assert ask.get("/page/main.js").status_code == 200
        assert ask.get("/v2/").json()["api"] == "/sounds/docs"
        assert ask.get("/openapi.json").json()["servers"] == [{"url": "/sounds"}]
        docs = ask.get("/docs").text
        assert "https://sounds.example.org/sounds/swagger/" in docs and "127.0.0.1" not in docs
        assert ask.get("/ui").headers["location"] == "docs"
        names = [model["name"] for model in ask.get("/v2/models/").json()["models"]]
        assert [name for name in names if name not in PUBLISHED] == ["tiny"]  # weights/ of a checkout may hold some
        assert ask.post("/v2/models/tiny/predict/", files={"data": ("a.wav", SILENCE)}).json()["status"] == "OK"
        assert ask.get("/../v2/models/").status_code == 404


def test_a_page_of_the_public_address_may_change_things_and_one_of_ours_inside_may_not(proxied):
    with client(proxied, Authorization="Bearer secret") as ask:
        assert ask.post("/v2/session/", headers={"Origin": "https://sounds.example.org"}).status_code == 200
        assert ask.post("/v2/session/", headers={"Origin": "https://sounds.example.org:443"}).status_code == 200
        for origin in ("http://127.0.0.1:8000", "https://evil.example", proxied):
            assert ask.post("/v2/session/", headers={"Origin": origin}).status_code == 403


def test_the_cookie_of_the_page_is_for_its_path_and_for_https(proxied):
    with client(proxied, Authorization="Bearer secret") as ask:
        cookie = set(ask.post("/v2/session/").headers["set-cookie"].split("; "))
    assert {"HttpOnly", "Secure", "SameSite=strict", "Path=/sounds"} <= cookie


def test_a_microphone_is_heard_through_the_proxy(proxied):
    line = socket.create_connection(("127.0.0.1", int(proxied.rpartition(":")[2])))
    path = "ws://sounds.example.org/sounds/v2/models/tiny/live?rate=16000"
    with connect(path, sock=line, origin="https://sounds.example.org") as microphone:
        microphone.send(bytes(4 * 16_000))
        assert "probabilities" in microphone.recv(timeout=60)


def test_wrong_tokens_are_counted_by_the_forwarded_address_and_nobody_can_write_it(proxied):
    guess = {"Authorization": "Bearer guess"}
    port = int(proxied.rpartition(":")[2])
    address = f"127.{port // 256}.{port % 256}.1"  # another in each test
    with client(proxied, address, **guess) as ask:
        codes = [
            ask.post("/v2/session/", headers={"X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(tokens.TRIES + 2)
        ]
    assert codes == [401] * tokens.TRIES + [429] * 2
    with client(proxied, "127.0.0.7", **guess) as ask:
        assert ask.post("/v2/session/").status_code == 401


def test_connections_of_the_proxy_are_not_those_of_one_client(proxied):
    with httpx.Client() as ask:
        for n in range(2, 8):
            with client(proxied, f"127.0.0.{n}") as one:
                assert one.get("/healthz").status_code == 200
        assert ask.get(f"{proxied}/sounds/healthz", headers={"Host": PUBLIC.netloc}).status_code == 200


def test_without_the_proxy_only_names_of_this_machine_and_the_public_one_are_answered(behind):
    for host, code in (("localhost", 200), ("sounds.example.org", 200), ("evil.example", 421), ("127.0.0.1", 200)):
        assert httpx.get(f"{behind}/healthz", headers={"Host": host}).status_code == code
    named = {"Host": "evil.example", "X-Forwarded-For": "192.0.2.1"}
    assert httpx.get(f"{behind}/healthz", headers=named).status_code == 421


def test_forwarded_addresses_of_strangers_do_not_count(settings, tmp_path):
    trusting = replace(settings, home=tmp_path, proxies=frozenset({"192.0.2.9"}))
    guess = {"Authorization": "Bearer guess"}
    with served_here(trusting) as (address, _):
        codes = [
            httpx.post(f"{address}/v2/session/", headers={**guess, "X-Forwarded-For": f"192.0.2.{n}"}).status_code
            for n in range(tokens.TRIES + 1)
        ]
    assert codes[-1] == 429
