"""How much faster an hour of mixed recordings becomes windows to train on than in the loop of old, and the second time.

The loop of old: librosa.load, cut, one librosa mel spectrogram per window. Here windows are audio, as the features are
a layer of the model; so the time with that layer is given too. Every way reads once before, to warm up.

    python -m benchmarks.read_an_hour
"""

import tempfile
from pathlib import Path

import librosa
import numpy as np

from benchmarks import repeated
from benchmarks.stopwatch import timed
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import arguments, console
from classifier.core.parallel import cpu_count
from classifier.data import audio_cache, clips
from classifier.records.audio_format import AudioFormat

KINDS = ((44_100, 2), (48_000, 1), (44_100, 1), (48_000, 2))  # Hz, channels


def loop_of_old(paths):
    """(windows, 128, 63) mel spectrograms."""
    audio_format, mels = AudioFormat(), []
    for path in console.progress(paths, "librosa.load and a mel per window"):
        signal, _ = librosa.load(path, sr=audio_format.sample_rate)
        for window in cut_audio_pad_last(signal, audio_format.window_length):
            mels.append(
                librosa.feature.melspectrogram(y=window, sr=audio_format.sample_rate, n_mels=audio_format.n_mels)
            )
    return np.array(mels)


def opened(folder):
    found = clips.read_clips(folder)
    return audio_cache.read(found, folder, AudioFormat().sample_rate), found


def windows_of(folder, features=None):
    from classifier.training.datasets import Windows

    held, found = opened(folder)
    labels = sorted({clip.label for clip in found})
    windows = Windows(held, np.arange(len(held.clips)), labels, AudioFormat(), 64)
    n = 0
    for i in range(len(windows)):
        audio = windows[i][0]
        n += len(audio if features is None else np.asarray(features(audio)))
    return n


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0, help="default: %(default)g")
    args = parser.parse_args(argv)

    console.import_tensorflow()
    from classifier.features.mel_spectrogram import MelSpectrogram

    mel = MelSpectrogram.from_audio_format(AudioFormat())
    with tempfile.TemporaryDirectory() as temporary:
        few, folder = Path(temporary) / "few", Path(temporary) / "hour"
        audio_cache.CACHE = Path(temporary) / "stores"
        repeated.write(few, 0.05, KINDS)
        repeated.write(folder, args.hours, KINDS)
        paths = [clip.path for clip in clips.read_clips(folder)]
        for path in paths:
            path.read_bytes()  # from the disk once, for all ways
        loop_of_old(list(few.rglob("*.wav")))
        windows_of(few, mel)

        old, mels = timed(lambda: loop_of_old(paths))
        first, _ = timed(lambda: opened(folder))
        cut, n = timed(lambda: windows_of(folder))
        with_mel, _ = timed(lambda: windows_of(folder, mel))
        second = min(timed(lambda: opened(folder))[0] for _ in range(5))
        assert n == len(mels)
    print(f"{args.hours:g} h of 44.1 and 48 kHz, {len(paths)} recordings, {n} windows, {cpu_count()} processors")
    print(f"librosa.load and one mel per window: {old:.1f} s")
    for what, seconds in (
        ("decoded to the audio cache and cut", cut),
        ("the same, and mels by the model's layer", with_mel),
    ):
        print(f"{what}: {first + seconds:.2f} s, {old / (first + seconds):.1f} times faster")
    print(
        f"audio cache opened first: {first:.2f} s; the second time: {second:.3f} s, {first / second:.0f} times faster"
    )


if __name__ == "__main__":
    console.run(main)
