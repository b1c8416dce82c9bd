"""From alerts to pages: delivered at least once, and one page a cause, also after a restart."""

from __future__ import annotations

import msgspec
import pytest

from consumers.alert_log import NotDeliveredError
from consumers.alerts.pager import Pager
from tests.consumers.paging import SETTINGS, Hook, made
from tests.consumers.samples import T0, alert, cell, scores, too_broad


def pager(hook: Hook) -> Pager:
    within = [
        scores(value, dimension="both", cells=[cell(numerator=n, denominator=100)])
        for value, n in {"2 × pharma": 31, "2 × FMCG": 12, "2 × retail": 15, "3 × pharma": 99, "2 × media": 10}.items()
    ]
    return made(hook, within)


def test_a_page_says_where_it_comes_from(hook: Hook) -> None:
    pager(hook).deliver([alert("2", rest=0.11)])
    ((page, found),) = hook.taken
    assert page.head.value == "2"
    told = [(c.value, round(c.conversions, 6)) for c in found.contributions]
    assert told == [("2 × pharma", 20), ("2 × retail", 4), ("2 × FMCG", 1)]


def test_a_page_says_why_and_its_end_does_not(hook: Hook) -> None:
    unclear = msgspec.structs.replace(too_broad(), cause="unclear")
    latest = [scores("1", diagnosis=unclear), scores("2", diagnosis=too_broad()), scores("3")]
    each = made(hook, latest)
    each.deliver([alert(value, fingerprint=value) for value in "123"])
    each.deliver([alert("2", fingerprint="2", status="resolved", at=T0 + 10_000)])
    assert [found.why for _, found in hook.taken] == ["", f"{too_broad().summary} (last 7d)", "", ""]


def test_notices_are_not_paged(hook: Hook) -> None:
    pager(hook).deliver([alert("2", kind="level")])
    assert not hook.taken
    told = msgspec.structs.replace(SETTINGS.alerts, page=("level",))
    chosen = msgspec.structs.replace(SETTINGS, alerts=told)
    made(hook, chosen=chosen).deliver([alert("2", kind="level"), alert("3")])
    assert hook.heads == [("firing", "2")]


def test_what_was_not_delivered_is_paged_when_it_comes_again(hook: Hook) -> None:
    each = pager(hook)
    hook.away = True
    with pytest.raises(NotDeliveredError):
        each.deliver([alert("2")])
    hook.away = False
    each.deliver([alert("2")])
    assert hook.heads == [("firing", "2")]


def test_after_a_restart_what_ends_is_what_was_told(hook: Hook) -> None:
    """A part that was handed over before the whole, though it fired later."""
    part, whole = alert("2 × pharma", dimension="both", at=T0 + 10_000), alert("2", at=T0)
    before = pager(hook)
    before.deliver([part])
    before.deliver([whole])
    after = pager(hook)
    after.recall([[part], [whole]])
    after.deliver([msgspec.structs.replace(a, status="resolved", at=T0 + 30_000) for a in (whole, part)])
    assert hook.heads == [("firing", "2 × pharma"), ("resolved", "2 × pharma")]


def test_after_a_restart_groups_are_as_they_were(hook: Hook) -> None:
    before = [alert("2 × pharma", dimension="both", at=T0 + 10_000), alert("2", at=T0)]
    after = pager(hook)
    after.recall([before])
    after.deliver([alert("2", kpi="engagement", at=T0 + 20_000, fingerprint="another")])
    assert not hook.taken, "its group has been paged for"
    over = [msgspec.structs.replace(a, status="resolved", at=T0 + 30_000) for a in before]
    after.deliver([*over, alert("2", status="resolved", fingerprint="another")])
    assert hook.heads == [("resolved", "2")]
    assert hook.taken[0][0].head.fingerprint == "print-2"
