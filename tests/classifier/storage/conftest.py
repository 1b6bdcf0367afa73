"""Remote folders with known contents: in a bucket of an S3 server on loopback, and on a web server."""

import functools
import http.server
import os
import threading

import pytest

CONTENTS = {"song/a.wav": b"one", "song/b 1.FLAC": b"two", "speech/c.mp3": b"three", "notes.txt": b"words"}


@pytest.fixture
def s3(bucket):
    """(address of a folder of CONTENTS, put(name, bytes or None)); a bucket of its own for each test."""
    name = f"raw-{os.urandom(4).hex()}"
    bucket.create_bucket(Bucket=name)

    def put(key, content):
        if content is None:
            bucket.delete_object(Bucket=name, Key=f"data/{key}")
        else:
            bucket.put_object(Bucket=name, Key=f"data/{key}", Body=content)

    for key, content in CONTENTS.items():
        put(key, content)
    return f"s3://{name}/data", put


@pytest.fixture
def web(tmp_path):
    """The address of a web server that lists a folder with CONTENTS."""
    root = tmp_path / "served"
    for name, content in CONTENTS.items():
        (root / "data" / name).parent.mkdir(parents=True, exist_ok=True)
        (root / "data" / name).write_bytes(content)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=root)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/data/"
        server.shutdown()


def files(folder):
    """{relative path: content} of a folder's files, without hidden ones."""
    paths = [path for path in folder.rglob("*") if path.is_file() and not path.name.startswith(".")]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}
