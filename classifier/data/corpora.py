"""Download published data sets and arrange them for training.

voices/speech/flickr8k_audio  voices/song/vocalset  voices/song/csd     one label each, together a data folder
esc50  urbansound8k  speech_commands                                    a data folder each

In voices and speech_commands, a file's name begins with the speaker or singer: --group-by '^([^_]+)_'.
"""

import os
import re
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from classifier.core.console import say
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.storage import archives, downloads, local_files

DOWNLOADS = ".downloads"  # in the folder of all data; layouts ignore hidden folders
UNKNOWN = "unknown"  # the group of all recordings without a known speaker, so that they stay in one split


@dataclass(frozen=True)
class Archive:
    """A published archive: address, file name, and "md5:..." or "sha256:..." where a checksum is published."""

    url: str
    name: str
    checksum: str | None = None


@dataclass(frozen=True)
class Corpus:
    """A data set.

    name: on the command line.
    licence, archive: None where the soundata package knows them.
    n_bytes: to download.
    folder: the folder it becomes, relative to the folder of all data.
    lay_out: (folder of the unpacked archive) -> the folder in it that becomes `folder`.
    """

    name: str
    title: str
    page: str
    licence: str | None
    n_bytes: int
    archive: Archive | None
    folder: str
    lay_out: Callable[[Path], Path]


def find(name: str) -> Corpus:
    """The corpus of a name, with licence and archive.

    Raises:
        InputError: there is none.
    """
    corpus = next((corpus for corpus in CORPORA if corpus.name == name), None)
    if corpus is None:
        known = [corpus.name for corpus in CORPORA]
        raise InputError(f"there is no corpus {name!r}; there are {', '.join(known)}{did_you_mean(name, known)}")
    if corpus.licence and corpus.archive:
        return corpus
    import soundata  # takes seconds

    known = soundata.initialize(name)
    remote = known.remotes["all"]
    archive = corpus.archive or Archive(remote.url, remote.filename, f"md5:{remote.checksum}")
    licence = corpus.licence or sys.modules[known.__module__].LICENSE_INFO  # its method only prints it
    return replace(corpus, licence=licence, archive=archive)


def download(corpus: Corpus, folder: Path | str, accepted: bool | Callable[[], bool]) -> Path:
    """Download a corpus and lay it out in a folder; an existing one is left unchanged.

    Args:
        corpus: as returned by `find`.
        folder: of all data; the corpus goes to corpus.folder in it.
        accepted: whether its licence is accepted; or a function that asks, called after title and licence are shown.

    Returns:
        the data folder that the corpus is, or is a part of.

    Raises:
        InputError: its licence is not accepted, or its archive cannot be downloaded or has changed.
    """
    assert corpus.archive is not None  # `find` has filled it in
    data = Path(folder) / corpus.folder.partition("/")[0]
    target, archive = Path(folder) / corpus.folder, Path(folder) / DOWNLOADS / corpus.archive.name
    if target.exists():
        say(f"{target} exists already and is left unchanged; remove it to download {corpus.name} again")
        return data
    say(f"{corpus.title}\n  {corpus.page}\n  licence: {corpus.licence}\n  {corpus.n_bytes / 1e9:.1f} GB to download")
    if not (accepted() if callable(accepted) else accepted):
        raise InputError(
            f"{corpus.name} is downloaded when its licence ({corpus.licence}) is accepted; accept it with --yes"
        )
    downloads.fetch(corpus.archive.url, archive, corpus.archive.checksum)
    with tempfile.TemporaryDirectory(prefix=f"{corpus.name}-", dir=archive.parent) as temporary:
        archives.unpack(archive, Path(temporary) / "unpacked")
        ready = corpus.lay_out(Path(temporary) / "unpacked")
        target.parent.mkdir(parents=True, exist_ok=True)
        os.rename(ready, target)
    archive.unlink()
    if not any(archive.parent.iterdir()):
        archive.parent.rmdir()
    say(f"{target}: {len(local_files.find_recordings(target))} recordings")
    return data


def _unchanged(wanted):
    """A lay_out: the folder that holds `wanted`."""

    def lay_out(unpacked):
        found = [path for path in unpacked.rglob(wanted) if "__MACOSX" not in path.relative_to(unpacked).parts]
        if not found:
            raise InputError(f"the archive holds no {wanted}: its publisher has changed it; arrange it by hand")
        return min(found, key=lambda path: len(path.parts)).parents[wanted.count("/")]

    return lay_out


def _grouped(wanted, groups):
    """A lay_out: the folder that holds `wanted`, and every recording's name begins with its group and "_".

    groups: folder -> (path in it -> group).
    """

    def lay_out(unpacked):
        folder = _unchanged(wanted)(unpacked)
        group_of = groups(folder)
        for path in local_files.find_recordings(folder):
            before, name = f"{group_of(path.relative_to(folder))}_", path.name
            while not name.startswith(before) or (name != path.name and path.with_name(name).exists()):
                name = before + name
            path.rename(path.with_name(name))
        return folder

    return lay_out


