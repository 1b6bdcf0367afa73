"""A trained model as one page, trained/<model>/report/index.html: what it is, how good it is, and where it errs.

The page asks for nothing outside itself and names no folder of the computer that it was made on. Labels and file names
come from strangers: the templates escape all that they are given.
"""

import re
from pathlib import Path

import jinja2

from classifier.core import atomic_files
from classifier.records import artifact
from classifier.reporting import report_data

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "report.html.j2"
INTERVAL = re.compile(r"\(\d+ to \d+ %\)")


def write(trained: artifact.Artifact) -> Path:
    """Draw the pictures of a trained model and write its page, after whichever step; what is missing is said to be.

    Returns:
        Path of the page.
    """
    folder = trained.folder / artifact.REPORT
    folder.mkdir(exist_ok=True)
    page = _environment().get_template(PAGE).render(report_data.gather(trained))
    path = folder / artifact.PAGE
    with atomic_files.new_file(path) as fresh:
        fresh.write_text(page, encoding="utf-8", errors="replace")
    return path


def _environment():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": "{:.1%}".format, "thousands": "{:,}".format, "unbroken": _unbroken}
    return environment


def _unbroken(cell):
    """A cell in which no line ends within an interval, such as (19 to 73 %)."""
    return INTERVAL.sub(lambda interval: interval[0].replace(" ", "\u00a0"), str(cell))
