"""docs/diagnosis.md is what the rules make of it."""

from __future__ import annotations

from tests.diagnosis.document import FILE, markdown


def test_it_is_up_to_date() -> None:
    assert FILE.read_text("utf-8") == markdown(), "python -m tests.diagnosis.document writes it anew"
