"""The variants of a trained model for a phone, from exact to small: each is proven, then all are measured.

Which is recommended is chosen on the validation split; what the test split says of each is only reported.
"""

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np

from classifier.core.console import progress, say
from classifier.core.errors import InputError
from classifier.data import audio_cache, splits
from classifier.data.layouts import folder_of
from classifier.export import agreement, convert, latency, metadata, runtimes
from classifier.inference.clip_predictions import predict_clips
from classifier.inference.litert import LiteRT, probes
from classifier.inference.predictor import Predictor
from classifier.models import assemble
from classifier.records import artifact, conversion, tflite_files
from classifier.records.conversion import FLOAT32, INT8, MOST_LOST, Comparison, ConversionRecord, Count, Variant
from classifier.scoring import metrics, multi_label
from classifier.scoring.thresholds import in_order

WINDOWS = 100  # that int8 takes its ranges from, and as many others that every file is compared on
AS_SMALL = 1.05  # times as large is no larger: dynamic and int8 hold the same weights in 8 bits
THREADS = (1, 2)
SPLITS = ("validation", "test")


def write(trained: artifact.Artifact) -> ConversionRecord:
    """Write the .tflite files of a trained model's folder, and what was measured of them (variants.json).

    Where the model was refitted, the held-out model's files are written and measured first. The refitted ones are made
    in the same way and only compared with their own Keras model: no split is left that they have not heard.

    Returns:
        What `measure` found.

    Raises:
        InputError: the model cannot be converted to float32, or that file predicts something else than Keras. Of the
            other variants that is only said.
    """
    say(f"converting {trained.name} ...")
    held_out = trained.held_out
    for folder in (trained.folder, held_out.folder):
        (folder / conversion.VARIANTS_FILE).unlink(missing_ok=True)
    int8 = _export(held_out)
    found = measure(held_out)
    found.save(held_out.folder)
    if trained.record.refit:
        say(f"converting {trained.name} again, refitted ...")
        _export(trained, found, int8)
        found = _as_shipped(trained, found)
        found.save(trained.folder)
        tflite_files.take(held_out, found.for_app)  # what is tested in its place is the same variant
    return found


def _export(trained, like: ConversionRecord | None = None, int8: int | None = None) -> int | None:
    """Write the variants of a model, each proven against Keras.

    Args:
        like: of the held-out model, for a refitted one: no other variants are made.
        int8: number of the held-out model's candidate.

    Returns:
        The number of the candidate that int8 is; None where there is no int8.
    """
    model = artifact.load_keras(trained)
    held_out = convert.windows(trained, trained.test_recordings(), WINDOWS)
    training_windows = convert.windows(trained, trained.training_recordings(), WINDOWS)
    if not len(held_out):
        say(f"the recordings {trained.name} was tested on are gone: comparing on silence, noise and a tone only")
    rows = np.concatenate([held_out, probes(trained.audio_format)])
    limits, floats = None, convert.Floats(model)
    if trained.record.config.multi_label:
        limits = in_order(trained.record.thresholds, trained.labels)
    for variant, name in conversion.VARIANTS.items():
        say(f"{trained.name}: {variant} ...")
        path = trained.folder / name
        try:
            if like and variant not in like.files:
                path.unlink(missing_ok=True)  # of an earlier conversion
            elif variant != INT8:
                convert.export(model, path, rows, variant, limits, floats)
            elif not len(training_windows):
                raise InputError("the recordings it was trained on are gone")
            elif like:
                convert.export_int8(model, path, rows, training_windows, only=int8, limits=limits, floats=floats)
            else:
                int8 = convert.export_int8(
                    model, path, rows, training_windows, lambda path: _is_good(trained, path), None, limits, floats
                )
        except InputError as reason:
            path.unlink(missing_ok=True)
            if variant == FLOAT32:
                raise
            say(f"{trained.name} gets no {name}: {reason}")
    dropin = assemble.dropin(model, trained.audio_format)
    if dropin is not None:
        for_app = np.asarray(model.get_layer("features").for_app(rows)).reshape(len(rows), -1)
        convert.export(dropin, trained.folder / artifact.DROPIN, for_app)
    return int8


