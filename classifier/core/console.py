"""What scripts print: results, progress, errors; and quiet libraries.

Results go to standard output, everything else to standard error, so that `--json` can be piped.
"""

import atexit
import contextlib
import io
import os
import shutil
import signal
import sys
import tempfile
import traceback
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from typing import Any

from classifier.core import disk
from classifier.core.errors import DiskFullError, InputError

NOTES_NAMED = 10
NARROWEST = 8  # characters of a column of a table that is cut to fit the terminal
CRASHED = 70  # exit code after a bug, whose traceback is shown; 1 is for invalid input
BACKENDS = {"tensorflow": "TensorFlow", "jax": "JAX"}  # what models are trained with
JAX = "jax==0.10.2"  # optional: for training in several processes, or on GPUs
# What Keras and TensorFlow import where it is installed, for what is not used here: two of five seconds.
NOT_FOR_KERAS = ("cv2", "matplotlib", "pandas", "sklearn")
_warnings: dict[str, None] = {}  # what `warn` said, in order
_said: set[str] = set()  # what `say_once` said
ENVIRONMENT = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "1",  # not on by itself on every processor that gains: training is 2.5 times faster
    "GLOG_minloglevel": "3",
    "KERAS_BACKEND": "tensorflow",
}


def run(main: Callable[[], Any]) -> None:
    """Run a script's main: InputError, OSError, DiskFullError and Ctrl-C end it with one line and no traceback.

    A KeyboardInterrupt with words is shown with them.

    What `warn` said is said again at the end.

    Raises:
        SystemExit: with 1 after invalid input or where a disk is full, 130 after Ctrl-C, CRASHED after a bug.
    """
    script = os.path.basename(sys.argv[0])
    forget()
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a name may hold what a terminal cannot show
    try:
        main()
        for words in _warnings:
            say(f"WARNING: {words}")
        atexit.register(signal.signal, signal.SIGINT, signal.SIG_IGN)  # all is done, and must not look stopped
    except InputError as error:
        sys.exit(f"{script}: {error}")
    except KeyboardInterrupt as stopped:
        print(f"\nstopped; {str(stopped) or 'what was finished before is untouched'}", file=sys.stderr)
        sys.exit(130)
    except DiskFullError as error:
        sys.unraisablehook = lambda _: None  # files that cannot be closed would each write a traceback
        sys.exit(f"{script}: {error}")
    except Exception as error:
        if disk.is_full(error):
            sys.unraisablehook = lambda _: None
            sys.exit(f"{script}: {disk.sentence(getattr(error, 'filename', None) or tempfile.gettempdir(), error)}")
        if isinstance(error, OSError) and (error.filename is not None or error.errno is not None):
            sys.exit(f"{script}: {error.strerror}: {error.filename or ''}")
        traceback.print_exc()
        sys.exit(CRASHED)


def say(*words: object) -> None:
    """Print to standard error."""
    print(*words, file=sys.stderr, flush=True)


def say_once(words: str) -> None:
    """Print to standard error what this script has not said yet: it reads data more than once, first to check them."""
    if words not in _said:
        _said.add(words)
        say(words)


def forget() -> None:
    """A script begins: nothing was said, and nothing warned of."""
    _said.clear()
    _warnings.clear()


def warn(words: str) -> None:
    """Print what may be wrong to standard error, once, and again when the script ends: the beginning scrolls away."""
    if words not in _warnings:
        _warnings[words] = None
        say(f"WARNING: {words}")


def progress(iterable: Iterable | None, what: str, total: float | None = None) -> Any:
    """A tqdm progress bar; without a terminal, a line every ten seconds (or the environment's PROGRESS_SECONDS).

    Nothing is shown for the first second.
    """
    from tqdm import tqdm

    patience = 0.2 if sys.stderr.isatty() else float(os.environ.get("PROGRESS_SECONDS", 10))
    return tqdm(iterable, desc=what, total=total, mininterval=patience, delay=1, leave=False, dynamic_ncols=True)


@contextlib.contextmanager
def quiet_libraries(also_python: bool = True) -> Generator[None]:
    """Hold back what libraries write to standard error, also from C++; it is shown when the block fails.

    Args:
        also_python: hold back Python's output too; otherwise `say` and `progress` are shown.
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
            if not isinstance(error, KeyboardInterrupt | InputError | DiskFullError):
                held.seek(0)
                os.write(2, held.read())
            raise
        finally:
            sys.stderr.flush()
            os.dup2(kept, 2)
            os.close(kept)


def import_tensorflow() -> None:
    """Import TensorFlow, and Keras on it whatever KERAS_BACKEND says, once and without their log lines."""
    _import_keras("tensorflow")


def import_keras() -> None:
    """Import Keras on the backend that KERAS_BACKEND names, and TensorFlow, as `import_tensorflow` does: for training.

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
    with quiet_libraries(), hidden(*NOT_FOR_KERAS, *(() if backend == "jax" else ("jax",))):
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


@contextlib.contextmanager
def hidden(*modules: str) -> Generator[None]:
    """Whoever imports these modules meanwhile finds them not installed; what was imported before stays there."""
    not_there = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(not_there))  # ty: ignore[no-matching-overload]  # None: it cannot be imported
    try:
        yield
    finally:
        for name in not_there:
            del sys.modules[name]


def table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows under a header: numbers are aligned right, words left.

    In a terminal the widest columns are cut until a line fits; elsewhere nothing is cut.
    """
    columns = []
    whole = [[name, *cells] for name, *cells in zip(header, *[map(str, row) for row in rows], strict=True)]
    widths = _fitting([max(map(len, column)) for column in whole])
    for column, width in zip(whole, widths, strict=True):
        name, *cells = [cell if len(cell) <= width else f"{cell[: width - 1]}…" for cell in column]
        justify = str.rjust if all(cell[:1].isdigit() for cell in cells) else str.ljust
        columns.append([justify(cell, width) for cell in (name, "-" * width, *cells)])
    for line in zip(*columns, strict=True):
        print("  ".join(line).rstrip())


def _fitting(widths):
    """Widths of columns whose lines fit the terminal, the widest made smaller, none below NARROWEST."""
    if not sys.stdout.isatty():
        return widths
    room = shutil.get_terminal_size().columns - 2 * (len(widths) - 1)
    most = max(widths, default=0)
    while sum(min(width, most) for width in widths) > room and most > NARROWEST:
        most -= 1
    return [min(width, most) for width in widths]


def notes(found: Mapping[str, Sequence[str]]) -> None:
    """Print what a person should check: each title of {title: [names]} with its count and first names."""
    for title, names in found.items():
        if names:
            print(f"{title}: {len(names)}")
            for name in names[:NOTES_NAMED]:
                print(f"  {name}")
            if len(names) > NOTES_NAMED:
                print(f"  ... and {len(names) - NOTES_NAMED} more")
