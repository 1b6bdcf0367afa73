"""Search recordings by example: embed what is new, compare, write the stretches that are most alike."""

import functools
from dataclasses import dataclass
from pathlib import Path

from classifier.audio.windows import hop_length
from classifier.core import places
from classifier.core.errors import InputError
from classifier.data import inputs
from classifier.data.inputs import Source
from classifier.inference import writing
from classifier.inference.ranked import Output, Ranked
from classifier.inference.segments import Segment
from classifier.inference.similarity import embedding, exact, index, queries, store
from classifier.inference.similarity.config import SearchConfig
from classifier.inference.similarity.embedder import Embedder, load_embedder
from classifier.inference.similarity.queries import Queries
from classifier.inference.similarity.store import Owners, Rows
from classifier.inference.similarity.stretches import Stretch, stretches
from Constants import CACHE

MARK = "search.json"  # in the folder of results: what was looked for
FOLDER = "embeddings"  # in CACHE
FORMAT = 1  # of what is kept; another number, where it changes, or old embeddings would be taken
DIGITS = 6  # of seconds and scores
PER_STRETCH = 8  # windows that are looked at for a stretch; more where these are too few
MORE = 4  # times as many, then
MOST = 1 << 16  # windows that are looked at, however long their stretches are


@dataclass(frozen=True)
class SearchResult:
    """How a search went.

    Attributes:
        found: best first.
        recordings, windows: that were compared.
        indexed: windows that were looked for in the index; the others were compared one by one.
        done, before: recordings that were embedded now, and by earlier runs.
        refused: {archive: why it is not unpacked}.
        left_out: sentences on files of unknown suffix.
        failed: {recording: why it cannot be read}.
        notes: what a person should know.
        written: files and folders of results.
        embeddings: folder of the embeddings.
        n_bytes: of the embeddings.
    """

    found: list[Ranked]
    recordings: int
    windows: int
    indexed: int
    done: int
    before: int
    refused: dict[str, str]
    left_out: list[str]
    failed: dict[str, str]
    notes: list[str]
    written: list[Path]
    embeddings: Path
    n_bytes: int


def search_recordings(config: SearchConfig) -> SearchResult:
    """Find the stretches of recordings that are most like some short recordings, and write them.

    Raises:
        InputError: there is no such model or recording, none can be read, usearch is asked for and not installed, the
            folder of the results holds files of the same names from elsewhere; as of parallel.results.
    """
    if config.index:
        index.require()
    writers = writing.load(config.writers)
    output = Output(Path(config.out), MARK, writers, config.delimiter, "the embeddings are kept")
    output.check()
    if config.kept:
        places.check_writable(config.kept, "name another folder with --kept")
    sources, refused, left_out = inputs.find([config.folder])
    inputs.find(config.like)  # before anything is downloaded or computed
    embedder = load_embedder(config.model, config.trained, config.channel)
    wanted = queries.read(config.like, embedder, config.overlap)
    folder = place(config.folder, embedder, config.overlap, config.kept)
    with store.opened(folder, embedder.width) as held:
        went = embedding.bring_up_to_date(held, folder, sources, embedder, config.overlap, config.jobs)
        keys = [embedding.key(source) for source in sources]
        there = [i for i, key in enumerate(keys) if key in held]
        if not there:
            why = next(iter([*went.failed.values(), *refused.values()]), "")
            raise InputError(f"{config.folder}: none of the recordings can be read; the first: {why}")
        rows_of = [held[keys[i]] for i in there]
        with held.rows(keys[i] for i in there) as rows:
            best, n_asked = _best(rows, wanted, Owners(rows_of), config, embedder)
            found = [
                _found(one, sources[there[one.recording]], rows_of[one.recording].samples, wanted, config, embedder)
                for one in best
            ]
            n_windows, n_bytes = len(rows), rows.end * held.row_bytes
            n_indexed = index.covered(rows, n_asked) if config.index else 0
    notes = wanted.notes
    if len(found) < config.top and config.least is None and n_windows > MOST:
        notes = [
            *notes,
            f"the {MOST:,} windows that are most alike are {len(found)} stretches; no others were looked at",
        ]
    labels = list(dict.fromkeys([config.label] if config.label else wanted.names))
    about = {"folder": config.folder, "like": config.like, "model": str(embedder.model), "index": config.index}
    written = output.write(found, labels, embedder.audio_format.sample_rate / 2, about)
    failed = {sources[i].name: reason for i, reason in sorted(went.failed.items())}
    compared = (len(there), n_windows, n_indexed, went.done, went.before)
    return SearchResult(found, *compared, refused, left_out, failed, notes, written, folder, n_bytes)


def place(folder: str, embedder: Embedder, overlap: float, parent: Path | None = None) -> Path:
    """Where the embeddings of a folder are kept: one place for each network, overlap and channel.

    Args:
        parent: folder of such places; None: that in cache/.
    """
    about = FORMAT, embedder.version, overlap, embedder.channel
    return writing.place(parent or CACHE / FOLDER, folder, "embeddings", *about)


def _best(
    rows: Rows, wanted: Queries, owners: Owners, config: SearchConfig, embedder: Embedder
) -> tuple[list[Stretch], int]:
    """The best stretches, and how many of the nearest rows they were made of."""
    look = functools.partial(index.nearest if config.index else exact.nearest, rows, wanted.values)
    length = embedder.audio_format.window_length
    n = config.top * PER_STRETCH
    while True:
        nearest = look(n)
        is_all = len(nearest.rows) < n or n >= len(rows)
        if config.least is not None:
            nearest = exact.Nearest(*(column[nearest.scores >= config.least] for column in nearest))
            is_all |= len(nearest.rows) < n
        per_length = length / hop_length(length, config.overlap)
        best, wants_more = stretches(nearest, owners, wanted.like, config.top, per_length)
        if is_all or not wants_more or n >= MOST:
            return best, n
        n = min(n * MORE, MOST)


def _found(
    one: Stretch, source: Source, samples: int, wanted: Queries, config: SearchConfig, embedder: Embedder
) -> Ranked:
    rate, length = embedder.audio_format.sample_rate, embedder.audio_format.window_length
    hop, latest = hop_length(length, config.overlap), max(0, samples - length)
    start, last = (min(window * hop, latest) for window in (one.first, one.last))
    times = (round(start / rate, DIGITS), round(min(last + length, samples) / rate, DIGITS))
    like = wanted.names[one.like]
    scores = (round(min(score, 1.0), DIGITS) for score in (one.best, one.mean))  # float16 rounds beyond 1
    segment = Segment(config.label or like, *times, *scores)
    return Ranked(source, round(samples / rate, DIGITS), segment, like)
