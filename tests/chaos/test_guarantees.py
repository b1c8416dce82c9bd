"""docs/guarantees.md tells of every scenario there is, of no other, and what came of it."""

from __future__ import annotations

import re
from pathlib import Path

from tests.chaos.table import HEAD, Row, markdown
from tests.documents import table
from tests.servers import ROOT

TOLD = (ROOT / "docs" / "guarantees.md").read_text("utf-8")


def test_the_table_has_every_scenario() -> None:
    tests = "".join(test.read_text("utf-8") for test in sorted(Path(__file__).parent.glob("test_*.py")))
    scenarios = re.findall(r'^@pytest\.mark\.scenario\("(.+)"\)$', tests, re.MULTILINE)
    rows = table(TOLD, HEAD[0])
    assert sorted(row[0] for row in rows) == sorted(scenarios)
    for scenario, faults, events, lost, doubled, seconds in rows:
        assert int(faults) > 0, scenario
        assert int(events.replace(",", "")) > 1_000, scenario
        assert (lost, doubled) == ("0", "0"), scenario
        assert int(seconds) > 0, scenario


def test_the_table_is_as_it_is_printed() -> None:
    rows = [Row("one", 2, 1_000, 0, 0, 3.4), Row("two", 1, 10, None, None, 1.0), Row("one", 1, 500, 1, 2, 3.0)]
    assert markdown(rows).splitlines()[2:] == [
        "| one | 3 | 1,500 | 1 | 2 | 6 |",
        "| two | 1 | 10 | not reached | not reached | 1 |",
    ]
    assert f"| {' | '.join(HEAD)} |" in TOLD
