"""Ctrl-C while a script still imports what it needs ends with one line, as it does later by console.run.

Python 3.8 can run this file; see environment.py.
"""

import os
import sys

from Constants import ROOT

STOPPED = 130  # exit code after Ctrl-C


def end_in_one_line() -> None:
    """Do so where a script of the project runs; who imports the package from elsewhere has what they had."""
    file = getattr(sys.modules.get("__main__"), "__file__", None)
    if file and os.path.dirname(os.path.realpath(file)) == os.path.realpath(ROOT):
        sys.excepthook = _hook


def _hook(kind, error, trace):
    if not issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    print("\nstopped; nothing was begun", file=sys.stderr, flush=True)
    os._exit(STOPPED)  # Python would end as by a signal
