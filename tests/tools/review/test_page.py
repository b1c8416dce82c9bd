"""The page is whole by itself, says what the review says, and takes nothing from events for markup."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from segpulse.cli import cli
from tests.tools.review.made import write


class Reader(HTMLParser):
    """Tags that are open, and the text."""

    VOID = frozenset({"meta", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("page")
    config, file = write(folder)
    out = folder / "review.html"
    arguments = ["--config", str(config), "review", str(file), "--period", "10d", "--out", str(out)]
    result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{out}: 11 January 2026 to 20 January 2026; the next review is due on ")
    return Path(out).read_text("utf-8")


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    return reader


def test_whole_and_by_itself(page: str) -> None:
    reader = read(page)
    assert reader.open == []
    assert not reader.tags & {"script", "img", "link", "iframe"}
    assert all(link.startswith("#") for link in reader.links)
    assert "://" not in page
    assert "url(" not in page


def test_text_of_events_is_no_markup(page: str) -> None:
    assert "<b>" not in page
    assert "&lt;b&gt;pro&lt;/b&gt;" in page
    assert "<b>pro</b>" in read(page).text


def test_says_what_there_is(page: str) -> None:
    text = re.sub(r"\s+", " ", read(page).text)
    for said in (
        "Divides people well.",
        "Why, at the end of the period",
        "basic: Unclear: Customers who bought 20% against",
        "plus: Customers who bought 50.0 %, the rest 37.5 %",
        "Merge <b>pro</b> and plus: no KPI tells them apart.",
        "Compared with 1 January 2026 to 10 January 2026",
    ):
        assert said in text, said
    assert "None" not in text
    assert "nan" not in text
