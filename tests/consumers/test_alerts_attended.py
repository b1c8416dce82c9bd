"""Who looks after a page is told to whom the page was told, once, though the pager died meanwhile."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from consumers.alert_log import NotDeliveredError
from consumers.connection import OutageError
from tests.consumers.paging import Hook, Outside, made
from tests.consumers.samples import T0, acknowledged, alert, muted

ADA, GRACE = acknowledged("2"), acknowledged("2", by="Grace", at=T0 + 5)
OVER = alert("2", T0 + 10, status="resolved")


def test_who_looks_after_it_who_takes_over_and_that_nobody_does(hook: Hook, outside: Outside) -> None:
    pager = made(hook, outside=outside)
    pager.deliver([alert("2"), alert("3")])
    for mark in (ADA, GRACE, None):
        outside.write({"acknowledged:print-2": mark})
        pager.deliver([])
        pager.deliver([])
    assert hook.attendants == ["Ada", "Grace", None]
    assert hook.heads == [("firing", "2"), ("firing", "3")]
    assert outside.marks.of_receiver("webhook") == {}


def test_who_was_not_told_of_the_page_is_not_told_who_looks_after_it(hook: Hook, outside: Outside) -> None:
    outside.say(ADA, muted("tier:3", T0 + 9))
    pager = made(hook, outside=outside)
    pager.deliver([alert("2"), alert("3")])
    outside.say(acknowledged("3"))
    pager.deliver([])
    assert (hook.heads, hook.attendants) == ([], [])
    outside.write({"acknowledged:print-2": None})
    pager.deliver([])
    assert (hook.heads, hook.attendants) == ([("firing", "2")], []), "now it waits for somebody"
    outside.say(GRACE)
    pager.deliver([])
    assert hook.attendants == ["Grace"]


def test_a_page_that_is_over_is_forgotten_and_the_next_is_another(hook: Hook, outside: Outside) -> None:
    pager = made(hook, outside=outside)
    pager.deliver([alert("2")])
    outside.say(ADA)
    pager.deliver([])
    pager.deliver([OVER])
    assert outside.marks.of_receiver("webhook") == {}
    pager.deliver([alert("2", T0 + 20)])
    outside.say(acknowledged("2", opened=T0 + 20))
    pager.deliver([])
    assert hook.attendants == ["Ada", "Ada"]


def test_a_receiver_that_knows_no_end_of_it_is_told_the_next_beginning(hook: Hook, outside: Outside) -> None:
    hook.has_withdrawals = False
    pager = made(hook, outside=outside)
    pager.deliver([alert("2")])
    for mark in (ADA, None, GRACE):
        outside.write({"acknowledged:print-2": mark})
        pager.deliver([])
    assert hook.attendants == ["Ada", "Grace"]


@given(
    st.lists(st.sampled_from(["ada", "grace", "nobody", "away", "back", "no kafka", "kafka", "restart"]), max_size=30)
)
def test_in_the_end_the_receiver_knows_who_looks_after_it(steps: list[str]) -> None:
    """Whoever dies or is away meanwhile: at least once, the last last, and no page twice for it.

    That nobody does any more is not told by a pager that died before it had noted that somebody did.
    """
    hook, outside = Hook(), Outside()
    pager = made(hook, outside=outside)
    pager.deliver([alert("2")])
    said = {"ada": ADA, "grace": GRACE, "nobody": None}
    at = T0
    for step in [*steps, "back", "kafka"]:
        if step in said:
            at += 1
            mark = said[step]
            outside.marks.apply({"acknowledged:print-2": mark and acknowledged("2", by=mark.by, at=at)}, whole=False)
        elif step == "restart":
            pager = made(hook, outside=outside)
            pager.recall([[alert("2")]])
        else:
            hook.away = {"away": True, "back": False}.get(step, hook.away)
            outside.away = {"no kafka": True, "kafka": False}.get(step, outside.away)
        try:
            pager.deliver([])
        except (NotDeliveredError, OutageError):
            assert hook.away or outside.away
    last = outside.marks.acknowledged(next(page for page, _ in hook.taken))
    assert last is None or hook.attendants[-1] == last.by
    assert hook.heads == [("firing", "2")]
