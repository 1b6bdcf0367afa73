"""How much faster the exported file classifies a ten-minute recording than a spectrogram and a predict call per piece.

The other way is how the scripts of old did it: for each piece one librosa mel spectrogram and one `model.predict` of
the same network. Both start from decoded audio, answer for the same pieces and are compared; each warms up first.

    python -m benchmarks.classify_ten_minutes
"""

import argparse
from pathlib import Path

import numpy as np

from benchmarks.stopwatch import timed
from classifier.audio import recording
from classifier.audio.spectrograms import mel_spectrograms
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import console
from classifier.core.parallel import cpu_count
from classifier.inference import prediction
from classifier.records import artifact
from Constants import TRAINED

MINUTES = 10
WARM_UP = 4  # pieces


def one_by_one(model, pieces, contract):
    answers = []
    for piece in console.progress(pieces, "one spectrogram and one predict a piece"):
        spectrogram = mel_spectrograms([piece], contract)[0]
        answers.append(model.predict(spectrogram.reshape(1, -1), verbose=0)[0])
    return np.array(answers)


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--out", default=TRAINED, type=Path, help="folder with the trained mel model (default: trained)"
    )
    args = parser.parse_args(argv)

    console.import_tensorflow()
    from classifier.models import assemble

    trained = artifact.load(args.out / "mel")
    signal = recording.read(artifact.example(trained.folder), trained.contract.sample_rate)
    long = np.resize(signal, MINUTES * 60 * trained.contract.sample_rate)
    pieces = cut_audio_pad_last(long, trained.contract.piece_length)
    keras_model = assemble.dropin(artifact.load_keras(trained), trained.contract)
    lite = prediction.load(trained.folder)

    one_by_one(keras_model, pieces[:WARM_UP], trained.contract)
    lite.probabilities(pieces[:WARM_UP])
    slow, expected = timed(lambda: one_by_one(keras_model, pieces, trained.contract))
    fast, answers = timed(lambda: lite.probabilities(pieces))
    print(f"{len(pieces)} pieces, {cpu_count()} processors")
    print(f"one librosa spectrogram and one model.predict a piece: {slow:.2f} s")
    print(f"{lite.source.name}: {fast:.2f} s, {slow / fast:.0f} times faster")
    print(f"largest difference of a probability: {np.abs(answers - expected).max():.1e}")


if __name__ == "__main__":
    console.run(main)
