"""Find and stamp recordings on this machine.

A file counts as a recording by its suffix alone; whether it can be decoded is known when it is read.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath

RECORDING_SUFFIXES = tuple(
    f".{suffix}"
    for suffix in (
        "wav wave bwf rf64 w64 aiff aif aifc au snd caf flac ogg oga opus mp3 mp2 mp1 mpa m2a "  # read by soundfile
        "voc ircam sph nist pvf paf avr svx 8svx iff "
        "m4a m4b m4r mp4 m4v mov qt f4v 3gp 3g2 3gpp 3gpp2 aac adts webm weba mka mkv wma wmv asf amr awb spx "  # PyAV
        "ac3 eac3 ec3 dts dtshd mlp thd ape wv tta tak mpc mp+ shn dsf dff wsd qoa gsm qcp dss ra rm oma aa3 aea vqf "
        "sox xwma avi mpg mpeg m2ts mts ts vob flv ogv ogx"
    ).split()
)
OF_SYSTEMS = frozenset(  # folders and files that macOS, Windows, Linux and network drives put beside those of a person
    ("__macosx", "$recycle.bin", "system volume information", "@eadir", "lost+found", "__pycache__")
    + ("thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r")
)
NO_SOUND = tuple(  # suffixes of what lies beside recordings
    f".{suffix}"
    for suffix in (
        "txt csv tsv json jsonl ndjson xml md rst html htm yaml yml toml ini cfg conf log tex bib py ipynb sh bat "
        "js r m lab labels textgrid eaf rttm stm ctm trs cha srt vtt sub lrc cue m3u m3u8 pls svl svg md5 sha1 "
        "sha256 sfv jpg jpeg png gif bmp tif tiff webp heic ico psd ai eps pdf ps doc docx xls xlsx ods odt ppt "
        "pptx rtf pages numbers npy npz pkl pickle h5 hdf5 mat parquet feather arrow db sqlite sqlite3 tfrecord "
        "keras tflite onnx pt pth pb mid midi kar sf2 asd pkf pk reapeaks sfk sfl ovw gpk pek cfa lnk url exe dll "
        "so dylib pyc class jar ttf woff"
    ).split()
)
BEGINNING = 1024  # bytes by which text is known
NAMED = 10  # suffixes in a sentence


def stamp(path: str | os.PathLike[str]) -> list[int] | None:
    """[size in bytes, modification time in ns]; a change means another recording. None where there is no file."""
    try:
        status = os.stat(path)
    except (OSError, ValueError):  # ValueError: a name with a NUL
        return None
    return [status.st_size, status.st_mtime_ns]


def find_recordings(folder: Path | str) -> list[Path]:
    """The recordings in a folder and its subfolders, sorted by name, without hidden ones.

    A link that leads nowhere is in the list: to read it says so.
    """
    return sorted(path for path in find_files(folder) if is_recording_name(path.name))


def find_files(folder: Path | str) -> Iterator[Path]:
    """The files in a folder and its subfolders, without hidden folders.

    Links to folders are followed, each folder once.
    """
    seen = set()
    for place, folders, files in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(place)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(
            (name for name in folders if not is_ignored(name)), key=lambda name: os.path.islink(f"{place}/{name}")
        )
        yield from (Path(place, name) for name in files)


def is_recording_name(path: str | PurePath) -> bool:
    """Whether a path inside a folder or an archive has a recording's suffix, and no hidden or system's part."""
    path = PurePath(path)
    return path.suffix.lower() in RECORDING_SUFFIXES and not _is_of_system(path)


def left_out(folder: Path | str) -> str:
    """A sentence on the files of a folder that may be recordings, but have no suffix of one; "" where all have.

    What systems, labels, texts and pictures lay beside recordings does not count.
    """
    found = []
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not _is_of_system(PurePath(name))]
        paths = [Path(place, name) for name in names_left_out(files)]
        found += [path for path in paths if path.is_file() and not _is_text(path)]
    return left_out_sentence(folder, found)


def names_left_out(names: Iterable[str]) -> list[str]:
    """Of the paths of files, those that may be recordings, but have no suffix of one."""
    known = (*RECORDING_SUFFIXES, *NO_SOUND)
    return [name for name in names if PurePath(name).suffix.lower() not in known and not _is_of_system(PurePath(name))]


def left_out_sentence(where: Path | str, paths: Iterable[str | PurePath]) -> str:
    """What `left_out` says of these paths."""
    counts = Counter(PurePath(path).suffix.lower() or "no suffix" for path in paths)
    if not counts:
        return ""
    n = counts.total()
    first = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:NAMED]
    suffixes = ", ".join(f"{suffix} {count}" for suffix, count in first)
    more = f" and {len(counts) - NAMED} more suffixes" if len(counts) > NAMED else ""
    return (
        f"{where}: {n} file{'s' * (n != 1)} left out, for {'their suffixes are' if n > 1 else 'its suffix is'} no "
        f"recording's ({suffixes}{more}); if they hold sound, unpack them or convert them to wav or flac"
    )


def is_ignored(name: str) -> bool:
    """Whether a file or folder is hidden, or one that an operating system puts there."""
    return name.startswith(".") or name.lower() in OF_SYSTEMS


def _is_of_system(path):
    return any(map(is_ignored, path.parts))


def _is_text(path):
    try:
        with path.open("rb") as file:
            start = file.read(BEGINNING)
    except OSError:
        return False
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        return True
    printable = sum(byte >= 32 or byte in b"\t\n\r\f" for byte in start)
    high = sum(byte >= 127 for byte in start)
    return 0 not in start and printable == len(start) and (high < len(start) / 4 or _is_utf_8(start))


def _is_utf_8(start):
    try:
        start.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.end >= len(start) - 3  # cut inside a letter
    return True
