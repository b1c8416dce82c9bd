from __future__ import annotations

from datetime import datetime, timezone

import pytest

from consumers.marks import IN_SETTINGS, SWEPT_AFTER_MS, Marks, fired, key_of
from streams.messages import AlertMark, Held, Muted, Relayed
from streams.scoring.alerts.grouping import Page
from streams.settings import Alerts, Dimension, Mute, Settings
from tests.consumers.samples import T0, acknowledged, alert, muted

DIMENSIONS = {
    "tier": Dimension(trait="tier"),
    "industry": Dimension(trait="industry"),
    "both": Dimension(cross=("tier", "industry")),
}
PAGE = Page(alert("2"), (alert("2"),))
WITHIN = Page(alert("2 × pharma", dimension="both"), (alert("2 × pharma", dimension="both"),))


def marks(*said: AlertMark, planned: tuple[Mute, ...] = ()) -> Marks:
    made = Marks(Settings(dimensions=DIMENSIONS, alerts=Alerts(mute=planned)))
    made.apply({key_of(mark): mark for mark in said}, whole=True)
    return made


@pytest.mark.parametrize(
    ("mute", "page", "within"),
    [
        (muted("tier:2", T0 + 1), True, True),  # what lies within a segment is muted with it
        (muted("industry:pharma", T0 + 1), False, True),
        (muted("both:2 × pharma", T0 + 1), False, True),
        (muted("tier:3", T0 + 1), False, False),
        (muted("tier:*", T0 + 1), True, True),
        (muted("*", T0 + 1), True, True),
        (muted("tier:2", T0 + 1, kpi="form_fill_rate"), True, True),
        (muted("tier:2", T0 + 1, kpi="download_rate"), False, False),
        (muted("tier:2", T0), False, False),  # it is over
    ],
)
def test_what_a_mute_is_of(mute: Muted, page: bool, within: bool) -> None:
    said = marks(mute)
    assert [said.muted(each, T0, set()) is not None for each in (PAGE, WITHIN)] == [page, within]


def test_a_page_is_muted_where_all_that_fires_of_it_is() -> None:
    both = Page(alert("2"), (alert("2"), alert("2", kpi="download_rate", fingerprint="other")))
    fills, downloads = (muted("tier:2", T0 + 1, kpi=kpi) for kpi in ("form_fill_rate", "download_rate"))
    assert marks(fills).muted(both, T0, set()) is None
    assert marks(fills, downloads).muted(both, T0, set()) == fills


def test_a_mute_until_it_is_over_is_of_what_fired_then() -> None:
    said = marks(muted("tier:2", alerts=[("print-2", T0)]))
    assert said.muted(PAGE, T0 + 10**9, fired([PAGE])) is not None
    again = Page(alert("2", T0 + 5), (alert("2", T0 + 5),))
    assert said.muted(again, T0 + 6, fired([again])) is None


def test_an_acknowledgement_is_of_one_page_and_not_of_the_next_of_its_kind() -> None:
    said = marks(acknowledged("2"))
    assert said.acknowledged(PAGE) == acknowledged("2")
    assert said.acknowledged(Page(alert("2", T0 + 5), (alert("2", T0 + 5),))) is None
    began = Page(alert("2"), (alert("2", T0 + 5, kpi="download_rate", fingerprint="other"),))
    assert said.acknowledged(began) is not None, "what it began with is over, and it is not"


def test_all_that_say_so_of_a_page_are_found() -> None:
    """Of two pages that a newer version groups as one."""
    both = Page(alert("2"), (alert("2"), alert("3")))
    assert marks(acknowledged("2"), acknowledged("4")).acknowledgements(PAGE)[0] == acknowledged("2")
    found = marks(acknowledged("2"), acknowledged("3", by="Grace")).acknowledgements(both)
    assert {mark.by for mark in found} == {"Ada", "Grace"}


def test_what_the_settings_mute_holds_from_and_to() -> None:
    times = {"begin": datetime.fromtimestamp(T0 / 1000, timezone.utc)}
    mute = Mute(segment="tier:*", **times, end=datetime.fromtimestamp(T0 / 1000 + 60, timezone.utc))
    said = marks(planned=(mute,))
    holds = {at: said.muted(PAGE, at, set()) for at in (T0 - 1, T0, T0 + 59_999, T0 + 60_000)}
    assert [found is not None for found in holds.values()] == [False, True, True, False]
    (found,) = said.mutes(T0, set())
    assert (found.by, said.is_planned(found)) == (IN_SETTINGS, True)
    assert not said.is_planned(muted("tier:*", T0 + 60_000, by=IN_SETTINGS))


def test_what_means_nothing_any_more_is_named_after_an_hour() -> None:
    held = Held(receiver="slack", fingerprint="print-2", opened=T0, at=T0)
    relayed = Relayed(receiver="slack", fingerprint="print-2", opened=T0, said=T0, at=T0)
    said = marks(
        acknowledged("2"), held, relayed, muted("tier:2", alerts=[("print-2", T0)]), muted("tier:3", T0 + 10)
    )  # fmt: skip
    later = T0 + SWEPT_AFTER_MS + 1
    assert said.over(later - 1, set()) == []
    assert said.over(later, fired([PAGE])) == []
    assert said.over(later, set()) == [
        "acknowledged:print-2",
        "held:slack:print-2",
        "relayed:slack:print-2",
        "muted::tier:2",
    ]
    assert said.over(later + 10, fired([PAGE])) == ["muted::tier:3"]


def test_what_is_taken_back_is_gone_and_whole_is_all_there_is() -> None:
    said = marks(acknowledged("2"), muted("tier:2", T0 + 1))
    said.apply({"acknowledged:print-2": None}, whole=False)
    assert said.acknowledged(PAGE) is None
    assert "muted::tier:2" in said
    said.apply({}, whole=True)
    assert "muted::tier:2" not in said
