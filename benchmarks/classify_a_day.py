"""The largest memory that ClassifyRecordings.py takes for one recording of a day, its processes together.

The recording is made on the spot, a flac of the sounds of data_short again and again.

    python -m benchmarks.classify_a_day
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import soundfile

from benchmarks import memory
from benchmarks.stopwatch import timed
from classifier.audio import recording
from classifier.core import arguments, console
from classifier.storage import local_files
from Constants import DATA_SHORT, ROOT, TRAINED

RATE = 16_000
POLL = 0.1  # seconds


def write(path, hours):
    """A minute at a time; each begins elsewhere in the sounds, so that no two are the same."""
    sounds = np.concatenate([recording.read(each, RATE) for each in local_files.find_recordings(DATA_SHORT)])
    with soundfile.SoundFile(path, "w", RATE, 1) as file:
        for minute in console.progress(range(round(hours * 60)), "writing a recording"):
            file.write(np.resize(np.roll(sounds, -minute * 12_345), 60 * RATE))


def peak(command):
    """MB; of a command and its processes together, looked at again and again."""
    highest = 0
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            highest = max(highest, memory.together(process.pid))
            time.sleep(POLL)
    if process.returncode:
        raise SystemExit(f"{command[1]} ended with {process.returncode}")
    return highest


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=24.0, help="default: %(default)s")
    parser.add_argument("--model", default=str(TRAINED / "mel"), help="default: trained/mel")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        path = Path(temporary) / "day.flac"
        write(path, args.hours)
        print(f"a flac of {args.hours:g} h, {path.stat().st_size / 1e6:,.0f} MB", flush=True)
        command = [sys.executable, str(ROOT / "ClassifyRecordings.py"), str(path), "--model", args.model]
        seconds, highest = timed(lambda: peak([*command, "--out", f"{temporary}/out"]))
    print(f"{seconds:.0f} s, {args.hours * 3600 / seconds:.0f} times real time; {highest:,.0f} MB at most")


if __name__ == "__main__":
    console.run(main)
