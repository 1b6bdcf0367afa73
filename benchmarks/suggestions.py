"""What labels are worth by how the recordings to label are chosen: a simulated annotator.

    python -m benchmarks.suggestions --data ../shared/data/esc10

One recording after the other is labelled, in rounds, as SuggestLabels.py would choose it, or at random. After each
round a linear model on YAMNet's embedding learns from what has a label, and is tested on the fold that nobody labels.
--rare keeps a few recordings of half of the labels, as in the field, where what is looked for is seldom. disagreement
is that of two models, each on half of the embedding's values. A seed is a fold.
"""

import warnings

import numpy as np
from sklearn.linear_model import LogisticRegression

from benchmarks import trainings
from classifier.audio.windows import cut_audio_pad_last
from classifier.core import console
from classifier.core.console import progress
from classifier.data import audio_cache, splits
from classifier.inference.similarity.embedder import load_embedder
from classifier.scoring import suggestions

FIRST = 10  # recordings that are labelled at random before a model can suggest
REGULARISATION = 10.0  # scikit-learn's C
WAYS = ("random", "uncertain", "diverse", "uncertain,diverse", "rare", "disagreement")


def main(argv=None):
    parser = trainings.parser(__doc__, "suggestions", "yamnet")
    parser.add_argument("--labels", default="10,20,30,50,100", help="numbers of labels (default: %(default)s)")
    parser.add_argument("--round", type=int, default=5, help="labels between two models (default: %(default)s)")
    parser.add_argument("--seeds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--ways", default=";".join(WAYS), help="with semicolons (default: %(default)s)")
    parser.add_argument("--rare", type=int, metavar="N", help="keep N recordings to learn from of every second label")
    args = parser.parse_args(argv)
    counts = [int(number) for number in args.labels.split(",")]
    held = trainings.recordings(args)
    values, names = embed(held, args.model), sorted({clip.label for clip in held.clips})
    targets = np.array([names.index(clip.label) for clip in held.clips])
    recalls = {}
    for seed in range(args.seeds):
        split_of = splits.split(held.clips, held.contents, seed)
        pool, test = np.flatnonzero(split_of != "test"), np.flatnonzero(split_of == "test")
        if args.rare:
            pool = without_most(pool, targets, args.rare, np.random.default_rng(seed))
        for way in args.ways.split(";"):
            got = annotate(way, values, targets, pool, test, counts, args.round, np.random.default_rng(seed))
            recalls.setdefault(way, []).append(got)
    print(
        f"{len(held.clips)} recordings, {len(names)} labels, {args.seeds} seeds; "
        "balanced accuracy of the test fold, mean ± sd:"
    )
    rows = [
        [way, *(f"{np.mean(of):.1%} ± {np.std(of, ddof=1):.1%}" for of in zip(*got, strict=True))]
        for way, got in recalls.items()
    ]
    console.table(["chosen by", *(f"{n} labels" for n in counts)], rows)
    gains = [
        [way, *(f"{np.mean(d):+.1%} ± {np.std(d, ddof=1):.1%}" for d in (np.array(got) - recalls["random"]).T)]
        for way, got in recalls.items()
        if way != "random"
    ]
    print("more than by random choice with the same first labels:")
    console.table(["chosen by", *(f"{n} labels" for n in counts)], gains)


def embed(held, model):
    """(clips, width) mean embeddings, of length 1."""
    embedder, found = load_embedder(model), []
    for i in progress(range(len(held.clips)), "embedding", len(held.clips)):
        signal = audio_cache.to_float(held.samples(i))
        windows = cut_audio_pad_last(signal, embedder.audio_format.window_length)
        found.append(embedder.embed(windows).astype("float32").mean(axis=0))
        held.forget()
    values = np.array(found)
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def without_most(pool, targets, n, random):
    """The pool with n recordings of every second label."""
    pool = random.permutation(pool)
    seen = np.zeros(targets.max() + 1, int)
    kept = []
    for i in pool:
        seen[targets[i]] += 1
        if targets[i] % 2 or seen[targets[i]] <= n:
            kept.append(i)
    return np.sort(np.array(kept))


def annotate(way, values, targets, pool, test, counts, per_round, random):
    """Balanced accuracy on the test recordings once so many of the pool are labelled, for each of the counts."""
    labelled, got = random.permutation(pool)[:FIRST], []
    while True:
        model = fit(values, targets, labelled)
        if len(labelled) in counts:
            got.append(balanced_accuracy(model, values, targets, test))
        if len(labelled) >= max(counts):
            return got
        left = np.setdiff1d(pool, labelled)
        n = min(per_round, len(left), min(c for c in counts if c > len(labelled)) - len(labelled))
        labelled = np.concatenate([labelled, left[choose(way, model, values, targets, labelled, left, n, random)]])


def choose(way, model, values, targets, labelled, left, n, random):
    """Places in `left` of the next recordings to label."""
    rankings = []
    for one in way.split(","):
        if one == "random":
            return random.permutation(len(left))[:n]
        if one == "diverse":
            rankings.append(suggestions.k_center(values[left], n, values[labelled]))
            continue
        probabilities = model.predict_proba(values[left])
        if one == "uncertain":
            scores = suggestions.uncertainty(probabilities)
        elif one == "rare":
            found = probabilities.argmax(axis=1)
            counts = np.bincount(found, minlength=probabilities.shape[1])
            rankings.append(suggestions.rare_first(probabilities.max(axis=1), found, counts))
            continue
        else:
            halves = (slice(None, None, 2), slice(1, None, 2))
            both = [fit(values[:, half], targets, labelled).predict_proba(values[left][:, half]) for half in halves]
            scores = suggestions.disagreement(*both)
        rankings.append(np.argsort(-scores, kind="stable"))
    in_turn = [int(i) for places in zip(*(ranking[:n] for ranking in rankings), strict=True) for i in places]
    return np.array(list(dict.fromkeys(in_turn))[:n])


def fit(values, targets, labelled):
    with warnings.catch_warnings(action="ignore"):
        return LogisticRegression(C=REGULARISATION, max_iter=200).fit(values[labelled], targets[labelled])


def balanced_accuracy(model, values, targets, test):
    """Balanced accuracy; a label that has no recording yet has a recall of 0."""
    found = model.classes_[model.predict_proba(values[test]).argmax(axis=1)]
    return float(np.mean([np.mean(found[targets[test] == label] == label) for label in np.unique(targets[test])]))


if __name__ == "__main__":
    console.run(main)
