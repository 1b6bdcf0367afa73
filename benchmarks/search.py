"""Search by example: how many of the best results are right, how many planted sounds are found, what it costs.

    python -m benchmarks.search --esc10 ../shared/data/esc10 --background ../shared/data/background

precision@10: each recording of ESC-10 is looked for among those cut from other sources; ten best recordings.
Planted: the loudest second of five recordings, ten times each, in city sounds; the ten best stretches.
Cost: measured with --rows embeddings, and computed for 100 and 10,000 hours from what was measured.
"""

import shutil
import tempfile
import time
from pathlib import Path

import numpy as np

from classifier.audio import recording
from classifier.core import arguments, console
from classifier.data import inputs
from classifier.inference.similarity import embedding, exact, index, queries, store
from classifier.inference.similarity.embedder import load_embedder
from classifier.inference.similarity.stretches import stretches

OVERLAP, TOP = 0.5, 10
KINDS = ("004", "005", "006", "009", "010")  # of ESC-10, that city sounds have not: baby, clock, sneeze, rooster, fire
PLANTED, APART = 10, 8  # times each, and seconds between them
RATIOS = (20, 10, 0)  # dB over the background
SMALL_PART = 2048  # rows of a part of the index, so that few recordings have several
JITTER = 0.3  # of the length of an embedding: what is added to repeat it as another
HOURS = (100, 10_000)


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--esc10", type=Path, required=True, help="folder of ESC-10")
    parser.add_argument("--background", type=Path, required=True, help="folder of recordings without its sounds")
    parser.add_argument("--model", default="yamnet", help="default: %(default)s")
    parser.add_argument("--rows", type=int, default=1 << 16, help="embeddings to measure with (default: %(default)s)")
    parser.add_argument("--every", type=int, default=1, help="look for each Nth recording only (default: %(default)s)")
    args = parser.parse_args(argv)
    embedder = load_embedder(args.model)
    print(f"{args.model}: {embedder.width} values per window of {embedder.audio_format.seconds:g} s, overlap {OVERLAP}")
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with store.opened(folder / "esc10", embedder.width) as held:
            seconds, sources = cpu_timed(lambda: embed(held, folder / "esc10", args.esc10, embedder))
            print(f"embedded {held.end} windows of {len(sources)} recordings: {held.end / seconds:.0f} per CPU second")
            precision(held, sources, embedder, args.every)
            per_second = held.end / seconds
            values = np.array(whole(held))
        planted(folder, args, embedder)
        cost(folder, values, args.rows, per_second, embedder)


def embed(held, folder, data, embedder):
    sources, _, _ = inputs.find([str(data)])
    embedding.bring_up_to_date(held, folder, sources, embedder, OVERLAP, jobs=1)
    return sources


def whole(held):
    with held.rows(list(held._held)) as rows:
        return rows.take(np.arange(rows.end))


def ways(rows):
    """{name: function of queries and n} of both searches."""
    return {
        "brute force": lambda wanted, n: exact.nearest(rows, wanted, n),
        "index": lambda wanted, n: index.nearest(rows, wanted, n, SMALL_PART),
    }


def precision(held, sources, embedder, every):
    """Print the share of right ones among the ten best recordings, by brute force, by index, and for mean queries."""
    keys = [embedding.key(source) for source in sources]
    rows_of = [held[key] for key in keys]
    owners = store.Owners(rows_of)
    labels = [Path(source.location).parent.name for source in sources]
    cut_from = [Path(source.location).stem.split("-")[1] for source in sources]
    with held.rows(keys) as rows:
        right = {}
        for i, source in list(enumerate(sources))[::every]:
            wanted = queries.read((source.location,), embedder, OVERLAP).values
            mean = wanted.mean(axis=0, keepdims=True)
            for name, look in ways(rows).items():
                for kind, values in (("best window", wanted), ("mean of windows", mean / np.linalg.norm(mean))):
                    nearest = look(values, 2000)
                    found = dict.fromkeys(owners.of(row)[0] for row in nearest.rows.tolist())
                    best = [j for j in found if cut_from[j] != cut_from[i]][:TOP]
                    right.setdefault((name, kind), []).append(np.mean([labels[j] == labels[i] for j in best]))
    print(f"{len(sources[::every])} recordings looked for:")
    console.table(
        ["search", "query", f"precision@{TOP}"],
        [[name, kind, f"{np.mean(values):.1%}"] for (name, kind), values in right.items()],
    )


def planted(folder, args, embedder):
    """Print how many of the planted sounds are among the best stretches, kind by kind."""
    random, rate = np.random.default_rng(0), embedder.audio_format.sample_rate
    background = [recording.read(path, rate) for path in sorted(args.background.rglob("*.flac"))]
    signal = np.concatenate(background)
    clips = [next(args.esc10.glob(f"{kind}*/*.ogg")) for kind in KINDS]
    sounds = [loudest_second(path, rate) for path in clips]
    for i, sound in enumerate(sounds):
        recording.write(folder / f"clip{i}.wav", sound, rate)
    rows = []
    for ratio in RATIOS:
        places = random.permutation(np.arange(1, len(signal) / rate - 3, APART))[: PLANTED * len(sounds)]
        mixed, truth = signal.copy(), {i: [] for i in range(len(sounds))}
        for n, place in enumerate(places + random.uniform(0, 2, len(places))):
            which, first = n % len(sounds), round(place * rate)
            around = mixed[first : first + rate]
            level = max(float(np.std(around)), 1e-3) * 10 ** (ratio / 20)
            around += sounds[which] / np.std(sounds[which]) * level
            truth[which].append(place)
        mixed /= max(1.0, float(np.abs(mixed).max()))
        data = folder / f"planted{ratio}"
        data.mkdir()
        recording.write(data / "long.wav", mixed, rate)
        for way, of_kinds in found_of(folder, data, truth, embedder).items():
            rows.append([f"{ratio} dB", way, *of_kinds, f"{sum(of_kinds)} of {len(places)}"])
    print(f"{PLANTED} of each kind planted in {len(signal) / rate / 60:.0f} minutes; among the {TOP} best of each are:")
    console.table(["over the background", "search", *(path.parent.name[6:] for path in clips), "together"], rows)