def _flickr_speakers(folder):
    """A line of the list: 1000268201_693b08cb0e_0.wav 98"""
    lines = (folder / "wav2spk.txt").read_text(encoding="utf-8").splitlines()
    speakers = {name: speaker.strip() for name, _, speaker in (line.partition(" ") for line in lines)}
    return lambda path: speakers.get(path.name, UNKNOWN)


def _vocalset_singers(_):
    """female1/long_tones/belt/f1_long_belt_a.wav -> f1; some names lack the singer, and one has the wrong one."""
    return lambda path: re.sub("^(f|m)(em)?ale", r"\1", path.parts[0])


# The source of each size and checksum is beside it; none was computed for this table.
CORPORA = [
    Corpus(
        "esc50",
        "ESC-50: 2000 environmental sounds of 50 labels, in 5 folds",
        "https://github.com/karolpiczak/ESC-50",
        None,
        645_832_161,
        # Not soundata's: 1.0.1 names the branch, with the checksum of an older state (soundata issue 208). GitHub
        # publishes no checksums of commits; size and checksum are what several projects found that pin this one.
        Archive(
            "https://github.com/karolpiczak/ESC-50/archive/33c8ce9eb2cf0b1c2f8bcf322eb349b6be34dbb6.zip",
            "ESC-50.zip",
            "sha256:661183a6f53ef04f12c9bd618fed0ddc1713280d6c94a5a5431e844ba6f6a21f",
        ),
        "esc50",
        _unchanged("meta/esc50.csv"),
    ),
    Corpus(
        "urbansound8k",
        "UrbanSound8K: 8732 sounds of the street of 10 labels, in 10 folds",
        "https://zenodo.org/records/1203745",
        None,
        6_023_741_708,  # as Zenodo lists it
        None,
        "urbansound8k",
        _unchanged("metadata/UrbanSound8K.csv"),
    ),
    Corpus(
        "flickr8k_audio",
        "Flickr 8k Audio Caption Corpus: 40000 spoken sentences of 183 speakers",
        "https://groups.csail.mit.edu/sls/downloads/flickraudio/",
        "Creative Commons Attribution-ShareAlike (CC BY-SA)",  # its page; no version named
        4_200_000_000,  # "4.2 GB", with the checksum: README of the corpus at dagshub.com/michizhou
        Archive(
            "https://groups.csail.mit.edu/sls/downloads/flickraudio/downloads/flickr_audio.tar.gz",
            "flickr_audio.tar.gz",
            "md5:9d078f1f150c26e864aa64d1d733779a",
        ),
        "voices/speech/flickr8k_audio",
        _grouped("wav2spk.txt", _flickr_speakers),
    ),
    Corpus(
        "csd",
        "Children's Song Dataset: 200 recordings of 100 songs, one singer",
        "https://zenodo.org/records/4785016",
        "Creative Commons Attribution-NonCommercial-ShareAlike 4.0 (CC BY-NC-SA 4.0)",
        1_900_000_000,  # "1.9 GB"; neither the exact size nor Zenodo's checksum could be confirmed
        Archive("https://zenodo.org/records/4785016/files/CSD.zip?download=1", "CSD.zip"),
        "voices/song/csd",
        _grouped("english/wav", lambda folder: lambda path: "csd"),
    ),
    Corpus(
        "vocalset",
        "VocalSet 1.1: 10 hours of singing techniques, 20 singers",
        "https://zenodo.org/records/1442513",
        "Creative Commons Attribution 4.0 (CC BY 4.0)",
        2_077_243_579,
        # Size and checksum as Zenodo lists them. The newer VocalSet1-2.zip holds every recording three times, sorted
        # by singer, technique and vowel, in a zip beyond 4 GB whose offsets overflow: zipfile cannot read it.
        Archive(
            "https://zenodo.org/records/1442513/files/VocalSet11.zip?download=1",
            "VocalSet11.zip",
            "md5:0c09396242f946e7111ad7d8fc649b81",
        ),
        "voices/song/vocalset",
        _grouped("female1", _vocalset_singers),
    ),
    Corpus(
        "speech_commands",
        "Speech Commands 0.02: 105829 spoken words of 35 labels, and background noise",
        "https://arxiv.org/abs/1804.03209",
        "Creative Commons Attribution 4.0 (CC BY 4.0)",
        2_428_923_189,
        # Address and checksum: torchaudio/datasets/speechcommands.py.
        Archive(
            "https://storage.googleapis.com/download.tensorflow.org/data/speech_commands_v0.02.tar.gz",
            "speech_commands_v0.02.tar.gz",
            "sha256:af14739ee7dc311471de98f5f9d2c9191b18aedfe957f4a6ff791c709868ff58",
        ),
        "speech_commands",
        _unchanged("validation_list.txt"),
    ),
]
