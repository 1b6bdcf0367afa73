import keras
import matplotlib.image

from classifier.plotting import layers
from classifier.records.audio_format import AudioFormat


def branched():
    """Audio -> two branches -> added, the second in a model of its own."""
    inner = keras.Input((8,))
    nested = keras.Model(inner, keras.layers.ReLU()(keras.layers.Dense(8)(inner)))
    audio = keras.Input((8,))
    first = keras.layers.Dense(8)(audio)
    return keras.Model(audio, keras.layers.Add()([first, nested(audio)]))


def test_a_row_says_which_layers_are_its_inputs():
    rows = layers._rows(branched())
    assert [row.type for row in rows] == ["Dense", "Dense", "ReLU", "Add"]
    assert [row.sources for row in rows] == [(0,), (0,), (2,), (1, 3)]
    assert [row.weights for row in rows] == [72, 72, 0, 0]


def deep(n, name):
    x = audio = keras.Input((4,))
    for i in range(n):
        x = keras.layers.Dense(4, name=name(i))(x)
    return keras.Model(audio, x)


def test_layers_of_a_block_are_one_row_where_there_are_too_many():
    rows = layers._folded(layers._rows(deep(150, lambda i: f"block_{i // 10}_dense_{i % 10}")))
    assert [row.type for row in rows] == [f"block_{i}: 10 layers" for i in range(15)]
    assert {row.weights for row in rows} == {200}
    assert rows[1].sources == (10,)


def test_what_is_still_too_much_is_counted():
    rows = layers._folded(layers._rows(deep(200, lambda i: f"layer_{i}")))
    assert len(rows) == layers.MOST_LAYERS + 1
    assert "… and 80 more layers" in [row.type for row in rows]
    assert rows[-1].number == 200


def test_a_picture_of_layers_grows_with_them(tmp_path):
    for name in ("signal", "residual"):
        layers.draw(name, AudioFormat(), 3, tmp_path / f"{name}.png")
    heights = [matplotlib.image.imread(tmp_path / f"{name}.png").shape[0] for name in ("signal", "residual")]
    assert heights[1] > heights[0]
