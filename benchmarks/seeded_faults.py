"""Do the tests notice faults? Put each fault of a list into the product, and run the tests that must fail of it.

A fault is a sentence, a file, the text that stands there, the text that replaces it, and the tests that find it: see
seeded_faults.json beside this file. The tests run once without a fault first, and must pass. Only a test that fails
counts: one that is not there, or that cannot be imported, catches nothing.

Every file is put back as it was, also on Ctrl-C. Give it a clone (git clone . /tmp/clone), not the folder you work in.
"""

import argparse
import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PASSED, FAILED = 0, 1  # exit codes of pytest


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clone", type=Path, help="a copy of the project in which files may be changed for a moment")
    beside = Path(__file__).with_suffix(".json")
    parser.add_argument("--faults", type=Path, default=beside, help="what to put in, as JSON (default: %(default)s)")
    parser.add_argument("--only", default="", metavar="WORDS", help="faults whose sentence has these words in it")
    options = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: sys.exit("stopped; every file is as it was"))
    faults = [fault for fault in json.loads(options.faults.read_text()) if options.only in fault["name"]]
    tests = sorted({test for fault in faults for test in fault["tests"]})
    code, said = run(options.clone, tests)
    if code != PASSED:
        sys.exit(f"{said}\nwithout any fault these tests must pass (pytest ended with {code})")
    n_caught = 0
    for number, fault in enumerate(faults, 1):
        started = time.monotonic()
        with planted(fault, options.clone):
            code, _ = run(options.clone, fault["tests"])
        n_caught += code == FAILED
        what = {FAILED: "caught", PASSED: "MISSED"}.get(code, f"NO TEST RAN ({code})")
        print(f"{number:2}  {what:7} {time.monotonic() - started:4.0f} s  {fault['file']}: {fault['name']}", flush=True)
    print(f"{n_caught} of {len(faults)} caught")
    return n_caught < len(faults)


@contextlib.contextmanager
def planted(fault, clone):
    """The fault is in its file for as long as the block lasts."""
    path = clone / fault["file"]
    before = path.read_bytes()
    found = before.count(fault["old"].encode())
    if found != 1:
        sys.exit(f"{fault['name']}: what is to be replaced stands {found} times in {path}; mend the list of faults")
    try:
        path.write_bytes(before.replace(fault["old"].encode(), fault["new"].encode()))
        yield
    finally:
        path.write_bytes(before)


def run(clone, tests):
    """(exit code of pytest, what it said) of some tests of a clone."""
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-x", "-q", "-p", "no:cacheprovider"]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}  # a cache of the fault could outlive it
    done = subprocess.run([*command, *tests], cwd=clone, env=environment, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


if __name__ == "__main__":
    sys.exit(main())
