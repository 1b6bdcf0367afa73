"""Hundreds of odd inputs: each is read whole, read with a warning, or refused by name, as is right for it.

python -m benchmarks.odd_inputs
"""

import tempfile
from collections import Counter
from pathlib import Path

from benchmarks.odd_inputs import advised, data_sets, encoded, folders, lying_headers, models, per_channel, tables
from benchmarks.odd_inputs.kind import Kind, wrong
from classifier.core import arguments, console

MODULES = (lying_headers, encoded, data_sets, tables, folders, models, per_channel, advised)


def kinds() -> list[Kind]:
    """All kinds, in order."""
    return [kind for module in MODULES for kind in module.kinds()]


def tried(kind: Kind, most: int | None = None) -> dict[str, str]:
    """{member: what is wrong with its outcome, or ""}, of the first members or of all."""
    found = {}
    for number, name in enumerate(list(kind.members)[:most]):
        with tempfile.TemporaryDirectory() as temporary, console.quiet_libraries(also_python=False):
            folder = Path(temporary) / f"odd{number}"
            folder.mkdir()
            found[name] = wrong(kind, name, folder)
    return found


def main(argv=None):
    arguments.ArgumentParser(description=__doc__.splitlines()[0]).parse_args(argv)
    rows, complaints, outcomes = [], [], Counter()
    for kind in console.progress(kinds(), "kinds"):
        found = tried(kind)
        bad = {name: complaint for name, complaint in found.items() if complaint}
        rows.append([kind.section, kind.what, kind.outcome, len(found), len(found) - len(bad), len(bad)])
        complaints += [f"{kind.section}, {kind.what}, {name}: {complaint}" for name, complaint in bad.items()]
        outcomes[kind.outcome] += len(found)
    console.table(["section", "what is odd", "right outcome", "members", "right", "wrong"], rows)
    for complaint in complaints:
        print(f"WRONG: {complaint}")
    fixed = ", ".join(f"{n} {outcome}" for outcome, n in outcomes.items())
    print(f"{outcomes.total()} odd inputs of {len(rows)} kinds ({fixed}): {len(complaints)} wrong")
    if complaints:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
