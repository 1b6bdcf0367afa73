"""How scripts speak: errors in a sentence, progress bars, and libraries that keep quiet.

Results go to standard output, everything else to standard error, so that `--json` can be piped.
"""

import contextlib
import os
import sys
import tempfile

from classifier.core.errors import InputError

NOTES_NAMED = 10
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}  # what models are trained with
JAX = "jax==0.10.2"  # optional: for training in several processes, or on GPUs
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "1",  # not on by itself on every processor that gains: training is 2.5 times faster
    "GLOG_minloglevel": "3",
    "KERAS_BACKEND": "tensorflow",
}


def run(main):
    """Run a script's main: what a person can mend is one line without a traceback; Ctrl-C is no error to explain."""
    try:
        main()
    except InputError as error:
        sys.exit(f"{os.path.basename(sys.argv[0])}: {error}")
    except OSError as error:
        if error.filename is None and error.errno is None:
            raise
        sys.exit(f"{os.path.basename(sys.argv[0])}: {error.strerror}: {error.filename or ''}")
    except KeyboardInterrupt:
        print("\nstopped; what was finished before is untouched", file=sys.stderr)
        sys.exit(130)


def say(*words):
    """What is going on, on standard error."""
    print(*words, file=sys.stderr, flush=True)


def progress(iterable, what, total=None):
    """A progress bar; where there is no terminal, a line every ten seconds. Nothing at all for the first second.

    The environment's PROGRESS_SECONDS stands for the ten.
    """
    from tqdm import tqdm

    patience = 0.2 if sys.stderr.isatty() else float(os.environ.get("PROGRESS_SECONDS", 10))
    return tqdm(iterable, desc=what, total=total, mininterval=patience, delay=1, leave=False, dynamic_ncols=True)


@contextlib.contextmanager
def quiet_libraries(also_python=True):
    """Hold back what libraries write to standard error, also from C++; it is shown when the block fails.

    Args:
        also_python: hold back what Python writes too; otherwise `say` and `progress` are seen.
    """
    for name, value in ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held, contextlib.ExitStack() as python:
        if not also_python:
            ours = python.enter_context(open(kept, "w", buffering=1, closefd=False, errors="backslashreplace"))
            python.enter_context(contextlib.redirect_stderr(ours))
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException as error:
            sys.stderr.flush()
            os.dup2(kept, 2)
            if not isinstance(error, KeyboardInterrupt | InputError):
                held.seek(0)
                os.write(2, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def import_tensorflow():
    """Import TensorFlow, and Keras on it whatever KERAS_BACKEND says, once and without their log lines."""
    _import_keras("tensorflow")


def import_keras():
    """The same, Keras on what KERAS_BACKEND says: for what trains.

    Raises:
        InputError: KERAS_BACKEND names something else than TensorFlow or JAX, or JAX is not installed.
    """
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if backend not in BACKENDS:
        raise InputError(f"KERAS_BACKEND={backend}: models are trained with {' or '.join(BACKENDS)}")
    _import_keras(backend)


def _import_keras(backend):
    if "keras" in sys.modules:
        return
    say(f"starting {BACKENDS[backend]} ...")
    with quiet_libraries():
        said, os.environ["KERAS_BACKEND"] = os.environ["KERAS_BACKEND"], backend
        try:
            import keras  # noqa: F401
            import tensorflow
        except ModuleNotFoundError as error:
            if error.name != "jax":
                raise
            raise InputError(
                f'KERAS_BACKEND=jax, and JAX is not installed: pip install "{JAX}", or unset KERAS_BACKEND'
            ) from None
        finally:
            os.environ["KERAS_BACKEND"] = said  # for the processes that this one starts
    tensorflow.get_logger().setLevel("ERROR")
    if backend != "tensorflow":
        tensorflow.config.set_visible_devices([], "GPU")  # it writes the logs, and would take all of their memory


def table(header, rows):
    """Print rows under a header, every column as wide as it must be: numbers to the right, words to the left."""
    columns = []
    for name, *cells in zip(header, *[map(str, row) for row in rows], strict=True):
        width = max(map(len, [name, *cells]))
        justify = str.rjust if all(cell[:1].isdigit() for cell in cells) else str.ljust
        columns.append([justify(cell, width) for cell in (name, "-" * width, *cells)])
    for line in zip(*columns, strict=True):
        print("  ".join(line).rstrip())


def notes(found):
    """Print what to look at: a line for each kind of {kind: [names]}, with the first names of it."""
    for kind, names in found.items():
        if names:
            print(f"{kind}: {len(names)}")
            for name in names[:NOTES_NAMED]:
                print(f"  {name}")
            if len(names) > NOTES_NAMED:
                print(f"  ... and {len(names) - NOTES_NAMED} more")