def _as_shipped(trained, held_out: ConversionRecord) -> ConversionRecord:
    """The files of a refitted model, with the figures of the held-out model's; runtimes are asked about the former."""
    paths = _paths(trained)
    say(f"{trained.name}: asking the runtimes about its files ...")
    refused, not_tried = _by_runtime(trained, paths)
    files = {
        variant: replace(held_out.files[variant], bytes=path.stat().st_size, refused=refused[variant])
        for variant, path in paths.items()
    }
    best = recommended(files)
    return ConversionRecord(recommended=best, for_app=best, files=files, not_tried=not_tried)


def _paths(trained):
    """{variant: file} of those that are there."""
    paths = {variant: trained.folder / name for variant, name in conversion.VARIANTS.items()}
    return {variant: path for variant, path in paths.items() if path.is_file()}


def measure(trained: artifact.Artifact) -> ConversionRecord:
    """Measure the variants of a trained model that are there, beside each other and beside Keras."""
    paths = _paths(trained)
    held = {variant: path.read_bytes() for variant, path in paths.items()}
    say(f"{trained.name}: testing its files on held-out recordings ...")
    compared = {split_name: _of_split(trained, paths, split_name) for split_name in SPLITS}
    say(f"{trained.name}: asking the runtimes about its files ...")
    refused, not_tried = _by_runtime(trained, paths)
    say(f"{trained.name}: measuring how long they take ...")
    latencies = {threads: latency.times(held, threads) for threads in THREADS}
    found = {
        variant: Variant(
            bytes=len(content),
            **{split_name: of_split[variant] if of_split else None for split_name, of_split in compared.items()},
            milliseconds={threads: _median_and_p95(times[variant]) for threads, times in latencies.items()},
            arena=latency.arena(content),
            refused=refused[variant],
        )
        for variant, content in held.items()
    }
    best = recommended(found)
    return ConversionRecord(recommended=best, for_app=best, files=found, not_tried=not_tried)


def recommended(files: Mapping[str, Variant]) -> str:
    """The smallest variant that no runtime refuses and that loses little of what Keras has right.

    Of variants that are AS_SMALL, the one that changes the fewest labels of validation windows.
    """
    good = [(of.validation.changed, of.bytes, variant) for variant, of in files.items() if of.validation and of.is_good]
    smallest = min((size for _, size, _ in good), default=0)
    as_small = [row for row in good if row[1] <= AS_SMALL * smallest]
    return min(as_small, default=(0, 0, FLOAT32))[2]


def compared(
    probabilities: np.ndarray,
    by_keras: Mapping[str, np.ndarray],
    labels: Sequence[str],
    thresholds: Mapping[str, float] | None = None,
) -> Comparison:
    """What a file predicts beside what Keras predicts.

    Args:
        probabilities: (windows, labels) by the file.
        by_keras: probabilities (windows, labels), targets and recordings (windows,), as of Artifact.predictions.
        thresholds: {label: threshold} where several labels may be right at once; targets are then (windows, labels).
    """
    targets, recordings = by_keras["targets"], by_keras["recordings"]
    if targets.ndim == 2:
        scores = multi_label.score(probabilities, targets, recordings, list(labels), thresholds or {})
        was, now = (
            multi_label.decided(of, labels, thresholds or {}) for of in (by_keras["probabilities"], probabilities)
        )
        changed = int(np.sum((was != now).any(axis=1)))
    else:
        scores = metrics.score(probabilities, targets, recordings, list(labels))
        was, now = by_keras["probabilities"].argmax(axis=1), probabilities.argmax(axis=1)
        changed = int(np.sum(was != now))
    counts = {unit: Count(scores.by(unit).n, scores.by(unit).right) for unit in metrics.UNITS}
    return Comparison(
        **counts,
        accuracy_lost=float(np.mean(was == targets) - np.mean(now == targets)),
        changed=changed,
        largest_change=float(np.abs(probabilities - by_keras["probabilities"]).max()),
        scores=scores,
    )


