"""The tables a person takes away: how good each model is, how large, and which file to copy into the app.

python -m classifier.summary
"""

from classifier import artifact, console
from Constants import TRAINED

LEAKS_NAMED = 5
SIDES = {"train": "learn from", "validation": "validate", "test": "test"}


def scores(trained):
    """Print what the test side says of a model, chance beside it."""
    score, split = trained.run["scores"], trained.run["split"]
    pieces, recordings = score["pieces"], score["recordings"]
    sides = ", ".join(f"{len(split[side])} to {verb}" for side, verb in SIDES.items())
    print(f"{trained.name}: {recordings['right']} of {recordings['n']} held-out recordings right")
    luck = f"guessing {score['chance']:.1%}, always the most frequent label {score['majority']:.1%} of pieces right"
    print(
        f"  pieces: {pieces['right']} of {pieces['n']} right, mean of the recalls {pieces['mean_recall']:.1%} ({luck})"
    )
    leaks = [len(split[f"{what}_on_two_sides"]) for what in ("groups", "recordings")]
    print(f"  split by {split['by']}: {split['groups']} groups; {leaks[0]} groups, {leaks[1]} recordings on two sides")
    for what in ("groups", "recordings"):
        if split[f"{what}_on_two_sides"]:
            names = ", ".join(split[f"{what}_on_two_sides"][:LEAKS_NAMED])
            print(f"  WARNING: these {what} stand on two sides, so the scores flatter: {names} ...")
    print(f"  recordings: {sides}; epoch {trained.run['best_epoch']} kept, {trained.run['training_seconds']:.0f} s")
    rows = [
        [label, *(f"{of['recall'][label]:.1%}" for of in (pieces, recordings)), *map(str, row)]
        for label, row in zip(trained.labels, pieces["confusion"], strict=True)
    ]
    console.table(["label", "recall, pieces", "recordings", *(f"as {label}" for label in trained.labels)], rows)


def show(models):
    """Print a row per file that can be copied into an app."""
    rows = []
    for trained in models:
        right = trained.run["scores"]["recordings"]
        for file in artifact.app_files(trained):
            if file.target.is_file():
                size = f"{file.target.stat().st_size / 1000:,.0f} KB"
                rows.append([trained.name, f"{right['right']} of {right['n']}", size, file.takes, file.target])
    console.table(["model", "held-out recordings right", "size", "takes", "file to copy into the app"], rows)


if __name__ == "__main__":
    console.run(lambda: show(artifact.trained(TRAINED)))
