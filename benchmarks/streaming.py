"""What a hop of a stream costs, beside its share of a window: ms, bytes of state, memory, latency.

    python -m benchmarks.streaming

The models are built as a training begins: weights do not change what they cost. The hop and the window
are timed in turn, on one thread, so that what else the machine does slows both.
"""

import tempfile
import time
from pathlib import Path

import numpy as np

from classifier.core import arguments, console, registry
from classifier.export import convert, latency
from classifier.export.stream_runner import StreamRunner
from classifier.inference.litert import LiteRT, probes
from classifier.records.audio_format import AudioFormat

MODEL = "residual_causal"
PLAIN = "residual"
REPEATS = 300
HOPS = (1, 2, 4)  # shortest hops in one


def main(argv=None):
    parser = arguments.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=REPEATS, help="of a timing (default: %(default)s)")
    args = parser.parse_args(argv)
    console.import_tensorflow()
    from classifier.export import streaming
    from classifier.models import assemble

    audio_format = AudioFormat()
    built = {}
    for name in (MODEL, PLAIN):
        module = registry.load("models", name)
        built[name] = assemble.build(module, assemble.features_of(module, audio_format), audio_format, 3)
    shortest = built[MODEL].get_layer("features").hop
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.tflite" for name in built}
        for name, path in files.items():
            path.write_bytes(convert.converted(built[name]))
        windows = {name: LiteRT(path, 1) for name, path in files.items()}
        for times in HOPS:
            path, hop = Path(folder) / f"stream_{times}.tflite", times * shortest
            held = streaming.converted(registry.load("models", MODEL), built[MODEL], audio_format.window_length, hop)
            path.write_bytes(held)
            rows.append(_row(StreamRunner(path), windows, held, audio_format, args.repeats))
        arenas = {name: latency.arena(path.read_bytes()) for name, path in files.items()}
    console.table(
        [
            "hop, ms",
            "ms per hop",
            f"{MODEL}, ms per window",
            "hop / its share",
            f"{PLAIN}, ms per window",
            "state, bytes",
            "arena, KB",
            "file, KB",
        ],
        rows,
    )
    print(f"arena of a window: {', '.join(f'{name} {size / 1000:,.0f} KB' for name, size in arenas.items())}")
    print("latency to decision: a sound is in the answer to the hop that it ends in, one hop and its ms at the most")


def _row(stream, windows, held, audio_format, repeats):
    audio = probes(audio_format)[1:2]
    hop = audio[0, : stream.hop]
    work = {"hop": lambda: stream.push(hop)}
    work |= {name: lambda run=window.run: run(audio) for name, window in windows.items()}
    seconds = {name: [] for name in work}
    for _ in range(repeats):
        for name, run in work.items():
            started = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - started)
    typical = {name: 1000 * float(np.median(of)) for name, of in seconds.items()}
    share = typical[MODEL] * stream.hop / audio_format.window_length
    return [
        f"{1000 * stream.hop / audio_format.sample_rate:g}",
        f"{typical['hop']:.3f}",
        f"{typical[MODEL]:.2f}",
        f"{typical['hop'] / share:.2f}",
        f"{typical[PLAIN]:.2f}",
        f"{stream.state.nbytes:,}",
        f"{latency.arena(held) / 1000:,.0f}",
        f"{len(held) / 1000:,.0f}",
    ]


if __name__ == "__main__":
    console.run(main)