def found_of(folder, data, truth, embedder):
    """{search: how many of each kind of {kind: places in seconds} are among its best}."""
    rate, length = embedder.audio_format.sample_rate, embedder.audio_format.window_length
    found = {}
    with store.opened(folder / f"{data.name}_store", embedder.width) as held:
        sources = embed(held, folder / f"{data.name}_store", data, embedder)
        keys = [embedding.key(source) for source in sources]
        owners = store.Owners([held[key] for key in keys])
        with held.rows(keys) as rows:
            for way, look in ways(rows).items():
                for which, places in truth.items():
                    wanted = queries.read((str(folder / f"clip{which}.wav"),), embedder, OVERLAP)
                    best, _ = stretches(look(wanted.values, 40 * TOP), owners, wanted.like, TOP, 1 / (1 - OVERLAP))
                    spans = [(one.first * length / 2 / rate, (one.last / 2 + 1) * length / rate) for one in best]
                    hits = [
                        any(start < place + 0.75 and place + 0.25 < end for start, end in spans) for place in places
                    ]
                    found.setdefault(way, []).append(sum(hits))
    return found


def loudest_second(path, rate):
    signal = recording.read(path, rate)
    power = np.convolve(np.square(signal), np.ones(rate), "valid")
    first = int(power.argmax())
    return signal[first : first + rate]


def cost(folder, values, n_rows, per_second, embedder):
    """Print what a search takes, and what it would take of more hours."""
    random, path = np.random.default_rng(1), folder / "part"
    with store.opened(folder / "many", embedder.width) as held:
        with path.open("wb") as file:
            for first in range(0, n_rows, 4096):
                some = values[random.integers(len(values), size=min(4096, n_rows - first))]
                noise = random.normal(size=some.shape).astype("float32") / np.sqrt(some.shape[1])
                some = some + JITTER * noise
                file.write((some / np.linalg.norm(some, axis=1, keepdims=True)).astype("float16").tobytes())
        held.append("aa", "many", path, n_rows)
        with held.rows(["aa"]) as rows:
            wanted = values[random.integers(len(values), size=4)]
            exact.nearest(rows, wanted, 400)  # the file is in memory from now on
            held_before = begin_peak()
            brute, best = cpu_timed(lambda: exact.nearest(rows, wanted, 400))
            of_brute = peak() - held_before
            build, _ = cpu_timed(lambda: index.nearest(rows, wanted, 400, n_rows))
            of_index = peak() - held_before
            looked, near = cpu_timed(lambda: index.nearest(rows, wanted, 400, n_rows))
            index_bytes = sum(one.stat().st_size for one in rows.folder.iterdir())
            same = len(set(best.rows[:50].tolist()) & set(near.rows.tolist())) / 50
    print(
        f"{n_rows} embeddings, 4 queries: brute force {brute:.2f} s of a core, index {looked:.3f} s"
        f" after {build:.0f} s of building"
    )
    print(f"of the 50 nearest by brute force the index finds {same:.0%}")
    print(
        f"memory at most: brute force {of_brute:.0f} MB more, building the index of these rows {of_index:.0f} MB more"
    )
    rows_per_hour = 3600 / (embedder.audio_format.seconds * (1 - OVERLAP))
    table = []
    for hours in HOURS:
        n = hours * rows_per_hour
        parts = n / index.PART
        table.append(
            [
                f"{hours:,} hours",
                f"{n / per_second / 3600:.1f} h",
                f"{n * embedder.width * 2 / 1e9:.1f} GB",
                f"{brute * n / n_rows:.1f} s",
                f"{build * n / n_rows / 3600:.1f} h",
                f"{index_bytes * n / n_rows / 1e9:.1f} GB",
                f"{looked * max(1, parts):.2f} s",
            ]
        )
    print("computed from these, time of one core; a brute force search reads all of float16, which a disk may limit:")
    header = ["", "embed", "float16", "brute force", "build index", "index, int8", "search index"]
    console.table(header, table)
    shutil.rmtree(folder / "many")


def cpu_timed(work):
    """(seconds of all threads, what the work returns): other work on the machine hardly counts."""
    started = time.process_time()
    result = work()
    return time.process_time() - started, result


def begin_peak():
    """Forget the peak so far (Linux); returns MB that are held."""
    Path("/proc/self/clear_refs").write_text("5")
    return peak()


def peak():
    """MB held at most since `begin_peak`."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1e3


if __name__ == "__main__":
    console.run(main)
