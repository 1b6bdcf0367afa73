"""The last step of a training of Studio: the new model beside the one before.

python -m classifier.service.studio.comparing BEFORE NOW DATA

Writes NOW/studio_comparison.json. That models cannot be compared is a result, too, and no error of the training.
"""

import sys
import tempfile
from pathlib import Path

from classifier.core import atomic_files, console
from classifier.core.errors import InputError
from classifier.evaluation import comparison
from classifier.evaluation.comparison import ComparedModel
from classifier.evaluation.comparison_config import ComparisonConfig
from classifier.scoring import paired
from classifier.service.studio import schemas
from classifier.service.studio.training import COMPARED

SHOWN = 100  # differences that are kept


def main(before: Path, now: Path, data: Path) -> None:
    """Compare, and write what was found."""
    with tempfile.TemporaryDirectory() as folder:
        config = ComparisonConfig(str(before), str(now), data=data, layout="annotations", out=Path(folder))
        try:
            config.check()
            found = _found(comparison.compare(config))
        except InputError as error:
            console.say(f"not compared: {error}")
            found = schemas.Comparison(verdict=paired.UNKNOWN, why=str(error))
    with atomic_files.new_file(now / COMPARED) as fresh:
        fresh.write_text(found.model_dump_json(), encoding="utf-8")


def _found(of: comparison.Comparison) -> schemas.Comparison:
    before, now = of.models
    return schemas.Comparison(
        before=_model(before),
        now=_model(now),
        verdict=of.paired.verdict,
        recordings=of.paired.recordings,
        groups=of.paired.groups,
        difference=of.paired.difference,
        interval=of.paired.interval,
        more=of.paired.more,
        differences=[
            schemas.Difference(recording=one.recording, label=one.label, before=one.answers[0], now=one.answers[1])
            for one in of.differences[:SHOWN]
        ],
    )


def _model(of: ComparedModel) -> schemas.Model:
    return schemas.Model(right=of.right, balanced_accuracy=of.balanced_accuracy)


if __name__ == "__main__":
    console.run(lambda: main(*map(Path, sys.argv[1:])))
