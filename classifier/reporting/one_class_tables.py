"""What the test split says of a model that learned from normal recordings alone: for the screen, and for the report."""

from classifier.data import splits
from classifier.records import artifact
from classifier.reporting import warnings
from classifier.scoring.one_class import FEW_ALARMS


def scores(trained: artifact.Artifact) -> None:
    """Print what the test split says of a model."""
    record = trained.record
    print(f"{trained.name}: learned from {len(record.split.train)} normal recordings, no abnormal one")
    for line in lines(trained):
        print(f"  {line}")
    sizes = ", ".join(f"{len(record.split.names(name))} to {verb}" for name, verb in splits.VERBS.items())
    print(f"  split by {record.split.rule}; leak check: {warnings.leak_check(record.split)}")
    print(f"  recordings: {sizes}; {record.training_seconds:.0f} s")


def lines(trained: artifact.Artifact) -> list[str]:
    """Sentences on the threshold, its false alarms, and the areas; [] of a model that learned labels."""
    if not (one_class := trained.record.one_class):
        return []
    found = one_class.detection
    alarms = f"{found.false_alarms} of {found.normal_windows} normal test windows reach the threshold: {found.rate:.1%}"
    said = [f"{alarms} ({warnings.between(*found.rate_interval)}); {one_class.false_alarm_rate:.1%} was asked for"]
    if not one_class.is_proven:
        said.append(f"the threshold rests on {one_class.groups} normal recordings (or groups): too few for that rate")
    if found.auc is None or found.partial_auc is None:
        return [*said, "AUC: not measured, because no abnormal recordings are there to test with"]
    areas = f"AUC {found.auc:.3f}{_interval(found.auc_interval)}"
    partial = f"partial AUC {found.partial_auc:.3f}{_interval(found.partial_auc_interval)}"
    of = f"{found.normal_recordings} normal and {found.abnormal_recordings} abnormal recordings"
    said.append(f"{areas}, {partial} up to {FEW_ALARMS:.0%} false alarms (0.5 is chance), of {of}")
    said.append(f"{found.detected} of {found.abnormal_recordings} abnormal recordings reach the threshold")
    return said


def _interval(ends):
    return f" ({ends[0]:.3f} to {ends[1]:.3f})" if ends else ""
