import platform
import subprocess
import sys
import tempfile

import numpy as np
import pytest

from classifier import clients, no_graphics, prediction
from tests.conftest import ROOT

linux = pytest.mark.skipif(
    platform.system() != "Linux" or platform.machine() not in no_graphics.RETURN_ZERO, reason="made for Linux"
)


@linux
@pytest.mark.parametrize("n", [0, 1, 2, 100])
def test_every_function_of_a_stand_in_returns_zero(n, tmp_path):
    names = [f"glFunction{i}".encode() for i in range(n)]
    library = no_graphics.shared_library("libstandin.so.1", names, *no_graphics.RETURN_ZERO[platform.machine()])
    (tmp_path / "any name.so").write_bytes(library)
    program = (
        "import ctypes, sys\n"
        "path, *names = sys.argv[1:]\n"
        "ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL)\n"
        "library = ctypes.CDLL('libstandin.so.1')  # found by its soname, as a library that needs it finds it\n"
        "assert [library[name](7) for name in names] == [0] * len(names)"
    )
    names = [name.decode() for name in names]
    subprocess.run([sys.executable, "-c", program, tmp_path / "any name.so", *names], check=True)


@linux
def test_mediapipe_answers_the_same_on_stand_ins(trained):
    if "MediaPipe Tasks" not in clients.installed():
        pytest.skip("mediapipe is not installed")
    path = trained.out / "signal" / "model_signal_metadata.tflite"
    piece = np.random.default_rng(0).normal(0, 0.1, (1, 32_000)).astype("float32")
    program = (
        "import sys, numpy; from pathlib import Path; from classifier import clients, no_graphics\n"
        "for name in no_graphics.WANTED: no_graphics.load_stand_in(name)\n"
        "piece = numpy.random.default_rng(0).normal(0, 0.1, (1, 32_000)).astype('float32')\n"
        "print(*clients._mediapipe(Path(sys.argv[1]), piece)[0])\n"
        "print(*[line for line in open('/proc/self/maps') if 'libEGL' in line or 'libGLES' in line])"
    )
    done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, cwd=ROOT, check=True)
    answers, *loaded = done.stdout.splitlines()
    assert [float(value) for value in answers.split()] == pytest.approx(prediction.LiteRT(path).run(piece)[0], abs=1e-3)
    loaded = [line for line in loaded if line]
    assert loaded
    assert all(tempfile.gettempdir() in line for line in loaded), "the machine's own libraries were loaded"
