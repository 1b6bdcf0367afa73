"""Training in several processes on this machine: seconds an epoch, on TensorFlow, on JAX, and on JAX in two processes.

All fit the same model on the same windows, one after the other, and share the same cores; the first epoch, in which JAX
compiles, is not counted, and of the others the median is. Two processes make batches twice as large, and half as many.

    python -m benchmarks.data_parallel
"""

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import repeated
from classifier.core import arguments, console, registry
from classifier.data import audio_cache, clips
from classifier.records.audio_format import AudioFormat
from classifier.records.team import Team
from classifier.training import distributed
from Constants import ROOT

EPOCHS = 4
WAYS = {"TensorFlow": ("tensorflow", 1), "JAX": ("jax", 1), "JAX, two processes": ("jax", 2)}


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="mel", help="default: %(default)s")
    parser.add_argument("--hours", type=float, default=0.2, help="default: %(default)g")
    parser.add_argument("--fit", type=Path, help=argparse.SUPPRESS)  # the data: this is one of the processes
    args = parser.parse_args(argv)
    if args.fit:
        fit(args.model, args.fit)
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        repeated.write(folder, args.hours)
        seconds = {way: measured(args.model, folder, *settings) for way, settings in WAYS.items()}
    least = seconds["TensorFlow"]
    print(f"{args.model}, {args.hours:g} hours, {os.cpu_count()} cores: seconds an epoch, and how many of TensorFlow's")
    console.table(["way", "seconds", "ratio"], [[way, f"{s:.1f}", f"{s / least:.2f}"] for way, s in seconds.items()])


def measured(model, folder, backend, processes):
    """Seconds an epoch of processes that fit together."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    children = []
    for k in range(processes):
        team = dict(zip(distributed.VARIABLES.values(), (address, str(processes), str(k)), strict=True))
        environment = {**os.environ, "KERAS_BACKEND": backend, **(team if processes > 1 else {})}
        command = [sys.executable, "-m", "benchmarks.data_parallel", "--model", model, "--fit", str(folder)]
        children.append(subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True))
    printed = [child.communicate()[0] for child in children]
    if any(child.returncode for child in children):
        sys.exit(f"{backend} with {processes} process(es) failed; what it said stands above")
    return float(printed[0].split()[-1])


def fit(name, folder):
    """Be one of the processes, and print the seconds of an epoch."""
    team = Team.from_flags(None, None, None)
    found = clips.read_clips(folder)
    held = audio_cache.read(found, folder, AudioFormat().sample_rate, keep=False)
    labels = sorted({clip.label for clip in found})
    console.import_keras()
    import keras

    from classifier.models import assemble
    from classifier.training import fit
    from classifier.training.datasets import TrainingWindows

    class Clock(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.started = time.perf_counter()

        def on_epoch_end(self, epoch, logs=None):
            seconds.append(time.perf_counter() - self.started)

    seconds = []
    with distributed.joined(team):
        model_file, audio_format = registry.load("models", name), AudioFormat()
        keras.utils.set_random_seed(0)
        recipe = distributed.widened(model_file.RECIPE)
        windows = TrainingWindows(held, np.arange(len(held.clips)), labels, audio_format, recipe=recipe, seed=0)
        model = assemble.build(model_file, assemble.features_of(model_file, audio_format), audio_format, len(labels))
        distributed.agree({"windows": len(windows.targets)})
        with distributed.spread(model) as learning:
            learner = assemble.learner(learning, recipe.masks)
            fit.compile_model(learner, recipe, len(windows))
            learner.fit(distributed.share(windows), epochs=EPOCHS, verbose=0, callbacks=[Clock()])
        print(statistics.median(seconds[1:]))


if __name__ == "__main__":
    console.run(main)
