"""Parse command lines.

Flags are written in full; an old flag is an error that names its successor.
"""

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

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
NEGATIVES_AS = ("output", "threshold")  # the same as data.negatives.WAYS, which loads numpy
ACTIVATIONS = ("softmax", "sigmoid", "none")  # the same as inference.outputs.Activation, which loads numpy


class ArgumentParser(argparse.ArgumentParser):
    """argparse's, without abbreviations: else --background would be taken for --background-noise."""

    def __init__(self, description: str | None, **settings: Any) -> None:
        super().__init__(description=description, allow_abbrev=False, **settings)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Parse all arguments.

        Raises:
            SystemExit: with code 2, after a sentence about a flag that is unknown or was renamed.
        """
        parsed, unknown = self.parse_known_args(args, namespace)
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


def add_channel(parser: argparse.ArgumentParser, default: str | None = None, also: tuple[str, ...] = ()) -> None:
    """Add --channel; without a default, a trained model's training has decided. also: more choices."""
    of_old = default or "as in its training, mix for a .tflite alone"
    parser.add_argument(
        "--channel",
        default=default,
        choices=(*CHANNELS, *also),
        help=f"what is read of recordings with several channels (default: {of_old})",
    )


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


def add_weights(parser: argparse.ArgumentParser) -> None:
    """Add --weights, for scripts that may need the published weights of a pretrained network."""
    parser.add_argument("--weights", type=Path, metavar="FILE", help="published weights that you have downloaded")


def at_least(least: int) -> Callable[[str], int]:
    """A type for argparse: whole numbers from `least` on."""

    def whole_number(text):
        if int(text) < least:
            raise ValueError
        return int(text)

    whole_number.__name__ = f"whole number from {least} on"  # argparse names it in the error message
    return whole_number
