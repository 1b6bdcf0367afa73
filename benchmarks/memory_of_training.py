"""The largest memory that a training of one epoch takes, over little and over much audio.

Runs TrainModel.py in processes of their own and reads their peak RSS from the operating system.

    python -m benchmarks.memory_of_training
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import repeated
from classifier.core import arguments, console
from Constants import ROOT


def peak_of_training(folder, model, out):
    """MB; of TrainModel.py for one epoch, the decoding before it included."""
    settings = ["--data", folder, "--model", model, "--epochs", 1, "--no-refit", "--trained", out]
    command = [sys.executable, str(ROOT / "TrainModel.py"), *map(str, settings), "--no-cache"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"TrainModel.py ended with {process.returncode}")
    return usage.ru_maxrss / 1000


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, nargs=2, default=(2.0, 20.0), help="default: 2 20")
    parser.add_argument("--model", default="signal,mel", help="default: %(default)s")
    args = parser.parse_args(argv)
    for model in args.model.split(","):
        peaks = []
        for hours in args.hours:
            with tempfile.TemporaryDirectory() as temporary:
                folder, out = Path(temporary) / "data", Path(temporary) / "out"
                repeated.write(folder, hours)
                out.mkdir()
                peaks.append(peak_of_training(folder, model, out))
            print(f"{model}, {hours:g} h: {peaks[-1]:,.0f} MB at most", flush=True)
        print(f"{model}: {args.hours[1]:g} h take {peaks[1] / peaks[0] - 1:+.1%} of what {args.hours[0]:g} h take")


if __name__ == "__main__":
    console.run(main)
