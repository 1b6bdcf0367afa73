"""Score predictions, by piece and by recording, with chance beside them and with how sure the numbers are.

Pieces of one group rise and fall together: an interval over pieces promises more than the data knows, so groups are
drawn, not pieces.
"""

import numpy as np

from classifier.audio.windows import cut_audio_pad_last
from classifier.core.errors import InputError
from classifier.data.audio_cache import to_float

DRAWS = 2000  # of groups; the ends of a 95 % interval then move by about 0.1 % from seed to seed
SURE = (2.5, 97.5)  # percentiles
AT_ONCE = 256  # pieces a model is given


def score(probabilities, truth, recordings, labels, vote=False):
    """Compare probabilities with the truth.

    Args:
        probabilities: (pieces, labels), rows sum to 1.
        truth: (pieces,) index of the right label.
        recordings: (pieces,) which recording each piece is from.
        labels: names, in the order of the columns.
        vote: a recording is what most of its pieces are, instead of what the mean of their probabilities is.

    Returns:
        dict with "pieces" and "recordings", each {n, right, accuracy, majority (the accuracy of always saying the most
        frequent label), confusion (rows truth, columns prediction), recall, precision, f1, roc_auc, pr_auc (by label,
        one against the others), and their means over the labels: mean_recall, mean_precision ...}. A label that is
        not tested is left out; areas are None where only one label is. And "chance" and "majority": what guessing and
        always saying the most frequent label would have right of the pieces.

    Raises:
        InputError: a probability is NaN: the training has diverged.
    """
    if not np.isfinite(probabilities).all():
        raise InputError("the model answers NaN: the training has diverged; lower the learning rate of its recipe")
    _, first = np.unique(recordings, return_index=True)
    pieces = _score(probabilities, truth, labels)
    return {
        "pieces": pieces,
        "recordings": _score(by_recording(probabilities, recordings, vote), truth[first], labels),
        "chance": 1 / len(labels),
        "majority": pieces["majority"],
    }


def by_recording(probabilities, recordings, vote=False):
    """(recordings, labels) rows that sum to 1, in the order of np.unique: the mean over the pieces, or the vote.

    Votes that are equal are decided by the mean.
    """
    ids, of = np.unique(recordings, return_inverse=True)
    n = np.bincount(of)[:, None]
    means = np.zeros((len(ids), probabilities.shape[1]))
    np.add.at(means, of, probabilities)
    means /= n
    if not vote:
        return means
    votes = np.zeros_like(means)
    np.add.at(votes, (of, probabilities.argmax(axis=1)), 1)
    return (votes + means / 2) / (n + 0.5)  # half: a mean never outweighs a vote


def intervals(probabilities, truth, recordings, groups, labels, vote=False, seed=0):
    """How far scores may be off: 95 % bootstrap intervals over groups, drawn with replacement.

    Arguments are score's; groups: (pieces,) who or where each piece is from.

    Returns:
        dict of "groups", how many there are, and "pieces" and "recordings", each {accuracy, mean_recall, mean_f1:
        [lowest, highest]}; None in place of both where there is only one group, which says nothing of the next.
    """
    _, first = np.unique(recordings, return_index=True)
    names, of = np.unique(groups, return_inverse=True)
    if len(names) < 2:
        return {"groups": len(names), "pieces": None, "recordings": None}
    drawn = np.random.default_rng(seed).multinomial(len(names), np.full(len(names), 1 / len(names)), DRAWS)
    sides = {
        "pieces": (probabilities.argmax(axis=1), truth, of),
        "recordings": (by_recording(probabilities, recordings, vote).argmax(axis=1), truth[first], of[first]),
    }
    found = {"groups": len(names)}
    for what, (predicted, right, group) in sides.items():
        counts = np.zeros((len(names), len(labels), len(labels)))
        np.add.at(counts, (group, right, predicted), 1)
        confusions = (drawn @ counts.reshape(len(names), -1)).reshape(-1, len(labels), len(labels))
        rates = _rates(confusions)
        chosen = {name: rates[name] for name in ("accuracy", "mean_recall", "mean_f1")}
        found[what] = {name: np.percentile(values, SURE).tolist() for name, values in chosen.items()}
    return found


