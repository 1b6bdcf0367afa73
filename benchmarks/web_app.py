"""A web app beside ClassifyRecordings.py: the decisions for 30 recordings, and milliseconds per window beside LiteRT.

The page of ExportWebApp.py runs in Chromium; recordings are opened in it as a person opens them. Then one window is
classified again and again, in the page and by LiteRT, on one thread each.

    python -m benchmarks.web_app --model trained/residual --data ../shared/data/voices
"""

import csv
import functools
import http.server
import shutil
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.stopwatch import timed
from classifier.core import arguments, console
from classifier.core.errors import InputError
from classifier.data import inputs
from classifier.export.config import WebAppConfig
from classifier.export.web_app import folder
from classifier.inference.config import ClassificationConfig
from classifier.inference.litert import LiteRT, probes
from classifier.inference.predictor import load_predictor
from classifier.inference.recording_classifier import classify
from classifier.inference.settings import make_settings
from Constants import TRAINED

RECORDINGS = 30
RUNS = 100  # of one window
PATIENCE = 600_000  # milliseconds
WINDOW = """async (runs) => {
  const { SoundClassifier } = await import(new URL("module/sound-classifier.js", document.baseURI));
  const classifier = await SoundClassifier.load(new URL(MODEL, document.baseURI));
  const window = Float32Array.from({ length: classifier.windowLength }, () => 2 * Math.random() - 1);
  const times = [];
  for (let run = 0; run < runs; run++) {
    const began = performance.now();
    await classifier.probabilities(window);
    times.push(performance.now() - began);
  }
  return times;
}"""
SLACK = 1e-3  # seconds between two times that are the same


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A server of files that prints nothing."""

    def log_message(self, *_):
        pass


@contextmanager
def opened(app: Path, microphone: Path | None = None) -> Iterator[tuple[Page, str]]:
    """The page in Chromium, ready, and the browser's version.

    Args:
        microphone: a wav that it hears, again and again; None: it has no microphone.
    """
    chromium = shutil.which("chromium")
    if not chromium:
        raise InputError("there is no chromium here; install it: apt install chromium")
    handler = functools.partial(Quiet, directory=str(app))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, sync_playwright() as play:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        flags = ["--no-sandbox"]
        if microphone:
            flags += ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"]
            flags += [f"--use-file-for-fake-audio-capture={microphone}"]
        browser = play.chromium.launch(executable_path=chromium, args=flags)
        page = browser.new_context(permissions=["microphone"] if microphone else []).new_page()
        page.set_default_timeout(PATIENCE)
        page.goto(f"http://localhost:{server.server_port}/")
        page.wait_for_selector("#listen:not([disabled])")
        yield page, browser.version
        browser.close()
        server.shutdown()


def chosen(data: str) -> list[Path]:
    """Recordings, evenly spread over all that there are."""
    there = sorted(Path(source.location) for source in inputs.find([data])[0])
    return [there[i] for i in np.unique(np.linspace(0, len(there) - 1, RECORDINGS).astype(int))]


def by_page(page: Page, paths: list[Path]) -> dict[str, list[tuple[str, float, float]]]:
    """{recording: its segments} as the page's csv has them."""
    page.set_input_files("#file", paths)
    page.wait_for_selector(f"#log article:nth-of-type({len(paths)})")
    page.wait_for_selector("#progress", state="hidden")
    with page.expect_download() as waiting:
        page.click("#log-csv")
    found: dict[str, list[tuple[str, float, float]]] = {path.name: [] for path in paths}
    for row in csv.DictReader(Path(waiting.value.path()).read_text(encoding="utf-8").splitlines()):
        found[row["recording"]].append((row["label"], float(row["start"]), float(row["end"])))
    return found


def by_script(model: Path, paths: list[Path]) -> dict[str, list[tuple[str, float, float]]]:
    """The same as ClassifyRecordings.py has them."""
    settings, _ = make_settings(ClassificationConfig(model=str(model)))
    results = {path.name: classify(0, str(path), path.name, settings).result for path in paths}
    return {
        name: [(settings.labels[one.label], one.start, one.end) for one in result.segments]
        for name, result in results.items()
        if result
    }


def same(a: list[tuple[str, float, float]], b: list[tuple[str, float, float]]) -> bool:
    """Whether two recordings have the same segments."""
    times = zip(a, b, strict=False)
    return len(a) == len(b) and all(
        one[0] == two[0] and np.allclose(one[1:], two[1:], atol=SLACK) for one, two in times
    )


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", required=True, help="a trained and converted model: its name or folder")
    parser.add_argument("--trained", default=TRAINED, type=Path, help="folder of trained models (default: trained)")
    parser.add_argument("--data", required=True, help="a folder of recordings")
    args = parser.parse_args(argv)

    with tempfile.TemporaryDirectory() as temporary:
        app = folder.write(WebAppConfig(model=args.model, trained=args.trained, out=Path(temporary) / "app"))
        (model,) = app.models
        path = app.folder / "models" / f"{model.name}.tflite"
        paths = chosen(args.data)
        with opened(app.folder) as (page, version):
            of_page = by_page(page, paths)
            in_browser = page.evaluate(WINDOW.replace("MODEL", f'"models/{path.name}"'), RUNS)
        of_script = by_script(path, paths)
        lite, window = LiteRT(path, threads=1), probes(load_predictor(path).audio_format)[1:2]
        by_litert = [1000 * timed(lambda: lite.run(window))[0] for _ in range(RUNS)]
    equal = sum(same(of_page[name], segments) for name, segments in of_script.items())
    print(f"{model.name} ({model.variant}), Chromium {version}, {app.first_load / 1e6:.1f} MB on a first visit")
    print(f"{equal} of {len(of_script)} recordings have the same segments, {sum(map(len, of_script.values()))} in all")
    rows = [
        [name, *(f"{value:.2f}" for value in np.percentile(times, (50, 95)))]
        for name, times in (("browser", in_browser), ("LiteRT, one thread", by_litert))
    ]
    console.table(["run by", "ms per window, median", "95th percentile"], rows)
    for name, segments in of_script.items():
        if not same(of_page[name], segments):
            console.say(f"{name}: the page has {of_page[name]}, the script {segments}")


if __name__ == "__main__":
    console.run(main)
