"""The files of a trained model for a phone, from exact to small: each is proven, then all are measured side by side.

Which is recommended is chosen on the validation split; what the test split says of each is only reported.
"""

import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from classifier.core.console import progress, say
from classifier.core.errors import InputError
from classifier.data import audio_cache, clips, splits
from classifier.data.layouts import folder_of
from classifier.export import convert, latency, metadata, runtimes
from classifier.inference.clip_predictions import predict_clips
from classifier.inference.litert import LiteRT, probes
from classifier.inference.predictor import Predictor
from classifier.models import assemble
from classifier.records import artifact
from classifier.scoring import metrics

WINDOWS = 100  # that int8 takes its ranges from, and as many others that every file is compared on
MOST_LOST = 0.005  # of the validation windows that Keras has right; who loses more is not recommended
THREADS = (1, 2)
SPLITS = ("validation", "test")


def write(trained):
    """Write the .tflite files of a trained model's folder, and what they are worth (variants.json).

    Returns:
        What `measure` found.

    Raises:
        InputError: the model cannot be converted to floats of 32 bits, or that file answers something else than Keras.
            Of the other kinds that is only said.
    """
    say(f"converting {trained.name} ...")
    (trained.folder / artifact.VARIANTS).unlink(missing_ok=True)
    model = artifact.load_keras(trained)
    held_out = convert.windows(trained, trained.test_recordings(), WINDOWS)
    learnt = convert.windows(trained, trained.training_recordings(), WINDOWS)
    if not len(held_out):
        say(f"the recordings {trained.name} was tested on are gone: comparing on silence, noise and a tone only")
    rows = np.concatenate([held_out, probes(trained.audio_format)])
    for kind, name in progress(artifact.KINDS.items(), f"converting {trained.name}"):
        path = trained.folder / name
        try:
            if kind != artifact.INT8:
                convert.export(model, path, rows, kind)
            elif len(learnt):
                convert.export_int8(model, path, rows, learnt, lambda path: _is_good(trained, path))
            else:
                raise InputError("the recordings it was trained on are gone")
        except InputError as reason:
            path.unlink(missing_ok=True)
            if kind == artifact.FLOAT32:
                raise
            say(f"{trained.name} gets no {name}: {reason}")
    dropin = assemble.dropin(model, trained.audio_format)
    if dropin is not None:
        for_app = np.asarray(model.get_layer("features").for_app(rows)).reshape(len(rows), -1)
        convert.export(dropin, trained.folder / artifact.DROPIN, for_app)
    found = measure(trained)
    artifact.write_variants(trained, found)
    return found


def measure(trained):
    """Hold the files of a trained model beside each other and beside Keras.

    Returns:
        dict of "recommended" and "for_app", kinds, and "files", {kind: dict}: bytes; "validation" and "test", what
        `compared` says of each side (None where its recordings are gone or have changed); milliseconds, {threads:
        [median, 95 %]} of a window; arena, bytes; refused, {runtime: why}; and "not_tried", {runtime: why}, those that
        cannot run here.
    """
    files = {kind: trained.folder / name for kind, name in artifact.KINDS.items()}
    files = {kind: path for kind, path in files.items() if path.is_file()}
    held = {kind: path.read_bytes() for kind, path in files.items()}
    times = {threads: latency.times(held, threads) for threads in THREADS}
    refused, not_tried = _by_runtime(trained, files)
    split_names = {split_name: _of_split(trained, files, split_name) for split_name in SPLITS}
    found = {}
    for kind in files:
        found[kind] = {
            "bytes": len(held[kind]),
            **{split_name: of_kind and of_kind[kind] for split_name, of_kind in split_names.items()},
            "milliseconds": {n: np.percentile(of_kind[kind], (50, 95)).tolist() for n, of_kind in times.items()},
            "arena": latency.arena(held[kind]),
            "refused": refused[kind],
        }
    best = recommended(found)
    return {"recommended": best, "for_app": best, "files": found, "not_tried": not_tried}


