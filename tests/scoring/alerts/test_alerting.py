"""What a person is called for: a segment that is over, under or silent; and when that ends."""

from __future__ import annotations

import msgspec
import pytest

from streams.messages import Alert
from streams.scoring.scorer import DimensionScorer
from streams.scoring.standing import Saved
from streams.settings import Dimension, Settings, Span
from tests.scoring.test_scorer import (
    CLICKS,
    HOUR,
    KPIS,
    MEASURES,
    MINUTE,
    SETTINGS,
    START,
    WIN,
    Message,
    give,
    pane,
    passed,
    run,
    scorer,
)


def calls(messages: list[Message], chosen: Settings = SETTINGS) -> list[Alert]:
    return [alert for alerts in run(messages, 1, chosen).ticks for alert in alerts]


def minutes(counts: list[dict[str, tuple[int, int]]]) -> list[Message]:
    return [*(pane(0, minute, each) for minute, each in enumerate(counts) if each), passed(0, len(counts) + 1)]


EVEN = {"a": (4, 8), "b": (4, 8), "c": (4, 8)}


def test_all_alike_nobody_is_called() -> None:
    assert not calls(minutes([EVEN] * 90))


def test_a_dip_of_everybody_is_nobody_s() -> None:
    assert not calls(minutes([EVEN] * 60 + [dict.fromkeys(EVEN, (1, 8))] * 30))


DIPS = minutes([EVEN] * 60 + [EVEN | {"a": (0, 8)}] * 30 + [EVEN] * 200)


def told(found: list[Alert], kpi: str = "win") -> list[tuple[str, str, str]]:
    return [(alert.status, alert.kind, alert.state) for alert in found if (alert.value, alert.kpi) == ("a", kpi)]


def rules(**changed: object) -> Settings:
    return msgspec.structs.replace(SETTINGS, alerts=msgspec.structs.replace(SETTINGS.alerts, **changed))


def test_one_falls_below_and_recovers() -> None:
    found = calls(DIPS)
    assert {alert.value for alert in found} == {"a"}, "the others do not look better for it"
    assert told(found) == [("firing", "shift", "under"), ("resolved", "shift", "under")]
    fired, resolved = (alert for alert in found if alert.kpi == "win")
    assert (fired.fingerprint, fired.window, fired.since) == (resolved.fingerprint, resolved.window, resolved.since)
    assert abs(fired.since - START - 60 * MINUTE) <= 2 * MINUTE, "when it changed, not when that was seen"
    assert START + 60 * MINUTE < fired.at < START + 70 * MINUTE
    assert START + 90 * MINUTE <= resolved.at < START + 100 * MINUTE
    assert fired.actual is not None
    assert fired.rest == 0.5
    assert fired.index is not None
    assert fired.index < 100
    assert fired.change is not None
    assert fired.change < -0.5
    assert fired.impact is not None
    assert -480 < fired.impact < -120, "it had 240 an hour, of 480"
    assert fired.summary.startswith("d:a is under on win since 2026-01-01 00:5")
    assert resolved.reason == "back to its usual"


@pytest.mark.parametrize(("windows", "shown"), [((HOUR,), "1h"), ((5 * MINUTE,), "5m")])
def test_a_kpi_of_some_windows_is_scored_over_these_and_called_all_the_same(windows: tuple[int], shown: str) -> None:
    only = {**KPIS, "win": msgspec.structs.replace(KPIS["win"], windows=tuple(map(Span, windows)))}
    alerts = []
    for kpis in (KPIS, only):
        each = DimensionScorer("d", rules(windows=(Span(HOUR),)), kpis, MEASURES, 1)
        for message in DIPS:
            give(each, message)
        alerts.append([alert for found in each.ticks() for alert in found])
    called = [[(a.status, a.kpi, a.at, a.since, a.state) for a in found] for found in alerts]
    assert called[0] == called[1]
    assert {a.window for a in alerts[1] if a.kpi == "win"} == {shown}
    cells = {(cell.kpi, cell.window) for scores in each.scores() for cell in scores.cells}
    assert cells == {("win", shown), ("clicks", "5m"), ("clicks", "1h")}


