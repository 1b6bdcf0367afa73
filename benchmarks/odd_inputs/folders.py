"""Folders of recordings that may mean something else than a label each, and names that are hard to read."""

import functools
import unicodedata
from collections.abc import Iterator
from pathlib import Path

from benchmarks.odd_inputs.kind import REFUSED, WARNED, WHOLE, Kind
from benchmarks.odd_inputs.tables import LABELS, counted, touched


def folders(folder: Path, names: tuple[str, ...], expected: dict[str, int], splits=None) -> str:
    """Recordings in folders."""
    touched(folder, *names)
    return counted(folder, expected, splits)


def linked(folder: Path, to_file: bool) -> str:
    """Links among the folders of labels."""
    data, away = folder / "data", folder / "away"
    touched(folder, "away/1.wav", "away/2.wav", "data/cat/1.wav", "data/cat/2.wav", "data/dog/notes.txt")
    if to_file:
        for name in ("1.wav", "2.wav"):
            (data / "dog" / name).symlink_to(away / name)
    else:
        (data / "dog" / "session").symlink_to(away)
    return counted(data, LABELS)


def kinds() -> Iterator[Kind]:
    """How people lay out folders."""

    def kind(section, what, outcome, members, says=""):
        return Kind(section, what, outcome, {n: functools.partial(folders, **of) for n, of in members.items()}, says)

    def of(*names, splits=None, **expected):
        return {"names": names, "expected": expected, "splits": splits}

    def by_split(*parts, inner=False):
        means = dict(zip(parts, ("train", "validation", "test"), strict=False))
        names = [
            f"{label}/{part}/{part}.wav" if inner else f"{part}/{label}/1.wav"
            for part in parts
            for label in ("dog", "cat")
        ]
        return of(*names, splits={means[part]: 2 for part in parts}, dog=len(parts), cat=len(parts))

    named = [
        ("train", "val", "test"),
        ("Train", "Valid", "Test"),
        ("training", "validation", "testing"),
        ("train_set", "dev_set", "test_set"),
        ("train", "eval"),
    ]
    yield kind("B 0", "a folder per split", WHOLE, {", ".join(parts): by_split(*parts) for parts in named})
    yield kind(
        "B 0", "splits in the labels", WHOLE, {", ".join(parts): by_split(*parts, inner=True) for parts in named[:3]}
    )
    folds = {
        form: of(
            *(f"{form.format(n)}/{label}/1.wav" for n in (1, 2, 3) for label in ("dog", "cat")),
            splits={"1": 2, "2": 2, "3": 2},
            dog=3,
            cat=3,
        )
        for form in ("fold{}", "fold_{}", "Fold {}", "fold-{}", "FOLD0{}")
    }
    yield kind("B 0", "a folder per fold", WHOLE, folds)
    words = {
        word: of(f"{word}/1.wav", "car/2.wav", **{word: 1, "car": 1}) for word in ("train", "test", "eval", "fold1")
    }
    yield kind("B 0", "a label named like a split", WHOLE, words)
    deep = {
        name: of(f"{name}/dog/1.wav", f"{name}/cat/2.wav", dog=1, cat=1)
        for name in ("dataset", "my-data-main", "audio", "Archive 2", "ESC")
    }
    yield kind("B 0", "one folder too deep", WARNED, deep, "the labels are taken from")
    loose = {
        name: of("dog/1.wav", "cat/2.wav", name, dog=1, cat=1)
        for name in ("3.wav", "3.mp3", "new 1.flac", "dog.wav", "REC 4.M4A")
    }
    yield kind("B 0", "a recording beside the labels", WARNED, loose, "have no label and are not used")
    inside = {name: of(f"dog/{name}/1.wav", "cat/2.wav", dog=1, cat=1) for name in ("cat", "cat/a", "b/cat")}
    yield kind("B 0", "a label in a label", WARNED, inside, "lies in the folder of")
    below = {
        name: of(f"dog/{name}/1.wav", f"cat/{name}/2.wav", dog=1, cat=1)
        for name in ("kitchen", "day 1", "2024-05-01", "raw", "a/b")
    }
    yield kind("B 0", "a session in each label", WHOLE, below)
    commas = {name: of(f"{name}/1.wav", "cat/2.wav", **{name: 1, "cat": 1}) for name in ("a,b", "dog, big", "x,y,z")}
    yield kind("B 0", "a comma in a label", WARNED, commas, "have a comma")
    one = {name: of(f"{name}/1.wav", f"{name}/2.wav", f"{name}/3.wav", **{name: 3}) for name in ("dog", "train", "x")}
    yield kind("B 0", "one label", REFUSED, one, "at least two labels")
    empty = {name: of("dog/1.wav", "cat/2.wav", f"{name}/notes.md", dog=1, cat=1) for name in ("bird", "x y", "Zug")}
    yield kind("B 0", "a label without recordings", REFUSED, empty, "holds no recordings")
    twins = {
        " ".join(pair): of(*(f"{name}/1.wav" for name in pair), **dict.fromkeys(pair, 1))
        for pair in (("Cat", "cat"), ("dog bark", "dog_bark"), ("DOG", "dog"), ("a-b", "a b"), ("Öl", "öl"))
    }
    yield kind("B 2", "twins", WARNED, twins, "differ only in capitals")
    forms = {
        word: of(
            *(f"{unicodedata.normalize(form, word)}/{form}.wav" for form in ("NFC", "NFD")),
            "cat/1.wav",
            **{word: 2, "cat": 1},
        )
        for word in ("vögel", "café", "ñandú", "Å", "がぎ")
    }
    yield kind("B 2", "two forms of Unicode", WARNED, forms, "look the same")
    blanks = {
        repr(name): of(f"{name}/1.wav", "cat/2.wav", **{name.strip(): 1, "cat": 1})
        for name in ("dog ", " dog", "big dog ", "dog\u00a0", "\u3000dog")
    }
    yield kind("B 2", "blanks around a label", WHOLE, blanks)
    control = {
        repr(name): of(f"{name}/1.wav", "cat/2.wav") for name in ("a\nb", "a\tb", "a\x01b", "a\u2028b", "h\udcfcnd")
    }
    yield kind("B 2", "a label that no file can hold", REFUSED, control, "rename it")
    dates = {
        " ".join(pair): of(*(f"{name}/1.wav" for name in pair), **dict.fromkeys(pair, 1))
        for pair in (("2024-05-01", "2024-05-02"), ("20240501", "20240502"), ("1.5.2024", "2.5.2024"))
    }
    yield kind("B 2", "dates for labels", WARNED, dates, "are dates")
    numbers = {
        " ".join(pair): of(*(f"{name}/1.wav" for name in pair), **dict.fromkeys(pair, 1))
        for pair in (("0", "1"), ("10", "20", "30"), ("-1", "1"))
    }
    yield kind("B 2", "numbers for labels", WARNED, numbers, "are numbers")
    system = {
        name: of("dog/1.wav", "cat/2.wav", name, dog=1, cat=1)
        for name in ("__MACOSX/dog/._1.wav", "dog/Thumbs.db", ".DS_Store", "dog/._1.wav", "@eaDir/1.wav")
    }
    yield kind("B 2", "files of systems", WHOLE, system)
    links = {
        "to a folder": functools.partial(linked, to_file=False),
        "to files": functools.partial(linked, to_file=True),
    }
    yield Kind("B 2", "links", WHOLE, links)
