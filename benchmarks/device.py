"""What models take on a phone: size and time of their files, beside the app's model with the mel spectrogram outside.

    python -m benchmarks.device --model mel,residual
    python -m benchmarks.device --model trained/mel

All files are asked in turn, so that what else the machine does slows each of them. A model that is not trained is as
large and as fast. Times are milliseconds per window; a ratio is to the app's model, on one thread.
"""

from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import arguments, console, registry
from classifier.export import convert, latency
from classifier.models import assemble
from classifier.records import artifact
from classifier.records.audio_format import AudioFormat
from classifier.records.conversion import INT8, VARIANTS
from Constants import DATA_SHORT, SHIPPED_LABELS

WINDOWS = 60  # that an int8 file takes its ranges from
THREADS = (1, 2)


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--model", default="mel,residual", help="names, or folders of trained ones (default: %(default)s)"
    )
    parser.add_argument("--seconds", type=float, default=20, help="how long to run the files (default: %(default)s)")
    args = parser.parse_args(argv)
    console.import_tensorflow()
    files = {"the app's model, mel outside": convert.converted(_apps_model())}
    for name in args.model.split(","):
        model, audio_format = _model(name)
        learnt = _windows(audio_format)
        for variant in VARIANTS:
            is_int8 = variant == INT8
            held = next(convert.int8_candidates(model, learnt)) if is_int8 else convert.converted(model, variant)
            files[f"{name}, {variant}"] = held
    times = [latency.times(files, threads, args.seconds) for threads in THREADS]
    first = np.median(next(iter(times[0].values())))
    rows = []
    for name, held in files.items():
        cells = [f"{np.percentile(t[name], q):.2f}" for t in times for q in (50, 95)]
        rows.append([name, f"{len(held) / 1000:,.0f}", *cells, f"{np.median(times[0][name]) / first:.2f}"])
    threads = [f"{n} thread{'s' * (n > 1)}, {q}" for n in THREADS for q in ("p50", "p95")]
    console.table(["file", "KB", *threads, "ratio"], rows)


def _apps_model():
    """The mel model on power mel spectrograms, nothing before it."""
    return _model("mel")[0].get_layer("body")


def _model(name):
    if (Path(name) / artifact.RUN).is_file():
        trained = artifact.load(Path(name))
        return artifact.load_keras(trained), trained.audio_format
    model_file, audio_format = registry.load("models", name), AudioFormat()
    features = assemble.features_of(model_file, audio_format)
    return assemble.build(model_file, features, audio_format, len(SHIPPED_LABELS)), audio_format


def _windows(audio_format):
    recordings = (recording.read(path, audio_format.sample_rate) for path in sorted(DATA_SHORT.glob("*/*.wav")))
    return np.concatenate([cut_audio_pad_last(signal, audio_format.window_length) for signal in recordings])[:WINDOWS]


if __name__ == "__main__":
    console.run(main)
