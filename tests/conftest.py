"""What the tests share: scripts run as users run them, recordings made on the spot, one small training for all."""

import contextlib
import gc
import importlib
import importlib.util
import io
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile
from filelock import FileLock

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
RATE = 16_000
LONGEST_FIRST = [  # files that take longest: begun last, one would keep its process when the others are done
    "test_models.py",
    "test_train_model.py",
    "test_guide.py",
    "test_page.py",
    "test_evaluate_model.py",
    "test_distributed.py",
    "test_queue.py",
    "test_refit.py",
    "test_multi_label_folds.py",
    "test_negatives.py",
    "test_multi_label.py",
    "test_runtimes.py",
    "test_checkpoint.py",
    "test_make_environment.py",
    "test_cluster.py",
    "test_inspection.py",
    "test_prepare_data.py",
    "test_repair.py",
    "test_features.py",
    "test_tensorboard.py",
    "test_checks_first.py",
    "test_classify_recordings.py",
    "test_train_boosting.py",
    "test_test_models.py",
]
CHEAPEST = "stft_mean_mlp"  # of the models, to train and to convert: for tests that are about none of them
DEADLINE = 300  # seconds that no test comes near to
# XLA_FLAGS for JAX: it compiles in half the time, to slower code, which is not what a test waits for.
COMPILES_FAST = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true "
COMPILES_FAST += "--xla_cpu_use_fusion_emitters=false --xla_cpu_prefer_vector_width=128"

# Runs scripts as `python SCRIPT ...` does, one after the other: TensorFlow starts once. What each writes goes to files
# of its own, also what libraries write from C++. The first that fails is the last.
SCRIPTS_IN_ONE_PROCESS = """
import json, os, runpy, sys
root, scripts = sys.argv[1:]
sys.path[0] = root
for name, (script, *arguments) in json.loads(scripts).items():
    sys.stdout.flush()
    for number, stream in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(f"{name}.{stream}", os.O_WRONLY | os.O_CREAT), number)
    sys.argv = [script, *arguments]
    runpy.run_path(os.path.join(root, script), run_name="__main__")
"""

sys.path.insert(0, str(ROOT))

from classifier.core import console  # noqa: E402
from classifier.core.cluster import travelling  # noqa: E402
from classifier.core.errors import InputError  # noqa: E402
from classifier.pretrained import weights  # noqa: E402

# Workers of a cluster run functions of tests too.
travelling.CODE += ("tests/conftest.py", "tests/**/__init__.py", "tests/classifier/core/**/*.py")
travelling.CODE += ("tests/classifier/evaluation/*.py",)

signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell lets what it starts in the background ignore Ctrl-C


def pytest_collection_modifyitems(items):
    order = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: order.get(item.path.name, len(order)))


