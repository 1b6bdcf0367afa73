"""What models make of a step on JAX, of a process that works while the tests do."""

import json
import os
import subprocess
import sys

import pytest

from tests.conftest import COMPILES_FAST, ROOT


class OnJax:
    """A process that asks models one by one: which backend Keras has is decided when it is imported."""

    def __init__(self, names, folder):
        environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": COMPILES_FAST}
        command = [sys.executable, "-m", "tests.classifier.models.one_step", *names]
        self.said, self.found = folder / "said.txt", {}
        with self.said.open("w") as said:
            streams = {"stdout": subprocess.PIPE, "stderr": said, "text": True}
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, **streams)

    def ask(self, name):
        """What one_step says of a model."""
        while name not in self.found:
            line = self.process.stdout.readline()
            assert line, self.said.read_text()
            of, found = json.loads(line)
            self.found[of] = found
        return self.found[name]


@pytest.fixture(scope="module")
def on_jax(weights_here, request, tmp_path_factory):
    """OnJax of the models that are tested."""
    items = [item for item in request.session.items if item.path == request.path and "on_jax" in item.fixturenames]
    jax = OnJax(sorted(item.callspec.params["name"] for item in items), tmp_path_factory.mktemp("jax"))
    yield jax
    jax.process.kill()
    jax.process.communicate()
