"""A bad segpulse.toml names file, key and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams import settings
from streams.settings import DIMENSIONS, Settings, SettingsError, Span

NONE: dict[str, str] = {}


def write(folder: Path, text: str) -> Path:
    file = folder / "segpulse.toml"
    file.write_text(text)
    return file


@pytest.fixture(autouse=True)
def _nothing_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


OWN = '[kpis.{}]\nnumerator = ["{}"]\ndenominator = ["sessions"]\nunit = "ratio"\nmodel = "binomial"'


BEHAVIOUR = "[dimensions.d]\nbehaviour = {{ {} }}\n"
MUTE = '[alerts]\nmute = [{{ segment = "{}", from = {}, to = {} }}]'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tick", "not TOML: "),
        ("[tyme]", "tyme: there is no such key; there are kafka, redis, time, "),
        ("[time]\ntock = 1", "time.tock: there is no such key; there are clock, lateness, "),
        ("time = 3", "time: Expected `object`, got `int`"),
        ('[time]\nclock = "moon"', "time.clock: Invalid enum value 'moon'; there are 'wall', 'event'"),
        (
            '[time]\ntick = "soon"',
            "time.tick: 'soon' is not a span of time: write a whole number and a unit, like '10s'",
        ),
        ("[time]\ntick = 10", "time.tick: 10 is not a span of time"),
        ('[time]\ntick = "7s"', "time.tick: must be a multiple of 10s, the width of a pane"),
        ('[time]\ncheckpoint = "1ms"', "time.checkpoint: must be at least 10ms"),
        (
            '[alerts]\nslack_webhook = ""',
            "alerts.slack_webhook: is a secret: take it out, and set SEGPULSE_ALERTS_SLACK_W",
        ),
        (
            '[alerts]\npagerduty_key = "k"',
            "alerts.pagerduty_key: is a secret: take it out, and set SEGPULSE_ALERTS_PAGER",
        ),
        ('[alerts]\ngrafana_url = "grafana.test"', "alerts.grafana_url: must be an http:// or https:// address"),
        ('[alerts]\nrunbook_url = "runbook.md"', "alerts.runbook_url: must be an http:// or https:// address"),
        (
            '[growth]\nhold = ["month"]',
            "growth.hold[0]: Invalid enum value 'month'; there are 'before', 'week', 'year'",
        ),
        ("[growth]\nhold = 7", "growth.hold: Expected `array`, got `int`"),
        ('[review]\nlast = "soon"', "review.last: is no day: write it like 2026-08-31"),
        ("[kafka]\npartitions = 0", "kafka.partitions: must be at least 1"),
        ('[kafka]\npartitions = "4"', "kafka.partitions: Expected `int`, got `str`"),
        ('[sessions]\ntopics = ["visits"]', "sessions.topics: 'visits' is no topic of events; there are page_views,"),
        (
            '[ingest.segment.events]\n"Demo" = "faxes"',
            "ingest.segment.events.Demo: 'faxes' is no topic of events;",
        ),
        (
            '[ingest.hubspot.events]\nx = "emails"',
            "ingest.hubspot.events.x: 'emails' is no event of emails; there",
        ),
        ('[ingest.salesforce]\nnme = "x"', "ingest.salesforce.nme: there is no such key; there are name, id, visitor,"),
        ("[ingest]\nmax_events = 0", "ingest.max_events: must be at least 1"),
        ('[ingest]\npublic_url = "events.example.com"', "ingest.public_url: must be an http:// or https://"),
        ('[ingest]\ntoken = "x"', "ingest.token: is a secret: take it out, and set SEGPULSE_INGEST_TOKEN"),
        ("[dimensions]", "dimensions: declare at least one"),
        ('[dimensions."1st"]\ntrait = "a"', "dimensions.1st: a dimension's name is a letter, then letters,"),
        ("[dimensions.d]\nmax_values = 3", "dimensions.d: give exactly one of trait, field, cross, behaviour"),
        ('[dimensions.d]\ntrait = "a"\nfield = "content"', "dimensions.d: give exactly one of"),
        ("[dimensions.d]\ntrait = 3", "dimensions.d.trait: Expected `str | null`, got `int`"),
        (
            '[dimensions.d]\nfield = "value"',
            "dimensions.d.field: Invalid enum value 'value'; there are 'campaign', 'content'",
        ),
        ('[dimensions.d]\ntrait = "a"\nmax_values = 0', "dimensions.d.max_values: must be at least 1"),
        ('[dimensions.d]\ncross = ["e"]', "dimensions.d.cross: a cross needs two dimensions or more"),
        (
            '[dimensions.d]\ncross = ["e", "f"]',
            "dimensions.d.cross: 'e' is no dimension with a trait, field or rules of its own",
        ),
        (BEHAVIOUR.format('hot = "wno"'), "dimensions.d.behaviour.hot: column 1, 'wno': write seen, page_views,"),
        (BEHAVIOUR.format('other = "won"'), "dimensions.d.behaviour: 'other' cannot be a value: name it otherwise"),
        (BEHAVIOUR.format("hot = 3"), "dimensions.d.behaviour: Expected `str`, got `int`"),
        (
            BEHAVIOUR.format('a = "won", b = "lost"') + "max_values = 1",
            "dimensions.d.max_values: must be at least 2, the number of its rules",
        ),
        ("[kpis.k]\nnumerator = 1", "kpis.k.numerator: Expected `array`, got `int`"),
        ('[kpis.k]\nnumerator = ["clicks"]', "kpis.k: Object missing required field `denominator`"),
        (OWN.format('"a:b"', "clicks"), "kpis.a:b: a KPI's name is a letter"),
        (OWN.format("k", "sessions.orders"), "kpis.k.numerator: 'sessions.orders' is never counted: add 'orders' to"),
        ("[money]\ncurrency = ''", "money.currency: name one, like 'EUR'"),
        ("[money]\nrates = { USD = 0 }", "money.rates.USD: must be more than 0: what one USD is in EUR"),
        ("[money]\nrates = { USD = inf }", "money.rates.USD: must be more than 0"),
        ("[money]\nrates = { EUR = 1.1 }", "money.rates.EUR: EUR is money.currency, so its rate is 1: leave it out"),
        ('[money]\nrates = { USD = "0.92" }', "money.rates: Expected `float`, got `str`"),
        ("[scoring]\nwindows = []", "scoring.windows: declare at least one"),
        ('[scoring]\nwindows = ["5s"]', "scoring.windows: 5s must be a multiple of 10s and no shorter than time.tick"),
        ('[scoring]\nwindows = ["1h", "60m"]', "scoring.windows: one is there twice"),
        ('[scoring]\nwindows = ["5m", "x"]', "scoring.windows[1]: 'x' is not a span of time"),
        ("[scoring]\nmin_effect = nan", "scoring.min_effect: must be 0 or more"),
        (
            "[scoring]\nfalse_alarms_per_day = 0",
            "scoring.false_alarms_per_day: must be more than 0: with none allowed,",
        ),
        ('[scoring.windows_of]\nengagement = ["2h"]', "scoring.windows_of.engagement: 2h is not among scoring.windows"),
        (
            "[scoring.windows_of]\nengagement = []",
            "scoring.windows_of.engagement: name at least one of scoring.windows",
        ),
        ("[scoring]\nenter = 4.5", "scoring.enter: there is no such key; there are windows, windows_of, kpis, "),
        ("[scoring]\nmin_trials = -1", "scoring.min_trials: must be 0 or more"),
        ('[alerts]\nwindows = ["2h"]', "alerts.windows: 2h is not among scoring.windows: name some of 5m, 1h, 24h, 7d"),
        ("[alerts]\nwindows = []", "alerts.windows: declare at least one"),
        ('[alerts]\npage = ["all"]', "alerts.page[0]: Invalid enum value 'all'; there are 'level', 'shift', 'silent',"),
        (
            MUTE.format("plan:x", "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"),
            "alerts.mute[0].segment: 'plan:x' is no segment: write dimension:value, dimension:* or *",
        ),
        (
            MUTE.format("*", "2026-01-02T00:00:00Z", "2026-01-01T00:00:00Z"),
            "alerts.mute[0]: from must be before to",
        ),
        (
            MUTE.format("*", "2026-01-01T00:00:00", "2026-01-02T00:00:00Z"),
            "alerts.mute[0].from: Expected `datetime` with",
        ),
        ('[review]\nevery = "12h"', "review.every: must be a day at least"),
        ('[paths]\nto = "orders"', "paths.to: 'orders' is none of sessions.topics"),
        ('[visitors]\nttl = "5s"', "visitors.ttl: must be 10s at least"),
        ("[board]\nport = 65536", "board.port: must be from 0 (any that is free) to 65535"),
    ],
)
def test_refused(tmp_path: Path, text: str, message: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as refused:
        settings.load(file, NONE)
    assert str(refused.value).startswith(f"{file}: {message}")


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SEGPULSE_KAFKA_PARTITIONS", "many", "(kafka.partitions): Expected `int`, got `str`"),
        ("SEGPULSE_TIME_TICK", "1", "(time.tick): '1' is not a span of time"),
        ("SEGPULSE_TIME_CLOCK", "moon", "(time.clock): Invalid enum value 'moon'; there are 'wall', 'event'"),
        ("SEGPULSE_SCORING_WINDOWS", "5m,x", "(scoring.windows): [1]: 'x' is not a span of time"),
    ],
)
def test_refused_in_the_environment(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as refused:
        settings.load(None, {name: value})
    assert str(refused.value).startswith(f"{name} {message}")


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"none\.toml: cannot be read: No such file"):
        settings.load(tmp_path / "none.toml", NONE)
    (tmp_path / "segpulse.toml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match=r"segpulse\.toml: not TOML"):
        settings.load(tmp_path / "segpulse.toml", NONE)


def test_which_lies_over_which(tmp_path: Path) -> None:
    file = write(tmp_path, '[kafka]\nbroker = "file:1"\napp_id = "file"\npartitions = 8\nreplication = 3')
    environ = {
        "SEGPULSE_CONFIG": str(file),
        "SEGPULSE_KAFKA_BROKER": "environment:1",
        "SEGPULSE_KAFKA_APP_ID": "environment",
        "SEGPULSE_KAFKA_PARTITIONS": "2",
        "SEGPULSE_TIME_TICK": "1m",
        "SEGPULSE_SCORING_WINDOWS": "5m, 1h,24h",
        "SEGPULSE_SCORING_MIN_EFFECT": "0.2",
    }
    found = settings.load(None, environ, kafka={"broker": "option:1"})
    kafka = found.kafka
    assert (kafka.broker, kafka.app_id, kafka.partitions, kafka.replication) == ("option:1", "environment", 2, 3)
    assert (found.time.tick, found.scoring.min_effect) == (60_000, 0.2)
    assert found.scoring.windows == (300_000, 3_600_000, 86_400_000)


def test_the_file_here_is_taken_and_none_is_needed(tmp_path: Path) -> None:
    assert settings.load(None, NONE) == Settings()
    write(tmp_path / "here", "[kafka]\npartitions = 7")
    assert settings.load(None, NONE).kafka.partitions == 7


def test_dimensions_stand_instead_of_those_that_come_with_it(tmp_path: Path) -> None:
    found = settings.load(write(tmp_path, '[dimensions]\nplan = { trait = "plan" }'), NONE)
    assert list(found.dimensions) == ["plan"]
    assert list(Settings().dimensions) == list(DIMENSIONS)


@given(st.integers(0, 10**12))
def test_a_span_is_read_as_it_is_written(ms: int) -> None:
    assert Span.parse(str(Span(ms))) == ms


@pytest.mark.parametrize(
    ("text", "ms"),
    [("250ms", 250), ("10s", 10_000), ("90s", 90_000), ("5m", 300_000), ("24h", 86_400_000), ("7d", 604_800_000)],
)
def test_a_span_is_written_as_people_do(text: str, ms: int) -> None:
    assert Span.parse(text) == ms
    assert str(Span(ms)) == text


@pytest.mark.parametrize("text", ["", "5", "m", "5 m", "-5m", "1.5h", "5M", "5m3s", 5, None])
def test_no_span(text: object) -> None:
    with pytest.raises(ValueError, match="is not a span of time: write a whole number and a unit"):
        Span.parse(text)
