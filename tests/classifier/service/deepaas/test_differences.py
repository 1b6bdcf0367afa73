"""What is listed as a difference from DEEPaaS is what the kept comparison found, and the other way round."""

from benchmarks.deepaas_differences import DIFFERENCES
from Constants import ROOT


def test_each_difference_of_the_comparison_is_listed_with_its_reason():
    _, *lines, said = (ROOT / "benchmarks" / "results" / "deepaas.txt").read_text().splitlines()
    assert said == f"{len(lines)} compared: {len(DIFFERENCES)} differ, 0 of them are not listed as on purpose"
    found = {line for line in lines if any(line.endswith(f" {why}") for why in DIFFERENCES.values())}
    assert len(found) == len(DIFFERENCES)
    for (request, what), why in DIFFERENCES.items():
        assert any(line.startswith(f"{request} ") and f" {what} " in line and line.endswith(why) for line in found)
