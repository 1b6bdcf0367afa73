"""What the service bears: 16 clients that send recordings of two seconds for a minute, to one worker and to two.

Server and loop may use the first two processors, the clients the others where there are any. Clients send a wav, wait
for the response and send the next.

    python -m benchmarks.serve_load
"""

import contextlib
import http.client
import io
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import requests

from benchmarks import memory
from classifier.audio import recording
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import arguments, console
from classifier.core.errors import InputError
from classifier.inference.predictor import load_predictor
from classifier.records import artifact
from Constants import ROOT, TRAINED

PROCESSORS = sorted(os.sched_getaffinity(0))
SERVERS, CLIENTS = PROCESSORS[:2], PROCESSORS[2:] or PROCESSORS
WARM_UP = 5  # seconds
LOOP = 5  # seconds of LiteRT alone


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default=TRAINED / "mel", type=Path, help="a converted model (default: trained/mel)")
    parser.add_argument("--clients", default=16, type=arguments.at_least(1))
    parser.add_argument("--seconds", default=60, type=arguments.at_least(1))
    parser.add_argument("--workers", default=[1, 2], nargs="+", type=arguments.at_least(1), help="default: 1 2")
    args = parser.parse_args(argv)
    if not args.model.exists():
        raise InputError(f"{args.model}: there is no such model; make trains one, or give another with --model")

    predictor = load_predictor(args.model)
    rate = predictor.audio_format.sample_rate
    signal_ = np.random.default_rng(0).normal(0, 0.1, predictor.audio_format.window_length).astype("float32")
    if args.model.is_dir():
        signal_ = recording.read(artifact.example(args.model), rate)
    window = cut_audio_pad_last(signal_, predictor.audio_format.window_length)[0]
    print(f"{args.clients} clients, {args.seconds} s, servers on {len(SERVERS)} processors, {args.model.name}")
    print(f"LiteRT alone, in a loop on one thread: {_in_a_loop(predictor, window):.0f} calls a second")
    per_second = {}
    for workers in args.workers:
        per_second[workers] = _measure(args, workers, _wav(window, rate))
        first = per_second[args.workers[0]]
        ratio = f"{per_second[workers] / first:.2f} times those of {args.workers[0]}"
        print(f"{workers} worker(s): {per_second[workers]:.1f} answers a second, {ratio}", flush=True)


def _measure(args, workers, wav):
    """Answers per second of a server of its own; prints how it fares."""
    with _server(args.model, workers) as (address, pid):
        url = f"{address}v2/models/{args.model.stem}/predict/"
        form = requests.Request("POST", url, files={"data": wav}).prepare()
        _load(form, args.clients, WARM_UP)
        first = memory.together(pid)
        took, refused = _load(form, args.clients, args.seconds)
        last = memory.together(pid)
    took.sort()
    print(f"p50 {_part(took, 0.5):.0f} ms, p95 {_part(took, 0.95):.0f} ms; {refused} refused as too many")
    print(f"memory of the server and its processes: {first} MB, then {last} MB ({last / first - 1:+.1%})")
    return len(took) / args.seconds


@contextlib.contextmanager
def _server(model, workers):
    """(address, process) of a server that can take work."""
    with tempfile.TemporaryDirectory() as home:
        flags = ("--port", "0", "--trained", model.parent, "--home", home, "--workers", workers)
        command = [str(part) for part in (sys.executable, ROOT / "ServeModel.py", *flags)]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, SERVERS)
        )
        try:
            begun = time.perf_counter()
            address = next(found[0] for line in server.stdout if (found := re.search(r"http://\S+?/", line)))
            print(f"listens after {time.perf_counter() - begun:.2f} s")
            while not all(_is_ready(address) for _ in range(8)):  # each may be another worker's answer
                time.sleep(0.1)
            os.sched_setaffinity(0, CLIENTS)
            yield address, server.pid
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def _is_ready(address):
    return requests.get(f"{address}readyz", timeout=60).status_code == 200


def _in_a_loop(predictor, window):
    os.sched_setaffinity(0, SERVERS)
    until, calls = time.perf_counter() + LOOP, 0
    while time.perf_counter() < until:
        predictor.probabilities(window[None])
        calls += 1
    return calls / LOOP


def _wav(window, rate):
    held = io.BytesIO()
    recording.write(held, window, rate)
    return held.getvalue()


def _load(form, clients, seconds):
    """(milliseconds of each response, how many were refused with 429)."""
    took, refused, until = [], [], time.perf_counter() + seconds
    address = urlsplit(form.url)

    def client():
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=60)
        while (begun := time.perf_counter()) < until:
            connection.request("POST", address.path, form.body, form.headers)
            response = connection.getresponse()
            body = response.read()
            if response.status == 429:
                refused.append(begun)
            elif response.status == 200:
                took.append(1000 * (time.perf_counter() - begun))
            else:
                raise InputError(f"the server answers {response.status}: {body.decode()}")
        connection.close()

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in console.progress(threads, f"{clients} clients"):
        thread.join()
    return took, len(refused)


def _part(values, part):
    return values[min(len(values) - 1, int(part * len(values)))]


if __name__ == "__main__":
    console.run(main)
