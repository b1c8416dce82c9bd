"""The Markdown files that people read, taken apart for tests."""

from __future__ import annotations

import re

from tests.servers import ROOT

README = (ROOT / "README.md").read_text("utf-8")
EXAMPLES = (ROOT / "examples" / "README.md").read_text("utf-8")
ALERTS = (ROOT / "docs" / "alerts.md").read_text("utf-8")
CONNECT = (ROOT / "docs" / "connect.md").read_text("utf-8")
REDIS = (ROOT / "docs" / "redis.md").read_text("utf-8")
SETTINGS = (ROOT / "docs" / "settings.md").read_text("utf-8")
DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text("utf-8")
SIZING = (ROOT / "docs" / "sizing.md").read_text("utf-8")
RUNBOOK = (ROOT / "docs" / "runbook.md").read_text("utf-8")


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
