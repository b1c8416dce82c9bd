"""docs/board.md: what it says of addresses is so."""

from __future__ import annotations

import re
import subprocess

from consumers.board.book import Book
from consumers.board.marking import Marking
from consumers.board.server import application
from consumers.board.stream import Stream
from consumers.marks import Marks
from streams.serving import Health
from streams.settings import Settings
from tests.consumers.samples import Scorer, eventually, scores
from tests.documents import BOARD, blocks, inline, names, table
from tests.servers import program


def test_a_program_mutes(scorer: Scorer, board_address: str) -> None:
    scorer.say(scores("pharma", dimension="industry"))
    program("curl", "curl")
    (command,) = blocks(BOARD, "sh")
    there = ["sh", "-c", command.replace("http://127.0.0.1:8500/", board_address)]
    eventually(lambda: '"by":"deploy"' in subprocess.run(there, capture_output=True, text=True).stdout)


def test_all_addresses_are_told() -> None:
    book = Book({}, [], {}, Marks(Settings()))
    app = application(book, Stream(book.snapshot), "", Marking(book, lambda _: None), Health())
    there = {f"{route.method} {route.resource.canonical}" for route in app.router.routes() if route.resource}
    told = {names(row)[0] for row, _, _ in table(BOARD, "Address")}
    assert told == {each for each in there if each.startswith("POST")}
    read = {re.sub(r"\?.*", "", f"GET {code}") for code in inline(BOARD) if code.startswith("/api/")}
    assert read <= there
