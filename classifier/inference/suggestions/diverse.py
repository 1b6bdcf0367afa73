"""Windows that are most unlike each other and all that has labels, by their embeddings."""

from typing import NamedTuple

import numpy as np

from classifier.audio.windows import hop_length
from classifier.data import inputs
from classifier.inference.similarity import embedding, search, store
from classifier.inference.similarity.embedder import Embedder
from classifier.inference.suggestions.config import SuggestConfig
from classifier.inference.suggestions.rankings import Candidate
from classifier.scoring import suggestions

SAMPLE = 20_000  # windows that are looked at; more would not fit the memory, and k-center reads all for each choice
KNOWN = 2_000  # windows of recordings that have labels
SEED = 0
OVERLAP = 0.0  # as the probabilities' windows


def ranked(config: SuggestConfig, embedder: Embedder) -> tuple[list[Candidate], list[str]]:
    """The windows, the most unlike first, and what a person should know.

    Args:
        embedder: of the first model.

    Raises:
        InputError: none of the recordings can be read.
    """
    notes, known = [], None
    if config.labelled:
        known, _, _, _ = _sample(config.labelled, embedder, config, KNOWN)
    values, rows, owners, about = _sample(config.folder, embedder, config, SAMPLE)
    if about.n > len(values):
        notes.append(f"the most diverse are of {len(values)} windows, drawn at random of {about.n}")
    chosen = suggestions.k_center(values, config.top * 2, known)
    hop = hop_length(embedder.audio_format.window_length, OVERLAP)
    found = []
    for place, i in enumerate(chosen.tolist()):
        source, window = owners.of(int(rows[i]))
        latest = max(0, about.samples[source] - embedder.audio_format.window_length)
        start = min(window * hop, latest) / embedder.audio_format.sample_rate
        found.append(Candidate(-float(place), about.files[source], window, start))
    return found, notes


class _About(NamedTuple):
    """Of the recordings that were embedded: n windows together; file and samples of each."""

    n: int
    files: list[str]
    samples: list[int]


def _sample(
    given: str, embedder: Embedder, config: SuggestConfig, most: int
) -> tuple[np.ndarray, np.ndarray, store.Owners, _About]:
    """(windows, width) float32 embeddings of some windows, (windows,) their rows, whose these are, and _About."""
    sources, _, _ = inputs.find([given])
    folder = search.place(given, embedder, OVERLAP, config.kept)
    with store.opened(folder, embedder.width) as held:
        embedding.bring_up_to_date(held, folder, sources, embedder, OVERLAP, config.jobs)
        keys = [embedding.key(source) for source in sources]
        there = [i for i, key in enumerate(keys) if key in held]
        of = [held[keys[i]] for i in there]
        with held.rows(keys[i] for i in there) as opened:
            numbers = _drawn(of, most)
            values = opened.take(numbers)
            about = _About(len(opened), [sources[i].file for i in there], [one.samples for one in of])
    heard = values.any(axis=1)  # digital silence is like nothing, and would always be the most diverse
    return values[heard], numbers[heard], store.Owners(of), about


def _drawn(of: list[store.Held], most: int) -> np.ndarray:
    """(windows,) rows of recordings, ascending: all, or so many drawn at random; no list of all is made for these."""
    ordered = sorted(of)
    firsts, counts = np.array([one.first for one in ordered]), np.array([one.n for one in ordered])
    ends = counts.cumsum()
    n = int(ends[-1])
    drawn = np.arange(n) if n <= most else np.sort(np.random.default_rng(SEED).choice(n, most, replace=False))
    which = np.searchsorted(ends, drawn, "right")
    return firsts[which] + drawn - (ends - counts)[which]
