"""Train and test models on every fold, or test trained ones on a folder; writes evaluated/ with a leaderboard."""

from pathlib import Path

from classifier.core import arguments, console
from classifier.storage.locations import is_remote, parse_location
from Constants import EVALUATED, LABELS_FILE, SAMPLE_RATE

# Parameters: change them here, or give them on the command line.
MODEL = "signal,mel"  # files of classifier/models, trained on every fold; or trained folders and .tflite, only tested
DATA = None  # a folder of recordings, or a csv file; None: data_long, or data_short while that is empty
LAYOUT = None  # a file of classifier/data/layouts; None: recognised
GROUP_BY = None  # a regular expression; its first group, in a file name, is the group; None: each file is a group
SEED = 0  # same seed, same folds, same weights
OVERLAP = 0.0  # share of a window that the next one repeats, for trained models; 0: they touch, as in training
OUT = EVALUATED
NEGATIVES = (
    None  # a folder of long recordings without any of the labels, to count the false alarms of trained models in
)


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default=MODEL, help="names with commas, all, or trained ones (default: %(default)s)")
    parser.add_argument(
        "--data", default=DATA, type=parse_location, help="path or address (default: data_long, or data_short)"
    )
    parser.add_argument("--layout", default=LAYOUT, help="how the data is laid out (default: recognised)")
    parser.add_argument(
        "--labels", default=LABELS_FILE, type=Path, help="one label per line, in the order of the outputs"
    )
    parser.add_argument("--group-by", default=GROUP_BY, metavar="REGEX", help="keeps files of one group in one split")
    parser.add_argument("--folds", help="which folds test, such as 0,2 (default: all)")
    parser.add_argument("--seed", default=SEED, type=arguments.at_least(0), help="default: %(default)s")
    parser.add_argument(
        "--background-noise", type=Path, metavar="FOLDER", help="recordings to mix behind training windows"
    )
    parser.add_argument(
        "--fine-tune",
        type=arguments.at_least(0),
        metavar="N",
        help="last layers of a pretrained network that learn",
    )
    parser.add_argument("--epochs", type=arguments.at_least(1), help="at most so many, instead of the recipe's")
    parser.add_argument("--paper", action="store_true", help="train as the paper does, to the letter")
    parser.add_argument(
        "--window", type=float, metavar="SECONDS", help="length of a window, if not that of Constants.py"
    )
    parser.add_argument("--sample-rate", type=int, metavar="HZ", help=f"another rate than {SAMPLE_RATE}")
    parser.add_argument("--vote", action="store_true", help="the windows of a recording vote on its label (else: mean)")
    parser.add_argument("--overlap", default=OVERLAP, type=float, help="of windows, for trained models: 0.5 is half")
    parser.add_argument("--negatives", default=NEGATIVES, type=Path, help="count the false alarms of trained models")
    parser.add_argument("--jobs", type=arguments.at_least(1), help="trainings at once (default: by cores and memory)")
    parser.add_argument("--scheduler", metavar="ADDRESS", help="of a Dask cluster that trains (docs/cluster.md)")
    parser.add_argument("--out", default=OUT, type=parse_location, help="a path or an address (default: evaluated)")
    args = parser.parse_args(argv)

    from classifier.evaluation.config import EvaluationConfig

    config = EvaluationConfig.from_args(args)

    from classifier.evaluation.evaluate import evaluate
    from classifier.reporting import evaluation_tables
    from classifier.storage import mirror

<<<<<<< HEAD
    results = evaluate(config)
    evaluation_tables.report(results, mirror.local_path(config.out))
    if is_remote(config.out):
        mirror.upload(mirror.local_path(config.out), str(config.out))
    next_step = "classify with the best" if config.tests_trained_models else "python TrainModel.py, for a model to keep"
    print(f"wrote {config.out}: {evaluation_tables.LEADERBOARD}, a json and confusion matrices per model; ", end="")
    print(f"next: {next_step}")
