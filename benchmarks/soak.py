"""The service for half an hour under 16 clients, while its processes are killed: does it answer all, and does it grow?

Every few seconds a process is killed: by turns a worker, which answers, and a reader, which decodes and classifies. A
client whose connection breaks sends its request again, as the guide says; all others must have an answer. Clients come
and go: each sends ten recordings on a connection. Memory and p95 are compared between the second and the last tenth.

    python -m benchmarks.soak --model trained/mel
"""

import contextlib
import http.client
import itertools
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

import psutil

from benchmarks import memory
from benchmarks.hostile_clients import HONEST, PATH, one_server, recording_to_send
from classifier.core import arguments, console
from classifier.core.errors import InputError

TRIES = 5  # of a request whose connection broke
ON_A_CONNECTION = 10  # requests
ANSWER_SECONDS = 60
PARTS = 10  # of the time; the second is compared with the last
SAMPLE_SECONDS = 0.5
MAY_GROW = 0.1


@dataclass
class Seen:
    """What the clients and the killer saw; seconds are of time.monotonic().

    Attributes:
        answers: (when, seconds until then, HTTP status).
        broken: when a connection broke.
        unanswered: when a request was given up.
        memory: (when, MB).
        killed: what was killed, how often.
    """

    answers: list[tuple[float, float, int]] = field(default_factory=list)
    broken: list[float] = field(default_factory=list)
    unanswered: list[float] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)
    killed: Counter[str] = field(default_factory=Counter)


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=Path, required=True, help="a .tflite file, or the folder of a trained model")
    parser.add_argument("--minutes", default=30.0, type=float, help="default: %(default)s")
    parser.add_argument("--clients", default=16, type=arguments.at_least(1), help="default: %(default)s")
    parser.add_argument("--workers", default=2, type=arguments.at_least(2), help="default: %(default)s")
    parser.add_argument("--every", default=10.0, type=float, help="seconds between two kills (default: %(default)s)")
    args = parser.parse_args(argv)
    if not args.model.exists():
        raise InputError(f"{args.model}: there is no such file or folder; give a model with --model")
    with one_server(args.model.resolve(), "--workers", args.workers) as (address, pid):
        seen, took = soak(address, pid, args.model.stem, args), 60 * args.minutes
    _report(seen, took, args)
    if seen.unanswered:
        raise InputError(f"{len(seen.unanswered)} requests had no answer")


def soak(address, pid, model, args):
    """Let clients ask and processes die for some minutes; returns what was seen."""
    over, seen, path = threading.Event(), Seen(), PATH.format(model)
    form = recording_to_send(address, path)
    while len(_with_readers(pid)) < args.workers:
        time.sleep(SAMPLE_SECONDS)
    threads = [threading.Thread(target=_client, args=(address, form, seen, over)) for _ in range(args.clients)]
    threads += [threading.Thread(target=_kill, args=(pid, args.every, seen, over))]
    for thread in threads:
        thread.start()
    until = time.monotonic() + 60 * args.minutes
    while time.monotonic() < until:
        seen.memory.append((time.monotonic(), memory.together(pid)))
        over.wait(SAMPLE_SECONDS)
    over.set()
    for thread in threads:
        thread.join()
    return seen


def _client(address, form, seen, over):
    while not over.is_set():
        connection = http.client.HTTPConnection(*address, timeout=ANSWER_SECONDS, source_address=(HONEST, 0))
        for _ in range(ON_A_CONNECTION):
            if not over.is_set() and not _asked(connection, form, seen):
                seen.unanswered.append(time.monotonic())
        connection.close()


def _asked(connection, form, seen):
    """Whether a request had an answer; it is sent again where the connection breaks."""
    begun = time.monotonic()
    for _ in range(TRIES):
        try:
            connection.request("POST", form.path_url, form.body, form.headers)
            response = connection.getresponse()
            response.read()
            seen.answers.append((time.monotonic(), time.monotonic() - begun, response.status))
            return True
        except (OSError, http.client.HTTPException):
            seen.broken.append(time.monotonic())
            connection.close()  # the next request opens it again
    return False


def _kill(pid, seconds, seen, over):
    """Kill a worker, then a reader of one, and so on."""
    for kind in itertools.cycle(("worker", "reader")):
        if over.wait(seconds):
            return
        begun = _with_readers(pid)
        readers = [reader for readers in begun.values() for reader in readers]
        if len(begun) > 1:  # another one goes on meanwhile
            found = list(begun) if kind == "worker" else readers
            with contextlib.suppress(psutil.NoSuchProcess):
                found[seen.killed.total() // 2 % len(found)].kill()
                seen.killed[kind] += 1


def _with_readers(pid):
    """{worker of a server: the processes that read recordings for it}, where it has begun."""
    found = {}
    for worker in psutil.Process(pid).children():
        with contextlib.suppress(psutil.NoSuchProcess):
            if readers := worker.children():
                found[worker] = readers
    return found


def _report(seen, took, args):
    print(f"{args.minutes:g} minutes, {args.clients} clients, {args.workers} workers, {args.model.stem}")
    codes = Counter(status for _, _, status in seen.answers)
    killed = f"{seen.killed['worker']} workers and {seen.killed['reader']} readers killed"
    print(
        f"{len(seen.answers)} answers: {', '.join(f'{n} with {code}' for code, n in sorted(codes.items()))}; {killed}"
    )
    print(
        f"{len(seen.broken)} connections broke, and their requests were sent again; {len(seen.unanswered)} unanswered"
    )
    begun = seen.memory[0][0]
    second, last = (begun + took / PARTS, begun + 2 * took / PARTS), (begun + took * (1 - 1 / PARTS), begun + took)
    first, end = (median(mb for when, mb in seen.memory if low <= when < high) for low, high in (second, last))
    grown = end / first - 1
    print(f"memory: {first:.0f} MB, then {end:.0f} MB ({grown:+.1%}; {'' if grown <= MAY_GROW else 'not '}within 10 %)")
    before, after = (
        _p95([took for when, took, _ in seen.answers if low <= when < high]) for low, high in (second, last)
    )
    print(f"p95: {1000 * before:.0f} ms, then {1000 * after:.0f} ms ({after / before:.2f} times)")


def _p95(values):
    return sorted(values)[int(0.95 * len(values))] if values else float("nan")


if __name__ == "__main__":
    console.run(main)