def _is_good(trained, path):
    """Whether a file in int8 is small and loses little of the validation windows, if they are not gone."""
    if path.stat().st_size >= (trained.folder / artifact.TFLITE).stat().st_size:
        return False
    found = _of_split(trained, {artifact.INT8: path}, "validation")
    return not found or found[artifact.INT8]["accuracy_lost"] <= MOST_LOST


def recommended(files):
    """The smallest that no runtime refuses and that loses little of what Keras has right."""
    good = [
        kind
        for kind, of in files.items()
        if of["validation"] and of["validation"]["accuracy_lost"] <= MOST_LOST and not of["refused"]
    ]
    return min(good, key=lambda kind: files[kind]["bytes"], default=artifact.FLOAT32)


def _by_runtime(trained, files):
    """Whether the runtimes take the files.

    Returns:
        {variant: {runtime: why it refuses it}}, and {runtime: why it cannot run here}.
    """
    rows = probes(trained.audio_format)
    expected = {kind: LiteRT(path).run(rows) for kind, path in files.items()}
    with tempfile.TemporaryDirectory() as folder:
        described = [Path(folder) / path.name for path in files.values()]
        for path, target in zip(files.values(), described, strict=True):
            target.write_bytes(metadata.write_with_schema(path.read_bytes(), metadata.facts(trained)))
        with ThreadPoolExecutor() as pool:
            asked = list(pool.map(lambda runtime: runtimes.ask_all(runtime, described, rows), runtimes.RUNTIMES))
    refused, not_tried = {kind: {} for kind in files}, {}
    for runtime, results in zip(runtimes.RUNTIMES, asked, strict=True):
        for kind, result in zip(files, results, strict=True):
            if isinstance(result, runtimes.CannotRunHereError):
                not_tried[runtime] = result.why
            elif isinstance(result, runtimes.RefusesFileError):
                refused[kind][runtime] = result.why
            elif (difference := np.abs(result - expected[kind]).max()) > runtimes.tolerance(kind):
                refused[kind][runtime] = f"it differs from LiteRT by {difference:.1e}"
    return refused, not_tried


def _of_split(trained, files, split_name):
    """{kind: what `compared` says}; None where the recordings of a side are not there as they were."""
    by_keras, held, found = trained.predictions(split_name), _recordings(trained, split_name), {}
    for kind, path in progress(files.items(), f"testing the files of {trained.name}"):
        source = Predictor(path, trained.audio_format, trained.labels, LiteRT(path).run)
        predictions = held and predict_clips(source, held)
        if not predictions or not np.array_equal(predictions["recordings"], by_keras["recordings"]):
            say(f"{trained.name}: the recordings to {splits.VERBS[split_name]} have changed; no file is compared")
            return None
        found[kind] = compared(predictions["probabilities"], by_keras, trained.labels)
    return found


def _recordings(trained, split_name):
    """A store of a side's clips, in the order of run.json; None where they are gone."""
    config, rate = trained.record.config, trained.audio_format.sample_rate
    data = config.data
    try:
        found = {clip.name(folder_of(data)): clip for clip in clips.read_clips(data, config.group_by, config.layout)}
        chosen = [found[name] for name in trained.record.split.names(split_name)]
    except (InputError, KeyError):
        return None
    return audio_cache.read(
        chosen, data, rate, keep=audio_cache.is_kept(data, rate)
    )  # where training kept none, nor do we


def compared(probabilities, by_keras, labels):
    """What a file says beside what Keras says.

    Returns:
        dict of windows and recordings, {n, right}; accuracy_lost, by how much a smaller share of the windows is right;
        changed, how many windows have another label; largest_change of a probability.
    """
    targets, recordings = by_keras["targets"], by_keras["recordings"]
    scores = metrics.score(probabilities, targets, recordings, labels)
    was, now = by_keras["probabilities"].argmax(axis=1), probabilities.argmax(axis=1)
    return {
        **{what: {name: scores[what][name] for name in ("n", "right")} for what in ("windows", "recordings")},
        "accuracy_lost": float(np.mean(was == targets) - np.mean(now == targets)),
        "changed": int(np.sum(was != now)),
        "largest_change": float(np.abs(probabilities - by_keras["probabilities"]).max()),
    }
