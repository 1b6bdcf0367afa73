"""The README and docs/: links lead somewhere, commands name flags that exist, the README stays short."""

import re

import pytest

from classifier.core import registry
from tests.conftest import ROOT
from tests.test_guide import COMMANDS
from tools import make_docs

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
COMMAND = re.compile(r"\b([A-Z]\w+)\.py\b([^`\n#]*)")
README_LINES, README_WORDS = 170, 1600
PICTURE_BYTES = 200_000


def name(page):
    return page.relative_to(ROOT).as_posix()


def anchors(page):
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_relative_link_leads_to_a_file_and_a_heading(page):
    for link in LINK.findall(CODE.sub("", page.read_text(encoding="utf-8"))):
        if not re.match(r"[a-z]+:", link):
            path, _, anchor = link.partition("#")
            target = (page.parent / path).resolve() if path else page
            assert target.exists(), f"{name(page)}: there is no {path}"
            assert not anchor or anchor in anchors(target), f"{name(page)}: {link} has no such heading"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_script_that_is_named_exists_and_knows_the_flags_behind_it(page):
    for script, rest in COMMAND.findall(page.read_text(encoding="utf-8")):
        if (ROOT / f"{script}.py").is_file() and script in make_docs.SCRIPTS:
            known = set(re.findall(r"^  (?:-h, )?(--[\w-]+)", make_docs.help_of(script), re.M))
            flags = set(re.findall(r"(?<!\S)(--[a-z][\w-]*)", re.split(r"[|;&>]|\w\.py", rest)[0]))
            assert flags <= known, f"{name(page)}: {script}.py does not know {', '.join(sorted(flags - known))}"
        else:
            assert (ROOT / f"{script}.py").is_file(), f"{name(page)}: there is no {script}.py"


def test_every_page_of_the_guide_is_in_the_readme():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(name(page) in text for page in PAGES if page.parent.name in ("guide", "reference"))


@pytest.mark.parametrize("page", [page for page in PAGES if page.parent.name == "guide"], ids=name)
def test_every_page_of_the_guide_has_commands_that_the_tests_run(page):
    assert COMMANDS.search(page.read_text(encoding="utf-8")), f"{name(page)} has no ```sh block under <!-- tested -->"


def test_the_readme_is_short():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= README_LINES and len(text.split()) <= README_WORDS


def test_the_readme_counts_the_models():
    said = re.search(r"\*\*(\d+) models\*\*", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert said and int(said[1]) == len(registry.names("models"))


def test_the_picture_of_a_report_is_small():
    assert (ROOT / "docs" / "report.png").stat().st_size <= PICTURE_BYTES


def test_every_file_of_results_that_is_named_exists():
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")
    for module in re.findall(r"benchmarks\.(\w+)", text):
        paths = [ROOT / "benchmarks" / name for name in (f"{module}.py", f"{module}/__main__.py")]
        assert any(path.is_file() for path in paths), f"there is no benchmarks/{module}.py"


def test_every_page_that_the_code_names_exists():
    scripts = [*ROOT.glob("*.py"), *(ROOT / "classifier").rglob("*.py")]
    named = {page for path in scripts for page in re.findall(r"docs/[\w/]+\.md", path.read_text(encoding="utf-8"))}
    assert named
    assert not [page for page in named if not (ROOT / page).is_file()]


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_of_the_project_that_a_page_names_exists(page):
    named = re.findall(r"`((?:classifier|tests|tools|benchmarks)/[\w./]*\w)/?`", page.read_text(encoding="utf-8"))
    assert not [path for path in named if not (ROOT / path).exists()]
