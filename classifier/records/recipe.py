"""A recipe: how a model is trained. Its defaults are no technique at all; a model's file says what it uses.

A file of classifier/models imports Keras, so its recipe is read from the syntax tree.
"""

import ast
import json
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from classifier.core import registry, typed_json
from classifier.core.console import import_keras
from classifier.core.errors import InputError
from classifier.core.text import did_you_mean
from classifier.records import recipe_ranges

if TYPE_CHECKING:
    from classifier.records.config import RunConfig

OF_EACH_LABEL = "binary_crossentropy"  # the loss where several labels may be right at once
BACKGROUND_SNR_DB = (5, 30)  # where a recipe has no background, and a person names a folder of it
NEGATIVES_SNR_DB = (0, 25)  # where a recipe says nothing, and a person names negatives
TEACHER_WEIGHT, TEACHER_TEMPERATURE = 0.5, 2.0  # likewise, and a person names a teacher


@dataclass(frozen=True)
class Recipe:
    """What the paper, or a measurement, knows about training one model.

    epochs, batch_size, optimizer, learning_rate, loss: as in Keras.
    weight_decay: of adamw, by which weights shrink a step, times the learning rate.
    warm_up: epochs in which the learning rate rises from nothing.
    cosine: the learning rate then falls to a hundredth along a cosine.
    label_smoothing: share of the targets that is spread evenly over all labels.
    patience: epochs without a better balanced accuracy in validation after which training stops; the best epoch's
        weights are kept. None trains all epochs and keeps the last.
    averaged: so many best epochs are kept, and the mean of their weights.
    balanced: every label counts the same in the loss, however many windows it has.
    shift: a window starts up to this part of a window earlier or later, in another place every epoch.
    crop: up to this share of it is cut off its end, and silence there.
    gain_db: it is up to this much louder or softer.
    equaliser_db: its frequency response is bent by up to this much.
    pitch: two copies of each recording are up to so many semitones higher or lower, at their tempo.
    stretch: the copies are faster or slower by up to this share, at their pitch.
    speed: it is played faster or slower by up to this share: pitch and tempo together.
    background_snr_db: (least, most) by which it is louder than the background that is mixed in: windows of the folder
        that the run names (`--background-noise`), or else of silent labels.
    negatives_snr_db: (least, most) by which it is louder than the negative that is mixed in, where the run has some
        (`--negatives`): windows of negatives themselves and of silent labels get none.
    noise_snr_db: (least, most) by which it is louder than the coloured noise that is mixed in.
    mixup: windows are mixed in pairs, by shares from Beta(mixup, mixup), and so are their targets.
    between_class: windows of two labels are mixed at one loudness, in shares from 0 to 1; targets are these shares.
    masks: two bands of frequencies and two spans of time of the features are taken away, each up to this share wide.
    rt60_seconds: (least, most) reverberation time of generated rooms that it is put into.
    devices_db: it is heard through another device: in a narrower band, with resonances of up to this much.
    telephone: this share of the windows has only what a telephone carries, 300 to 3400 Hz.
    codecs: this share of the windows is encoded and decoded, by mu-law, mp3 or Vorbis.
    dropped_bands: a band of frequencies of the sound is taken away, up to this share of their logarithmic axis.
    mixstyle: the mean and deviation of each band of the features are mixed with those of another window, by shares from
        Beta(mixstyle, mixstyle).
    fine_tuned: so many last layers of a pretrained network learn, after their head.
    teacher_weight: share of the loss that a teacher's probabilities decide, 0 to 1, where the run has a teacher
        (`--teacher`); the rest is the labels'.
    teacher_temperature: by which the logarithms of both probabilities are divided in that share, more than 0: the
        higher it is, the more the labels count that a teacher finds unlikely.
    """

    epochs: int
    batch_size: int
    optimizer: str
    learning_rate: float
    loss: str
    weight_decay: float | None = None
    warm_up: int = 0
    cosine: bool = False
    label_smoothing: float = 0.0
    patience: int | None = None
    averaged: int = 1
    balanced: bool = False
    shift: float = 0.0
    crop: float = 0.0
    gain_db: float = 0.0
    equaliser_db: float = 0.0
    pitch: float = 0.0
    stretch: float = 0.0
    speed: float = 0.0
    background_snr_db: tuple[float, float] | None = None
    noise_snr_db: tuple[float, float] | None = None
    negatives_snr_db: tuple[float, float] | None = None
    mixup: float = 0.0
    between_class: bool = False
    masks: float = 0.0
    rt60_seconds: tuple[float, float] | None = None
    devices_db: float = 0.0
    telephone: float = 0.0
    codecs: float = 0.0
    dropped_bands: float = 0.0
    mixstyle: float = 0.0
    fine_tuned: int = 0
    teacher_weight: float | None = None
    teacher_temperature: float | None = None


