"""Behind nginx and Caddy: the address for people, the client that counts, the page under a path of its own."""

import getpass
import os
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
CADDY = shutil.which("caddy")
GUIDE = (ROOT / "docs" / "guide" / "serve.md").read_text(encoding="utf-8")
PUBLIC = PublicUrl.parse("https://sounds.example.org/sounds/")
PROXIES = frozenset({"127.0.0.1"})
HEAD = """
daemon off;
user {user};
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {}
http {
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
"""
CADDYFILE = """
{
    admin off
    auto_https off
    default_bind 127.0.0.1
}
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
def nginx(folder, servers):
    """The address of a real nginx; SERVERS: its blocks, which listen on port {port}."""
    port = free_port()
    text = HEAD.replace("{user}", getpass.getuser()) + servers + "}\n"  # else it is nobody
    text = text.replace("{folder}", str(folder)).replace("{port}", str(port))
    (folder / "nginx.conf").write_text(text)
    with started([NGINX, "-p", folder, "-c", folder / "nginx.conf", "-e", folder / "error.log"], port) as address:
        yield address


@contextmanager
def caddy(folder, site):
    """The address of a real Caddy, without TLS; SITE is what the guide has, for the server of this test."""
    port = free_port()
    (folder / "Caddyfile").write_text(CADDYFILE + site.replace(PUBLIC.host, f"http://{PUBLIC.host}:{port}", 1))
    environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    command = [CADDY, "run", "--config", folder / "Caddyfile", "--adapter", "caddyfile"]
    with started(command, port, environment) as address:
        yield address


def free_port():
    with listen("127.0.0.1", 0) as free:
        return free.getsockname()[1]


@contextmanager
def started(command, port, environment=None):
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=environment)
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


@pytest.fixture(scope="module", params=["nginx", "nginx with the path and the name of the proxy's own", "caddy"])
def proxied(request, behind, tmp_path_factory):
    folder = tmp_path_factory.mktemp("proxy")
    if request.param == "caddy":
        if not CADDY:
            pytest.skip("needs Debian's caddy: apt install caddy")
        with caddy(folder, of_the_guide("caddy").replace("127.0.0.1:8000", behind)) as address:
            yield address
        return
    if not NGINX:
        pytest.skip("needs Debian's nginx: apt install nginx-light")
    location = of_the_guide("nginx")
    assert "proxy_pass http://127.0.0.1:8000/;" in location
    if request.param != "nginx":
        location = location.replace(":8000/;", ":8000;").replace("proxy_set_header Host $host;", "")
    location = location.replace("http://127.0.0.1:8000", behind)
    with nginx(folder, f"server {{ listen 127.0.0.1:{{port}}; {location} }}") as address:
        yield address


def of_the_guide(language, start=""):
    """The block of the guide in a language that begins so."""
    return start + GUIDE.partition(f"```{language}\n{start}")[2].partition("```")[0]


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
        outside = ask.get("/../v2/models/")
        assert outside.status_code == 404 or not outside.content  # Caddy has nothing there, and says so with 200


def test_a_page_of_the_public_address_may_change_things_and_one_of_ours_inside_may_not(proxied):
    with client(proxied, Authorization="Bearer secret") as ask:
        assert ask.post("/v2/session/", headers={"Origin": "https://sounds.example.org"}).status_code == 200
        assert ask.post("/v2/session/", headers={"Origin": "https://sounds.example.org:443"}).status_code == 200
        for origin in ("http://127.0.0.1:8000", "https://evil.example", proxied):
            assert ask.post("/v2/session/", headers={"Origin": origin}).status_code == 403


def test_a_proxy_passes_on_where_a_page_came_from(proxied):
    of_another = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
    followed = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    with client(proxied, Authorization="Bearer secret") as ask:
        for headers, code in ((of_another, 403), (followed, 200), ({"Sec-Fetch-Site": "same-origin"}, 200)):
            assert ask.get("/v2/models/", headers=headers).status_code == code
        for site, code in (("cross-site", 403), ("same-site", 403), ("same-origin", 200)):
            assert ask.post("/v2/session/", headers={"Sec-Fetch-Site": site}).status_code == code


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


def test_a_forwarded_client_that_has_enough_is_refused_and_another_is_not(settings, tmp_path):
    url = "/sounds/v2/models/tiny/predict/"
    with served_here(replace(settings, home=tmp_path, minute_seconds=0.5)) as (address, _):

        def codes(client, times):
            as_client = {"Host": PUBLIC.netloc, "X-Forwarded-For": client}
            with httpx.Client(base_url=address, headers=as_client, timeout=60) as ask:
                return [ask.post(url, files={"data": ("a.wav", SILENCE)}) for _ in range(times)]

        first, second = codes("192.0.2.1", 2)
        assert (first.status_code, second.status_code) == (200, 429)
        assert int(second.headers["retry-after"]) <= 60 and "0.5 s of audio a minute" in second.json()["message"]
        assert codes("192.0.2.2", 1)[0].status_code == 200
