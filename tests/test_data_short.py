"""data_short is small, whole, and no label can be told by rate, level, length or codec alone."""

import subprocess
import sys

import numpy as np
import pytest
import soundfile
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier

from Constants import SHIPPED_LABELS
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def recordings(data_short):
    return [(path.parent.name, path) for path in sorted(data_short.glob("*/*.wav"))]


def test_three_labels_of_at_least_twelve_recordings_under_ten_megabytes(recordings):
    labels = [label for label, _ in recordings]
    assert sorted(set(labels)) == SHIPPED_LABELS
    assert min(labels.count(label) for label in SHIPPED_LABELS) >= 12
    assert sum(path.stat().st_size for _, path in recordings) < 10e6


def test_all_are_16_khz_mono_16_bit_and_none_clips(recordings):
    for _, path in recordings:
        about = soundfile.info(path)
        assert (about.samplerate, about.channels, about.format, about.subtype) == (16_000, 1, "WAV", "PCM_16")
        assert np.abs(soundfile.read(path)[0]).max() < 1


@pytest.mark.parametrize("what", ["level", "peak", "length"])
def test_no_label_can_be_told_by_one_property_of_the_file(recordings, what):
    measure = {"level": np.std, "peak": lambda signal: np.abs(signal).max(), "length": len}[what]
    values = np.array([[measure(soundfile.read(path)[0])] for _, path in recordings])
    tree = DecisionTreeClassifier(max_depth=2, random_state=0)
    accuracy = cross_val_score(tree, values, [label for label, _ in recordings], cv=4).mean()
    assert accuracy < 0.5  # chance is a third


def test_the_tool_makes_the_same_again(tmp_path):
    for module in ("pyworld", "espeakng_loader"):
        pytest.importorskip(module, reason="needs tools/requirements.txt, which is not part of the environment")
    subprocess.run([sys.executable, ROOT / "tools" / "make_data_short.py", "--check"], check=True, cwd=tmp_path)
