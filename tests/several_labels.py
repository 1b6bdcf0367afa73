"""Mixtures of tones, several at once, and a model that is trained on them."""

import csv

import numpy as np
import soundfile

from tests.conftest import CHEAPEST, RATE, call_script, run_script

TONES = {"low": 300, "middle": 1200, "high": 4000}
MODEL = CHEAPEST


def mixture(labels, seed):
    random, times = np.random.default_rng(seed), np.arange(RATE) / RATE
    tones = [random.uniform(0.1, 0.2) * np.sin(2 * np.pi * TONES[label] * times) for label in labels]
    return sum(tones, start=0.01 * random.normal(size=RATE)).astype("float32")


def write_mixtures(folder, n, rare=None):
    """Write n recordings with a table of their labels; the rare label is in three of them alone."""
    folder.mkdir()
    rows, left = [], 3
    for i in range(n):
        labels = [label for bit, label in enumerate(TONES) if (i % 8) >> bit & 1]
        if rare in labels:
            left -= 1
            labels = [label for label in labels if label != rare or left >= 0]
        soundfile.write(folder / f"{i}.wav", mixture(labels, i), RATE)
        rows.append([f"{i}.wav", ";".join(labels)])
    with open(folder / "clips.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["file", "labels"], *rows])


def train(folder):
    """Train, convert and describe a model in folder/trained; returns what each step printed and said."""
    write_mixtures(folder / "data", 45)
    flags = ("--multi-label", "--model", MODEL, "--window", 1, "--epochs", 30, "--no-refit")
    trained = call_script("TrainModel.py", "--data", "data", *flags, "--trained", "trained", cwd=folder)
    converted = call_script("ConvertModelToTFLite.py", "--trained", "trained", cwd=folder)
    described = run_script("WriteMetadataToModel.py", "--trained", "trained", cwd=folder)  # without TensorFlow
    return {"train": trained, "convert": converted, "metadata": described}
