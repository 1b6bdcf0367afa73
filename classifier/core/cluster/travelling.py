"""What travels with a job to the workers of a cluster: the code, and small files it needs, in one zip."""

import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from Constants import ROOT

CODE = ("*.py", "classifier/**/*", "requirements.txt", "labels.txt")  # patterns of the project's files
PACKAGES = "packages.json"  # in the zip


def packed(sent: Mapping[str, Path], packages: Mapping[str, str]) -> bytes:
    """A zip of the code and of further files.

    Args:
        sent: {path in the zip: file here}.
        packages: {name: version} that the code runs with.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as files:
        for path in sorted({path for pattern in CODE for path in ROOT.glob(pattern)}):
            if path.is_file() and "__pycache__" not in path.parts:
                files.write(path, path.relative_to(ROOT).as_posix())
        for name, path in sent.items():
            files.write(path, name)
        files.writestr(PACKAGES, json.dumps(packages))
    return buffer.getvalue()


def packages() -> dict[str, str]:
    """The packages that were given to `packed`, where the zip was unpacked."""
    return json.loads((ROOT / PACKAGES).read_text(encoding="utf-8"))