=======
    models = [Path(name.strip()) for name in args.model.split(",")]
    are_trained = any(len(path.parts) > 1 or path.suffix or path.is_dir() for path in models)
    are_trained = are_trained and not set(map(str, models)) <= {"all", *registry.names("models")}
    args.data, there = absolute(args.data or clips.default_data()), args.out
    args.out = mirror.updated_for_writing(there)
    found = clips.read_clips(args.data, args.group_by, args.layout)
    results = test_trained(args, models, found) if are_trained else train_and_test(args, found, there)
    for result in results:
        tables.tested(result)
        if "background" in result:
            tables.background(result)
    tables.leaderboard(results, args.out / "leaderboard.csv")
    if is_remote(there):
        mirror.upload(args.out, there)
    next_step = "classify with the best" if are_trained else "python TrainModel.py, for the model to keep"
    print(f"wrote {there}: leaderboard.csv, a json and confusion matrices a model; next: {next_step}")


def train_and_test(args, found, there):
    """A result per model, over the folds."""
    from classifier.data import audio_cache, clips
    from classifier.evaluation import cross_validation
    from classifier.pretrained import weights
    from classifier.records import recipe

    names = registry.choose("models", args.model)
    if args.overlap or args.negatives:
        raise InputError("--overlap and --background are for models that are trained already (--model trained/mel)")
    if args.jobs and args.scheduler:
        raise InputError("--jobs is for this machine; on a cluster as many train at once as its workers have threads")
    if args.background_noise:
        clips.of_background_noise(args.background_noise)  # an error now, and not in every fold
        args.background_noise = str(args.background_noise.resolve())
    names = weights.ready(names, leave_out=args.model == "all")
    labels = clips.label_order(found, args.labels)
    kept = ("layout", "group_by", "seed", "background_noise", "fine_tune", "epochs", "paper", "window", "sample_rate")
    settings = {"data": str(args.data), **{name: getattr(args, name) for name in kept}}
    rates = {name: recipe.audio_format_of_run(name, settings).sample_rate for name in names}
    stores = {rate: audio_cache.read(found, args.data, rate) for rate in dict.fromkeys(rates.values())}
    recordings = {name: stores[rate] for name, rate in rates.items()}
    first = recordings[names[0]]  # decoded at another rate, recordings are split the same way
    chosen = cross_validation.numbers(args.folds or "all", first.clips, first.contents, args.seed)
    jobs = cross_validation.jobs(names, chosen, first, settings, args.out)
    missing = [job for job in jobs if not cross_validation.is_done(job, recordings[job.model].fingerprint, labels)]
    n_at_once = args.jobs or cross_validation.at_once()
    where = f"on the workers of {args.scheduler}" if args.scheduler else f"up to {n_at_once} at once"
    console.say(f"{len(jobs)} trainings, {len(jobs) - len(missing)} done before, {where}")
    cross_validation.train(missing, labels, n_at_once, args.scheduler, there if is_remote(there) else None)
    results = []
    for name in names:
        of_model = [job for job in jobs if job.model == name]
        results.append(cross_validation.gather(of_model, recordings[name], args.vote, args.seed))
        cross_validation.write(results[-1], name, args.out)
    return results


def test_trained(args, paths, found):
    """A result per trained model."""
    from classifier.data import audio_cache
    from classifier.evaluation import cross_validation
    from classifier.inference import prediction

    useless = [f"--{name.replace('_', '-')}" for name in RETRAINS if getattr(args, name)]
    if useless:
        raise InputError(f"{paths[0]} is trained, and only tested here: leave out {', '.join(useless)}")
    if len({path.stem for path in paths}) < len(paths):
        raise InputError(f"two of {args.model} have one name, and so would their results; test them one at a time")
    results = []
    for path in paths:
        predictor = prediction.load(path)
        recordings = audio_cache.read(found, args.data, predictor.audio_format.sample_rate)
        results.append(
            cross_validation.tested(path, predictor, recordings, args.data, args.overlap, args.vote, args.seed)
        )
        if args.negatives:
            results[-1]["background"] = cross_validation.heard_in_background(predictor, args.negatives)
        cross_validation.write(results[-1], f"{path.stem}_on_{PurePosixPath(args.data).stem}", args.out)
    return results
>>>>>>> a


if __name__ == "__main__":
    console.run(main)
