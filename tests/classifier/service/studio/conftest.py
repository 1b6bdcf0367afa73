"""A server with an empty home, and a data set in it."""

import json

import httpx
import pytest

from classifier.service.settings import Settings
from classifier.service.studio.limits import StudioLimits
from tests.classifier.service.conftest import served_here
from tests.conftest import write_tone


class DataSet:
    """The data set `birds` of a server, over its API."""

    def __init__(self, client, folder):
        self.client, self.folder = client, folder

    def ask(self, method, path="", expect=200, files=None, **query):
        answer = self.client.request(method, f"/v2/studio/birds/{path}", params=query, files=files)
        assert answer.status_code == expect, answer.text
        return answer.json()

    def add(self, path, name=None, **query):
        files = {"data": (name or path.name, path.read_bytes())}
        return self.ask("POST", "recordings/", 201, files=files, **{"consent": True, **query})

    def edit(self, recording, start, end, label, revision, expect=201):
        query = {"start": start, "end": end, "revision": revision} | ({"label": label} if label else {})
        return self.ask("POST", f"recordings/{recording}/edits/", expect, **query)


@pytest.fixture
def settings(tmp_path):
    limits = StudioLimits(sets=3, recordings=4, total_bytes=2**20, edits=6)
    return Settings(out=tmp_path / "trained", home=tmp_path / "home", studio=limits)


@pytest.fixture
def birds(settings):
    with served_here(settings) as (address, _), httpx.Client(base_url=address, timeout=120) as client:
        birds = DataSet(client, settings.home / "studio" / "birds")
        birds.ask("POST", expect=201)
        yield birds


@pytest.fixture
def tone(tmp_path):
    """Four seconds."""
    return write_tone(tmp_path / "monday.wav", seconds=4.0, rate=8000)


def journal_of(birds, name):
    return [
        json.loads(line) for line in (birds.folder / ".studio" / "edits" / f"{name}.jsonl").read_text().splitlines()
    ]