FIELD = Recipe(  # what serves most models on recordings from the field; a model's file replaces what it must
    epochs=50,
    batch_size=32,
    optimizer="adamw",
    learning_rate=1e-3,
    loss="categorical_crossentropy",
    warm_up=3,
    cosine=True,
    patience=25,
    balanced=True,
    shift=0.5,
    gain_db=12,
    noise_snr_db=(10, 40),
)


def recipe_for(model: str, config: "RunConfig") -> Recipe:
    """What a file of classifier/models is trained with.

    Raises:
        InputError: as of `changed`.
    """
    is_head = registry.states("models", model, "FINE_TUNE")  # a head sees embeddings of the recordings as they are
    recipe = _of_file(model, "PAPER" if config.paper else "RECIPE", config)
    if is_head:
        return _taught(replace(recipe, epochs=config.epochs or recipe.epochs), config)
    return _decided(changed(recipe, config.recipe), config)


def fine_tuning_for(model: str, config: "RunConfig") -> Recipe | None:
    """How the last layers of a model's pretrained network learn after their head; None where they do not.

    Raises:
        InputError: a person wants that of a model that stands on no pretrained network.
    """
    wanted = config.fine_tune
    if not registry.states("models", model, "FINE_TUNE"):
        if wanted:
            raise InputError(f"{model} stands on no pretrained network: leave out --fine-tune")
        return None
    ships = _of_file(model, "FINE_TUNE", config)
    ships = changed(ships, config.recipe)
    tuning = replace(ships, fine_tuned=ships.fine_tuned if wanted is None else wanted)
    return _decided(tuning, config) if tuning.fine_tuned else None


def changed(recipe: Recipe, file: str | None) -> Recipe:
    """A recipe with the values that a person gives: JSON, such as {"masks": 0.2, "rt60_seconds": [0.2, 0.8]}.

    Args:
        file: path of JSON, or the JSON itself; None changes nothing.

    Raises:
        InputError: the file cannot be read, or a value is none of a recipe's, of another type or out of its range.
    """
    if file is None:
        return recipe
    try:
        changes = values(file)
        unknown = sorted(set(changes) - {field.name for field in fields(Recipe)})
        if unknown:
            meant = did_you_mean(unknown[0], [field.name for field in fields(Recipe)])
            raise InputError(f"{file}: {unknown[0]!r} is no value of a recipe{meant}; correct it, or leave it out")
        found = typed_json.parse(Recipe, {**asdict(recipe), **changes})
        recipe_ranges.check(found)
        return found
    except InputError:
        raise
    except FileNotFoundError:
        raise InputError(f"{file}: there is no such file; --recipe names a JSON file of values of a recipe") from None
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f'{file} is no recipe ({error}); write JSON, such as {{"masks": 0.2}}') from None


def values(recipe: str | None) -> dict[str, Any]:
    """{field of Recipe: JSON value} that --recipe gives.

    Raises:
        OSError, ValueError: it cannot be read, or is no JSON of values by name.
    """
    if recipe is None:
        return {}
    held = json.loads(recipe if is_json(recipe) else Path(recipe).read_text(encoding="utf-8"))
    if not isinstance(held, dict):
        raise ValueError("it holds no values by name")
    return held


