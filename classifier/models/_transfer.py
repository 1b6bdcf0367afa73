"""A head on the embedding of a pretrained network, trained alone first and then with the network's last layers."""

from dataclasses import replace

from keras import KerasTensor, layers

from classifier.records.recipe import FIELD, Recipe

RECIPE = Recipe(  # of the head, on embeddings that are computed once
    epochs=60,
    batch_size=64,
    optimizer="adamw",
    learning_rate=1e-3,
    loss="categorical_crossentropy",
    weight_decay=0.01,
    warm_up=1,
    cosine=True,
    patience=60,
    balanced=True,
)
FINE_TUNE = replace(FIELD, epochs=20, learning_rate=3e-4, warm_up=1, patience=20)


def build(features: KerasTensor, n_classes: int) -> KerasTensor:
    """(steps, values) -> (n_classes,) probabilities."""
    x = layers.Dropout(0.3)(layers.GlobalAveragePooling1D()(features))
    return layers.Dense(n_classes, activation="softmax")(x)
