"""Train in several processes at once, on one machine or on many: each learns from its share of every batch.

Keras does it on JAX, by `keras.distribution.DataParallel`: all processes hold the same weights, and in each step they
add up their gradients. With TensorFlow there is one process, and what stands here leaves things as they are.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import itertools
import json
import os
import socket
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.records.recipe import Recipe
from classifier.records.team import Team

if TYPE_CHECKING:
    import keras

    from classifier.training.datasets import Share, Windows

PATIENCE = 24 * 60 * 60  # seconds to wait for the slowest process, which may decode recordings for long
HEARTBEAT = 60  # seconds without a sign of life after which a process counts as lost
_TURNS = itertools.count()  # JAX asks for a name for every meeting: all processes meet in the same order


@contextlib.contextmanager
def joined(team: Team | None) -> Iterator[None]:
    """Meet the others, and be one of the team in the block; of all but process 0, only errors are heard in it.

    Args:
        team: None for a process by itself.

    Raises:
        InputError: the others do not come, or one of them is lost.
    """
    if team is None:
        yield
        return
    about = f"process {team.process} of {team.processes}"
    if team.process == 0:
        _check_port(team, about)
    import jax

    say(f"{about}: waiting for the others at {team.coordinator} ...")
    try:
        with _interruptible():
            jax.distributed.initialize(
                team.coordinator,
                team.processes,
                team.process,
                initialization_timeout=PATIENCE,
                heartbeat_timeout_seconds=HEARTBEAT,
            )
        with contextlib.ExitStack() as quiet:
            if team.process:
                say(f"{about}: learning; process 0 tells how it goes, and writes what comes of it")
                nothing = quiet.enter_context(open(os.devnull, "w"))
                quiet.enter_context(contextlib.redirect_stdout(nothing))
                quiet.enter_context(contextlib.redirect_stderr(nothing))
            yield
            _meet()
    except BaseException as error:
        atexit.register(_leave, 130 if isinstance(error, KeyboardInterrupt) else 1)
        if _is_of_jax(error, jax):
            raise InputError(
                f"{about}: another process was lost, or cannot be reached at {team.coordinator} "
                f"({str(error).splitlines()[0]}). Start all of them again with --resume"
            ) from error
        raise


def _is_of_jax(error, jax):
    """Whether JAX raised an error, by its class or, as it also raises ValueErrors, by the code that raised it."""
    last = error.__traceback__
    while last and last.tb_next:
        last = last.tb_next
    raised_in = Path(last.tb_frame.f_code.co_filename) if last else Path()
    return isinstance(error, jax.errors.JaxRuntimeError) or raised_in.is_relative_to(Path(jax.__file__).parent)


def _check_port(team, about):
    """Make sure that the others can find process 0 at its port: JAX would end the process without a word."""
    port = int(team.coordinator.rpartition(":")[2])
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("", port))
        except OSError:
            raise InputError(f"{about}: the port of {team.coordinator} is taken; give all of them another") from None


def _leave(code):
    """End at once: JAX would wait for processes that never come."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@contextlib.contextmanager
def _interruptible():
    """Ctrl-C ends this process also while JAX waits, where Python would not hear it."""
    import signal

    before = signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _jax():
    """JAX where Keras computes with it, else None."""
    import keras

    if keras.backend.backend() != "jax":
        return None
    import jax

    return jax


def processes() -> int:
    """How many train together."""
    return _jax().process_count() if _jax() else 1


def process() -> int:
    """Which of them this one is, from 0."""
    return _jax().process_index() if _jax() else 0


def is_first() -> bool:
    """Whether this process is the one that writes."""
    return process() == 0


def widened(recipe: Recipe) -> Recipe:
    """A recipe whose batch is that of all processes together: each takes as many windows as it would by itself.

    Raises:
        InputError: the devices of all processes cannot have equally many of them.
    """
    if not _jax():
        return recipe
    devices, batch_size = _jax().device_count(), recipe.batch_size * processes()
    if batch_size % devices:
        raise InputError(
            f"batches of {batch_size} windows cannot be dealt evenly to {devices} devices: hide some of them "
            "(CUDA_VISIBLE_DEVICES=0,1)"
        )
    return replace(recipe, batch_size=batch_size)


def share(windows: Windows) -> Windows | Share:
    """This process's part of every batch of some Windows."""
    from classifier.training import datasets

    return datasets.Share(windows, process(), processes(), _jax().device_count()) if _jax() else windows


@contextlib.contextmanager
def spread(model: keras.Model) -> Iterator[keras.Model]:
    """What learns in place of a model: a copy on all devices of all processes, whose weights the model has afterwards.

    Optimisers and models made in the block belong to the copy. With TensorFlow it is the model itself.
    """
    if not _jax():
        yield model
        return
    import keras

    if _jax().device_count() > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel(auto_shard_dataset=False))
    try:
        copy = keras.models.clone_model(model)
        for variable, own in zip(copy.variables, model.variables, strict=True):
            variable.assign(own.numpy())
        yield copy
    finally:
        keras.distribution.set_distribution(None)
    model.set_weights(copy.get_weights())


def agree(about: dict[str, Any]) -> None:
    """Wait for all processes, and make sure that they are about to do the same.

    Args:
        about: {what: JSON value} that must be equal.

    Raises:
        InputError: something is not; all processes raise it.
    """
    if processes() == 1:
        return
    client, turn = _client(), f"about-{next(_TURNS)}"
    mine = {what: hashlib.sha256(json.dumps(value).encode()).hexdigest() for what, value in about.items()}
    client.key_value_set(f"{turn}/{process()}", json.dumps(mine))
    _meet()
    first = json.loads(client.blocking_key_value_get(f"{turn}/0", HEARTBEAT * 1000))
    for k in range(1, processes()):
        other = json.loads(client.blocking_key_value_get(f"{turn}/{k}", HEARTBEAT * 1000))
        differs = [what for what in first if other.get(what) != first[what]]
        if differs:
            raise InputError(
                f"process {k} has another {differs[0]} than process 0: give all of them the same recordings and the "
                "same arguments"
            )


def from_first(content: bytes) -> bytes:
    """What process 0 calls this with, bytes, in all processes."""
    if processes() == 1:
        return content
    from jax.experimental import multihost_utils

    n = int(multihost_utils.broadcast_one_to_all(np.array(len(content) if is_first() else 0)))
    values = np.frombuffer(content, "uint8") if is_first() else np.zeros(n, "uint8")
    return np.asarray(multihost_utils.broadcast_one_to_all(values)).astype("uint8").tobytes() if n else b""


def _meet():
    """Go on when all processes are here. JAX's own meetings last half a minute, and then it gives up."""
    if processes() > 1:
        with _interruptible():
            _client().wait_at_barrier(f"meeting-{next(_TURNS)}", PATIENCE * 1000)


def _client():
    from jax._src import distributed  # as Orbax does: the public functions cannot wait

    return distributed.global_state.client
