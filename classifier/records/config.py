"""What decides on the weights of a model."""

from collections.abc import Sequence
from dataclasses import dataclass

from classifier.audio import channels
from classifier.audio.channels import CHANNELS, MIX
from classifier.core import registry
from classifier.core.arguments import EACH, channel_names
from classifier.core.console import import_keras
from classifier.core.errors import InputError
from classifier.data import channel_clips, learned, one_class
from classifier.data import negatives as data_negatives
from classifier.data import unlabelled as parts
from classifier.data.duplicates import WAYS
from classifier.data.labels import clean
from classifier.data.layouts import Clip
from classifier.data.negatives import Negatives
from classifier.records import multi_label
from classifier.records.audio_format import AudioFormat, make_audio_format
from classifier.records.recipe import fine_tuning_for, recipe_for
from classifier.records.refit import ALL, REFITS


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """What decides on the weights of a model; run.json repeats it.

    Attributes:
        data: a folder, a csv file or an address.
        layout: a file of classifier/data/layouts; None: found by looking.
        group_by: column, or regular expression whose first group, in the file name, is a clip's group; None: the layout
            says.
        ignore_folds: deal by group where the data set has folds of its own.
        fold: which fold tests, from 0.
        seed: same seed, same weights.
        background_noise: a folder of recordings that are mixed behind training windows.
        fine_tune: so many last layers of a pretrained network learn; None: as many as the model's file says.
        epochs: at most so many; None: the recipe's.
        paper: follow the model's paper to the letter.
        window: seconds; None: as long as the model's file or Constants.py says.
        sample_rate: Hz; None: as Constants.py says.
        duplicates: what to do about the same sound under two labels, of duplicates.WAYS.
        channel: of audio.channels.CHANNELS, what is read of recordings with several.
        folds_by: as group_by, what says a clip's source; each source is a fold. None: folds are not of sources.
        recipe: JSON whose values replace those of the model's recipe, or the path of such a file.
        train_share: of the groups to learn from that are kept, more than 0 to 1; None: all.
        refit: of refit.REFITS, what the model that ships is trained on again.
        negatives: folders of recordings in which none of the labels is heard, with commas.
        negatives_label: of the output that learns them.
        negatives_as: what becomes of them, of data.negatives.WAYS.
        unlabelled: what becomes of the rest of recordings of which parts are marked, of data.unlabelled.WAYS.
        start: folder of the trained model whose weights are the first ones (--from); None: they are random.
        outside_fold: fold whose test split is left out, before the others are dealt into folds; None: nothing is.
        teacher: folder of a trained model whose probabilities are learned, too. None: there is no teacher.
        normal: label of the recordings that alone are learned from; None: all labels are learned.
        false_alarm_rate: share of normal windows that may reach the threshold, more than 0 and less than 1; None
            where all labels are learned.
        multi_label: whether several labels may be right at once, or none.

    Raises:
        InputError: a value is outside its range.
    """

    data: str
    layout: str | None = None
    group_by: str | None = None
    fold: int = 0
    seed: int = 0
    background_noise: str | None = None
    fine_tune: int | None = None
    epochs: int | None = None
    paper: bool = False
    window: float | None = None
    sample_rate: int | None = None
    duplicates: str = WAYS[0]
    ignore_folds: bool = False
    channel: str = MIX
    folds_by: str | None = None
    recipe: str | None = None
    train_share: float | None = None
    refit: str = ALL
    negatives: str | None = None
    negatives_label: str = data_negatives.LABEL
    negatives_as: str = data_negatives.OUTPUT
    unlabelled: str = parts.IGNORE
    start: str | None = None
    outside_fold: int | None = None
    teacher: str | None = None
    normal: str | None = None
    false_alarm_rate: float | None = None
    multi_label: bool = False

    def __post_init__(self):
        if self.layout is not None:
            registry.choose("layouts", self.layout)
        for name, least in (("fold", 0), ("outside_fold", 0), ("seed", 0), ("fine_tune", 0), ("epochs", 1)):
            value = getattr(self, name)
            if value is not None and value < least:
                raise InputError(f"--{name.replace('_', '-')} {value}: give a whole number from {least} on")
        if self.channel not in (*CHANNELS, EACH) and channels.track(self.channel) is None:
            raise InputError(f"--channel {self.channel}: {channel_names()}")
        if self.refit not in REFITS:
            raise InputError(f"--refit {self.refit}: give one of {', '.join(REFITS)}")
        for flag, value in (("--recipe", self.recipe), ("--teacher", self.teacher)):
            if value and self.paper:
                raise InputError(f"--paper trains as the paper does: leave out {flag}")
        if self.train_share is not None and not 0 < self.train_share <= 1:
            raise InputError(f"--train-share {self.train_share:g}: give a share: more than 0, and at most 1")
        if self.false_alarm_rate is not None and not 0 < self.false_alarm_rate < 1:
            raise InputError(f"--false-alarm-rate {self.false_alarm_rate:g}: give a share, more than 0 and less than 1")
        self._check_negatives()
        multi_label.check(self)

    def _check_negatives(self):
        if self.negatives_as not in data_negatives.WAYS:
            raise InputError(f"--negatives-as {self.negatives_as}: give one of {', '.join(data_negatives.WAYS)}")
        if not clean(self.negatives_label) or not self.negatives_label.isprintable():
            raise InputError(f"--negatives-label {self.negatives_label!r}: give a name that a labels file can hold")
        if self.unlabelled not in parts.WAYS:
            raise InputError(f"--unlabelled {self.unlabelled}: give one of {', '.join(parts.WAYS)}")
        decided = (self.negatives_label, self.negatives_as) != (data_negatives.LABEL, data_negatives.OUTPUT)
        if decided and not self.negatives_chosen:
            raise InputError(
                "--negatives-label and --negatives-as need recordings: name their folder with --negatives, or give "
                "--unlabelled negatives"
            )

    @property
    def negatives_chosen(self) -> Negatives | None:
        """The negatives; None where there are none."""
        rest = self.unlabelled == parts.NEGATIVES
        if not self.negatives and not rest:
            return None
        label = clean(self.negatives_label) if self.negatives_as == data_negatives.OUTPUT else data_negatives.UNLABELLED
        return Negatives(data_negatives.folders_of(self.negatives) if self.negatives else (), label, rest)

    @property
    def learned_negatives(self) -> str | None:
        """The label of the output that learns negatives; None where there is none."""
        chosen = self.negatives_chosen
        return chosen.label if chosen and chosen.is_learned else None

    def read_clips(self) -> list[Clip]:
        """The labelled clips, as of data.learned.read."""
        about = self.data, self.group_by, self.layout, self.folds_by
        if self.normal is not None:
            data, *how = about
            return one_class.read(data, self.normal, *how, self.ignore_folds)
        how = self.multi_label, self.window_seconds
        return learned.read(*about, self.negatives_chosen, self.ignore_folds, *how)

    def all_clips(self, labelled: Sequence[Clip]) -> list[Clip]:
        """The clips of `read_clips` with the negatives, as of data.learned.complete; with EACH one per channel."""
        found = learned.complete(labelled, self.negatives_chosen, self.window_seconds, self.group_by)
        return channel_clips.divided(found, self.channel)

    @property
    def window_seconds(self) -> float:
        """Of the windows that the clips of a data set are made for; a model's own may be longer."""
        return self.window or AudioFormat().seconds

    def audio_format(self, model: str) -> AudioFormat:
        """The audio format of a model: Constants.py's and this config's or, with paper, its paper's.

        Only with paper is the model's file imported, and Keras with it.

        Args:
            model: a file of classifier/models.

        Raises:
            InputError: a window is too short or too long.
        """
        if not self.paper:
            return make_audio_format(self.window or registry.stated("models", model, "SECONDS"), self.sample_rate)
        import_keras()  # quietly, before the file imports it
        base = getattr(registry.load("models", model), "PAPER_AUDIO_FORMAT", None)
        seconds = self.window if base else self.window or registry.stated("models", model, "SECONDS")
        return make_audio_format(seconds, self.sample_rate, base)

    def check_model(self, model: str) -> None:
        """Make sure that a file of classifier/models can be trained so.

        Raises:
            InputError: a window is too short or too long, or a pretrained network does not go with the flags.
        """
        if registry.is_one_class(model) and self.normal is None:
            raise InputError(f"{model} learns from normal recordings alone: give it to TrainModel.py --model")
        if not self.paper:
            self.audio_format(model)
        if self.recipe:
            recipe_for(model, self)
        fine_tuning = fine_tuning_for(model, self)
        network = registry.stated("models", model, "NETWORK")
        rate = network and registry.stated("pretrained", network, "SAMPLE_RATE")
        if rate and not self.paper and (found := self.audio_format(model).sample_rate) != rate:
            raise InputError(f"{network} takes {rate} Hz and this run has {found} Hz: leave out --sample-rate")
        is_head = registry.states("models", model, "FINE_TUNE") and not fine_tuning
        for flag, value in (("--background-noise", self.background_noise), ("--recipe", self.recipe)):
            if value and is_head:
                raise InputError(f"{model} learns from recordings as they are: for {flag}, give --fine-tune 2 too")


def flag_of(field: str) -> str:
    """The flag of TrainModel.py that decides on a field of RunConfig."""
    return "--from" if field == "start" else f"--{field.replace('_', '-')}"


def audio_format_of(model: str) -> AudioFormat:
    """The audio format of a model where a person has decided nothing."""
    return RunConfig(data="").audio_format(model)
