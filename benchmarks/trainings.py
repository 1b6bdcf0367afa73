"""What the benchmarks that train share: flags of the data set, its recordings, the settings of a run."""

from pathlib import Path

from classifier.core import arguments
from classifier.data import audio_cache, clips
from classifier.records.audio_format import AudioFormat
from classifier.records.refit import NONE
from classifier.records.training_config import TrainingConfig
from Constants import EVALUATED


def parser(description, out, model):
    """Flags --data, --group-by, --model and --out.

    Args:
        description: the benchmark's docstring, of which the first line is shown.
        out: default of --out, below evaluated/.
        model: default of --model.
    """
    made = arguments.ArgumentParser(description=description.splitlines()[0])
    made.add_argument("--data", type=Path, required=True, help="a folder of recordings")
    made.add_argument("--group-by", metavar="REGEX")
    made.add_argument("--model", default=model, help="default: %(default)s")
    made.add_argument("--out", type=Path, default=EVALUATED / out, help="default: %(default)s")
    return made


def recordings(args):
    """The recordings of --data, decoded."""
    found = clips.read_clips(args.data, args.group_by)
    return audio_cache.read(found, args.data, AudioFormat().sample_rate)


def config_of(args, model, seed, epochs, trained, **more):
    """The TrainingConfig of these flags, for one model, with more of its values."""
    decided = {"data": str(args.data.resolve()), "group_by": args.group_by, "fold": args.fold, "seed": seed}
    return TrainingConfig(**{**decided, **more}, epochs=epochs, models=(model,), trained=trained, refit=NONE)
