"""A picture of the layers of a model: type, output shape, weights and inputs of each."""

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path

from classifier.core import console, registry
from classifier.plotting.figure import pyplot, save
from classifier.records.audio_format import AudioFormat

MOST_LAYERS = 120  # in a picture
BLOCK = r"(conv\d+_)?block_?\d+"  # how the layers of keras.applications begin that belong together
SETTINGS = (  # of layers, in the order in which they are named
    "filters",
    "units",
    "kernel_size",
    "pool_size",
    "strides",
    "rate",
    "target_shape",
    "activation",
    "padding",
)
USUAL = (None, "valid", "linear", "1", "1 × 1")  # settings that are not worth a word
TYPES = [  # of layers, and their colours
    ("Conv", "#bcd7f0"),
    ("LSTM|GRU|RNN", "#fbd3a6"),
    ("Dense", "#dccbee"),
    ("Pool|Cropping", "#c5e6c8"),
    ("Normalization", "#fdf3c0"),
    ("ReLU|Activation|Softmax|Dropout", "#f3f3f3"),
    ("Add|Multiply|Concatenate|Attention", "#f6c9cf"),
    ("Spectrogram|Mfcc|Waveform|Stft|Stacked|Averaged|Cqt|Chroma|Gfcc|Summary", "#b9e4e2"),
]
WIDTH, ROW = 11.5, 0.26  # inches, of a picture and high
LAYER, OUTPUT, INPUTS, WEIGHTS = 1.75, 6.9, 8.2, 9.6  # inches from the left, of the columns


def draw(name: str, audio_format: AudioFormat, n_classes: int, path: Path) -> None:
    """Draw the layers of a file of classifier/models, at an audio format."""
    console.import_tensorflow()
    from classifier.models import assemble

    module = registry.load("models", name)
    model = assemble.build(module, assemble.features_of(module, audio_format), audio_format, n_classes)
    rows = _rows(model)
    audio = f"{audio_format.seconds:g} s at {audio_format.sample_rate} Hz"
    title = f"{name}: {len(rows)} layers, {model.count_params():,} weights; {audio} in, {n_classes} labels out"
    path.parent.mkdir(parents=True, exist_ok=True)
    save(_drawn(_folded(rows), title), path)


@dataclass(frozen=True)
class Row:
    """A layer in a picture. sources: numbers of its input layers, 0 is the audio. last: number of the last one that
    it stands for."""

    number: int
    type: str
    settings: str
    name: str
    shape: str
    weights: int
    sources: tuple
    last: int


def _rows(model):
    """A Row for each layer of a model, sources first and branch after branch; nested models are taken apart."""
    import keras

    numbers, rows = {id(tensor): 0 for tensor in model.inputs}, []  # of the layer that a tensor is from, by its id

    def visit(tensor):
        if id(tensor) not in numbers:
            layer, node, _ = tensor._keras_history
            node = layer._inbound_nodes[node]
            sources = [visit(source) for source in node.input_tensors]
            if isinstance(layer, keras.Model):
                numbers.update({id(inner): source for inner, source in zip(layer.inputs, sources, strict=True)})
                new = [visit(inner) for inner in layer.outputs]
            else:
                shape = " + ".join(" × ".join(map(str, output.shape[1:])) for output in node.outputs)
                weights = sum(math.prod(weight.shape) for weight in getattr(layer, "weights", []))
                n = len(rows) + 1
                rows.append(Row(n, *_said(layer), layer.name, shape, weights, tuple(sources), n))
                new = [n] * len(node.outputs)
            numbers.update({id(output): n for output, n in zip(node.outputs, new, strict=True)})
        return numbers[id(tensor)]

    for tensor in model.outputs:
        visit(tensor)
    return rows


def _said(layer):
    """(type, settings worth knowing) of a layer."""
    inner = getattr(layer, "forward_layer", None) or getattr(layer, "layer", None)
    type_ = type(layer).__name__ + (f" {type(inner).__name__}" if inner else "")
    words = []
    for setting in SETTINGS:
        value = getattr(inner or layer, setting, None)
        if setting == "strides" and value == getattr(layer, "pool_size", None):
            continue
        value = getattr(value, "__name__", value)
        if isinstance(value, tuple | list):
            value = " × ".join(map(str, value))
        if value not in USUAL and not callable(value):
            words.append(f"stride {value}" if setting == "strides" else str(value))
    return type_, ", ".join(words)


