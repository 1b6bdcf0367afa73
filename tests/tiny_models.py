"""Models that nobody has trained and that recognise pure tones: .tflite files of one dense layer.

Each label has a tone; a recording of the tone is recognised, and one of noise is not. A folder that such a model lies
in may say what it was trained with.
"""

from dataclasses import replace

import numpy as np
import soundfile

from classifier.data import audio_cache, clips, provenance
from classifier.records.audio_format import make_audio_format
from classifier.records.config import RunConfig
from tests.tiny_tflite import Tiny, described
from tests.trained_folder import make_record, write_trained

RATE, N = 16_000, 2048  # of a window
HERTZ = {"bell": 500, "dog": 1000, "rain": 2000, "wind": 3000}


def tone(label, n=N):
    """(n,) samples of the tone of a label, whole periods of it."""
    return np.cos(2 * np.pi * HERTZ[label] * np.arange(n) / RATE) * 0.5


def model(tones, labels=None):
    """The bytes of a .tflite that takes what sounds like tones[i], one or several with +, for labels[i]."""
    weights = np.array([sum(map(tone, label.split("+"))) for label in tones]) / 20
    tiny = Tiny()
    given = tiny.tensor((1, N))
    values = tiny.activation(tiny.dense(given, weights), "SOFTMAX", (1, len(tones)))
    return described(tiny.bytes([given], [values]), labels or tones)


def write_recordings(folder, sounds):
    """A data folder; sounds: {label: the label whose tone each of its recordings has}. No two are the same."""
    for label, tones in sounds.items():
        (folder / label).mkdir(parents=True, exist_ok=True)
        for i, heard in enumerate(tones):
            samples = tone(heard) * (1 - 0.01 * i) + np.random.default_rng([i, *label.encode()]).normal(0, 1e-3, N)
            soundfile.write(folder / label / f"{label[0]}{i}_take.wav", samples, RATE)
    return folder


def write_folder(folder, held, data, learned=(), validated=(), labels=("bell", "dog"), **changes):
    """A trained folder around a .tflite, which has learned from recordings of a data folder, named from there on."""
    config = RunConfig(data=str(data), window=N / RATE)
    store = audio_cache.read(clips.read_clips(data, least=1, known=HERTZ), data, RATE, keep=False)
    names = [clip.name(data) for clip in store.clips]
    sounds = {name: provenance.sound(content) for name, content in zip(names, store.contents, strict=True)}
    known = {name: sounds[name] for name in (*learned, *validated)}
    split = replace(
        make_record().split, train=list(learned), validation=list(validated), test=[], sounds=known or {"x": "0"}
    )
    settings = {"labels": list(labels), "split": split, "config": config, "thresholds": {}, **changes}
    write_trained(folder, audio_format=make_audio_format(N / RATE), **settings)
    (folder / "model.tflite").write_bytes(held)
    return folder
