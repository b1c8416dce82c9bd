"""The Markdown files that people read, taken apart for tests."""

from __future__ import annotations

import re

from tests.servers import ROOT

#: All that people read, by the path in the repository.
PAGES = {
    str(file.relative_to(ROOT)): file.read_text("utf-8")
    for file in (ROOT / "README.md", ROOT / "examples" / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}
README, EXAMPLES = PAGES["README.md"], PAGES["examples/README.md"]
ALERTS = PAGES["docs/alerts.md"]
BOARD = PAGES["docs/board.md"]
CONNECT = PAGES["docs/connect.md"]
DEPLOYMENT = PAGES["docs/deployment.md"]
DESIGN = PAGES["docs/design.md"]
DETECTION = PAGES["docs/detection.md"]
EVENTS = PAGES["docs/events.md"]
PROMETHEUS = PAGES["docs/prometheus.md"]
REDIS = PAGES["docs/redis.md"]
RUNBOOK = PAGES["docs/runbook.md"]
SETTINGS = PAGES["docs/settings.md"]
SIZING = PAGES["docs/sizing.md"]


def blocks(text: str, language: str) -> list[str]:
    """The fenced blocks of `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands(text: str) -> list[str]:
    """The lines that are to be typed into a shell."""
    return [line for block in blocks(text, "sh") for line in block.splitlines() if line.strip()]


def inline(text: str) -> list[str]:
    """What stands between backquotes in the running text."""
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
    return [" ".join(code.split()) for code in re.findall(r"`([^`]+)`", prose)]


def tables(text: str, first_column: str) -> list[list[list[str]]]:
    """The tables whose first column has this title: rows of cells, without the head."""
    found = re.findall(rf"^\| {first_column} \|.*\n\|[-|]+\|\n((?:\|.*\n)+)", text, re.MULTILINE)
    return [[[cell.strip() for cell in row[1:-1].split("|")] for row in body.splitlines()] for body in found]


def table(text: str, first_column: str) -> list[list[str]]:
    """The only table whose first column has this title."""
    (found,) = tables(text, first_column)
    return found


def names(cell: str) -> list[str]:
    """The names between backquotes in a cell."""
    return re.findall(r"`([^`]+)`", cell)
