"""Let MediaPipe start on a machine without graphics libraries.

Its library asks for libEGL.so.1 and libGLESv2.so.2 even where nothing is drawn, and a bare machine has neither. Where
they are missing, two small shared libraries of these names are written that define every function asked for, each
returning 0: "no display", as on a machine with the libraries and without a screen. OpenCV, which MediaPipe imports to
draw on pictures, asks for more such libraries; nobody draws here, so an empty module takes its place.
"""

import ctypes
import importlib.util
import mmap
import platform
import re
import struct
import sys
import tempfile
import types
from pathlib import Path

WANTED = ("libEGL.so.1", "libGLESv2.so.2")
RETURN_ZERO = {  # machine: its number in an ELF header, and the code of a function that returns 0
    "x86_64": (62, bytes.fromhex("31c0c3")),
    "aarch64": (183, bytes.fromhex("000080d2c0035fd6")),
}


def provide():
    """Load stand-ins for what is missing, in a process that is going to import MediaPipe for sound alone."""
    sys.modules.setdefault("cv2", types.ModuleType("cv2"))
    if platform.system() != "Linux" or platform.machine() not in RETURN_ZERO:
        return
    for name in WANTED:
        try:
            ctypes.CDLL(name)
        except OSError:
            load_stand_in(name)


def load_stand_in(name):
    """Write and load a stand-in; whoever asks for a library of this name from now on, in this process, gets it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(shared_library(name, _functions_asked_for(), *RETURN_ZERO[platform.machine()]))
        ctypes.CDLL(str(path), mode=ctypes.RTLD_GLOBAL)


def _functions_asked_for():
    """Every name in MediaPipe's library that looks like a function of EGL or OpenGL ES."""
    folder = Path(importlib.util.find_spec("mediapipe").origin).parent
    with open(folder / "tasks" / "c" / "libmediapipe.so", "rb") as file:
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            return sorted(set(re.findall(rb"\0((?:egl|gl)[A-Z]\w*)(?=\0)", content)))


def shared_library(name, functions, machine, code):
    """The bytes of a 64-bit ELF shared library in which every function runs the same code.

    Args:
        name: its soname.
        functions: names, bytes.
        machine: number of the processor in the header.
        code: position-independent machine code.
    """
    strings, offsets = b"\0", []
    for function in [*functions, name.encode()]:
        offsets.append(len(strings))
        strings += function + b"\0"
    n = len(functions)
    code_at = 64 + 2 * 56  # behind the header and two program headers
    symbols_at = code_at + 16
    hash_at = symbols_at + 24 * (n + 1)
    strings_at = hash_at + 4 * (4 + n)
    dynamic_at = (strings_at + len(strings) + 7) // 8 * 8
    soname, hashes, string_table, symbol_table, string_size, symbol_size = 14, 4, 5, 6, 10, 11
    dynamic = [(soname, offsets[-1]), (hashes, hash_at), (string_table, strings_at), (symbol_table, symbols_at)]
    dynamic += [(string_size, len(strings)), (symbol_size, 24), (0, 0)]
    size = dynamic_at + 16 * len(dynamic)

    header = b"\x7fELF\2\1\1" + bytes(9)
    header += struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, 2, 64, 0, 0)
    load = struct.pack("<IIQQQQQQ", 1, 7, 0, 0, 0, size, size, 4096)
    dynamic_header = struct.pack("<IIQQQQQQ", 2, 6, *[dynamic_at] * 3, *[16 * len(dynamic)] * 2, 8)
    symbols = bytes(24) + b"".join(struct.pack("<IBBHQQ", at, 0x12, 0, 1, code_at, len(code)) for at in offsets[:-1])
    chain = [1 if n else 0, 0, *range(2, n + 1), 0][: n + 2]  # one bucket: symbol after symbol, 0 ends
    table = struct.pack(f"<{2 + len(chain)}I", 1, n + 1, *chain)
    content = header + load + dynamic_header + code.ljust(16, b"\0") + symbols + table + strings
    return content.ljust(dynamic_at, b"\0") + b"".join(struct.pack("<qQ", *entry) for entry in dynamic)
