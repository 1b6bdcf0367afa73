import contextlib
import gzip
import hashlib
import http.server
import threading

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.storage import downloads

CONTENT = np.random.default_rng(0).bytes(300_000)
SUM = f"md5:{hashlib.md5(CONTENT).hexdigest()}"
ZERO = "md5:" + "0" * 32


class Publisher(http.server.ThreadingHTTPServer):
    """A server of files, on a free port of this machine, that can be made to misbehave."""

    daemon_threads = True

    def __init__(self, files):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files = files  # path: bytes
        self.asked = []  # the Range of every request; None where there was none
        self.ranges = True  # whether Range is heard
        self.cuts = []  # after how many bytes the next connections are cut
        self.predictions = []  # what the next requests are answered instead
        self.headers = {}  # sent in addition, or instead
        self.chunked = False  # sent in chunks, without a length
        self.hangs = threading.Event()  # nothing is sent before it is set
        self.hangs.set()

    def address(self, path):
        return f"http://127.0.0.1:{self.server_port}{path}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        server, wanted = self.server, self.headers["Range"]
        server.asked.append(wanted)
        self.close_connection = True
        if server.predictions:
            return self.send_error(server.predictions.pop(0))
        if self.path not in server.files:
            return self.send_error(404)
        content, first = server.files[self.path], 0
        headers = {"Content-Length": len(content)}
        if wanted and server.ranges:
            first = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if first >= len(content):
                headers = {"Content-Range": f"bytes */{len(content)}", "Content-Length": 0}
                return self.send(416, headers, b"")
            part = f"bytes {first}-{len(content) - 1}/{len(content)}"
            headers = {"Content-Range": part, "Content-Length": len(content) - first}
        self.send(206 if first else 200, headers, content[first:])

    def send(self, status, headers, body):
        self.send_response(status)
        if self.server.chunked:
            del headers["Content-Length"]
            headers["Transfer-Encoding"] = "chunked"
            body = b"".join(b"%x\r\n%b\r\n" % (len(c), c) for c in (body[:1000], body[1000:])) + b"0\r\n\r\n"
        for name, value in (headers | self.server.headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.server.hangs.wait()
        self.wfile.write(body[: self.server.cuts.pop(0) if self.server.cuts else None])

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def publishing(files):
    """A Publisher that answers while the block lasts."""
    with Publisher(files) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        try:
            yield server
        finally:
            server.hangs.set()
            server.shutdown()


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(downloads, "PAUSE", 0)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with publishing({"/x.zip": CONTENT}) as server:
        yield server


def fetched(server, tmp_path, checksum=SUM):
    """x.zip is fetched as it was sent, and is all there is in the folder."""
    downloads.fetch(server.address("/x.zip"), tmp_path / "x.zip", checksum)
    assert (tmp_path / "x.zip").read_bytes() == CONTENT
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


@pytest.mark.parametrize("checksum", [SUM, f"sha256:{hashlib.sha256(CONTENT).hexdigest()}", None])
def test_a_file_arrives_as_it_was_sent(server, tmp_path, checksum):
    fetched(server, tmp_path, checksum)
    assert server.asked == [None]


def test_a_file_that_is_there_is_not_asked_for(server, tmp_path):
    fetched(server, tmp_path)
    fetched(server, tmp_path)
    assert server.asked == [None]


def test_a_connection_that_is_cut_is_resumed(server, tmp_path, capsys):
    server.cuts = [150_000]
    fetched(server, tmp_path)
    assert server.asked == [None, "bytes=131072-"]  # two whole chunks had arrived
    assert "trying again; it resumes at 0.1 MB" in capsys.readouterr().err


def test_connections_are_tried_as_long_as_they_bring_something(server, tmp_path):
    server.cuts = [70_000] * 4
    fetched(server, tmp_path)
    assert server.asked == [None, "bytes=65536-", "bytes=131072-", "bytes=196608-", "bytes=262144-"]


def test_the_next_run_goes_on_where_the_last_one_gave_up(server, tmp_path):
    server.cuts = [100_000] + [0] * downloads.TRIES
    with pytest.raises(InputError, match="run the same command again; it resumes at 0.1 MB"):
        downloads.fetch(server.address("/x.zip"), tmp_path / "x.zip", SUM)
    assert (tmp_path / "x.zip.part").read_bytes() == CONTENT[:65_536]
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip.part"]
    server.cuts, server.asked = [], []
    fetched(server, tmp_path)
    assert server.asked == ["bytes=65536-"]


def test_a_server_that_can_not_resume_starts_again(server, tmp_path):
    server.ranges, server.cuts = False, [150_000]
    fetched(server, tmp_path)
    assert server.asked == [None, "bytes=131072-"]


def test_a_file_that_had_arrived_whole_is_taken(server, tmp_path):
    (tmp_path / "x.zip.part").write_bytes(CONTENT)
    fetched(server, tmp_path)
    assert server.asked == ["bytes=300000-"]


def test_more_than_the_file_is_thrown_away(server, tmp_path, capsys):
    (tmp_path / "x.zip.part").write_bytes(CONTENT + b"more")
    fetched(server, tmp_path)
    assert server.asked == ["bytes=300004-", None]
    assert "starting again" in capsys.readouterr().err


def test_another_part_than_the_wanted_one_is_not_used(server, tmp_path):
    (tmp_path / "x.zip.part").write_bytes(CONTENT[:1000])
    server.headers = {"Content-Range": "bytes 5-299999/300000"}
    fetched(server, tmp_path)
    assert server.asked == ["bytes=1000-", None]


def test_a_file_in_chunks_of_unknown_length_arrives(server, tmp_path):
    server.chunked = True
    fetched(server, tmp_path)


def test_a_cut_in_chunks_of_unknown_length_is_noticed(server, tmp_path):
    server.chunked, server.cuts = True, [150_000]
    fetched(server, tmp_path)
    assert len(server.asked) == 2


def test_a_compressed_file_stays_compressed(server, tmp_path):
    """Some servers say of a .gz that it is compressed on the way, and browsers unpack it."""
    server.files["/x.gz"] = gzip.compress(CONTENT)
    server.headers = {"Content-Encoding": "gzip"}
    downloads.fetch(server.address("/x.gz"), tmp_path / "x.gz")
    assert gzip.decompress((tmp_path / "x.gz").read_bytes()) == CONTENT


def test_a_silent_server_is_left_and_asked_again(server, tmp_path, monkeypatch):
    monkeypatch.setattr(downloads, "TIMEOUT", (1, 0.1))
    server.hangs.clear()
    with pytest.raises(InputError, match="cannot be fetched.*times in a row"):
        downloads.fetch(server.address("/x.zip"), tmp_path / "x.zip", SUM)
    assert len(server.asked) == downloads.TRIES


def test_a_busy_server_is_asked_again(server, tmp_path, capsys):
    server.predictions = [503, 429]
    fetched(server, tmp_path)
    assert "the server answers 503 Service Unavailable; trying again" in capsys.readouterr().err


def test_a_file_that_the_server_does_not_have_is_not_asked_for_twice(server, tmp_path):
    with pytest.raises(InputError, match="the server answers 404 Not Found"):
        downloads.fetch(server.address("/y.zip"), tmp_path / "y.zip", SUM)
    assert server.asked == [None]
    assert not any(tmp_path.iterdir())


def test_a_wrong_checksum_names_both_and_leaves_nothing(server, tmp_path):
    with pytest.raises(InputError, match=f"expected {ZERO} but got {SUM[4:]}.*Run the command again"):
        downloads.fetch(server.address("/x.zip"), tmp_path / "x.zip", ZERO)
    assert not any(tmp_path.iterdir())


def test_no_server_says_how_to_do_without(server, tmp_path):
    address = server.address("/x.zip")
    server.shutdown()
    server.server_close()
    with pytest.raises(InputError, match="ConnectionError.*Check the network.*some other way to") as error:
        downloads.fetch(address, tmp_path / "x.zip", SUM)
    assert address in str(error.value) and str(tmp_path / "x.zip") in str(error.value)
    assert not any(tmp_path.iterdir())


def test_a_file_put_there_by_hand_is_taken(server, tmp_path):
    (tmp_path / "x.zip").write_bytes(CONTENT)
    fetched(server, tmp_path)
    assert server.asked == []


def test_another_file_put_there_by_hand_is_neither_taken_nor_deleted(server, tmp_path):
    (tmp_path / "x.zip").write_bytes(b"mine")
    with pytest.raises(InputError, match=f"x.zip has the checksum {hashlib.md5(b'mine').hexdigest()}, not {SUM}"):
        downloads.fetch(server.address("/x.zip"), tmp_path / "x.zip", SUM)
    assert (tmp_path / "x.zip").read_bytes() == b"mine"
    assert server.asked == []


def test_what_does_not_fit_on_the_disk_is_not_begun(server, tmp_path):
    server.headers = {"Content-Length": 10**18}
    with pytest.raises(InputError, match="x.zip needs 2000000000.0 GB until it is unpacked, and the disk has"):
        downloads.fetch(server.address("/x.zip"), tmp_path / "x.zip", SUM)
