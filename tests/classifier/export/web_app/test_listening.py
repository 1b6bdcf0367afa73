"""benchmarks/listening.py in short: a page listens, and its memory is read."""

from dataclasses import replace

import pytest

from benchmarks import listening
from benchmarks.web_app import opened
from tests.classifier.export.web_app.conftest import write_sounds
from tests.classifier.export.web_app.test_page import CHROMIUM

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium: apt install chromium")


def test_the_memory_of_a_page_that_listens_is_read_and_judged(app, tmp_path):
    voice = write_sounds(tmp_path / "voice.wav", 10.0, rate=48_000, subtype="PCM_16")
    with opened(app, voice) as (page, _):
        first, last = listening.readings(page, 0.05)
    assert last.windows > first.windows > 0 and last.seconds > 1
    assert 1 < last.heap < 100 and 30 < last.resident < 2000
    steady = [replace(first, minute=float(minute)) for minute in range(5)]
    assert listening.report(steady) == "heap +0.0%, renderer +0.0% since minute 2: flat"
    grown = replace(first, minute=5.0, heap=1.2 * first.heap)
    assert listening.report([*steady, grown]) == "heap +20.0%, renderer +0.0% since minute 2: NOT FLAT"
