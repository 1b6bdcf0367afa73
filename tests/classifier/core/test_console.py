import os
import shutil
import subprocess
import sys

import pytest

from classifier.core import console
from tests.conftest import ROOT


def run(body):
    program = (
        f"import os, sys\nfrom classifier.core import console\nfrom classifier.core.errors import InputError\n{body}"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        ("InputError('the tap is closed; open it')", 1, "the tap is closed; open it"),
        ("FileNotFoundError(2, 'No such file or directory', 'here.txt')", 1, "No such file or directory: here.txt"),
        ("KeyboardInterrupt()", 130, "stopped; what was finished before is untouched"),
        ("KeyboardInterrupt('it goes on')", 130, "stopped; it goes on"),
    ],
)
def test_what_a_person_can_mend_is_one_line(error, code, words):
    done = run(f"def main(): raise {error}\nconsole.run(main)")
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_ctrl_c_while_python_ends_does_not_look_like_an_error():
    lines = ["import atexit, signal", "signal.signal(signal.SIGINT, signal.default_int_handler)"]
    lines += ["def press(): os.kill(os.getpid(), signal.SIGINT)", "console.run(lambda: atexit.register(press))"]
    done = run("\n".join(lines))
    assert (done.returncode, done.stderr) == (0, "")


def test_keras_takes_no_time_for_libraries_it_is_not_used_with_and_others_find_them_afterwards():
    body = f"""names = {console.NOT_FOR_KERAS}
console.import_tensorflow()
assert not [name for name in names if name in sys.modules]
import sklearn.metrics, matplotlib.pyplot, keras
print(sklearn.metrics.recall_score([1, 0], [1, 1]), keras.layers.Dense(2)(keras.ops.ones((1, 3))).shape)"""
    done = run(body)
    assert done.stdout == "1.0 (1, 2)\n", done.stderr


def test_what_is_hidden_is_not_installed_for_as_long_and_what_was_imported_before_stays():
    with console.hidden("json", "this"):
        import json  # noqa: F401

        with pytest.raises(ModuleNotFoundError):
            import this  # noqa: F401
    assert "this" not in sys.modules


def test_a_mistake_of_ours_keeps_its_traceback():
    done = run("console.run(lambda: 1 / 0)")
    assert "ZeroDivisionError" in done.stderr
    assert done.returncode == console.CRASHED


def test_libraries_are_held_back_also_when_they_write_from_c():
    done = run("with console.quiet_libraries(): os.write(2, b'noise')\nprint('signal', file=sys.stderr)")
    assert done.stderr == "signal\n"


def test_what_was_held_back_is_shown_when_it_explains_a_failure():
    done = run("with console.quiet_libraries():\n    os.write(2, b'the reason')\n    raise RuntimeError('it failed')")
    assert "the reason" in done.stderr
    assert "it failed" in done.stderr


def test_a_table_lines_up(capsys):
    console.table(["name", "n"], [["a long name", 1], ["b", 100]])
    assert capsys.readouterr().out == "name           n\n-----------  ---\na long name    1\nb            100\n"


def test_our_own_words_are_heard_while_libraries_are_held_back():
    done = run("with console.quiet_libraries(also_python=False):\n    os.write(2, b'noise')\n    console.say('words')")
    assert done.stderr == "words\n"


def can_make_terminals():
    try:
        for end in os.openpty():
            os.close(end)
    except OSError:
        return False
    return shutil.which("script") is not None


@pytest.mark.skipif(
    not can_make_terminals(), reason="no terminal can be made here: no /dev/pts, or no program `script`"
)
@pytest.mark.parametrize("columns", [80, 40])
def test_a_table_fits_the_terminal_and_is_whole_elsewhere(columns, capsys):
    rows = [["x" * 60, 7, "y" * 90], ["b", 10, "c"]]
    program = f"from classifier.core import console\nconsole.table(['label', 'n', 'taken for'], {rows})"
    shell = f'{sys.executable} -c "{program}"'
    in_terminal = ["script", "-qec", f"stty cols {columns}; {shell}", "/dev/null"]
    own = {name: value for name, value in os.environ.items() if name != "COLUMNS"}  # which counts more than a terminal
    shown = subprocess.run(in_terminal, capture_output=True, text=True, cwd=ROOT, env=own).stdout.splitlines()
    assert len(shown) == 4 and max(map(len, shown)) == columns
    assert "…" in shown[2] and shown[3].split() == ["b", "10", "c"]
    console.table(["label", "n", "taken for"], rows)
    assert "y" * 90 in capsys.readouterr().out
