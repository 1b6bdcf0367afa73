"""Reading the metadata of a .tflite from several threads."""

import subprocess
import sys

from tests.conftest import ROOT
from tests.tiny_tflite import described, network

READ_AT_ONCE = """
import sys, threading
from classifier.records import tflite_metadata
sys.setswitchinterval(1e-5)
start, found = threading.Barrier(8), []
def read():
    start.wait()
    found.append(tflite_metadata.read(sys.argv[1])[1])
threads = [threading.Thread(target=read) for _ in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(len(found))
"""


def test_the_first_threads_to_read_metadata_may_do_so_at_once(tmp_path):
    (tmp_path / "tiny.tflite").write_bytes(described(network()))
    command = [sys.executable, "-c", READ_AT_ONCE, str(tmp_path / "tiny.tflite")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.stdout == "8\n", done.stderr
