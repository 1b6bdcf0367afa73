"""A web app that listens for half an hour: does the memory of its page grow?

The page of ExportWebApp.py runs in Chromium and hears recordings, one after the other and again, as its microphone.
Every minute the JavaScript heap is read after a garbage collection, and the resident memory of the renderer, in which
the model runs. Memory is flat where the last values are at most a tenth above those after two minutes.

    python -m benchmarks.listening --model trained/residual --data ../shared/data/voices
"""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
from playwright.sync_api import CDPSession, Page

from benchmarks.web_app import chosen, opened
from classifier.audio import recording
from classifier.core import arguments, console
from classifier.export.config import WebAppConfig
from classifier.export.web_app import folder
from Constants import TRAINED

RATE = 48_000  # Hz, of the microphone
SETTLED = 2  # minutes until the page has loaded and drawn all that it keeps
MAY_GROW = 0.1
COUNT = """async () => {
  const { SoundClassifier } = await import(new URL("module/sound-classifier.js", document.baseURI));
  const listen = SoundClassifier.prototype.listen;
  window.heard = { windows: 0, seconds: 0, leftOut: 0 };
  SoundClassifier.prototype.listen = function (callback, onLost) {
    return listen.call(this, (of) => {
      window.heard = { windows: window.heard.windows + 1, seconds: of.time, leftOut: of.leftOut };
      callback(of);
    }, onLost);
  };
}"""


@dataclass(frozen=True)
class Reading:
    """What a page holds and has done.

    Attributes:
        minute: since it listens.
        heap: MB of the JavaScript heap after a garbage collection.
        resident: MB of memory of the renderers.
        windows: that the model has heard.
        seconds: of sound, until the last of them.
        left_out: seconds of sound that were not classified, as the machine was too slow.
    """

    minute: float
    heap: float
    resident: float
    windows: int
    seconds: float
    left_out: float


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a trained and converted model: its name or folder")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--data", required=True, help="a folder of recordings")
    parser.add_argument("--minutes", default=30.0, type=float, help="default: %(default)s")
    args = parser.parse_args(argv)

    with tempfile.TemporaryDirectory() as temporary:
        app = folder.write(WebAppConfig(model=args.model, trained=args.trained, out=Path(temporary) / "app"))
        microphone = Path(temporary) / "microphone.wav"
        recording.write(microphone, np.concatenate([recording.read(path, RATE) for path in chosen(args.data)]), RATE)
        with opened(app.folder, microphone) as (page, version):
            print(f"{app.models[0].name} ({app.models[0].variant}), Chromium {version}", flush=True)
            found = []
            for one in readings(page, args.minutes):
                found.append(one)
                print(_line(one), flush=True)
            segments = page.locator("#log tbody tr").count()
    print(f"the log shows {segments} sounds")
    print(report(found))


def readings(page: Page, minutes: float) -> Iterator[Reading]:
    """Listen, and read memory at once, every minute and at the end."""
    page.evaluate(COUNT)
    page.click("#listen")
    while not page.evaluate("window.heard.windows"):
        page.wait_for_timeout(100)
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable")
    began = time.monotonic()
    for minute in [*range(int(np.ceil(minutes))), minutes]:
        page.wait_for_timeout(1000 * max(0, began + 60 * minute - time.monotonic()))
        yield read(page, session, (time.monotonic() - began) / 60)


def read(page: Page, session: CDPSession, minute: float) -> Reading:
    """What the page holds now."""
    session.send("HeapProfiler.collectGarbage")
    values = {one["name"]: one["value"] for one in session.send("Performance.getMetrics")["metrics"]}
    heard = page.evaluate("window.heard")
    renderers = [one for one in psutil.Process().children(recursive=True) if "--type=renderer" in one.cmdline()]
    resident = sum(one.memory_info().rss for one in renderers)
    return Reading(
        minute,
        values["JSHeapUsedSize"] / 2**20,
        resident / 2**20,
        heard["windows"],
        heard["seconds"],
        heard["leftOut"],
    )


def report(found: list[Reading]) -> str:
    """Whether memory is flat, in a sentence: the last reading beside that after two minutes, or the first one."""
    settled, last = next((one for one in found[:-1] if one.minute >= SETTLED), found[0]), found[-1]
    heap, resident = last.heap / settled.heap - 1, last.resident / settled.resident - 1
    flat = "flat" if max(heap, resident) <= MAY_GROW else "NOT FLAT"
    return f"heap {heap:+.1%}, renderer {resident:+.1%} since minute {settled.minute:.0f}: {flat}"


def _line(one):
    return (
        f"minute {one.minute:5.1f}: heap {one.heap:6.2f} MB, renderer {one.resident:6.1f} MB, {one.windows:,} windows, "
        f"{one.seconds:,.1f} s of sound, {one.left_out:.1f} s left out"
    )


if __name__ == "__main__":
    console.run(main)