def pytest_collection_finish():
    """Look for garbage less often, and not in what stays: a tenth of the time of tracing and converting models."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


def pytest_collectreport(report):
    _hold_to_quick(report)


def pytest_runtest_teardown(item):
    _hold_to_quick(item)


def _hold_to_quick(what):
    """`make test-fast` runs what needs no TensorFlow: ends at the first file or test that imports it, and names it."""
    if "WITHOUT_TENSORFLOW" in os.environ and sys.modules.get("tensorflow"):
        pytest.exit(f"{what.nodeid} imports TensorFlow: not for tests/fast.txt", returncode=1)


def a_persons_environment():
    """Without what a person may not have: a screen, and how much TensorFlow says, which importing JAX sets."""
    return {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "TF_CPP_MIN_LOG_LEVEL")}


def run_script(name, *args, cwd, expect=0, **kwargs):
    """Run a script of the root in a process, from another folder; returns what it printed, and stderr."""
    command = [sys.executable, str(ROOT / name), *map(str, args)]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=a_persons_environment(), **kwargs)
    assert done.returncode == expect, f"{name} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
    assert "Traceback" not in done.stderr
    return done.stdout, done.stderr


def call_script(name, *args, cwd, expect=0):
    """run_script without a process: for what is not about one, because TensorFlow and others take ten seconds to start.

    The script's main is what is called, wrapped as the script wraps it.
    """
    script = importlib.import_module(Path(name).stem)
    printed, said, code = io.StringIO(), io.StringIO(), 0
    argv, sys.argv = sys.argv, [name, *map(str, args)]
    try:
        with contextlib.chdir(cwd), contextlib.redirect_stdout(printed), contextlib.redirect_stderr(said):
            console.run(script.main)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
        said.write("" if isinstance(end.code, int) else f"{end.code}\n")
    finally:
        sys.argv = argv
    assert code == expect, f"{name} ended with {code}\n{printed.getvalue()}\n{said.getvalue()}"
    return printed.getvalue(), said.getvalue()


def next_command(printed):
    """The command behind the last "next: ": [script, *arguments]; it names this Python, and a script by a path."""
    python, script, *arguments = shlex.split(printed.rpartition("next: ")[2].splitlines()[0])
    assert Path(python).samefile(sys.executable) and Path(script).samefile(ROOT / Path(script).name)
    return [Path(script).name, *arguments]


def write_tone(path, hertz=440, seconds=3.0, rate=RATE, channels=1, seed=0, **kwargs):
    """A recording: a tone in faint noise."""
    path.parent.mkdir(parents=True, exist_ok=True)
    time = np.arange(round(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * hertz * time) + np.random.default_rng(seed).normal(0, 0.01, len(time))
    soundfile.write(path, np.repeat(tone[:, None], channels, axis=1), rate, **kwargs)
    return path


def write_data(folder, n=5, labels=("high tone", "low tone")):
    """A data folder with n recordings a label, told apart by pitch."""
    for number, label in enumerate(labels):
        for i in range(n):
            write_tone(folder / label / f"{label[0]}{i}_take.wav", hertz=300 * 2**number + 7 * i, seed=i)
    return folder


def wait_until(is_so):
    deadline = time.monotonic() + DEADLINE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def alive(pid):
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


@pytest.fixture(autouse=True)
def nothing_is_said_yet():
    """Each test begins as a script does."""
    console.forget()


@pytest.fixture(scope="session")
def weights_here():
    """Published weights lie where scripts look for them, as if a person had put them there."""
    for network, published in weights.PUBLISHED.items():
        held = SHARED_DATA / "weights" / published.path.name
        if published.sha256 and not published.path.exists():
            if not held.is_file():
                pytest.skip(f"the weights of {network} are not here: {held}")
            weights.take(held)


@pytest.fixture(scope="session")
def packages():
    """LiteRT.js as npm has it, fetched once for all runs of this checkout."""
    from classifier.export.web_app import litert_js

    if importlib.util.find_spec(litert_js.NODE) is None:
        pytest.skip(f"needs Node: pip install -r {litert_js.REQUIREMENTS}")
    try:
        return litert_js.fetch()
    except InputError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def data_short():
    return ROOT / "data_short"


@pytest.fixture(scope="session")
def trained(tmp_path_factory, data_short):
    """Both models after two epochs on data_short, converted, with metadata; what the scripts printed beside them."""
    folder, printed = made_once("run", tmp_path_factory, lambda folder: train_convert_and_describe(folder, data_short))
    return Trained(folder / "trained", printed)


@pytest.fixture(scope="session")
def several(tmp_path_factory):
    """The folder of a model of several labels, and what its scripts printed: as of several_labels.train."""
    from tests.several_labels import train

    return made_once("several", tmp_path_factory, train)


def made_once(name, tmp_path_factory, make):
    """A folder, and what `make(folder)` returned, by whichever of the test processes came first; as JSON keeps it."""
    alone = "PYTEST_XDIST_WORKER" not in os.environ
    shared = tmp_path_factory.getbasetemp() if alone else tmp_path_factory.getbasetemp().parent
    folder, said = shared / name, shared / name / "printed.json"
    with FileLock(shared / f"{name}.lock"):
        if not said.is_file():
            folder.mkdir()
            said.write_text(json.dumps(make(folder)))
    return folder, json.loads(said.read_text())


def train_convert_and_describe(folder, data_short):
    """Both models in folder/trained; returns what each script printed and said."""
    out = ["--trained", str(folder / "trained")]
    scripts = {
        "train": ["TrainModel.py", "--data", str(data_short), "--epochs", "2", "--no-refit", *out],
        "convert": ["ConvertModelToTFLite.py", *out],
    }
    command = [sys.executable, "-c", SCRIPTS_IN_ONE_PROCESS, str(ROOT), json.dumps(scripts)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=a_persons_environment())
    words = {name: [(folder / f"{name}.{stream}").read_text() for stream in ("stdout", "stderr")] for name in scripts}
    assert done.returncode == 0, f"{done.stderr}\n{words}"
    assert not any("Traceback" in said for _, said in words.values())
    metadata = run_script("WriteMetadataToModel.py", *out, cwd=folder)  # tflite-support cannot live with TensorFlow
    return {**words, "metadata": metadata}


class Trained:
    def __init__(self, out, printed):
        self.out, self.printed = out, printed


class Cluster:
    """A Dask scheduler on loopback, by Dask's own commands in an empty folder; `address` is where it listens."""

    def __init__(self, folder, at_the_end):
        self.folder, self.at_the_end = folder, at_the_end
        self.scheduler = self._start("scheduler", "--port=0", "--no-show")
        self.address = re.search(r"tcp://\S+:\d+", self._until(self.scheduler, "Scheduler at:"))[0]

    def add_worker(self, **environment):
        """A process that does one call at a time and that nobody starts again; it is there when this returns."""
        return self.add_workers("--no-nanny", **environment)

    def add_workers(self, *args, **environment):
        """The command of workers; the first one is there when this returns."""
        args = ("--nthreads=1", "--local-directory", self.folder, *args)
        command = self._start("worker", self.address, *args, **environment)
        self._until(command, "Starting established connection")
        return command

    def _start(self, name, *args, **environment):
        dask = Path(sys.executable).with_name("dask")
        inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        process = subprocess.Popen(
            [dask, name, "--host=127.0.0.1", "--no-dashboard", *args],
            cwd=self.folder,
            stderr=subprocess.PIPE,
            text=True,
            env={**inherited, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1", **environment},
        )
        self.at_the_end.callback(process.wait)
        self.at_the_end.callback(process.terminate)  # a nanny ends its workers
        return process

    def _until(self, process, words):
        said = next(line for line in process.stderr if words in line)
        threading.Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would stop the process
        return said


@pytest.fixture(scope="module")
def start_cluster(tmp_path_factory):
    """Starts a Cluster; all are gone when the tests of the file are: each process takes time while it waits."""
    with contextlib.ExitStack() as at_the_end:
        yield lambda: Cluster(tmp_path_factory.mktemp("dask"), at_the_end)


@pytest.fixture(scope="session")
def bucket():
    """A client of an S3 server on loopback, which the environment names to whoever reads s3://..."""
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", "http://{}:{}".format(*server.get_host_and_port()))
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        patch.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield boto3.client("s3")
        server.stop()


@pytest.fixture(scope="session")
def cluster(bucket, tmp_path_factory):
    """The address of the scheduler of a Cluster with two workers that nobody kills; they know the bucket.

    All tests share it: to start it takes as long as many tests.
    """
    with contextlib.ExitStack() as at_the_end:
        started = Cluster(tmp_path_factory.mktemp("dask"), at_the_end)
        started.add_workers("--nworkers=2")
        yield started.address


@pytest.fixture(scope="session")
def shared_data():
    """Real recordings; not part of the project."""
    if not SHARED_DATA.is_dir():
        pytest.skip(f"needs the real recordings of {SHARED_DATA}, which are not part of the project")
    return SHARED_DATA
