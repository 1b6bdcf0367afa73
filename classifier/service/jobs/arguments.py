"""What a client may decide of a training, and the scripts that it becomes."""

import re

from classifier.core import registry
from classifier.core.errors import InputError
from classifier.service.jobs import process
from classifier.service.settings import NotFound

WHOLE_NUMBERS = {  # name: least and most
    "epochs": (1, 1000),
    "fold": (0, 1000),
    "seed": (0, 2**32 - 1),  # what Keras takes
}
LONGEST_EXPRESSION = 200  # characters


def checked(args):
    """The arguments, after making sure that they are some.

    Args:
        args: dict of dataset_directory, layout, epochs, fold, seed and group_by, as far as they are given.

    Raises:
        InputError: one cannot be used. NotFound: there is no such layout.
    """
    known = (*WHOLE_NUMBERS, "dataset_directory", "group_by", "layout")
    for name, value in args.items():
        if name not in known:
            raise InputError(f"{name[:40]!r} is no argument of a training; there is {', '.join(known)}")
        if name in WHOLE_NUMBERS:
            least, most = WHOLE_NUMBERS[name]
            if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
                raise InputError(f"{name} is {str(value)[:40]!r}; give a whole number from {least} to {most}")
        elif not isinstance(value, str):
            raise InputError(f"{name} is {str(value)[:40]!r}; give text")
    if "group_by" in args:
        _check_expression(args["group_by"])
    if "layout" in args and args["layout"] not in registry.names("layouts"):
        layouts = ", ".join(registry.names("layouts"))
        raise NotFound(f"there is no layout {args['layout'][:40]!r}; there is {layouts}")
    return args


def _check_expression(expression):
    if len(expression) > LONGEST_EXPRESSION or not expression.isprintable():
        raise InputError(f"group_by takes up to {LONGEST_EXPRESSION} printable characters; write it shorter")
    try:
        n_groups = re.compile(expression).groups
    except (re.error, OverflowError, RecursionError) as error:
        raise InputError(f"group_by {expression!r} is not a regular expression: {error}; correct it") from None
    if not n_groups:
        raise InputError(
            f"group_by {expression!r} has no pair of parentheses; put one around the part of a file name that says who "
            "or where, for example '^([^_]+)_'"
        )


def commands(run, folder):
    """The scripts that are still to be run for a training, each with its arguments."""
    chosen = {name.replace("_", "-"): value for name, value in run.args.items() if name != "dataset_directory"}
    settings = {"data": run.data, "labels": folder / "labels.txt", **chosen}
    if run.uploaded:
        settings["layout"] = "class_folders"  # a list in it may name any file of this machine
    train = [f"--{name}={value}" for name, value in settings.items()]
    train += ["--resume", *(["--no-cache"] if run.uploaded else [])]
    model = f"--model={run.architecture}"
    is_trained = (folder / process.TRAINED / run.architecture).is_dir()
    commands = [] if is_trained else [["TrainModel.py", model, *train]]
    return [*commands, ["ConvertModelToTFLite.py", model], ["WriteMetadataToModel.py", model]]
