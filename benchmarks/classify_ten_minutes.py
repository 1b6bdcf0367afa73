"""How much faster the exported file classifies a ten-minute recording than a spectrogram and a predict call per window.

The other way is how the scripts of old did it: for each window one librosa mel spectrogram and one `model.predict` of
the same network. Both start from decoded audio, classify the same windows and are compared; each warms up first.

    python -m benchmarks.classify_ten_minutes
"""

from pathlib import Path

import numpy as np

from benchmarks.stopwatch import timed
from classifier.audio import recording
from classifier.audio.spectrograms import mel_spectrograms
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import arguments, console
from classifier.core.parallel import cpu_count
from classifier.inference.predictor import load_predictor
from classifier.records import artifact
from Constants import TRAINED

MINUTES = 10
WARM_UP = 4  # windows


def one_by_one(model, windows, audio_format):
    predictions = []
    for window in console.progress(windows, "one spectrogram and one predict per window"):
        spectrogram = mel_spectrograms([window], audio_format)[0]
        predictions.append(model.predict(spectrogram.reshape(1, -1), verbose=0)[0])
    return np.array(predictions)


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--trained", default=TRAINED, type=Path, help="folder with the trained mel model (default: trained)"
    )
    args = parser.parse_args(argv)

    console.import_tensorflow()
    from classifier.models import assemble

    trained = artifact.load(args.trained / "mel")
    signal = recording.read(artifact.example(trained.folder), trained.audio_format.sample_rate)
    long = np.resize(signal, MINUTES * 60 * trained.audio_format.sample_rate)
    windows = cut_audio_pad_last(long, trained.audio_format.window_length)
    keras_model = assemble.dropin(artifact.load_keras(trained), trained.audio_format)
    lite = load_predictor(trained.folder)

    one_by_one(keras_model, windows[:WARM_UP], trained.audio_format)
    lite.probabilities(windows[:WARM_UP])
    slow, expected = timed(lambda: one_by_one(keras_model, windows, trained.audio_format))
    fast, predictions = timed(lambda: lite.probabilities(windows))
    print(f"{len(windows)} windows, {cpu_count()} processors")
    print(f"one librosa spectrogram and one model.predict per window: {slow:.2f} s")
    print(f"{lite.source.name}: {fast:.2f} s, {slow / fast:.0f} times faster")
    print(f"largest difference of a probability: {np.abs(predictions - expected).max():.1e}")


if __name__ == "__main__":
    console.run(main)