def is_json(recipe: str) -> bool:
    """Whether what --recipe gives is JSON itself, and not the path of a file."""
    return recipe.lstrip().startswith("{")


def file_of(recipe: str | None) -> str | None:
    """The file that --recipe names; None where it gives JSON itself, or nothing."""
    return None if recipe is None or is_json(recipe) else recipe


def given(recipe: str | None) -> str | None:
    """What --recipe gives, a path absolute."""
    return recipe if recipe is None or is_json(recipe) else str(Path(recipe).resolve())


def _of_file(model, constant, config):
    """The recipe that a file of classifier/models assigns to a constant; a file that computes it is imported.

    How it learns from a teacher is left out where there is none.
    """
    try:
        recipe = stated(model, constant)
    except (KeyError, TypeError, ValueError):
        import_keras()
        recipe = getattr(registry.load("models", model), constant)
    return recipe if config.teacher else replace(recipe, teacher_weight=None, teacher_temperature=None)


def stated(model: str, constant: str) -> Recipe:
    """The recipe that a file of classifier/models writes down: Recipe(...), replace(...), or that of another file.

    Raises:
        KeyError, TypeError, ValueError: it writes none down, or in another way.
    """
    body = registry.syntax("models", model).body
    imports = [node for node in body if isinstance(node, ast.ImportFrom) and node.module == "classifier.models"]
    file_of = {alias.asname or alias.name: alias.name for node in imports for alias in node.names}
    assigned = {name: value for node in body if isinstance(node, ast.Assign) for name, value in _assigned(node)}

    def value(node):
        match node:
            case ast.Name(id="FIELD"):
                return FIELD
            case ast.Name(id=name):
                return value(assigned[name])
            case ast.Attribute(value=ast.Name(id=file), attr=name):
                return stated(file_of[file], name)
            case ast.Call(func=ast.Name(id="Recipe"), args=[], keywords=given):
                return Recipe(**_literals(given))
            case ast.Call(func=ast.Name(id="replace"), args=[base], keywords=given):
                return replace(value(base), **_literals(given))
        raise ValueError(ast.unparse(node))

    return value(assigned[constant])


def _assigned(node):
    """(name, value) of an assignment, of one that unpacks a tuple each."""
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip((getattr(name, "id", None) for name in target.elts), node.value.elts, strict=True)
        else:
            yield getattr(target, "id", None), node.value


def _literals(keywords):
    return {keyword.arg: ast.literal_eval(keyword.value) for keyword in keywords}


def _decided(recipe, config):
    if config.background_noise:
        recipe = replace(recipe, background_snr_db=recipe.background_snr_db or BACKGROUND_SNR_DB)
    behind = (recipe.negatives_snr_db or NEGATIVES_SNR_DB) if config.negatives_chosen else None
    return _taught(replace(recipe, negatives_snr_db=behind, epochs=config.epochs or recipe.epochs), config)


def _taught(recipe, config):
    if config.multi_label:  # a mixture of two labels holds both, not a share of each
        recipe = replace(recipe, loss=OF_EACH_LABEL, between_class=False)
    elif recipe.loss == OF_EACH_LABEL:
        raise InputError(
            f"the recipe's loss {recipe.loss!r} is for several labels at once: give --multi-label, or another"
        )
    given = {name: getattr(recipe, name) for name in ("teacher_weight", "teacher_temperature")}
    if config.teacher:
        usual = {"teacher_weight": TEACHER_WEIGHT, "teacher_temperature": TEACHER_TEMPERATURE}
        return replace(recipe, **{name: usual[name] if value is None else value for name, value in given.items()})
    if useless := [name for name, value in given.items() if value is not None]:
        raise InputError(f"the recipe gives {' and '.join(useless)}, and there is no teacher: name one with --teacher")
    return recipe
