"""ClassifyRecordings.py killed with kill -9 at random times: it ends with what an undisturbed run ends with.

Each time, it is killed when its journal has a random number of lines, some milliseconds after one of them.

python -m benchmarks.kill_classification
"""

import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import repeated
from benchmarks.stopwatch import timed
from classifier.core import arguments, console
from Constants import ROOT, TRAINED

JOURNAL = "journal.jsonl"


def run(command, out, lines=None, after=0.0):
    """Run it, and kill it and its processes so many seconds after the journal has so many lines; returns how many."""
    with subprocess.Popen([*command, "--out", str(out)], stdout=subprocess.DEVNULL, start_new_session=True) as process:
        while process.poll() is None:
            if lines is not None and n_lines(out) >= lines:
                time.sleep(after)
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                return n_lines(out)
            time.sleep(0.002)
        if process.returncode:
            raise SystemExit(f"ClassifyRecordings.py ended with {process.returncode}")
    return n_lines(out)


def n_lines(out):
    journal = out / JOURNAL
    return journal.read_bytes().count(b"\n") if journal.is_file() else 0


def results(out):
    """{relative path: bytes}"""
    paths = [path for path in out.rglob("*") if path.is_file() and path.name not in (JOURNAL, ".lock")]
    return {path.relative_to(out): path.read_bytes() for path in paths}


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=int, default=200, help="default: %(default)s")
    parser.add_argument("--kills", type=int, default=10, help="default: %(default)s")
    parser.add_argument("--model", default=str(TRAINED / "mel"), help="default: trained/mel")
    parser.add_argument("--seed", type=int, default=0, help="of the times (default: %(default)s)")
    args = parser.parse_args(argv)
    rng = random.Random(args.seed)
    with tempfile.TemporaryDirectory() as temporary:
        data, undisturbed, killed = (Path(temporary) / name for name in ("data", "undisturbed", "killed"))
        repeated.write(data, args.recordings * repeated.SECONDS / 3600)
        command = [sys.executable, str(ROOT / "ClassifyRecordings.py"), str(data), "--model", args.model, "--jobs", "2"]
        seconds, _ = timed(lambda: run(command, undisturbed))
        print(f"{args.recordings} recordings, undisturbed: {seconds:.1f} s", flush=True)
        for lines in sorted(rng.sample(range(args.recordings), args.kills)):
            n = run(command, killed, lines, rng.uniform(0, 0.05))
            print(f"killed with {n} in the journal{'' if n < args.recordings else ', as good as done'}", flush=True)
        run(command, killed)
        done = [json.loads(line)["key"] for line in (killed / JOURNAL).read_text(encoding="utf-8").splitlines()]
        same = results(killed) == results(undisturbed)
        print(f"killed {args.kills} times; {len(done) - len(set(done))} recordings were classified twice; ", end="")
        print(f"{len(results(killed))} files, {'all identical' if same else 'NOT identical'}")
        if not same:
            sys.exit(1)


if __name__ == "__main__":
    console.run(main)
