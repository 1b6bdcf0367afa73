"""What each step costs for an hour of audio on this machine, and from it what many hours cost on many such machines.

Scripts are run as a person runs them, on little and on much audio: the difference is what an hour costs, the rest is
what a run costs however little there is. Then empty calls are sent to a Dask cluster of two workers here: no cluster
does more calls a second than its scheduler hands out.

    taskset -c 0,1 python -m benchmarks.cost_of_an_hour
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import repeated
from benchmarks.stopwatch import timed
from classifier.core import arguments, console, parallel
from classifier.data import audio_cache, clips
from classifier.records import artifact, conversion
from classifier.records.audio_format import AudioFormat
from Constants import ROOT

KINDS = ((44_100, 2), (48_000, 1))  # of raw recordings: Hz and channels
EPOCHS = (1, 4)  # of two trainings
FULL = 50  # epochs of a training as models ship it
CALLS = 2_000  # to the scheduler
AMOUNTS = {"10,000 hours": 10_000, "a million clips of 5 s": 1e6 * 5 / 3600}
MACHINES = (1, 10, 100)


def run(script, *arguments):
    """Seconds that a script takes."""
    command = [sys.executable, str(ROOT / script), *map(str, arguments)]
    seconds, done = timed(lambda: subprocess.run(command, capture_output=True, text=True))
    if done.returncode:
        raise SystemExit(f"{script} ended with {done.returncode}: {done.stderr[-500:]}")
    return seconds


def measure(hours, model, folder):
    """{step: seconds} for so many hours."""
    raw, data, out = folder / "raw", folder / "data", folder / "out"
    repeated.write(raw, hours, KINDS)
    found = {"prepare (step 0)": run("PrepareData.py", raw, "--out", data)}
    found["decode, once"], _ = timed(lambda: audio_cache.read(clips.read_clips(data), data, AudioFormat().sample_rate))
    train = ["--data", data, "--model", model, "--no-refit", "--trained", out]
    short, longer = (run("TrainModel.py", *train, "--epochs", epochs) for epochs in EPOCHS)
    epoch = (longer - short) / (EPOCHS[1] - EPOCHS[0])
    found |= {"train, an epoch": epoch, "train, the rest": short - epoch * EPOCHS[0]}
    found["convert and compare"] = run("ConvertModelToTFLite.py", "--trained", out, "--model", model)
    results = folder / "classified"
    found["classify"] = run("ClassifyRecordings.py", raw, "--model", out / model, "--out", results)
    assert (artifact.load(out / model).folder / conversion.VARIANTS_FILE).is_file()
    return found


def calls_a_second():
    """Of the scheduler of a cluster with two workers on this machine."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        address = cluster.scheduler_address
        list(parallel.results(abs, [(i,) for i in range(100)], address))
        seconds, done = timed(lambda: list(parallel.results(abs, ((i,) for i in range(CALLS)), address)))
    assert sorted(done) == list(range(CALLS))
    return CALLS / seconds


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, nargs=2, default=(0.1, 1.1), help="default: 0.1 1.1")
    parser.add_argument("--model", default="residual", help="default: %(default)s")
    args = parser.parse_args(argv)

    little, much = args.hours
    found = []
    for hours in args.hours:
        with tempfile.TemporaryDirectory() as temporary:
            found.append(measure(hours, args.model, Path(temporary)))
    an_hour = {step: (found[1][step] - found[0][step]) / (much - little) for step in found[0]}
    fixed = {step: max(0.0, found[0][step] - an_hour[step] * little) for step in an_hour}
    print(f"{args.model}, {parallel.cpu_count()} cores, raw recordings of {repeated.SECONDS} s at 44.1 and 48 kHz")
    rows = [[step, f"{an_hour[step]:.2f}", f"{fixed[step]:.1f}"] for step in an_hour]
    console.table(["step", "seconds an hour of audio", "seconds a run"], rows)
    rate = calls_a_second()
    print(f"calls a second that a Dask scheduler hands out: {rate:.0f}")

    epochs = {step: FULL if step == "train, an epoch" else 1 for step in an_hour}
    rows = []
    for amount, hours in AMOUNTS.items():
        for step in an_hour:
            machines = MACHINES if step in ("prepare (step 0)", "classify") else MACHINES[:1]
            days = [epochs[step] * (fixed[step] + an_hour[step] * hours / n) / 3600 for n in machines]
            name = step if epochs[step] == 1 else f"train, {FULL} epochs"
            rows.append([amount, name, *(f"{value:,.1f}" for value in days), *[""] * (len(MACHINES) - len(machines))])
    console.table(["of", "step", *(f"hours on {n} machine{'s' * (n > 1)}" for n in MACHINES)], rows)


if __name__ == "__main__":
    console.run(main)
