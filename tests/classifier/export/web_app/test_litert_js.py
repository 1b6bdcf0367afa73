import gzip
import json
import sys

import pytest

from classifier.core.errors import InputError
from classifier.export.web_app import litert_js


def test_the_lock_file_pins_by_integrity_and_names_no_host():
    lock = (litert_js.NPM / litert_js.LOCK).read_text(encoding="utf-8")
    packages = {name: of for name, of in json.loads(lock)["packages"].items() if name}
    assert packages and all(of["integrity"].startswith("sha512-") for of in packages.values())
    assert "://" not in lock and "resolved" not in lock


def test_without_node_the_command_that_installs_it_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, litert_js.NODE, None)
    with pytest.raises(InputError, match=r"pip install -r .*requirements-web\.txt"):
        litert_js.check_node()


def test_another_version_that_differs_where_we_change_it_is_refused(packages, tmp_path, monkeypatch):
    monkeypatch.setattr(litert_js, "CHANGES", {"what is not there": "anything"})
    with pytest.raises(InputError, match="fit another version"):
        litert_js.write(packages, tmp_path / "litert")


def test_wasm_is_compressed_and_otherwise_as_published(packages, tmp_path):
    litert_js.write(packages, tmp_path / "litert")
    for name in litert_js.BUILDS.values():
        held = gzip.decompress((tmp_path / "litert" / f"{name}.wasm.gz").read_bytes())
        assert held == (packages / litert_js.CORE / "wasm" / f"{name}.wasm").read_bytes()
