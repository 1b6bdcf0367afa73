"""Every model trains a step on JAX too, with the same predictions as on TensorFlow."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from classifier.core import console, registry
from tests.conftest import ROOT

console.import_tensorflow()
from tests.classifier.models import one_step  # noqa: E402

NAMES = registry.names("models")


@pytest.fixture(scope="module")
def on_jax(weights_here, request):
    """{name: what one_step says}, of one process: which backend Keras has is decided when it is imported."""
    wanted = {item.callspec.params["name"] for item in request.session.items if item.path == request.path}
    fast = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    environment = {**os.environ, "KERAS_BACKEND": "jax", "XLA_FLAGS": fast}
    command = [sys.executable, "-m", "tests.classifier.models.one_step", *sorted(wanted)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(map(json.loads, done.stdout.splitlines()))


@pytest.mark.parametrize("name", NAMES)
def test_a_model_trains_a_step_on_jax_and_predicts_the_same_as_on_tensorflow(name, on_jax):
    found = on_jax[name]
    assert "error" not in found
    model, learner = one_step.built(name)
    assert np.array(found["predictions"]) == pytest.approx(one_step.predictions(name, model), abs=1e-4)
    loss, learned = found["step"]
    assert np.isfinite(loss)
    assert learned > 0.5
    if not one_step.is_random(learner):  # on TensorFlow all models learn in test_models
        assert loss == pytest.approx(one_step.step(name, model, learner)[0], rel=1e-3)
