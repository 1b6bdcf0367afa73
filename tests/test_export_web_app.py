"""ExportWebApp.py as users run it."""

import json
import re

import pytest

from classifier.export.web_app import folder, trial
from classifier.records import artifact
from tests.conftest import call_script

pytestmark = pytest.mark.usefixtures("packages")

HOST = re.compile(r"https?://(?!localhost|www\.w3\.org/2000/svg)[^\s\"'`)<]+")


def test_it_writes_a_folder_that_asks_no_other_host(trained, tmp_path):
    out = tmp_path / "a b" / "app"
    printed, _ = call_script(
        "ExportWebApp.py", "--trained", trained.out, "--model", "signal,mel", "--out", out, cwd=tmp_path
    )
    loads = re.search(r"a first visit loads (\d\.\d) MB", printed)
    assert loads and float(loads[1]) < 4
    assert "https or localhost" in printed and "http.server" in printed
    models = json.loads((out / folder.MODELS).read_text())["models"]
    assert [model["name"] for model in models] == ["signal", "mel"]
    for name in ("signal", "mel"):
        found = artifact.load(trained.out / name)
        assert trial.candidates(found)[0] == found.variants.recommended
    ours = [path for path in out.rglob("*") if path.suffix in (".js", ".html", ".css", ".webmanifest")]
    assert len(ours) > 20
    for path in ours:
        if path.parent.name != "litert":  # whose comments name pages
            assert not HOST.findall(path.read_text(encoding="utf-8")), path
    page = (out / "index.html").read_text(encoding="utf-8")
    assert not re.search(r'(?:src|href)="[/.]', page)
    assert "script-src 'self' 'wasm-unsafe-eval';" in page and "unsafe-inline" not in page


def test_a_folder_with_something_else_is_left_alone(trained, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("dear listener")
    _, said = call_script(
        "ExportWebApp.py", "--trained", trained.out, "--model", "signal", "--out", "mine", cwd=tmp_path, expect=1
    )
    assert "mine: it holds something else than a web app" in said
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["letter.txt"]
