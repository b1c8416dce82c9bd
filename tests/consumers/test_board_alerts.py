from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.consumers.board_pages import chromium
from tests.consumers.samples import T0, Scorer, alert, scores

pytestmark = pytest.mark.chromium


def test_many_alerts_leave_room_for_the_scores(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    of_each = {"over": 20, "under": 8, "silent": 2}  # of a segment each, so of a cause each
    for state, count in of_each.items():
        scorer.say(*(alert(f"{state}-{n}", state=state, since=T0 - n) for n in range(count)))
    scorer.say(alert("over-19", T0 + 1, status="resolved", summary="over-19 is well again"), scores("2"))
    with chromium(tmp_path / "profile", viewport={"width": 1400, "height": 900}) as (page, errors):
        page.goto(board_address)
        shown = page.locator("#alerts li")
        expect(page.locator("#alerts-title")).to_have_text("Alerts: 29 firing")
        expect(shown).to_have_count(5)
        segments = [text.split(" ")[0] for text in page.locator("#alerts .summary").all_inner_texts()]
        assert segments == [f"tier:{name}" for name in ("silent-0", "silent-1", "under-0", "under-1", "under-2")]
        expect(page.locator("#scores tbody tr")).to_be_in_viewport()
        button = page.get_by_role("button", name="Show all 30 alerts", expanded=False)
        button.focus()
        page.keyboard.press("Enter")
        expect(shown).to_have_count(30)
        expect(shown.last).to_contain_text("over-19 is well again")
        fewer = page.get_by_role("button", name="Show fewer alerts", expanded=True)
        expect(fewer).to_be_focused()
        scorer.say(alert("late", T0 + 2, state="silent"))  # what comes meanwhile does not close it
        expect(shown).to_have_count(31)
        page.keyboard.press("Space")
        expect(shown).to_have_count(5)
        assert errors == []


def test_alerts_of_one_cause_are_one_line_and_the_heaviest_of_them_leads(
    scorer: Scorer, board_address: str, tmp_path: Path
) -> None:
    first = alert("2", state="under", fingerprint="fills")
    heavy = alert(
        "2", T0 + 1, state="silent", kpi="download_rate", fingerprint="downloads", impact=-90.0, summary="90 less"
    )
    scorer.say(first, heavy, scores("2"), scores("3"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator("#alerts-title")).to_have_text("Alerts: 1 firing")
        expect(page.locator("#alerts .summary")).to_have_text(["90 less"])
        members = page.locator("#alerts .members li")
        expect(members).not_to_be_visible()
        page.get_by_text("with 1 more of the same cause, likely").click()
        expect(members).to_have_text("▼Under tier:2 Sessions with a form fill")
        scorer.say(scores("3", T0 + 10_000))  # what comes meanwhile does not fold it
        expect(page.locator("#age")).to_contain_text("updated")
        expect(members).to_be_visible()
        members.get_by_role("link").click()
        expect(page.locator("h2.segment-title")).to_contain_text("tier: 2")
        assert errors == []


def test_an_alert_leads_to_the_segment_that_it_is_of(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    """What names may hold ends with them: here a sign that turns all that follows it round."""
    turned = "2\N{RIGHT-TO-LEFT OVERRIDE} × pharma"
    nobody = alert("all", dimension="pipeline", kind="pipeline", state="silent", kpi="", window="", summary="no data")
    scorer.say(scores(turned), nobody, alert(turned, since=T0, state="under", summary=f"tier:{turned} is under"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator("#alerts .summary")).to_have_text(["no data", f"tier:{turned} is under"])
        expect(page.locator("#alerts .summary a")).to_have_count(1)
        for link in page.locator("#alerts .summary a, #scores .to-segment").all():
            expect(link).to_have_css("unicode-bidi", "isolate")
        page.locator("#alerts .summary a").click()
        expect(page.locator("h2.segment-title")).to_contain_text(turned)
        assert "kpi=form_fill_rate" in page.url
        assert errors == []
