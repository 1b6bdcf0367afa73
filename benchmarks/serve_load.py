"""What the service bears: 16 clients that send recordings of two seconds for a minute, against LiteRT in a loop.

Server and loop may use the first two processors, the clients the others where there are any. Clients send a wav, wait
for the response and send the next.

    python -m benchmarks.serve_load
"""

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
    args = parser.parse_args(argv)

    predictor = load_predictor(args.model)
    rate = predictor.audio_format.sample_rate
    signal_ = recording.read(artifact.example(args.model), rate)
    window = cut_audio_pad_last(signal_, predictor.audio_format.window_length)[0]
    alone = _in_a_loop(predictor, window)
    with tempfile.TemporaryDirectory() as home:
        command = [
            sys.executable,
            ROOT / "ServeModel.py",
            "--port",
            "0",
            "--trained",
            args.model.parent,
            "--home",
            home,
        ]
        server = subprocess.Popen(
            command, stdout=subprocess.PIPE, text=True, preexec_fn=lambda: os.sched_setaffinity(0, SERVERS)
        )
        try:
            begun = time.perf_counter()
            address = next(found[0] for line in server.stdout if (found := re.search(r"http://\S+?/", line)))
            print(f"ready after {time.perf_counter() - begun:.2f} s")
            form = requests.Request(
                "POST", f"{address}v2/models/{args.model.name}/predict/", files={"data": _wav(window, rate)}
            )
            form = form.prepare()
            os.sched_setaffinity(0, CLIENTS)
            _load(form, args.clients, WARM_UP)
            first = memory.together(server.pid)
            took, refused = _load(form, args.clients, args.seconds)
            last = memory.together(server.pid)
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()
    took.sort()
    per_second = len(took) / args.seconds
    print(f"{args.clients} clients, {args.seconds} s, server on {len(SERVERS)} processors, {args.model.name}")
    print(f"{per_second:.0f} requests a second; p50 {_part(took, 0.5):.0f} ms, p95 {_part(took, 0.95):.0f} ms")
    print(f"{refused} refused as too many")
    print(
        f"LiteRT alone, in a loop on one thread: {alone:.0f} calls a second; the service {per_second / alone:.2f} of it"
    )
    print(f"memory of the server and its processes: {first} MB, then {last} MB ({last / first - 1:+.1%})")


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
