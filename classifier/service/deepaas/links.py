"""Where a person may look a label up, as answers of deephdc's audio classifier have it. Nothing here is fetched."""

from collections.abc import Iterable
from urllib.parse import quote, urlencode


def links(labels: Iterable[str]) -> dict[str, list[str]]:
    """{where: one address per label}: pictures, and an encyclopedia."""
    labels = list(labels)
    return {
        "Google Images": [f"https://www.google.es/search?{urlencode({'tbm': 'isch', 'q': name})}" for name in labels],
        "Wikipedia": [f"https://en.wikipedia.org/wiki/{quote(name.replace(' ', '_'))}" for name in labels],
    }
