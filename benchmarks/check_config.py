"""How long TrainModel.py takes to check a folder of a thousand recordings, before it starts TensorFlow.

    python -m benchmarks.check_config

The median of five runs, against 1 s; beside it, what an error costs the user in all: the whole script on a labels file
that does not fit, against `python -c pass`.
"""

import argparse
import contextlib
import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import soundfile

from classifier.core import arguments
from classifier.records.training_config import TrainingConfig
from Constants import ROOT, SAMPLE_RATE

RUNS = 5


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recordings", type=arguments.at_least(2), default=1000, help="default: %(default)s")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        for i in range(args.recordings):
            path = data / f"label {i % 10}" / f"{i}.wav"
            path.parent.mkdir(parents=True, exist_ok=True)
            soundfile.write(path, [0.0] * SAMPLE_RATE, SAMPLE_RATE)
        flags = argparse.Namespace(
            **dict.fromkeys(("layout", "group_by", "background_noise", "fine_tune", "weights", "epochs", "window")),
            **dict.fromkeys(
                ("sample_rate", "folds_by", "train_share", "recipe", "coordinator", "processes", "process")
            ),
            data=data,
            model="signal,mel",
            labels=None,
            trained=Path(folder) / "trained",
            fold=0,
            seed=0,
            resume=False,
            paper=False,
            duplicates="error",
            no_cache=False,
        )
        checks = [_seconds(lambda: TrainingConfig.from_args(flags)) for _ in range(RUNS)]
        labels = Path(folder) / "labels.txt"
        labels.write_text("one\ntwo\n")
        script = [ROOT / "TrainModel.py", "--data", data, "--labels", labels]
        refused = [_seconds(lambda: _run(script)) for _ in range(RUNS)]
        nothing = [_seconds(lambda: _run(["-c", "pass"])) for _ in range(RUNS)]
    print(f"{args.recordings} recordings checked in {statistics.median(checks):.2f} s (allowed: 1 s)")
    whole, empty = statistics.median(refused), statistics.median(nothing)
    print(f"labels that differ are refused after {whole:.2f} s, {whole / empty:.0f} times what `python -c pass` takes")
    return statistics.median(checks) > 1


def _seconds(call):
    started = time.perf_counter()
    with contextlib.redirect_stderr(io.StringIO()):
        call()
    return time.perf_counter() - started


def _run(command):
    subprocess.run([sys.executable, *map(str, command)], capture_output=True)


if __name__ == "__main__":
    sys.exit(main())