def _folded(rows):
    """No more rows than a picture holds: blocks of layers with names like block_3_expand as one, then the middle."""
    if len(rows) <= MOST_LAYERS:
        return rows
    blocks = {}
    for row in rows:
        found = re.match(BLOCK, row.name)
        blocks.setdefault(found[0] if found else row.number, []).append(row)
    rows = [_as_one(members, f"{block}:") if len(members) > 1 else members[0] for block, members in blocks.items()]
    if len(rows) > MOST_LAYERS:
        kept = MOST_LAYERS * 2 // 3
        middle = rows[kept : kept - MOST_LAYERS]
        rows = [*rows[:kept], _as_one(middle, "… and", "more "), *rows[kept - MOST_LAYERS :]]
    return rows


def _as_one(members, before, more=""):
    """One Row for several; it says how many layers they are between the words given."""
    first, last = members[0], members[-1]
    inside = {row.number for row in members}
    sources = sorted({source for row in members for source in row.sources} - inside)
    types = ", ".join(f"{n} {name}" for name, n in Counter(row.type for row in members).most_common(2))
    n = sum(row.last - row.number + 1 for row in members)
    weights = sum(row.weights for row in members)
    return Row(first.number, f"{before} {n} {more}layers", types, "", last.shape, weights, tuple(sources), last.last)


def _drawn(rows, title):
    """Rows from top to bottom: what a layer is, its shape and weights; lines at the left lead to layers whose
    input is another one than that above."""
    height = ROW * (len(rows) + 2)
    figure = pyplot().figure(figsize=(WIDTH, height + 0.5))
    ax = figure.add_axes((0, 0, 1, height / (height + 0.5)), xlim=(0, WIDTH), ylim=(len(rows) + 1, -1))
    ax.axis("off")
    figure.text(0.5, 1 - 0.2 / (height + 0.5), title, ha="center", va="top", fontsize="large")
    write = partial(ax.text, va="center", ha="center", fontsize="small")
    write(LAYER + 0.07, -0.7, "layer", ha="left", color="grey")
    write(OUTPUT, -0.7, "output", color="grey")
    write(INPUTS, -0.7, "inputs", color="grey")
    write(WEIGHTS, -0.7, "weights", ha="right", color="grey")
    heaviest = max(row.weights for row in rows)
    above = 0  # number of the layer in the row above
    for i, row in enumerate(rows):
        colour = next((colour for words, colour in TYPES if re.search(words, row.type)), "#eeeeee")
        ax.barh(i, 4.3, left=LAYER, height=0.8, color=colour, edgecolor="grey", linewidth=0.5)
        numbers = f"{row.number}" if row.number == row.last else f"{row.number}–{row.last}"
        write(LAYER - 0.1, i, numbers, ha="right", fontsize="x-small", color="grey")
        name = write(LAYER + 0.07, i, row.type, ha="left", weight="bold")
        ax.annotate(f"  {row.settings}", (1, 0.5), xycoords=name, ha="left", va="center", fontsize="small")
        write(OUTPUT, i, row.shape)
        if row.weights:
            ax.barh(i, 1.7 * row.weights / heaviest, left=9.7, height=0.5, color="tab:purple", alpha=0.5)
            write(WEIGHTS, i, f"{row.weights:,}", ha="right")
        if set(row.sources) != {above}:
            inputs = list(map(str, row.sources))
            write(INPUTS, i, ", ".join(inputs) if len(inputs) < 6 else f"{', '.join(inputs[:2])} … {inputs[-1]}")
        above = row.last
    _lines(ax, rows)
    return figure


def _lines(ax, rows):
    """Lines from layers to those further below that take them as input; none crosses another along the same lane."""
    place = {n: i for i, row in enumerate(rows) for n in range(row.number, row.last + 1)} | {0: -1}
    jumps = {(place[source], i) for i, row in enumerate(rows) for source in row.sources if i - place[source] > 1}
    lanes = defaultdict(list)  # number: the (first, last) rows of its lines
    for first, last in sorted(jumps, key=lambda jump: (jump[1] - jump[0], jump)):
        lane = next(n for n in count() if all(last <= a or b <= first for a, b in lanes[n]))
        lanes[lane].append((first, last))
        x, top, bottom = max(0.1, 1.25 - 0.12 * lane), first + 0.15, last - 0.15
        ax.plot([1.4, x, x, 1.38], [top, top, bottom, bottom], color="tab:grey", linewidth=0.9)
        ax.plot(1.39, bottom, marker=">", color="tab:grey", markersize=4)
