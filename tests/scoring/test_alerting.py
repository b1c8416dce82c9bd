"""What a person is called for: a segment that is over, under or silent; and when that ends."""

from __future__ import annotations

from streams.messages import Alert
from tests.scoring.test_scorer import MINUTE, START, Message, pane, passed, run, scorer


def calls(messages: list[Message]) -> list[Alert]:
    return [alert for alerts in run(messages, 1).ticks for alert in alerts]


def minutes(counts: list[dict[str, tuple[int, int]]]) -> list[Message]:
    return [*(pane(0, minute, each) for minute, each in enumerate(counts) if each), passed(0, len(counts) + 1)]


EVEN = {"a": (4, 8), "b": (4, 8), "c": (4, 8)}


def test_all_alike_nobody_is_called() -> None:
    assert not calls(minutes([EVEN] * 90))


def test_a_dip_of_everybody_is_nobody_s() -> None:
    assert not calls(minutes([EVEN] * 60 + [dict.fromkeys(EVEN, (1, 8))] * 30))


def test_one_falls_below_and_recovers() -> None:
    found = calls(minutes([EVEN] * 20 + [EVEN | {"a": (0, 8)}] * 15 + [EVEN] * 120))
    mine = [alert for alert in found if alert.value == "a" and alert.kpi == "win"]
    assert [(a.status, a.state) for a in mine] == [("firing", "under"), ("resolved", "under")]
    fired, resolved = mine
    assert (fired.fingerprint, fired.window, fired.since) == (resolved.fingerprint, resolved.window, resolved.since)
    assert fired.at == fired.since
    assert START + 20 * MINUTE < fired.at < START + 30 * MINUTE
    assert fired.actual is not None
    assert fired.rest is not None
    assert fired.index is not None
    assert fired.actual < fired.rest
    assert fired.index < 100
    assert "d:a is under on win" in fired.summary


def test_silence_is_called_once_and_ends() -> None:
    quiet = {value: count for value, count in EVEN.items() if value != "a"}
    found = calls(minutes([EVEN] * 40 + [quiet] * 15 + [EVEN] * 10))
    mine = [(a.kpi, a.status, a.state) for a in found if a.value == "a" and a.state == "silent"]
    kpis = {kpi for kpi, *_ in mine}
    assert mine == [(kpi, status, "silent") for status in ("firing", "resolved") for kpi in sorted(kpis)]
    assert {a.at for a in found if a.state == "silent" and a.status == "resolved"} == {START + 56 * MINUTE}


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
    assert {a.status for a in out.ticks[-1]} <= {"resolved"}
    fired = [a.fingerprint for alerts in out.ticks for a in alerts if a.status == "firing"]
    resolved = [a.fingerprint for alerts in out.ticks for a in alerts if a.status == "resolved"]
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
