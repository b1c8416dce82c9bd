"""Real data through the real path (broker, Faust, Redis): every count, and parity with the backtest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import polars as pl
import pytest

from streams.tools.local.servers import Server
from streams.tools.local.servers import embedded_broker as start_embedded_broker
from tests import servers
from tests.integration.live import Live, alert_order, live

EXAMPLES = Path(__file__).parents[2] / "examples"
Counts = dict[str, tuple[int, int]]  # dimension:value -> numerator, denominator


class DataSet(NamedTuple):
    """A file, its example, and how to count one KPI by segment straight from it."""

    name: str
    file: str
    kpi: str
    window: str  # one that spans all of it
    counts: Callable[[Path], Counts]


def _by(frame: pl.DataFrame, column: str, dimension: str, won: str) -> Counts:
    grouped = frame.group_by(column).agg(pl.col(won).sum(), pl.len())
    return {f"{dimension}:{value}": (int(hits), int(total)) for value, hits, total in grouped.rows()}


def _hillstrom(data: Path) -> Counts:
    frame = pl.read_csv(data / "hillstrom.csv", infer_schema_length=None)
    columns = {"zip_code": "zip_code", "channel": "channel", "history_segment": "history_segment"}
    counts = {k: v for column, dim in columns.items() for k, v in _by(frame, column, dim, "visit").items()}
    return counts | _by(frame, "segment", "campaign", "visit")


def _xeducation(data: Path) -> Counts:
    frame = pl.read_csv(data / "xeducation_leads.csv", infer_schema_length=None)
    city = pl.when(pl.col("City") == "Select").then(None).otherwise(pl.col("City"))
    frame = frame.with_columns(city.fill_null("unknown").alias("City"), pl.col("Lead Origin").fill_null("unknown"))
    return _by(frame, "City", "city", "Converted") | _by(frame, "Lead Origin", "lead_origin", "Converted")


def _olist(data: Path) -> Counts:
    leads = pl.read_csv(data / "olist_marketing_qualified_leads_dataset.csv")
    deals = pl.read_csv(data / "olist_closed_deals_dataset.csv").select("mql_id", "won_date")
    frame = leads.join(deals, on="mql_id", how="left").with_columns(
        pl.col("won_date").is_not_null().cast(pl.Int64).alias("won"),
        pl.col("origin").fill_null("unknown").replace("unknown", "unspecified").alias("origin"),
    )
    return _by(frame, "origin", "origin", "won")


HILLSTROM = DataSet("hillstrom", "hillstrom.csv", "visit_rate", "30d", _hillstrom)
XEDUCATION = DataSet("xeducation", "xeducation_leads.csv", "lead_conversion", "30d", _xeducation)
OLIST = DataSet("olist", "olist_marketing_qualified_leads_dataset.csv", "lead_conversion", "600d", _olist)


@pytest.fixture
def broker(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Server, bool]]:
    """A broker of the kind that the test names, empty."""
    embedded = request.param == "embedded"
    started = start_embedded_broker(tmp_path, port=0) if embedded else servers.apache_kafka(tmp_path)
    with started as server:
        yield server, embedded


@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("broker", "data_set", "partitions", "batch"),
    [
        ("embedded", HILLSTROM, 4, 20_000),
        ("embedded", XEDUCATION, 1, 500),
        ("embedded", OLIST, 4, 777),
        pytest.param("kafka", HILLSTROM, 1, 2_000, marks=pytest.mark.kafka),
        pytest.param("kafka", XEDUCATION, 4, 20_000, marks=pytest.mark.kafka),
        pytest.param("kafka", OLIST, 1, 300, marks=pytest.mark.kafka),
    ],
    indirect=["broker"],
    ids=lambda value: value.name if isinstance(value, DataSet) else str(value),
)
def test_counts_and_parity(
    broker: tuple[Server, bool],
    data_set: DataSet,
    partitions: int,
    batch: int,
    redis_server: Server,
    tmp_path: Path,
    data: Path,
) -> None:
    server, embedded = broker
    mapping = EXAMPLES / f"{data_set.name}.toml"
    config = EXAMPLES / f"{data_set.name}.segpulse.toml"
    file = data / data_set.file
    options = {"partitions": partitions, "batch": batch}
    with live(tmp_path, server.address, redis_server.address, config, embedded=embedded, **options) as system:
        summary = system.replay(file, "--mapping", str(mapping))
        expected = json.loads(system.command("backtest", str(file), "--mapping", str(mapping), "--json"))
        scores = {f"{score['dimension']}:{score['value']}": score for score in expected["scores"]}
        system.wait_scored(summary["scored_to"], set(scores))
        assert system.scores() == scores
        assert system.alerts() == sorted(expected["alerts"], key=alert_order)
        assert not system.dead_letters()
        _assert_counts(system, data_set, data_set.counts(data))
        assert summary["events"] == expected["events"] + summary["sent"]["profiles"]


def _assert_counts(system: Live, data_set: DataSet, counts: Counts) -> None:
    """What the automation platform reads is what the file says, to the last event."""
    client = system.redis()
    cell = f"{data_set.kpi}:{data_set.window}"
    for segment, wanted in counts.items():
        got = json.loads(client.hget(f"segpulse:score:{segment}", f"{cell}:figures") or "{}")
        assert (got.get("numerator"), got.get("denominator")) == wanted, segment
    dimensions = {segment.split(":")[0] for segment in counts}
    known = {s for s in client.smembers("segpulse:segments") if s.split(":")[0] in dimensions}
    assert known == set(counts)
