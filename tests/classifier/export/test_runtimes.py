import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from classifier.core.errors import InputError
from classifier.export import agreement, runtimes
from classifier.inference import litert
from classifier.records import artifact
from tests.conftest import ROOT

RUNTIMES = list(runtimes.RUNTIMES)


def window(seed=0):
    return np.random.default_rng(seed).normal(0, 0.1, (2, 32_000)).astype("float32")


def needs(runtime):
    if why := runtimes.why_not_here(runtime):
        pytest.skip(f"{runtime} cannot run here: {why}")


@pytest.mark.parametrize("runtime", RUNTIMES)
@pytest.mark.parametrize("name", ["signal/model_signal_metadata.tflite", "mel/model_mel_audio_metadata.tflite"])
def test_every_runtime_answers_what_litert_answers(trained, runtime, name):
    needs(runtime)
    expected = litert.LiteRT(trained.out / name).run(window())
    assert runtimes.ask(runtime, trained.out / name, window()) == pytest.approx(expected, abs=runtimes.TOLERANCE)


def test_the_dropin_loads_in_the_task_library_as_the_app_loads_it(trained):
    needs("Task Library")
    path = trained.out / "mel" / "model_mel_metadata.tflite"
    power = np.random.default_rng(0).uniform(0, 10, (1, 128 * 63)).astype("float32")
    answer = runtimes.ask("Task Library", path, power)
    assert answer == pytest.approx(litert.LiteRT(path).run(power), abs=runtimes.TOLERANCE)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_file_that_a_runtime_refuses_does_not_keep_it_from_the_others(trained, tmp_path, runtime):
    needs(runtime)
    (tmp_path / "text.tflite").write_text("this is no model")
    good = trained.out / "signal" / "model_signal_metadata.tflite"
    first, refused, last = runtimes.ask_all(runtime, [good, tmp_path / "text.tflite", good], window())
    assert isinstance(refused, runtimes.RefusesFileError)
    assert first == pytest.approx(last)


@pytest.mark.parametrize("runtime", RUNTIMES)
def test_a_runtime_that_refuses_a_file_says_why(tmp_path, runtime):
    needs(runtime)
    (tmp_path / "text.tflite").write_text("this is no model")
    with pytest.raises(runtimes.RefusesFileError, match=f"{runtime} cannot run .*text.tflite: .+"):
        runtimes.ask(runtime, tmp_path / "text.tflite", window())


DIES = {  # what a runtime's library does on a machine that it does not like
    "raises": ("raise OSError('libMagic.so.7: cannot open shared object file')", "libMagic.so.7"),
    "is killed by the processor": ("import os, signal; os.kill(os.getpid(), signal.SIGILL)", "SIGILL"),
    "ends the process": ("import os; os._exit(3)", "it ended with code 3"),
}


@pytest.fixture(params=DIES)
def dying(request, tmp_path, monkeypatch):
    """A machine on which no library for LiteRT starts: a folder before the installed ones holds one that dies."""
    code, words = DIES[request.param]
    (tmp_path / "broken" / "ai_edge_litert").mkdir(parents=True)
    (tmp_path / "broken" / "ai_edge_litert" / "__init__.py").write_text(code)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "broken"))
    return words


def test_a_runtime_that_dies_on_its_own_says_nothing_of_the_file(dying, tmp_path):
    (tmp_path / "text.tflite").write_text("this is no model")
    for result in runtimes.ask_all("LiteRT", [tmp_path / "text.tflite"] * 2, window()):
        assert isinstance(result, runtimes.CannotRunHereError)
        assert str(result).startswith("LiteRT cannot run here: ")
        assert dying in result.why


def test_a_runtime_that_is_not_installed_cannot_run_here(monkeypatch):
    monkeypatch.setitem(runtimes.RUNTIMES, "Task Library", "no_such_package")
    with pytest.raises(runtimes.CannotRunHereError, match="it is not installed"):
        runtimes.ask("Task Library", "any.tflite", window())


def test_missing_graphics_libraries_are_named_with_the_packages_that_bring_them(monkeypatch):
    monkeypatch.setattr(runtimes, "GRAPHICS", ("libNoSuchThing.so.1",))
    monkeypatch.setattr(runtimes.platform, "system", lambda: "Linux")
    assert "libegl1 and libgles2" in runtimes._remedy("MediaPipe Tasks")
    assert runtimes._remedy("LiteRT") == ""


def test_nothing_is_left_out_of_what_metadata_and_check_say_where_a_runtime_cannot_run(trained, tmp_path):
    """The scripts of steps 2 and 3 and CheckModel.py on a machine where MediaPipe does not start: nothing stops."""
    (tmp_path / "broken" / "mediapipe" / "tasks").mkdir(parents=True)
    (tmp_path / "broken" / "mediapipe" / "__init__.py").write_text("")
    (tmp_path / "broken" / "mediapipe" / "tasks" / "__init__.py").write_text(
        "import sys\nif 'runtime_process' in str(sys.orig_argv): raise OSError('libEGL.so.1: no such file')"
    )
    import mediapipe

    schema = "tasks/metadata/metadata_schema_py_generated.py"
    (tmp_path / "broken" / "mediapipe" / "tasks" / "metadata").mkdir()
    shutil.copy(f"{mediapipe.__path__[0]}/{schema}", tmp_path / "broken" / "mediapipe" / schema)
    shutil.copytree(trained.out / "signal", tmp_path / "trained" / "signal")
    environment = {"PYTHONPATH": str(tmp_path / "broken"), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    step = [sys.executable, str(ROOT / "WriteMetadataToModel.py"), "--trained", "trained"]
    done = subprocess.run(step, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "MediaPipe Tasks: not tried here (OSError: libEGL.so.1: no such file" in done.stdout
    file = tmp_path / "trained" / "signal" / "model_signal_metadata.tflite"
    check = [sys.executable, str(ROOT / "CheckModel.py"), str(file)]
    page = subprocess.run(check, cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert page.returncode == 0, page.stderr
    assert "not tried here (OSError: libEGL.so.1" in " ".join(page.stdout.split())
    done = subprocess.run([*check, "--json"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert "libEGL.so.1" in json.loads(done.stdout)[0]["runtimes"]["MediaPipe Tasks"]["not_tried"]


def test_the_agreement_is_printed_for_a_held_out_recording(trained):
    printed, _ = trained.printed["metadata"]
    for name in ("signal", "mel"):
        assert str(artifact.example(trained.out / name)) in printed
    n_files = len(list(trained.out.rglob("*_metadata.tflite"))) - 1  # not the drop-in, which hears no audio
    for runtime in RUNTIMES:
        if runtimes.why_not_here(runtime):
            assert f"{runtime}: not tried here (" in printed
        else:
            assert sum(line.startswith(runtime) for line in printed.splitlines()) == n_files


def test_a_file_on_which_runtimes_differ_is_not_left_behind(trained, monkeypatch, tmp_path):
    model = artifact.load(shutil.copytree(trained.out / "signal", tmp_path / "signal"))
    file = model.folder / "model_signal_metadata.tflite"
    assert file.exists()
    predictions = iter([np.array([[0.5, 0.5, 0.0]]), np.array([[0.3, 0.7, 0.0]]), np.array([[0.5, 0.5, 0.0]])])
    monkeypatch.setattr(runtimes, "ask", lambda *_: next(predictions))
    with pytest.raises(InputError, match="differ by 2.0e-01.*Take another variant"):
        agreement.compare(model, artifact.example(model.folder))
    assert not file.exists()
