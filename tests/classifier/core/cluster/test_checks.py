"""Clusters with other packages: each difference is named, before anything is sent."""

import platform
from operator import mul

import pytest

from classifier.core import parallel
from classifier.core.cluster import checks
from classifier.core.errors import InputError


def install(folder, **versions):
    """What pip leaves of packages, as far as anybody asks for their versions."""
    for name, version in versions.items():
        about = folder / f"{name}-{version}.dist-info"
        about.mkdir(parents=True)
        (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    return str(folder)


def test_each_package_that_a_worker_lacks_or_has_in_another_version_is_named(start_cluster, tmp_path, monkeypatch):
    frail = start_cluster()
    frail.add_worker(PYTHONPATH=install(tmp_path / "there", soundkit=2))
    frail.add_worker(PYTHONPATH=install(tmp_path / "there too", soundkit=2))
    monkeypatch.syspath_prepend(install(tmp_path / "here", soundkit=1, earkit=3))
    (tmp_path / "requirements.txt").write_text(
        "numpy==2.1.3\nsoundkit==1  # of sounds\nearkit==3; python_version > '3'\n"
    )
    monkeypatch.setattr(checks, "ROOT", tmp_path)
    with pytest.raises(InputError) as told:
        list(parallel.results(mul, [(1, 2)], frail.address))
    worker, differences = "the cluster has other packages than this machine: worker tcp://", str(told.value)
    assert differences.startswith(worker)
    assert "(and 1 more) has earkit missing (here 3), soundkit 2 (here 1). Install the requirements.txt" in differences


def test_a_worker_that_comes_late_looks_by_itself():
    checks.check_here(checks.installed())
    wanted = {"numpy": "0.1", "earkit": "3"}
    with pytest.raises(InputError, match=r"numpy \d\S* \(there 0.1\), earkit missing \(there 3\)") as told:
        checks.check_here(wanted)
    assert f"the worker on {platform.node()} has other packages than the client" in str(told.value)


@pytest.mark.parametrize("package", ["dask", "python"])
def test_the_scheduler_needs_dask_alone(package):
    class Told:
        def get_versions(self, packages):
            ours = {"packages": {"python": "3.11.4.final.0", "dask": "1", "distributed": "1"}}
            theirs = {"packages": {**ours["packages"], package: "3.9.0"}}
            return {"client": ours, "workers": {}, "scheduler": theirs}

    if package == "python":
        checks.check_packages(Told())
    else:
        with pytest.raises(InputError, match=r"the scheduler has dask 3.9.0 \(here 1\)"):
            checks.check_packages(Told())
