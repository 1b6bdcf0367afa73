"""Parse command lines.

Flags are written in full; an old flag is an error that names its successor.
"""

import argparse
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from classifier.core.text import did_you_mean

RENAMED = {  # old flag: the flags that took its place; a script knows one of them at most
    "--out": ("--trained",),
    "--mix-in": ("--background-noise",),
    "--background": ("--negatives",),
    "--seconds": ("--window",),
    "--write": ("--writers",),
    "--join": ("--join-recordings", "--merge-gap"),
    "--least": ("--min-duration",),
}


CHANNELS = ("mix", "first", "second", "loudest")  # what is read of recordings that have several
EACH = "each"  # of them as a recording of its own
TRACK = re.compile(r"track([1-9]\d?)")  # the mix of one of several sound tracks
ONE_BY_ONE = "give first, and in another run second"
NEGATIVES_AS = ("output", "threshold")  # the same as data.negatives.WAYS, which loads numpy
UNLABELLED = ("ignore", "negatives")  # the same as data.unlabelled.WAYS, which loads numpy
ACTIVATIONS = ("softmax", "sigmoid", "none")  # the same as inference.outputs.Activation, which loads numpy


class ArgumentParser(argparse.ArgumentParser):
    """argparse's, without abbreviations: else --background would be taken for --background-noise."""

    def __init__(self, description: str | None, **settings: Any) -> None:
        super().__init__(description=description, allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        """End with code 2 and one line; --help has the rest."""
        self.exit(2, f"{self.prog}: error: {message}\n")

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse all arguments.

        Raises:
            SystemExit: with code 2, after a sentence about a flag that is unknown or was renamed.
        """
        # files may stand on both sides of a flag
        parsed, unknown = self.parse_known_intermixed_args(args, namespace)
        for flag in (text.partition("=")[0] for text in unknown):
            for new in RENAMED.get(flag, ()):
                if new in self._option_string_actions:
                    self.error(f"{flag} is called {new} now")
        if unknown:
            flags = (text.partition("=")[0] for text in unknown if text.startswith("--"))
            meant = "".join(did_you_mean(flag, self._option_string_actions) for flag in flags)
            self.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")
        return parsed


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add --head and --activation, which say how a .tflite's output is read where the file does not."""
    parser.add_argument("--head", metavar="NAME", help="which output of a .tflite with several (default: what fits)")
    parser.add_argument(
        "--activation", choices=ACTIVATIONS, help="what makes probabilities of a .tflite's output where it gives logits"
    )


def channel_names(names: Sequence[str] = (*CHANNELS, EACH)) -> str:
    """What to give with --channel."""
    return f"give one of {', '.join(names)}, or track2 for the second of several sound tracks"


def add_channel(parser: argparse.ArgumentParser, default: str | None = None, instead: str | None = None) -> None:
    """Add --channel.

    Args:
        default: None: a trained model's training has decided.
        instead: what to do in place of EACH, where a script reads one channel; None: it reads each.
    """
    of_old = default or "as in its training, mix for a .tflite alone"

    def channel(text: str) -> str:
        if text == EACH and instead:
            raise argparse.ArgumentTypeError(f"{EACH} is not for this script: {instead}")
        if text not in names and not TRACK.fullmatch(text):
            raise argparse.ArgumentTypeError(f"{text!r}: {channel_names(names)}{did_you_mean(text, names)}")
        return text

    names = CHANNELS if instead else (*CHANNELS, EACH)

    parser.add_argument(
        "--channel",
        default=default,
        type=channel,
        metavar=f"{{{','.join(names)},trackN}}",
        help=f"what is read of recordings with several channels, or sound tracks (default: {of_old})",
    )


NAMED_BY = "REGEX|COLUMN"  # what says who or where: an expression for file names, or a column of the table


def add_group_by(parser: argparse.ArgumentParser, default: str | None) -> None:
    """Add --group-by."""
    parser.add_argument("--group-by", default=default, metavar=NAMED_BY, help="keeps files of one group in one split")


def add_folds_by(parser: argparse.ArgumentParser, default: str | None) -> None:
    """Add --folds-by."""
    what = "each source (corpus, site, microphone) is a fold: it tests, the others train"
    parser.add_argument("--folds-by", default=default, metavar=NAMED_BY, help=what)


def add_negatives(parser: argparse.ArgumentParser, does: str) -> None:
    """Add --negatives, --negatives-label and --negatives-as; does: what the script does with the recordings."""
    parser.add_argument(
        "--negatives", metavar="FOLDER[,FOLDER]", help=f"recordings in which none of the labels is heard: {does}"
    )
    parser.add_argument(
        "--negatives-label",
        default="other",
        metavar="NAME",
        help="of the output that learns them (default: %(default)s)",
    )
    parser.add_argument(
        "--negatives-as",
        default="output",
        choices=NEGATIVES_AS,
        help="output: learn them as a label; threshold: leave the outputs as they are (default: %(default)s)",
    )


def add_unlabelled(parser: argparse.ArgumentParser) -> None:
    """Add --unlabelled."""
    parser.add_argument(
        "--unlabelled",
        default="ignore",
        choices=UNLABELLED,
        help="what the rest of recordings becomes of which parts are labelled (default: %(default)s)",
    )


def add_map(parser: argparse.ArgumentParser) -> None:
    """Add --map, which goes into `label_map`."""
    parser.add_argument(
        "--map",
        dest="label_map",
        metavar="LABEL=LABEL[,...]",
        help="which label of the data is which of a trained model, dog=bark,cat=other; dog= leaves one out",
    )


def add_teacher(parser: argparse.ArgumentParser, model: str) -> None:
    """Add --teacher; model: what names one."""
    parser.add_argument(
        "--teacher", metavar="MODEL", help=f"learn from the probabilities of another model, too: {model}"
    )


def add_weights(parser: argparse.ArgumentParser) -> None:
    """Add --weights, for scripts that may need the published weights of a pretrained network."""
    parser.add_argument("--weights", type=Path, metavar="FILE", help="published weights that you have downloaded")


def at_least(least: int) -> Callable[[str], int]:
    """A type for argparse: whole numbers from `least` on."""

    def whole_number(text):
        if not text.strip().removeprefix("+").isdecimal() or int(text) < least:
            raise argparse.ArgumentTypeError(f"{text}: give a whole number from {least} on")
        return int(text)

    return whole_number
