"""How many times faster than real time ClassifyRecordings.py is, with one process and with two.

Against BirdNET-Analyzer's published way of working, 24 ms per segment of 3 s on a core, and, in the same run, against
the way of the old scripts: one librosa mel spectrogram and one `model.predict` per window. The time to start processes
and load the model is not counted.

    python -m benchmarks.classify_an_hour
"""

import tempfile
from pathlib import Path

from joblib import cpu_count

from benchmarks import repeated
from benchmarks.classify_ten_minutes import WARM_UP, one_by_one
from benchmarks.stopwatch import timed
from classifier.audio import recording
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import arguments, console
from classifier.inference import batch
from classifier.inference.config import ClassificationConfig
from classifier.records import artifact
from classifier.storage import local_files
from Constants import TRAINED

BIRDNET = 3 / 0.024  # times real time on a core
OLD_WINDOWS = 60  # that the old way is given


def classify(folder, model, jobs, out, n=None):
    """Seconds that the first n recordings of a folder take."""
    recordings = tuple(map(str, sorted(local_files.find_recordings(folder))[:n]))
    config = ClassificationConfig(model=str(model), inputs=recordings, out=out, writers="csv", jobs=jobs)
    seconds, _ = timed(lambda: batch.classify_recordings(config))
    return seconds


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0, help="default: %(default)s")
    parser.add_argument("--model", default="mel", help="default: %(default)s")
    parser.add_argument(
        "--trained", default=TRAINED, type=Path, help="folder with the trained model (default: trained)"
    )
    args = parser.parse_args(argv)

    rates = {}
    with tempfile.TemporaryDirectory() as temporary:
        data = Path(temporary) / "data"
        repeated.write(data, args.hours)
        print(f"{args.hours:g} h in recordings of {repeated.SECONDS} s, {args.model}, {cpu_count()} processors")
        for jobs in (1, 2):
            classify(data, args.trained / args.model, jobs, Path(temporary) / f"warm {jobs}", n=2 * jobs)
            seconds = classify(data, args.trained / args.model, jobs, Path(temporary) / f"{jobs}")
            rates[jobs] = args.hours * 3600 / seconds
            ratio = f"{rates[jobs] / jobs / BIRDNET:.2f} times 24 ms a 3 s segment and core"
            print(f"{jobs} process(es): {seconds:.2f} s, {rates[jobs]:.0f} times real time, {ratio}", flush=True)
        old = old_way(args.trained / args.model, next(iter(local_files.find_recordings(data))))
    print(f"two processes: {rates[2] / rates[1]:.2f} times one")
    print(f"one librosa spectrogram and one model.predict per window: {old:.1f} times real time; ", end="")
    print(f"one process is {rates[1] / old:.0f} times faster, two are {rates[2] / old:.0f} times")


def old_way(folder, path):
    """Times real time."""
    console.import_tensorflow()
    from classifier.models import assemble

    trained = artifact.load(folder)
    audio_format = trained.audio_format
    model = assemble.dropin(artifact.load_keras(trained), audio_format)
    signal = recording.read(path, audio_format.sample_rate)
    windows = cut_audio_pad_last(signal, audio_format.window_length, len(signal) // OLD_WINDOWS)[:OLD_WINDOWS]
    one_by_one(model, windows[:WARM_UP], audio_format)
    seconds, _ = timed(lambda: one_by_one(model, windows, audio_format))
    return len(windows) * audio_format.seconds / seconds


if __name__ == "__main__":
    console.run(main)
