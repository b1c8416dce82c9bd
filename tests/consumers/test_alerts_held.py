"""What is muted or acknowledged is not paged; and it is as soon as it is neither, though the pager died meanwhile."""

from __future__ import annotations

import pytest

from consumers.alert_log import NotDeliveredError
from consumers.connection import OutageError
from tests.consumers.paging import Hook, Outside, made
from tests.consumers.samples import T0, acknowledged, alert, muted

HOUR = 3_600_000
OVER = alert("2", T0 + 1, status="resolved")


def test_what_is_muted_is_paged_when_the_mute_ends_if_it_still_fires(hook: Hook, outside: Outside) -> None:
    outside.say(muted("tier:2", T0 + HOUR))
    pager = made(hook, outside=outside)
    pager.deliver([alert("2"), alert("3")])
    pager.deliver([])
    assert hook.heads == [("firing", "3")]
    outside.now += HOUR
    pager.deliver([])
    assert hook.heads == [("firing", "3"), ("firing", "2")]
    pager.deliver([])
    pager.deliver([OVER])
    assert hook.heads[2:] == [("resolved", "2")], "the end of what was paged is told"


def test_of_what_was_never_paged_no_end_is_told(hook: Hook, outside: Outside) -> None:
    outside.say(muted("tier:2", T0 + HOUR))
    pager = made(hook, outside=outside)
    pager.deliver([alert("2")])
    pager.deliver([OVER])
    outside.now += HOUR
    pager.deliver([])
    assert hook.heads == []
    pager.deliver([alert("2", T0 + 2)])
    assert hook.heads == [("firing", "2")], "the next is another"


def test_of_what_was_paged_before_it_was_muted_the_end_is_told(hook: Hook, outside: Outside) -> None:
    pager = made(hook, outside=outside)
    pager.deliver([alert("2")])
    outside.say(muted("tier:2", T0 + HOUR), acknowledged("2"))
    pager.deliver([])
    pager.deliver([OVER])
    outside.now += HOUR
    pager.deliver([])
    assert hook.heads == [("firing", "2"), ("resolved", "2")]


def test_what_somebody_looks_after_is_not_told_of_again(hook: Hook, outside: Outside) -> None:
    """As to a receiver that is new, or after a mute."""
    outside.say(acknowledged("2"), muted("tier:2", T0 + HOUR))
    pager = made(hook, outside=outside)
    pager.deliver([alert("2"), alert("2", kpi="download_rate", fingerprint="of the same page")])
    outside.now += HOUR
    pager.deliver([])
    assert hook.heads == []
    pager.deliver([OVER, alert("2", T0 + 1, status="resolved", fingerprint="of the same page"), alert("2", T0 + 2)])
    assert hook.heads == [("firing", "2")], "what was acknowledged is over, and this is another"


def test_a_page_of_which_something_is_not_muted_is_paged(hook: Hook, outside: Outside) -> None:
    outside.say(muted("tier:2", T0 + HOUR, kpi="form_fill_rate"))
    pager = made(hook, outside=outside)
    pager.deliver([alert("2")])
    assert hook.heads == []
    pager.deliver([alert("2", T0 + 1, kpi="download_rate", fingerprint="of the same page")])
    assert hook.heads == [("firing", "2")]


def test_after_a_restart_it_is_known_what_was_held_and_what_was_paged(hook: Hook, outside: Outside) -> None:
    first = made(hook, outside=outside)
    first.deliver([alert("3")])
    outside.say(muted("tier:2", T0 + HOUR), muted("tier:3", T0 + HOUR))
    first.deliver([alert("2")])
    outside.now += HOUR
    second = made(hook, outside=outside)
    second.recall([[alert("3"), alert("2")]])
    second.deliver([])
    second.deliver([])
    assert hook.heads == [("firing", "3"), ("firing", "2")]
    third = made(hook, outside=outside)
    third.recall([[alert("3"), alert("2")]])
    third.deliver([])
    assert len(hook.heads) == 2


def test_what_is_held_and_over_while_nobody_looked_is_forgotten(hook: Hook, outside: Outside) -> None:
    outside.say(muted("tier:2", T0 + HOUR))
    made(hook, outside=outside).deliver([alert("2")])
    (mark,) = outside.marks.of_receiver("webhook").values()
    assert (mark.fingerprint, mark.opened) == ("print-2", T0)
    after = made(hook, outside=outside)
    after.recall([[alert("2"), OVER, alert("2", T0 + 2)]])  # the last one was paged by another, say
    after.deliver([])
    assert outside.marks.of_receiver("webhook") == {}
    assert hook.heads == []


def test_nothing_has_changed_where_it_could_not_be_posted_or_written(hook: Hook, outside: Outside) -> None:
    outside.say(muted("tier:2", T0 + HOUR))
    pager = made(hook, outside=outside)
    outside.away = True
    with pytest.raises(OutageError):
        pager.deliver([alert("2")])
    outside.away = False
    pager.deliver([alert("2")])
    outside.now += HOUR
    hook.away = True
    with pytest.raises(NotDeliveredError):
        pager.deliver([])
    hook.away = False
    pager.deliver([])
    assert hook.heads == [("firing", "2")]
