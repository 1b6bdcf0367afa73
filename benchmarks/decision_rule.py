"""What the decision rule brings: misses and false alarms on timelines, with it and with thresholds alone.

    python EvaluateModel.py --model residual --data ../shared/data/voices --group-by '^([^_]+)_' \\
        --negatives ../shared/data/esc10,../shared/data/background --epochs 20 --no-refit --out evaluated
    python -m benchmarks.decision_rule evaluated residual

Reads the records of the folds that EvaluateModel.py has trained. Each fold's rule was chosen on its validation split
and is measured on the timelines of its test split: held-out recordings that are placed in held-out background.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from classifier.core import console
from classifier.core.errors import InputError
from classifier.records import artifact
from classifier.scoring.thresholds import rates


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("evaluated", type=Path, help="folder of EvaluateModel.py")
    parser.add_argument("model")
    args = parser.parse_args(argv)

    records = [artifact.load(path.parent).record for path in sorted(args.evaluated.glob(f"*/{args.model}/run.json"))]
    decisions = [record.decision.test for record in records if record.decision and record.decision.test]
    if not decisions:
        raise InputError(f"{args.evaluated} holds no fold of {args.model} whose decision rule was measured")
    print(f"{args.model}: timelines of {len(decisions)} test splits")
    console.table(
        ["label", "rule", "events", "missed", "false alarms", "hours", "per hour", "at most"], _rows(decisions)
    )
    found = defaultdict(list)
    for record in records:
        for condition in record.robustness:
            found[condition.what].append(condition.balanced_accuracy)
    console.table(
        ["test windows", "balanced accuracy", "by fold"],
        [[what, f"{np.mean(of):.1%}", " ".join(f"{one:.1%}" for one in of)] for what, of in found.items()],
    )


def _rows(decisions):
    rows = []
    for label in decisions[0].chosen:
        for rule in ("default", "chosen"):
            scores = [getattr(of, rule)[label] for of in decisions]
            events, missed = sum(of.events for of in scores), sum(of.missed for of in scores)
            pooled = rates(sum(of.false_alarms for of in scores), sum(of.hours for of in scores))
            limits = (f"{pooled[name]:.2f}" for name in ("hours", "false_alarms_per_hour", "at_most_per_hour"))
            rows.append([label, rule, events, f"{missed / events:.1%}", pooled["false_alarms"], *limits])
    return rows


if __name__ == "__main__":
    console.run(main)
