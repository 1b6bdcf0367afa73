"""ELAN annotation files (.eaf): the annotations with times of their own, of all tiers.

Format: EAF, versions 2 and 3. Times are milliseconds; the media descriptor names the recording, and its TIME_ORIGIN is
the time in the recording at which ELAN's begins. Annotations that refer to others have no times, and are counted.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote
from xml.parsers import expat

from classifier.data.annotations import Annotation, Stretch, checked, error

SUFFIXES = (".eaf",)
MILLISECONDS = "milliseconds"


def recognises(path: Path, text: str) -> bool:
    """Whether the file is called so: `read` says what is wrong with it."""
    return path.suffix.lower() in SUFFIXES


def read(path: Path, text: str) -> Annotation:
    """The annotations of all tiers that have times.

    Raises:
        InputError: it is no EAF, or an annotation has no times.
    """
    document = _Document(path)
    parser = expat.ParserCreate()
    parser.StartElementHandler = lambda name, values: document.start(name, values, parser.CurrentLineNumber)
    parser.CharacterDataHandler = document.add
    parser.EndElementHandler = document.end
    parser.StartDoctypeDeclHandler = lambda *_: document.refuse(parser.CurrentLineNumber)
    try:
        parser.Parse(text.partition("?>")[2] if text.startswith("<?xml") else text, True)
    except expat.ExpatError as problem:
        what = f"this is not the XML of ELAN ({expat.ErrorString(problem.code)}); save it again in ELAN"
        raise error(path, problem.lineno, what) from None
    return document.annotation()


@dataclass
class _Document:
    """What is found on the way through the XML."""

    path: Path
    slots: dict[str, str | None] = field(default_factory=dict)
    media: list[Mapping[str, str]] = field(default_factory=list)
    aligned: list[tuple[str, str, str, int]] = field(default_factory=list)  # tier, two slots, line
    labels: list[str] = field(default_factory=list)  # of `aligned`
    referring: Counter[str] = field(default_factory=Counter)
    tier: str = ""
    open: str = ""  # the annotation, and then its value, that is being read

    def start(self, name: str, values: Mapping[str, str], line: int) -> None:
        """Take the beginning of an element."""
        if name == "HEADER" and values.get("TIME_UNITS", MILLISECONDS) != MILLISECONDS:
            what = f"times are in {values['TIME_UNITS']}, and only {MILLISECONDS} are read; save it again in ELAN"
            raise error(self.path, line, what)
        if name == "MEDIA_DESCRIPTOR":
            self.media.append(values)
        elif name == "TIME_SLOT":
            self.slots[values.get("TIME_SLOT_ID", "")] = values.get("TIME_VALUE")
        elif name == "TIER":
            self.tier = values.get("TIER_ID", "")
        elif name == "ALIGNABLE_ANNOTATION":
            slots = values.get("TIME_SLOT_REF1", ""), values.get("TIME_SLOT_REF2", "")
            self.aligned.append((self.tier, *slots, line))
            self.labels.append("")
            self.open = name
        elif name == "REF_ANNOTATION":
            self.referring[self.tier] += 1
        elif name == "ANNOTATION_VALUE" and self.open:
            self.open = name

    def add(self, text: str) -> None:
        """Take text."""
        if self.open == "ANNOTATION_VALUE":
            self.labels[-1] += text

    def end(self, name: str) -> None:
        """Take the end of an element."""
        if name == "ANNOTATION_VALUE":
            self.open = ""

    def refuse(self, line: int) -> None:
        """
        Raises:
            InputError: always: entities may stand for anything, of any size.
        """
        raise error(self.path, line, "a document type is not of ELAN; save it again in ELAN")

    def annotation(self) -> Annotation:
        """What was found."""
        media = sorted(self.media, key=lambda of: not of.get("MIME_TYPE", "").startswith("audio"))[:1]
        origin = float(media[0].get("TIME_ORIGIN") or 0) / 1000 if media else 0.0
        names = [of.get(key, "") for of in media for key in ("RELATIVE_MEDIA_URL", "MEDIA_URL")]
        found = [
            Stretch(label.strip(), self._time(first, line) + origin, self._time(last, line) + origin, line, None, tier)
            for (tier, first, last, line), label in zip(self.aligned, self.labels, strict=True)
        ]
        ignored = [f"tier {tier!r}: {n} annotations of other annotations" for tier, n in self.referring.items()]
        names = [unquote(name.removeprefix("file://")) for name in names if name]
        return Annotation(checked(self.path, found), tuple(names), tuple(ignored))

    def _time(self, slot: str, line: int) -> float:
        value = self.slots.get(slot)
        if value is None or not value.isdecimal():
            raise error(self.path, line, f"the annotation has no time ({slot}); align it in ELAN, or remove it")
        return int(value) / 1000
