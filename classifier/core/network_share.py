"""Whether a folder lies on a network share, where locks and SQLite do not hold."""

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")  # of Linux; elsewhere nothing is known
KINDS = re.compile(r"nfs\d?|cifs|smb\w*|ceph|lustre|beegfs|gpfs|afs|fuse\..+")
ON_THIS_DISK = ("fuse.fuse-overlayfs", "fuse.ntfs-3g")


def network_share(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """What share a folder lies on, such as "nfs4 at /mnt/data"; None where it is a disk of this machine, or unknown.

    Args:
        folder: need not exist.
        mounts: the table of what is mounted, as Linux writes it.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return None
    folder, found = Path(folder).resolve(), (Path("/"), "")
    for line in lines:
        before, _, after = line.partition(" - ")
        place, kind = Path(_unescaped(before.split()[4])), after.split()[0]
        if folder.is_relative_to(place) and len(place.parts) >= len(found[0].parts):  # the last one hides those before
            found = place, kind
    place, kind = found
    return f"{kind} at {place}" if KINDS.fullmatch(kind) and kind not in ON_THIS_DISK else None


def _unescaped(path: str) -> str:
    """A path whose spaces and the like are written as \\040."""
    return re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), path)
