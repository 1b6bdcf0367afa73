import contextlib
import http.server
import socket
import ssl
import subprocess
import threading

import pytest

from classifier.service.settings import Forbidden, Refused, Settings, TooLarge
from classifier.service.url_fetch import fetch, is_public

OPEN = Settings(allow_urls=True)


def here(address):
    """Stands for the internet in these tests."""
    return address == "127.0.0.1"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.path, dict(self.headers)))
        self.server.answer(self)

    def log_message(self, *words):
        pass


@contextlib.contextmanager
def serving(answer, tls=None):
    """A real server, answering with answer(handler); yields it, with its `port` and what it has `seen`."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None
    server.answer, server.seen, server.over = answer, [], threading.Event()
    server.port = server.server_address[1]
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}).start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        server.server_close()


def file(content, **headers):
    def answer(handler):
        handler.send_response(200)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(content)

    return answer


def redirect(to):
    def answer(handler):
        handler.send_response(302)
        handler.send_header("Location", to(handler) if callable(to) else to)
        handler.end_headers()

    return answer


def refused(address, folder, why, error=Refused, settings=OPEN, allowed=here, **more):
    """It is refused for this reason, the address is named, and nothing is left in the folder."""
    with pytest.raises(error, match=why) as caught:
        fetch(address, folder, settings, allowed=allowed, **more)
    assert address in str(caught.value)
    assert not any(folder.iterdir())
    return str(caught.value)


def test_a_file_is_fetched_under_its_name(tmp_path):
    content = bytes(range(256)) * 1000
    with serving(file(content)) as server:
        title, path = fetch(f"http://127.0.0.1:{server.port}/a/My%20song.wav?x=1#top", tmp_path, OPEN, allowed=here)
    assert (title, path.read_bytes(), list(tmp_path.iterdir())) == ("My song.wav", content, [path])
    asked, headers = server.seen[0]
    assert asked == "/a/My%20song.wav?x=1"
    assert headers["Host"] == f"127.0.0.1:{server.port}"
    assert headers["Accept-Encoding"] == "identity"
    assert not {"Cookie", "Authorization", "Referer"} & set(headers)


def test_blanks_and_umlauts_are_encoded_and_nothing_can_be_added_to_the_request(tmp_path):
    with serving(file(b"1")) as server:
        fetch(f"http://127.0.0.1:{server.port}/ü b\r\nX-Evil: 1\n.wav", tmp_path, OPEN, allowed=here)
    asked, headers = server.seen[0]
    assert asked == "/%C3%BC%20b%0D%0AX-Evil:%201%0A.wav"
    assert "X-Evil" not in headers


def test_without_a_name_the_title_is_the_host_and_control_characters_are_taken_out(tmp_path):
    with serving(file(b"1")) as server:
        root = f"http://127.0.0.1:{server.port}"
        assert fetch(root, tmp_path, OPEN, allowed=here)[0] == "127.0.0.1"
        assert fetch(f"{root}/a%00%1b[31m.wav", tmp_path, OPEN, allowed=here)[0] == "a[31m.wav"


def test_nothing_is_fetched_unless_the_owner_allows_it(tmp_path):
    with pytest.raises(Forbidden, match="--allow-urls"):
        fetch("http://127.0.0.1:1/", tmp_path, Settings(), allowed=here)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0x7f.0.0.1", "localhost", "LOCALHOST."),
        *("0.0.0.0", "0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "224.0.0.1"),
        *("255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:a9fe:a9fe]", "[fe80::1]", "[fd00::1]"),
        *("[64:ff9b::10.0.0.1]", "[2002:7f00:1::]", "[2001:0:1:2:3:4:80ff:fffe]", "%31%32%37.0.0.1"),
    ],
)
def test_what_is_not_on_the_internet_is_never_asked(tmp_path, host):
    with serving(file(b"secret")) as server:
        refused(f"http://{host}:{server.port}/", tmp_path, "not public|no such host", allowed=is_public)
    assert not server.seen


@pytest.mark.parametrize(
    "address",
    [
        *(
            "0.1.2.3",
            "192.0.2.1",
            "198.18.0.1",
            "203.0.113.1",
            "240.0.0.1",
            "239.1.1.1",
            "ff02::1",
            "ff0e::1",
            "fec0::1",
        ),
        *("::", "::127.0.0.1", "::ffff:10.0.0.1", "::ffff:0:8.8.8.8", "64:ff9b::a00:1", "64:ff9b:1::8.8.8.8"),
        *("2002:a00:1::1", "2002:c0a8:101::", "2001:0:808:808::f5ff:fffe", "2001:db8::1", "fe80::1%eth0", "100::1"),
    ],
)
def test_private_addresses_however_wrapped_are_not_public(address):
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8", "2a00:1450::1"]
)
def test_the_internet_is_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        *(
            "file:///etc/passwd",
            "ftp://example.com/a",
            "gopher://example.com/",
            "data:,1",
            "//example.com/a",
            "song.wav",
        ),
        *(
            "",
            "http://",
            "http:///a",
            "http://example.com:0/",
            "http://example.com:99999/",
            "http://[::1/",
            "http://[x]/",
        ),
        *("http://user:pass@example.com/", "http://user@example.com/", "http://@example.com/", "http://a\\@127.0.0.1/"),
        *("http://no-such-host.invalid/", "http://a..b/", f"http://{'a' * 64}.b/", "http://\ud800/"),
    ],
)
def test_what_is_no_address_on_the_web_is_refused(tmp_path, address):
    refused(address, tmp_path, "is no address|is not fetched|no such host", allowed=is_public)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed(tmp_path, status):
    def answer(handler):
        if handler.path == "/old":
            handler.send_response(status)
            handler.send_header("Location", "new.wav")
            handler.end_headers()
        else:
            file(b"1")(handler)

    with serving(answer) as server:
        title, path = fetch(f"http://127.0.0.1:{server.port}/old", tmp_path, OPEN, allowed=here)
    assert (title, path.read_bytes()) == ("new.wav", b"1")


@pytest.mark.parametrize(
    "to",
    [
        *("http://127.0.0.2:{port}/", "http://localhost:{port}/../", "http://[::1]:{port}/", "//169.254.169.254/"),
        *("file:///etc/passwd", "ftp://127.0.0.1/", "http://a:b@127.0.0.1:{port}/", "http://[", "http://127.0.0.1:x/"),
    ],
)
def test_a_redirect_leads_nowhere_that_could_not_be_asked_for(tmp_path, to):
    def nowhere_else(address):
        return address == "127.0.0.1" and len(server.seen) == 0

    with serving(redirect(lambda handler: to.format(port=handler.server.port))) as server:
        message = refused(
            f"http://127.0.0.1:{server.port}/",
            tmp_path,
            "not public|not fetched|no address|no such host",
            allowed=nowhere_else,
        )
    assert len(server.seen) == 1
    assert "169.254" not in message and "127.0.0.2" not in message


def test_redirects_in_a_circle_end(tmp_path):
    with serving(redirect("/again")) as server:
        refused(f"http://127.0.0.1:{server.port}/", tmp_path, "leads on and on")
    assert len(server.seen) == 6


@pytest.mark.parametrize("status", [204, 206, 301, 304, 401, 404, 500])
def test_an_answer_that_is_no_file_is_refused(tmp_path, status):
    def answer(handler):
        handler.send_response(status, "<script>")
        handler.end_headers()

    with serving(answer) as server:
        assert "<" not in refused(f"http://127.0.0.1:{server.port}/", tmp_path, f"answered with {status}")


def pour(handler, pause=None):
    """Send a body that does not end; a byte at a time with a pause in seconds."""
    with contextlib.suppress(OSError):
        while not handler.server.over.wait(pause or 0):
            handler.wfile.write(b"x" if pause else bytes(2**16))


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    pour(handler)


def test_a_body_without_end_is_cut_at_the_limit(tmp_path):
    settings = Settings(allow_urls=True, upload_bytes=10**6)
    with serving(endless) as server:
        refused(f"http://127.0.0.1:{server.port}/", tmp_path, "is larger than", TooLarge, settings)


def test_the_limit_itself_is_allowed_and_a_byte_more_is_not_whatever_the_header_says(tmp_path):
    settings = Settings(allow_urls=True, upload_bytes=100_000)
    with serving(file(bytes(100_000))) as server:
        fetch(f"http://127.0.0.1:{server.port}/", tmp_path, settings, allowed=here)[1].unlink()
    with serving(file(bytes(100_001))) as server:
        refused(f"http://127.0.0.1:{server.port}/", tmp_path, "is larger than", TooLarge, settings)
    with serving(file(b"abcd", Content_Length="2")) as server:
        assert fetch(f"http://127.0.0.1:{server.port}/", tmp_path, settings, allowed=here)[1].read_bytes() == b"ab"


def test_a_body_that_ends_too_early_is_refused(tmp_path):
    with serving(file(b"abc", Content_Length="4")) as server:
        refused(f"http://127.0.0.1:{server.port}/", tmp_path, "cut off")


def test_compressed_answers_are_not_unpacked(tmp_path):
    with serving(file(b"\x1f\x8b\x08 as it came", Content_Encoding="gzip")) as server:
        path = fetch(f"http://127.0.0.1:{server.port}/", tmp_path, OPEN, allowed=here)[1]
    assert path.read_bytes() == b"\x1f\x8b\x08 as it came"


def drips(handler):
    handler.send_response(200)
    handler.end_headers()
    pour(handler, pause=0.05)


def drips_headers(handler):
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    pour(handler, pause=0.05)


def says_continue(handler):
    with contextlib.suppress(OSError):
        while not handler.server.over.wait(0.01):
            handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")


def is_silent(handler):
    handler.server.over.wait()


@pytest.mark.parametrize("answer", [drips, drips_headers, says_continue, is_silent])
def test_a_server_that_takes_its_time_is_hung_up_on(tmp_path, answer):
    with serving(answer) as server:
        refused(f"http://127.0.0.1:{server.port}/", tmp_path, "took longer than 0.5 s", seconds=0.5)


def test_a_server_that_never_shakes_hands_is_hung_up_on(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        refused(f"https://127.0.0.1:{port}/", tmp_path, "took longer than 0.5 s", seconds=0.5)


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-OpenSSH_9.6\r\n", b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 1000])
def test_a_server_that_speaks_no_http_is_refused_in_words(tmp_path, answer):
    with serving(lambda handler: handler.wfile.write(answer)) as server:
        message = refused(f"http://127.0.0.1:{server.port}/", tmp_path, "does not answer as it should")
    assert "SSH" not in message


def test_a_closed_port_is_refused_in_words(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    refused(f"http://127.0.0.1:{port}/", tmp_path, "does not answer as it should")


def test_a_name_is_looked_up_once_and_a_second_answer_is_never_asked_for(tmp_path, monkeypatch):
    """DNS rebinding: the first answer is public, the next one is not."""
    predictions = [["127.0.0.1"], ["127.0.0.2"]]

    def changing(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in predictions.pop(0)]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    with serving(file(b"1")) as server:
        path = fetch(f"http://rebinding.example:{server.port}/a", tmp_path, OPEN, allowed=here)[1]
    assert path.read_bytes() == b"1"
    assert server.seen[0][1]["Host"] == f"rebinding.example:{server.port}"
    assert predictions == [["127.0.0.2"]]


def test_one_private_answer_among_public_ones_is_enough_to_refuse(tmp_path, monkeypatch):
    def mixed(host, port, **_):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in ("127.0.0.1", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", mixed)
    with serving(file(b"1")) as server:
        message = refused(f"http://mixed.example:{server.port}/a", tmp_path, "not public", Forbidden)
    assert "10.0.0.1" not in message and not server.seen


def test_proxies_of_the_environment_are_not_used(tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9/")
    with serving(file(b"1")) as server:
        assert fetch(f"http://127.0.0.1:{server.port}/", tmp_path, OPEN, allowed=here)[1].read_bytes() == b"1"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """(certificate, key) of song.example, signed by itself."""
    folder = tmp_path_factory.mktemp("tls")
    made = ["-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=song.example"]
    made += ["-addext", "subjectAltName=DNS:song.example", "-keyout", folder / "key", "-out", folder / "certificate"]
    try:
        subprocess.run(["openssl", "req", "-x509", *made], check=True, capture_output=True)
    except FileNotFoundError:
        pytest.skip("needs openssl to make a certificate")
    return folder / "certificate", folder / "key"


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return context


@pytest.mark.parametrize(("host", "trusted"), [("song.example", True), ("song.example", False), ("x.example", True)])
def test_a_certificate_must_be_trusted_and_of_the_name_asked_for(
    tmp_path, monkeypatch, certificate, tls, host, trusted
):
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **_: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]
    )
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with serving(file(b"safe"), tls) as server:
        address = f"https://{host}:{server.port}/a.wav"
        if trusted and host == "song.example":
            title, path = fetch(address, tmp_path, OPEN, allowed=here)
            assert (title, path.read_bytes()) == ("a.wav", b"safe")
        else:
            refused(address, tmp_path, "no valid certificate")
            assert not server.seen


def test_an_encrypted_drip_is_hung_up_on(tmp_path, monkeypatch, certificate, tls):
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, port, **_: [(socket.AF_INET, 1, 6, "", ("127.0.0.1", port))]
    )
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with serving(drips, tls) as server:
        refused(f"https://song.example:{server.port}/", tmp_path, "took longer than 1 s", seconds=1)


def test_the_thread_that_watches_the_time_ends_with_the_download(tmp_path):
    before = set(threading.enumerate())
    with serving(file(b"1")) as server:
        fetch(f"http://127.0.0.1:{server.port}/", tmp_path, OPEN, allowed=here)
    for thread in set(threading.enumerate()) - before:
        thread.join(5)
        assert not thread.is_alive()
