from pathlib import Path

import numpy as np

from classifier.plotting import figure


def size_of(path: Path) -> tuple[int, int]:
    """(width, height) of a PNG, from its header."""
    content = path.read_bytes()
    assert content.startswith(b"\x89PNG")
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def test_a_figure_is_a_png_of_its_size_and_is_closed(tmp_path):
    plt = figure.pyplot()
    drawn, ax = plt.subplots(figsize=(3, 2))
    ax.imshow(np.eye(3))
    figure.save(drawn, tmp_path / "a.png")
    assert size_of(tmp_path / "a.png") == (3 * figure.DPI, 2 * figure.DPI)
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert not plt.fignum_exists(drawn.number)


def test_names_are_shown_as_they_are(tmp_path):
    plt = figure.pyplot()
    drawn, ax = plt.subplots()
    lines = {name: ax.plot([1, 2])[0] for name in ("a $_$ b", "_noise_")}
    figure.legend(ax, lines)
    ax.set_title("$^$")
    drawn.suptitle("costs $_$")
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    figure.save(drawn, tmp_path / "names.png")  # matplotlib would refuse these formulas
    assert shown == list(lines) and (tmp_path / "names.png").is_file()
