"""Files become source records: what is in them, in which order, and what cannot be sent."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from streams.events.topics import SOURCE_TOPICS
from streams.settings import SettingsError
from streams.tools.files import mapping
from streams.tools.files.read import SourceRecord, Unroutable, closing, come_to, read

SPREAD = """
[visitor]
prefix = "v"
[time]
start = "2026-01-01"
spread = "1h"
seed = 7
gap = "2s"
[traits]
city = { column = "city", empty = ["Select"], values = { Bombay = "Mumbai" } }
source = { column = "source", missing = "unspecified" }
[[events]]
topic = "customers"
[[events]]
topic = "orders"
when = { column = "bought", equals = "1" }
value = { column = "worth" }
content = { column = "source" }
"""
START = 1_767_225_600_000  # 2026-01-01


def table(tmp_path: Path, rows: str, toml: str = SPREAD) -> tuple[list[SourceRecord], list[Unroutable]]:
    (tmp_path / "map.toml").write_text(toml)
    (tmp_path / "x.csv").write_text(rows)
    found = list(read(tmp_path / "x.csv", mapping.load(tmp_path / "map.toml")))
    return [r for r in found if isinstance(r, SourceRecord)], [r for r in found if isinstance(r, Unroutable)]


def lines(tmp_path: Path, *written: str | bytes) -> list[SourceRecord | Unroutable]:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b"\n".join(line.encode() if isinstance(line, str) else line for line in written))
    return list(read(file, None))


def value(record: SourceRecord) -> dict[str, Any]:
    decoded = json.loads(record.value)
    assert isinstance(decoded, dict)
    return decoded


def test_a_row_becomes_a_profile_and_its_events(tmp_path: Path) -> None:
    records, unroutable = table(tmp_path, "city,source,bought,worth\nBombay,,1,9.5\n")
    assert unroutable == []
    assert [(r.topic, r.key, r.timestamp - START) for r in records] == [
        ("profiles", "v2", 0),
        ("customers", "v2", 0),
        ("orders", "v2", 2000),
    ]
    profile, _, order = map(value, records)
    assert profile == {
        "visitor_id": "v2",
        "timestamp": START,
        "traits": {"city": "Mumbai", "source": "unspecified"},
    }
    assert order == {
        "event_id": "x.csv:2:1",
        "visitor_id": "v2",
        "timestamp": START + 2000,
        "event": "order",
        "value": 9.5,
    }


def test_a_value_may_have_a_currency(tmp_path: Path) -> None:
    toml = SPREAD.replace('value = { column = "worth" }', 'value = { column = "worth" }\ncurrency = { column = "in" }')
    records, _ = table(tmp_path, "city,source,bought,worth,in\nPune,web,1,9.5,USD\nPune,web,1,3,\n", toml)
    orders = [value(r) for r in records if r.topic == "orders"]
    assert {order["value"]: order.get("currency") for order in orders} == {9.5: "USD", 3.0: None}


def test_a_text_that_says_nothing_is_no_trait(tmp_path: Path) -> None:
    records, _ = table(tmp_path, "city,source,bought,worth\nSelect,web,0,\n ,web,0,\n")
    profiles = [value(r)["traits"] for r in records if r.topic == "profiles"]
    assert profiles == [{"source": "web"}, {"source": "web"}]


def test_rows_without_time_are_spread_over_the_span_in_time_order(tmp_path: Path) -> None:
    text = "city,source,bought,worth\n" + "Pune,web,1,1\n" * 100
    records, _ = table(tmp_path, text)
    order = [(r.timestamp, SOURCE_TOPICS.index(r.topic)) for r in records]
    assert order == sorted(order)
    starts = sorted(r.timestamp for r in records if r.topic == "customers")
    assert {b - a for a, b in itertools.pairwise(starts)} <= {35_960, 35_961}  # (1 h - 2 × 2 s) / 100
    assert starts[0] >= START
    assert max(r.timestamp for r in records) < START + 3_600_000
    assert [r.key for r in records if r.topic == "customers"] != [f"v{line}" for line in range(2, 102)]
    assert table(tmp_path, text)[0] == records
    assert table(tmp_path, text, SPREAD.replace("seed = 7", "seed = 8"))[0] != records


def test_an_event_before_its_row_has_the_profile_before_it(tmp_path: Path) -> None:
    toml = """