def answers(predictor, store, overlap=0.0):
    """What a model says of all clips of a store, cut like a test's pieces, or with overlap (a share of a piece).

    Returns:
        dict of probabilities (pieces, labels), truth (pieces,) index into the predictor's labels, recordings (pieces,)
        index into the store's clips.

    Raises:
        InputError: the overlap is none, or a clip has a label that the model does not know.
    """
    if not 0 <= overlap < 1:
        raise InputError(f"--overlap {overlap:g}: it is a share of a piece; give 0 or more, and less than 1")
    unknown = sorted({clip.label for clip in store.clips} - set(predictor.labels))
    if unknown:
        raise InputError(
            f"{predictor.source} knows {', '.join(predictor.labels)}, and not {', '.join(unknown)}: rename the label, "
            "take it out, or train with it"
        )
    hop = max(1, round(predictor.contract.piece_length * (1 - overlap)))
    rows, recordings = [], []
    for owners, pieces in _batches(store, predictor.contract.piece_length, hop):
        rows.append(predictor.probabilities(to_float(np.array(pieces))))
        recordings += owners
        store.forget()
    truth = [predictor.labels.index(store.clips[i].label) for i in recordings]
    return {"probabilities": np.concatenate(rows), "truth": np.array(truth), "recordings": np.array(recordings)}


def _batches(store, piece_length, hop):
    owners, pieces = [], []
    for i in range(len(store.clips)):
        for piece in cut_audio_pad_last(store.samples(i), piece_length, hop):
            owners.append(i)
            pieces.append(piece)
            if len(pieces) == AT_ONCE:
                yield owners, pieces
                owners, pieces = [], []
    if pieces:
        yield owners, pieces


def _score(probabilities, truth, labels):
    predicted = probabilities.argmax(axis=1)
    confusion = np.zeros((len(labels), len(labels)), int)
    np.add.at(confusion, (truth, predicted), 1)
    present = np.flatnonzero(confusion.sum(axis=1))
    rates = _rates(confusion)

    def named(values):
        return {labels[i]: float(values[i]) for i in present}

    areas = _areas(probabilities, truth, present)
    return {
        "n": len(truth),
        "right": int(np.trace(confusion)),
        "accuracy": float(rates["accuracy"]),
        "majority": float(confusion.sum(axis=1).max() / len(truth)),
        "recall": named(rates["recall"]),
        "mean_recall": float(rates["mean_recall"]),
        "precision": named(rates["precision"]),
        "mean_precision": float(rates["mean_precision"]),
        "f1": named(rates["f1"]),
        "mean_f1": float(rates["mean_f1"]),
        **{name: values and named(values) for name, values in areas.items()},
        **{f"mean_{name}": values and float(np.mean(list(values.values()))) for name, values in areas.items()},
        "confusion": confusion.tolist(),
    }


def _rates(confusion):
    """Rates of confusion matrices (..., labels, labels): by label, and their means over the labels that are tested."""
    true, said = confusion.sum(axis=-1), confusion.sum(axis=-2)
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    by_label = {
        "recall": hits / np.maximum(1, true),
        "precision": hits / np.maximum(1, said),
        "f1": 2 * hits / np.maximum(1, true + said),
    }
    tested = true > 0
    means = {f"mean_{name}": (values * tested).sum(-1) / tested.sum(-1) for name, values in by_label.items()}
    return {"accuracy": hits.sum(-1) / true.sum(-1), **by_label, **means}


def _areas(probabilities, truth, present):
    """Areas under the curves of each label against the others, by scikit-learn; None where there are no others."""
    if len(present) < 2:
        return {"roc_auc": None, "pr_auc": None}
    from sklearn.metrics import average_precision_score, roc_auc_score

    curves = {"roc_auc": roc_auc_score, "pr_auc": average_precision_score}
    return {name: {i: area(truth == i, probabilities[:, i]) for i in present} for name, area in curves.items()}