def test_a_level_does_not_end_and_begin_as_its_window_crosses_the_line() -> None:
    """For two hours and a half 15 % above the others; then a little above or below."""
    others = dict.fromkeys("bc", (40, 80))
    rates = [46] * 150 + [40, 40, 39, 39, 39, 41, 41, 41, 41, 41, 39, 39]
    found = told(calls(minutes([others | {"a": (won, 80)} for won in rates]), rules(windows=(Span(5 * MINUTE),))))
    assert found == [("firing", "level", "over")]


def test_silence_is_called_once_and_ends() -> None:
    quiet = {value: count for value, count in EVEN.items() if value != "a"}
    found = calls(minutes([EVEN] * 40 + [quiet] * 25 + [EVEN] * 10))
    for kpi in ("win", "clicks"):
        assert told(found, kpi) == [("firing", "silent", "silent"), ("resolved", "silent", "silent")]
    assert len(found) == 4
    assert {a.since for a in found} == {START + 40 * MINUTE}
    assert {a.at for a in found if a.status == "resolved"} == {START + 66 * MINUTE}
    assert {a.reason for a in found if a.status == "resolved"} == {"its share comes again"}


def test_successors_in_the_middle_of_a_shift_and_of_a_silence_change_nothing() -> None:
    quiet = {value: count for value, count in EVEN.items() if value != "a"}
    bad = EVEN | {"b": (0, 8)}
    messages = minutes([EVEN] * 60 + [bad] * 30 + [EVEN] * 30 + [quiet] * 25 + [EVEN] * 15 + [{}] * 40 + [EVEN] * 5)
    expected = run(messages, 1)
    kinds = {(a.kind, a.status) for alerts in expected.ticks for a in alerts}
    assert kinds == {(kind, status) for kind in ("shift", "silent", "pipeline") for status in ("firing", "resolved")}
    ticks: list[list[Alert]] = []
    each = scorer(1)
    for number in range(7, len(expected.ticks) + 7, 7):
        for message in messages:
            give(each, message)
        for alerts in each.ticks():
            ticks.append(alerts)
            if len(ticks) == number:
                break
        saved = each.save()
        assert saved is not None
        each = scorer(1)
        each.restore(msgspec.msgpack.decode(msgspec.msgpack.encode(saved), type=Saved))
    for message in messages:
        give(each, message)
    ticks += each.ticks()
    assert ticks == expected.ticks
    assert list(each.scores()) == expected.scores