def _is_good(trained, path):
    """Whether a file in int8 is small and loses little of the validation windows, if they are not gone."""
    if path.stat().st_size >= (trained.folder / artifact.TFLITE).stat().st_size:
        return False
    found = _of_split(trained, {INT8: path}, "validation")
    return not found or found[INT8].accuracy_lost <= MOST_LOST


def _median_and_p95(times):
    median, p95 = np.percentile(times, (50, 95)).tolist()
    return median, p95


def _by_runtime(trained, files):
    """Whether the runtimes take the files.

    Returns:
        {variant: {runtime: why it refuses it}}, and {runtime: why it cannot run here}.
    """
    rows = probes(trained.audio_format)
    expected = {variant: LiteRT(path).run(rows) for variant, path in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        described = [Path(folder) / path.name for path in files.values()]
        for path, target in zip(files.values(), described, strict=True):
            target.write_bytes(metadata.write_with_schema(path.read_bytes(), metadata.facts(trained)))
        with ThreadPoolExecutor() as pool:
            asked = list(pool.map(lambda runtime: runtimes.ask_all(runtime, described, rows), runtimes.RUNTIMES))
    refused, not_tried = {variant: {} for variant in files}, {}
    for runtime, results in zip(runtimes.RUNTIMES, asked, strict=True):
        for variant, result in zip(files, results, strict=True):
            if isinstance(result, runtimes.CannotRunHereError):
                not_tried[runtime] = result.why
            elif isinstance(result, runtimes.RefusesFileError):
                refused[variant][runtime] = result.why
            elif (difference := np.abs(result - expected[variant]).max()) > agreement.tolerance(variant):
                refused[variant][runtime] = f"it differs from LiteRT by {difference:.1e}"
    return refused, not_tried


def _of_split(trained, files, split_name) -> dict[str, Comparison] | None:
    """{variant: Comparison}; None where the recordings of a split are not there as they were."""
    by_keras, found = trained.predictions(split_name), {}
    held, n_clips = _recordings(trained, split_name, by_keras["recordings"].max() + 1)
    for variant, path in progress(files.items(), f"testing the files of {trained.name}"):
        source = Predictor(path, trained.audio_format, trained.labels, LiteRT(path).run)
        predictions = held and predict_clips(source, held, only=range(n_clips))
        if not predictions or not np.array_equal(predictions["recordings"], by_keras["recordings"]):
            verb = splits.VERBS[split_name]
            say(f"{trained.name}: the recordings to {verb} have changed; no file is compared on them")
            return None
        found[variant] = compared(predictions["probabilities"], by_keras, trained.labels, trained.record.thresholds)
    return found


def _recordings(trained, split_name, n_clips):
    """The AudioCache of a split's first clips, in the order of run.json, and how many; None where they are gone.

    Behind these in run.json are negatives that no output learns, and in the AudioCache other parts of the same
    recordings, which decide what is heard around short ones.
    """
    config, rate = trained.record.config, trained.audio_format.sample_rate
    data = config.data
    try:
        there = config.all_clips(config.read_clips())
        found = {clip.name(folder_of(data)): clip for clip in there}
        chosen = [found[name] for name in trained.record.split.names(split_name)[:n_clips]]
    except (InputError, KeyError):
        return None, 0
    paths, taken = {clip.path for clip in chosen}, set(chosen)
    beside = [clip for clip in found.values() if clip.path in paths and clip not in taken]
    keep = audio_cache.is_kept(data, rate, config.channel)  # where training kept none, nor do we
    return audio_cache.read([*chosen, *beside], data, rate, keep, config.channel), len(chosen)
