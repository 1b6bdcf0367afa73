"""What only POSIX systems have stands behind a question, for the scripts run on Windows too."""

import ast
import subprocess

import pytest

from tests.conftest import ROOT
from tests.test_architecture import FILES

MODULES = {"fcntl", "grp", "pty", "pwd", "resource", "termios", "tty"}
NAMES = {
    "os": "fork getpgid getpgrp geteuid getuid killpg mkfifo nice sched_getaffinity setpgid setsid statvfs sysconf",
    "signal": "SIGALRM SIGCHLD SIGHUP SIGKILL SIGQUIT SIGSTOP SIGUSR1 SIGUSR2 alarm pause setitimer sigwait",
    "select": "epoll kqueue poll select",  # select.select takes only sockets on Windows
}
ARGUMENTS = {"preexec_fn", "pass_fds", "process_group", "umask"}  # of subprocess.Popen
QUESTIONS = ("WINDOWS", "hasattr(", "sys.platform", "os.name")


def posix_only(tree, asked=False):
    """Line numbers of what only POSIX has, outside of a condition that asks for the system."""
    if isinstance(tree, ast.If | ast.IfExp):
        asked = asked or any(question in ast.unparse(tree.test) for question in QUESTIONS)
    elif isinstance(tree, ast.BoolOp):
        asked = asked or any(question in ast.unparse(tree.values[0]) for question in QUESTIONS)
    elif isinstance(tree, ast.Try):
        asked = asked or any(handler.type and "ImportError" in ast.unparse(handler.type) for handler in tree.handlers)
    if not asked and is_posix_only(tree):
        yield tree.lineno
    for child in ast.iter_child_nodes(tree):
        yield from posix_only(child, asked)


def is_posix_only(node):
    match node:
        case ast.Import():
            return any(alias.name in MODULES for alias in node.names)
        case ast.ImportFrom():
            return node.module in MODULES
        case ast.Attribute(value=ast.Name(id=module)):
            return node.attr in NAMES.get(module, "").split()
        case ast.Call():
            return any(keyword.arg in ARGUMENTS for keyword in node.keywords)
    return False


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_what_only_posix_has_stands_behind_a_question(path):
    assert list(posix_only(ast.parse(path.read_text(encoding="utf-8")))) == []


def test_what_is_not_behind_one_is_found():
    found = posix_only(ast.parse("import os\nos.nice(1)\nif hasattr(os, 'nice'):\n    os.nice(1)\nimport fcntl\n"))
    assert list(found) == [2, 5]


def test_text_has_the_same_line_ends_on_every_system_and_recordings_are_left_alone():
    if not (ROOT / ".git").exists():
        pytest.skip("this is no checkout")
    paths = ["labels.txt", "requirements.txt", "data_short/song/x.wav", "tools/make_environment.sh"]
    command = ["git", "check-attr", "eol", "text", "--", *paths]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert said.count(": eol: lf") == len(paths)
    assert "x.wav: text: unset" in said
