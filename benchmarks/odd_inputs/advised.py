"""Files that an app cannot use, and the command that CheckModel.py prints for them: it leads to one that works."""

import functools
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.odd_inputs.kind import WHOLE, Kind
from benchmarks.odd_inputs.models import COARSE, EXPECTED, WINDOW
from classifier.audio import recording
from classifier.inference.predictor import load_predictor
from classifier.reporting import check_page
from tests.tiny_tflite import LABELS, N, described, network

ROOT = Path(__file__).parents[2]
RATE = 16_000
COMMAND = ": python "


def followed(folder: Path, made: Callable[[], bytes]) -> str:
    """Check a file, run the command that is advised, and check what it wrote."""
    path, heard, labels = folder / "a.tflite", folder / "a.wav", folder / "my labels.txt"
    path.write_bytes(made())
    recording.write(heard, WINDOW, RATE)
    labels.write_text("\n".join(LABELS) + "\n")
    checked = check_page.check(path, heard)
    commands = {one.do.partition(COMMAND)[2] for one in checked.findings if one.is_fault}
    if not checked.n_faults or len(commands) != 1 or "" in commands:
        return f"of {checked.n_faults} faults, the advice is {[one.do for one in checked.findings]}"
    given = {"FILE": str(labels), "HZ": str(RATE)}
    script, file, *flags = [given.get(word, word) for word in shlex.split(commands.pop())]
    command = [sys.executable, str(ROOT / script), file, str(heard), *flags]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode:
        return f"{' '.join(command)}: {done.stderr[-500:]}"
    copy = folder / "a_metadata.tflite"
    if faults := [one.what for one in check_page.check(copy, heard).findings if one.is_fault]:
        return f"the copy has faults: {faults}"
    predictor = load_predictor(copy)
    found = predictor.probabilities(WINDOW[None])[0]
    if predictor.labels != list(LABELS):
        return f"the labels are {predictor.labels}"
    return "" if np.allclose(found, EXPECTED, atol=COARSE) else f"{found} where {EXPECTED} is right"


def kinds() -> Iterator[Kind]:
    """What converters make."""
    int8 = {"kind": "int8", "scale": 1 / 128, "out_kind": "int8", "out_scale": 1 / 256, "out_zero": -128}
    files = {
        "int8, without metadata": lambda: network(**int8),
        "logits, a channel behind": lambda: described(network(last=None, shape=(1, N, 1)), LABELS),
        "too few labels": lambda: described(network(), LABELS[:2]),
        "one dimension": lambda: network(shape=(N,)),
    }
    yield Kind("D 7", "advice", WHOLE, {name: functools.partial(followed, made=made) for name, made in files.items()})
