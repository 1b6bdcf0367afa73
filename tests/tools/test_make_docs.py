"""docs/reference says what the code says."""

import subprocess
import sys

import pytest

from classifier.core import registry
from tests.conftest import ROOT
from tools import make_docs

PAGES = make_docs.pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_up_to_date(name):
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name], f"docs/reference/{name} is out of date: make docs"


def test_there_is_no_other_page():
    assert {path.name for path in (ROOT / "docs" / "reference").iterdir()} == set(PAGES)


def test_every_script_of_the_root_is_described():
    scripts = {path.stem for path in ROOT.glob("*.py") if "console.run(main)" in path.read_text(encoding="utf-8")}
    assert scripts == set(make_docs.SCRIPTS)


def test_a_help_text_names_each_flag_and_not_the_usage_line():
    text = make_docs.help_of("TrainModel")
    assert text.startswith("Step 1: ")
    assert "--group-by REGEX" in text and "usage:" not in text


@pytest.mark.parametrize(
    ("kind", "page"), [("models", "models.md"), ("features", "features.md"), ("writers", "layouts.md")]
)
def test_every_file_of_a_folder_is_on_its_page(kind, page):
    assert registry.names(kind)
    for name in registry.names(kind):
        assert name in PAGES[page]


def test_a_source_becomes_a_link_with_first_author_and_year():
    docstring = "A network.\n\nSource: He, Zhang & Sun, CVPR 2016, arXiv 1512.03385; as Tang, 2018\nDiffers: x."
    assert make_docs.source_link(docstring) == "[He 2016](https://arxiv.org/abs/1512.03385)"


def test_a_figure_is_rounded_once_and_missing_ones_are_empty():
    row = next(line for line in PAGES["models.md"].splitlines() if line.startswith("| `residual` |"))
    assert row.endswith("| 78,227 | 373 | 2.2 | 92.8% | 78.8% |")
    row = next(line for line in PAGES["models.md"].splitlines() if line.startswith("| `yamnet_small` | A dense"))
    assert row.endswith("|  |  |")


def test_a_renamed_flag_is_listed_with_the_scripts_that_know_the_new_one():
    assert "| `--join` | `--merge-gap` | ClassifyRecordings.py |" in PAGES["flags.md"]


def test_it_imports_no_tensorflow():
    program = "import sys; from tools import make_docs; make_docs.pages(); sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT).returncode == 0
