"""What it costs to train from the audio cache instead of from arrays in memory: CPU time of a step, in one run.

Both fit the same model on the same windows in batches of the same size, in turn; the median of the epochs counts.

    python -m benchmarks.fit_from_cache
"""

import statistics
import tempfile
import time
from pathlib import Path

import numpy as np

from benchmarks import repeated
from classifier.core import arguments, console, registry
from classifier.data import audio_cache, clips
from classifier.records.audio_format import AudioFormat

EPOCHS = 5


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="signal,mel", help="default: %(default)s")
    parser.add_argument("--hours", type=float, default=0.5, help="default: %(default)g")
    args = parser.parse_args(argv)

    console.import_tensorflow()
    with tempfile.TemporaryDirectory() as temporary:
        audio_cache.CACHE = Path(temporary) / "stores"
        folder = Path(temporary) / "data"
        repeated.write(folder, args.hours)
        found = clips.read_clips(folder)
        held = audio_cache.read(found, folder, AudioFormat().sample_rate)
        labels = sorted({clip.label for clip in found})
        for name in args.model.split(","):
            arrays, from_cache = compare(name, held, labels)
            added = from_cache / arrays - 1
            print(f"{name}, CPU per step: {arrays:.1f} ms from arrays, {from_cache:.1f} from the cache, {added:+.1%}")


def compare(name, held, labels):
    """Milliseconds of CPU per step from arrays, and from the audio cache."""
    from classifier.models import assemble
    from classifier.training.datasets import Windows

    model_file, audio_format = registry.load("models", name), AudioFormat()
    size = model_file.RECIPE.batch_size
    windows = Windows(held, np.arange(len(held.clips)), labels, audio_format, size)
    audio, targets, weights = map(np.concatenate, zip(*(windows[i] for i in range(len(windows))), strict=True))
    features = assemble.features_of(model_file, audio_format)
    model = assemble.build(model_file, features, audio_format, len(labels), 0.0, 1.0)
    model.compile(optimizer="adam", loss="categorical_crossentropy", jit_compile=False)
    given = {
        "arrays": {"x": audio, "y": targets, "sample_weight": weights, "batch_size": size},
        "cache": {"x": windows},
    }
    seconds = {way: [] for way in given}
    for epoch in range(EPOCHS + 1):
        for way, data in given.items():
            started = time.process_time()
            model.fit(**data, shuffle=False, verbose=0)
            if epoch:  # the first one warms up
                seconds[way].append((time.process_time() - started) / len(windows))
    return [1000 * statistics.median(seconds[way]) for way in given]


if __name__ == "__main__":
    console.run(main)
