"""What each feature costs: our layer against librosa on the same windows, one thread each, ratios in one run.

    python -m benchmarks.feature_cost

The layer is compiled once and runs on batches, as in training; librosa runs on one window at a time and makes its
filters anew for each, as in a loop of calls. The phone's time is LiteRT's for one window.
"""

import os
import tempfile
import time
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from classifier.audio import recording
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import arguments, console, registry
from classifier.records.audio_format import AudioFormat
from Constants import DATA_SHORT

WINDOWS = 16
REPEATS = 15  # the fastest counts: what else the machine does only slows


def main(argv=None):
    arguments.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(argv)
    os.environ.update(TF_NUM_INTRAOP_THREADS="1", TF_NUM_INTEROP_THREADS="1")  # before TensorFlow looks
    audio_format = AudioFormat()
    voices = [recording.read(path, audio_format.sample_rate) for path in sorted(DATA_SHORT.glob("speech/*.wav"))]
    windows = np.concatenate([cut_audio_pad_last(voice, audio_format.window_length) for voice in voices])[:WINDOWS]
    console.import_tensorflow()
    theirs = _librosa(audio_format)
    with threadpool_limits(1):
        rows = [_row(name, windows, theirs.get(name), audio_format) for name in registry.names("features")]
    console.table(
        ["feature", "values", "layer, ms per window", "librosa", "times faster", "LiteRT", ".tflite, KB"], rows
    )


def _row(name, windows, theirs, audio_format):
    import keras

    from classifier.export import convert
    from classifier.inference import litert

    layer = registry.feature(name).from_audio_format(audio_format)
    audio = keras.Input((audio_format.window_length,))
    model = keras.Model(audio, layer(audio))
    model.compile(jit_compile=False)
    ours = _fastest(lambda: model.predict_on_batch(windows)) / len(windows)
    librosas = _fastest(lambda: [theirs(window) for window in windows]) / len(windows) if theirs else None
    flat = keras.Model(audio, keras.layers.Flatten()(model.output))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "feature.tflite"
        path.write_bytes(convert.converted(flat))
        on_phone = litert.LiteRT(path)
        lite = _fastest(lambda: on_phone.run(windows)) / len(windows)
        size = path.stat().st_size
    shape = " x ".join(map(str, model.output_shape[1:]))
    faster = (f"{1000 * librosas:.2f}", f"{librosas / ours:.1f}") if theirs else ("", "")
    return [name, shape, f"{1000 * ours:.2f}", *faster, f"{1000 * lite:.2f}", f"{size / 1000:,.0f}"]


def _fastest(work):
    seconds = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - started)
    return min(seconds[1:])


def _librosa(audio_format):
    """{feature: what librosa offers for it, (samples,) -> array}, where it has a counterpart."""
    import librosa

    rate = {"sr": audio_format.sample_rate}
    frames = {"n_fft": audio_format.n_fft, "hop_length": audio_format.hop_length}
    hop = {"hop_length": audio_format.hop_length}
    mel = {**rate, **frames, "n_mels": audio_format.n_mels}

    def log_mel(y):
        return librosa.power_to_db(librosa.feature.melspectrogram(y=y, **mel))

    def phase(y):
        spectrum = librosa.stft(y, **frames)
        return np.log1p(np.abs(spectrum)), np.angle(spectrum) / np.pi

    def mfcc(n):
        return lambda y: librosa.feature.mfcc(y=y, n_mfcc=n, **mel)

    def summary(y):
        of = librosa.feature
        spectral = (of.spectral_centroid, of.spectral_bandwidth, of.spectral_rolloff, of.spectral_contrast)
        parts = [function(y=y, **rate, **frames) for function in spectral]
        parts += [of.zero_crossing_rate(y, frame_length=audio_format.n_fft, **hop)]
        return [*parts, of.rms(y=y, frame_length=audio_format.n_fft, **hop), mfcc(20)(y), log_mel(y)]

    return {
        "stft_magnitude": lambda y: np.abs(librosa.stft(y, **frames)),
        "stft_power": lambda y: np.abs(librosa.stft(y, **frames)) ** 2,
        "stft_complex": lambda y: librosa.stft(y, **frames),
        "stft_phase": phase,
        "stft_mean": lambda y: np.abs(librosa.stft(y, n_fft=512, hop_length=256)).mean(axis=1),
        "mel_spectrogram": lambda y: librosa.feature.melspectrogram(y=y, **mel),
        "log_mel_spectrogram": log_mel,
        "mfcc": mfcc(40),
        "summary": summary,
        "stacked": lambda y: (log_mel(y), mfcc(128)(y)),
        "cqt": lambda y: np.abs(librosa.cqt(y, **rate, **hop, tuning=0.0)),
        "chroma_stft": lambda y: librosa.feature.chroma_stft(y=y, **rate, **frames, tuning=0.0),
        "chroma_cqt": lambda y: librosa.feature.chroma_cqt(y=y, **rate, **hop, tuning=0.0),
        "chroma_cens": lambda y: librosa.feature.chroma_cens(y=y, **rate, **hop, tuning=0.0),
    }


if __name__ == "__main__":
    console.run(main)
