"""Mapping files: what is wrong is said with file, key and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.settings import SettingsError
from streams.tools.files import mapping
from streams.tools.files.read import read

GOOD = """
[visitor]
column = "who"
[time]
column = "at"
[traits]
city = { column = "city" }
[[events]]
topic = "clicks"
"""


def load(tmp_path: Path, text: str) -> mapping.Mapping:
    path = tmp_path / "map.toml"
    path.write_text(text)
    return mapping.load(path)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("[visitor]", "[visitor", "not TOML"),
        ('column = "who"', "", "visitor: give either column, or prefix"),
        ('column = "who"', 'column = "who"\nprefix = "x"', "visitor: give either column, or prefix"),
        ('column = "who"', "column = 3", "visitor.column: Expected `str | null`, got `int`"),
        ('column = "who"', 'colum = "who"', "visitor.colum: there is no such key; there are column"),
        ('column = "at"', "", "time: give either column, or start and spread"),
        ('column = "at"', 'column = "at"\nseed = 1', "time: with column there is no start"),
        ('column = "at"', 'column = "at"\ntimezone = "Mars"', "time.timezone: 'Mars' is no time zone, like 'UTC'"),
        ('column = "at"', 'start = "soon"\nspread = "1d"', "time.start: 'soon' is not ISO 8601, like '2026-01-01'"),
        ('column = "at"', 'start = "2026-01-01"\nspread = "1 day"', "time.spread: '1 day' is not a span of time"),
        ('column = "at"', 'start = "2026-01-01"\nspread = "1s"', "time.spread: 1s is too short for 1 events 1s apart"),
        ('{ column = "city" }', '{ colum = "city" }', "traits.city.colum: there is no such key; there are column"),
        ('"clicks"', '"klicks"', "events[0].topic: 'klicks' is none of page_views, clicks"),
        ('"clicks"', '"emails"', "events[0].event: give one of bounced, clicked"),
        ('"clicks"', '"leads"\nevent = "wun"', "events[0].event: 'wun' is none of created, lost"),
        ('"clicks"', '"clicks"\nwhen = { column = "x" }', "events[0].when: give exactly one of equals"),
        ("[visitor]", 'settings = "no.toml"\n[visitor]', "settings: there is no file"),
        ("[visitor]", '[source]\ndelimiter = ""\n[visitor]', "source.delimiter: must be one character"),
    ],
)
def test_names_the_key_and_what_would_be_right(tmp_path: Path, old: str, new: str, says: str) -> None:
    assert old in GOOD
    with pytest.raises(SettingsError) as caught:
        load(tmp_path, GOOD.replace(old, new, 1))
    assert str(caught.value).startswith(f"{tmp_path / 'map.toml'}: ")
    assert says in str(caught.value)


def test_names_the_column_that_the_file_does_not_have(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("who,at,town\na,2026-01-01,Pune\n")
    with pytest.raises(
        SettingsError, match=r"traits\.city\.column: 'city' is no column of x\.csv; it has who, at, town"
    ):
        list(read(tmp_path / "x.csv", load(tmp_path, GOOD)))


@pytest.mark.parametrize(
    ("header", "rows", "says"),
    [
        ("who,deal\n", "a,1\na,2\n", "line 3: who 'a' again"),
        ("whose,deal\n", "a,1\n", "source.join.on: 'who' is no column of deals.csv"),
        ("who,city\n", "a,1\n", "x.csv and deals.csv both have 'city'"),
    ],
)
def test_refuses_a_join_that_is_none(tmp_path: Path, header: str, rows: str, says: str) -> None:
    (tmp_path / "x.csv").write_text("who,at,city\na,2026-01-01,Pune\n")
    (tmp_path / "deals.csv").write_text(header + rows)
    joined = load(tmp_path, '[source]\njoin = { file = "deals.csv", on = "who" }\n' + GOOD)
    with pytest.raises(SettingsError) as caught:
        list(read(tmp_path / "x.csv", joined))
    assert says in str(caught.value)


def test_a_joined_file_that_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("who,at,city\na,2026-01-01,Pune\n")
    joined = load(tmp_path, '[source]\njoin = { file = "deals.csv", on = "who" }\n' + GOOD)
    with pytest.raises(SettingsError, match=r"deals\.csv: cannot be read: No such file"):
        list(read(tmp_path / "x.csv", joined))