def test_nothing_from_anybody_is_one_alert_of_the_pipeline() -> None:
    found = calls(minutes([EVEN] * 90 + [{}] * 45 + [EVEN] * 10))
    assert [(a.status, a.kind, a.dimension, a.value) for a in found] == [
        ("firing", "pipeline", "pipeline", "all"),
        ("resolved", "pipeline", "pipeline", "all"),
    ]
    assert {a.since for a in found} == {START + 90 * MINUTE}
    assert {a.fingerprint for a in found} == {found[0].fingerprint}
    assert [(a.at - START) // MINUTE for a in found] == [90 + 15, 136]


def test_an_hour_old_it_is_missed_as_soon_as_later() -> None:
    """By what came in that hour, not by that over a week."""
    windows = (*SETTINGS.scoring.windows, Span(7 * 24 * HOUR))
    chosen = msgspec.structs.replace(SETTINGS, scoring=msgspec.structs.replace(SETTINGS.scoring, windows=windows))
    few = {"a": (1, 1), "b": (1, 1)}
    for each, after in ((EVEN, 15), (few, 20)):  # 30 trials are due in the 20th minute: 120 · 20 / 80
        assert [(a.at - START) // MINUTE for a in calls(minutes([each] * 60 + [{}] * 45), chosen)] == [60 + after]


def test_the_pipeline_is_the_first_dimension_s() -> None:
    other = {"c": Dimension(trait="c"), **SETTINGS.dimensions}
    chosen = msgspec.structs.replace(SETTINGS, dimensions=other)
    assert not calls(minutes([EVEN] * 90 + [{}] * 45 + [EVEN] * 10), chosen)


def test_no_trial_in_a_quarter_of_an_hour_is_no_fault_where_few_come() -> None:
    few = [{"a": (1, 1)} if minute % 20 == 0 else {} for minute in range(600)]
    assert not calls(minutes(few))


def test_a_night_is_no_fault_the_next_time() -> None:
    """Twenty a minute by day and one in twenty minutes by night: once it may be taken for a fault."""
    day, night = [EVEN] * 960, [{"a": (1, 1)} if minute % 20 == 0 else {} for minute in range(480)]
    found = calls(minutes((day + night) * 3 + [EVEN] * 240 + [{}] * 30))
    began = [(a.at - START) // MINUTE for a in found if a.status == "firing"]
    assert began[-1] == 3 * 1_440 + 240 + 15, "by day it is missed as soon as ever"
    assert began[:-1] == [960 + 16], "of the pauses of a night the first"


def test_where_hardly_anything_comes_any_more_that_is_told_once() -> None:
    trickle = [{"a": (1, 1)} if minute % 20 == 19 else {} for minute in range(180)]
    assert [a.status for a in calls(minutes([EVEN] * 120 + trickle))] == ["firing", "resolved"]


def test_a_direction_that_nobody_wants_to_hear_of() -> None:
    assert not calls(DIPS, rules(directions=("over",)))
    assert told(calls(DIPS, rules(directions=("under",))))


def test_what_was_resolved_rests_a_while() -> None:
    twice = minutes([EVEN] * 60 + 2 * ([EVEN | {"a": (0, 8)}] * 15 + [EVEN] * 30))
    assert [status for status, *_ in told(calls(twice))] == ["firing", "resolved"] * 2
    assert [status for status, *_ in told(calls(twice, rules(cooldown=Span(2 * HOUR))))] == ["firing", "resolved"]


def test_alerts_end_when_their_rules_change() -> None:
    before = scorer(1)
    for message in DIPS:
        give(before, message)
    for alerts in before.ticks():
        if alerts:
            (fired,) = alerts
            break
    saved = before.save()
    assert saved is not None
    otherwise = {"win": msgspec.structs.replace(WIN, model="poisson"), "clicks": CLICKS}
    after = DimensionScorer("d", SETTINGS, otherwise, MEASURES, 1)
    after.restore(saved)
    for message in DIPS:
        give(after, message)
    (ended,) = next(iter(after.ticks()))
    assert (ended.fingerprint, ended.status, ended.reason) == (fired.fingerprint, "resolved", "the rules have changed")
    assert ended.since == fired.since


def test_unknown_is_shown_but_never_called() -> None:
    counts = {"a": (4, 8), "b": (4, 8), "unknown": (0, 30)}
    out = run(minutes([counts] * 60), 1)
    assert not any(out.ticks)
    (unknown,) = (score for score in out.scores if score.value == "unknown")
    assert {cell.state for cell in unknown.cells} == {"learning"}
    assert max(cell.denominator for cell in unknown.cells) == 30 * 59
    for score in out.scores:
        if score.value != "unknown":
            assert {cell.rest for cell in score.cells if cell.kpi == "win"} == {0.5}, "unknown is no part of the rest"


def test_a_segment_that_has_left_every_window_is_gone_and_its_alert_resolved() -> None:
    out = run([*minutes([EVEN | {"a": (0, 8)}] * 30), passed(0, 300)], 1)
    assert not out.scores
    mine = [a for alerts in out.ticks for a in alerts if a.value == "a"]
    fired = [a.fingerprint for a in mine if a.status == "firing"]
    resolved = [a.fingerprint for a in mine if a.status == "resolved"]
    assert fired
    assert sorted(fired) == sorted(resolved)


def test_nothing_is_scored_before_every_partition_has_spoken() -> None:
    each = scorer(2)
    each.offer(pane(0, 0, EVEN))
    each.offer_watermark(passed(0, 5))
    assert each.watermark is None
    assert not list(each.ticks())
    each.offer_watermark(passed(1, 3))
    assert len(list(each.ticks())) == 3
    assert each.tick == START + 3 * MINUTE