[visitor]
column = "who"
[time]
column = "met"
format = "%d-%m-%Y"
timezone = "Asia/Kolkata"
[traits]
city = { column = "city" }
[[events]]
topic = "leads"
[[events]]
topic = "leads"
event = "won"
when = { column = "won", present = true }
time = { column = "won" }
"""
    records, _ = table(tmp_path, "who,met,city,won\na,02-01-2026,Pune,2026-01-01T12:00:00Z\nb,02-01-2026,,\n", toml)
    half_day = 12 * 3_600_000
    assert [(r.topic, r.key, r.timestamp - START) for r in records] == [
        ("profiles", "a", half_day),
        ("leads", "a", half_day),
        ("profiles", "b", half_day + 23_400_000),  # midnight there is 18:30 UTC
        ("leads", "a", half_day + 23_400_000),
        ("leads", "b", half_day + 23_400_000),
    ]


def test_bad_rows_do_not_stop_good_ones(tmp_path: Path) -> None:
    toml = SPREAD.replace('prefix = "v"', 'column = "who"')
    rows = "who,city,source,bought,worth\na,Pune,web,1,much\n,Pune,web,0,\nb,Pune\nc,P\xfcne,web,1,2\n"
    (tmp_path / "map.toml").write_text(toml)
    (tmp_path / "x.csv").write_bytes(rows.encode("latin-1"))
    found = list(read(tmp_path / "x.csv", mapping.load(tmp_path / "map.toml")))
    bad = [(r.reason, r.topic, r.line, r.detail) for r in found if isinstance(r, Unroutable)]
    assert bad == [
        ("malformed", "", 4, "line 4: 2 fields, the header has 5"),
        ("wrong_type", "orders", 2, "line 2: column 'worth': 'much' is not a number"),
        ("missing_visitor", "", 3, "line 3: column 'who': empty; the visitor's id must stand there"),
    ]
    assert [r.topic for r in found if isinstance(r, SourceRecord) and r.key == "c"] == [
        "profiles",
        "customers",
        "orders",
    ]


def test_json_rows_are_as_csv_rows(tmp_path: Path) -> None:
    records, _ = table(tmp_path, "city,source,bought,worth\nPune,web,1,9.5\nPune,,0,\n")
    file = tmp_path / "x.jsonl"
    file.write_text('{"city":"Pune","source":"web","bought":1,"worth":9.5}\n{bad\n{"city":"Pune","source":null}\n')
    found = list(read(file, mapping.load(tmp_path / "map.toml")))
    bad = [r for r in found if isinstance(r, Unroutable)]
    assert [(r.reason, r.line) for r in bad] == [("malformed", 2)]
    kept = [value(r) for r in found if isinstance(r, SourceRecord)]
    assert [v.get("traits") for v in kept] == [value(r).get("traits") for r in records]
    assert [v.get("value") for v in kept] == [value(r).get("value") for r in records]


def test_lines_are_sent_as_they_are(tmp_path: Path) -> None:
    written = [
        '{"event":"click", "visitor_id":"a", "timestamp":1767225600000}',
        '{"topic":"leads","event":"won","userId":7,"timestamp":"2026-01-01T00:00:05Z"}',
        '{"event":"page_view","anonymousId":"c","timestamp":"2026-01-01 00:00:04"}',
        '{"topic":"profiles","visitor_id":"a","traits":{}}',
        '{"event":"won","visitor_id":"","timestamp":"never"}',
    ]
    found = lines(tmp_path, *written[:2], "", *written[2:])
    records = [r for r in found if isinstance(r, SourceRecord)]
    assert [r.value.decode() for r in records] == written
    assert [(r.topic, r.key, r.timestamp - START) for r in records] == [
        ("clicks", "a", 0),
        ("leads", "7", 5000),
        ("page_views", "c", 4000),
        ("profiles", "a", 4000),
        ("leads", None, 4000),
    ]


def test_profiles_at_the_head_do_not_say_what_time_it_is(tmp_path: Path) -> None:
    found = lines(
        tmp_path,
        '{"topic":"profiles","visitor_id":"a","traits":{}}',
        '{"topic":"profiles","visitor_id":"b","timestamp":"2019-01-01","traits":{}}',
        '{"event":"click","visitor_id":"a"}',
        '{"event":"click","visitor_id":"a","timestamp":"2026-01-01T00:00:01Z"}',
        '{"event":"click","visitor_id":"a","timestamp":"2029-01-01T00:00:00Z"}',
        '{"event":"click","visitor_id":"b","timestamp":"2026-01-01T00:00:03Z"}',
    )
    records = [r for r in found if isinstance(r, SourceRecord)]
    assert records[0].timestamp == records[2].timestamp == START + 1_000
    time: int | None = None
    times = [time := come_to(time, record) for record in records]
    assert times == [None, None, START + 1_000, START + 1_000, START + 1_000, START + 3_000]


@pytest.mark.parametrize(
    ("line", "reason", "says"),
    [
        ("{bad", "malformed", "not a JSON object"),
        ("[1]", "malformed", "not a JSON object"),
        (b'{"event":"\xff\xfe"}', "malformed", "not a JSON object"),
        ("[" * 100_000, "malformed", "not a JSON object"),
        ('{"topic":"klicks","event":"click"}', "unknown_topic", "topic 'klicks' is none of profiles, page_views"),
        ('{"topic":3,"event":"click"}', "unknown_topic", "topic 3 is none of"),
        ('{"event":"dance"}', "unknown_topic", "event 'dance' does not say which one: give the event a 'topic' field"),
        ("{}", "unknown_topic", "no topic"),
    ],
)
def test_lines_that_cannot_be_sent(tmp_path: Path, line: str | bytes, reason: str, says: str) -> None:
    bad, good = lines(tmp_path, line, '{"event":"click"}')
    assert isinstance(bad, Unroutable)
    assert (bad.reason, bad.line) == (reason, 1)
    assert says in bad.detail
    assert bad.value == (line.encode() if isinstance(line, str) else line)
    assert isinstance(good, SourceRecord)


def test_a_table_needs_a_mapping(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="give --mapping"):
        read(tmp_path / "x.csv", None)


def test_closing_is_strictly_after() -> None:
    assert [closing(t, 10) for t in (0, 9, 10, 11)] == [10, 10, 20, 20]
