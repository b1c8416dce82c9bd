from __future__ import annotations

import time
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import expect

from consumers.board.server import run
from streams.kpis.catalogue import catalogue
from streams.settings import Settings
from streams.tools.local.servers import free_port, listens
from tests.consumers.board_pages import chromium
from tests.consumers.conftest import Running
from tests.consumers.samples import T0, Scorer, alert, cell, eventually, scores, settings, too_broad

pytestmark = pytest.mark.chromium
EVIL = "<script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">"


@pytest.fixture
def address(scorer: Scorer, running: Running) -> str:
    port = free_port()
    running(lambda stop: run(settings(scorer.broker, port=port), stop))
    eventually(lambda: listens(port))
    return f"http://127.0.0.1:{port}/"


def test_scores_appear_change_and_go_without_a_reload(scorer: Scorer, address: str, tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        expect(page.locator("#age")).to_have_text("Connected, no scores yet")
        page.evaluate("window.reloaded = false")

        scorer.say(scores("2"), scores("3", cells=[cell(state="par", index=101.0)]))
        rows = page.get_by_role("table", name="Scores by tier").locator("tbody tr")
        expect(rows).to_have_count(2)
        expect(rows.nth(0)).to_contain_text("Over")  # the worst first
        for text in ("Sessions with a form fill", "120", "1 of 1", "60 s"):
            expect(rows.nth(0)).to_contain_text(text)
        expect(page.locator("#age")).to_contain_text("updated")

        scorer.say(scores("3", T0 + 10_000, [cell(state="under", index=61.0)]))
        expect(rows.nth(0)).to_contain_text("Under")
        expect(rows.nth(0)).to_contain_text("61")
        scorer.gone("tier:2")
        expect(rows).to_have_count(1)

        scorer.say(alert("3", state="under", summary="tier:3 is under"))
        expect(page.locator("#alerts li")).to_contain_text("tier:3 is under")
        expect(page.locator("#alerts-title")).to_have_text("Alerts: 1 firing")
        scorer.say(alert("3", T0 + 20_000, state="under", status="resolved", summary="tier:3 is well again"))
        expect(page.locator("#alerts li")).to_contain_text("Resolved")
        assert page.evaluate("window.reloaded") is False
        assert errors == []


def test_many_alerts_leave_room_for_the_scores(scorer: Scorer, address: str, tmp_path: Path) -> None:
    of_each = {"over": 20, "under": 8, "silent": 2}  # of a segment each, so of a cause each
    for state, count in of_each.items():
        scorer.say(*(alert(f"{state}-{n}", state=state, since=T0 - n) for n in range(count)))
    scorer.say(alert("over-19", T0 + 1, status="resolved", summary="over-19 is well again"), scores("2"))
    with chromium(tmp_path / "profile", viewport={"width": 1400, "height": 900}) as (page, errors):
        page.goto(address)
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
    scorer: Scorer, address: str, tmp_path: Path
) -> None:
    first = alert("2", state="under", fingerprint="fills")
    heavy = alert(
        "2", T0 + 1, state="silent", kpi="download_rate", fingerprint="downloads", impact=-90.0, summary="90 less"
    )
    scorer.say(first, heavy, scores("2"), scores("3"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
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


def test_a_segment_has_a_page_of_all_its_kpis(scorer: Scorer, address: str, tmp_path: Path) -> None:
    cells = [cell(), cell("download_rate", state="par", index=100.0), cell("nps", state="under", index=70.0)]
    scorer.say(scores("2", cells=cells), scores("3"), alert("3", summary="of another"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        page.evaluate("window.reloaded = false")
        page.get_by_role("link", name="2", exact=True).focus()
        scorer.say(scores("3", T0 + 10_000))
        expect(page.locator("#scores tbody tr").nth(1)).to_contain_text("70 s")
        expect(page.get_by_role("link", name="2", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("h2.segment-title")).to_have_text("tier: 2 ▼Under")
        expect(page.locator("h3")).to_have_text(["satisfaction", "engagement"])  # the family of the worst first
        row = page.locator("tbody tr", has_text="Sessions with a form fill")
        for text in ("Over", "120", "13.2%", "11.0%", "12.1% – 14.1%", "500", "60 s"):
            expect(row).to_contain_text(text)
        expect(page.locator("#alerts li")).to_have_count(0)
        page.get_by_label("Only off par").check()
        expect(page.locator("#scores tbody tr")).to_have_count(2)
        scorer.gone("tier:2")
        expect(page.locator("#scores")).to_contain_text("There are no scores of tier: 2 now.")
        page.get_by_role("link", name="All segments").click()
        expect(page.locator("#scores tbody tr")).to_have_count(1)
        expect(page.locator("#alerts li")).to_contain_text("of another")
        page.go_back()
        expect(page.locator("#scores")).to_contain_text("There are no scores of tier: 2 now.")
        assert page.evaluate("window.reloaded") is False
        assert errors == []


def test_a_segments_page_draws_how_a_kpi_moves(scorer: Scorer, address: str, tmp_path: Path) -> None:
    for minute in range(5):
        cells = [cell(value=0.1 + minute / 100), cell("download_rate", state="par", index=100.0)]
        scorer.say(scores("2", T0 + minute * 60_000, cells))
        time.sleep(0.6)  # each of them is told to the board by itself
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{address}?dimension=tier&segment=2")
        chart = page.locator("#chart")
        expect(chart.locator("figcaption")).to_have_text(
            "Sessions with a form fill: value, rest and 95 % interval over 1h"
        )
        expect(chart.locator("canvas")).to_be_visible()
        box = chart.locator(".u-over").bounding_box()
        assert box
        page.mouse.move(box["x"] + box["width"] - 1, box["y"] + box["height"] / 2)
        expect(chart.locator(".u-legend")).to_contain_text("14.0%")
        expect(chart.locator(".u-legend")).to_contain_text("11.0%")
        page.get_by_role("link", name="Sessions with a download").click()
        expect(chart.locator("figcaption")).to_contain_text("Sessions with a download")
        expect(chart.locator("canvas")).to_be_visible()
        page.get_by_role("link", name="All segments").click()
        expect(chart).to_be_hidden()
        assert errors == []


def test_of_no_trials_no_index_is_shown(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(scores("2", cells=[cell(state="silent", numerator=0, denominator=0, value=None, index=100.0)]))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{address}?dimension=tier&segment=2")
        row = page.locator("#scores tbody tr")
        expect(row).to_contain_text("Silent")
        for label in ("Index", "Value", "95 % interval"):
            expect(row.locator(f"td[data-label='{label}']")).to_have_text("–")
        assert errors == []


def test_a_state_says_what_it_is_measured_by(scorer: Scorer, address: str, tmp_path: Path) -> None:
    cells = {
        "shifted": cell(state="under", kind="shift", index=100.0),
        "always": cell(state="under", kind="level", index=70.0, needs_days=40.2),
        "small": cell(state="par", kind=None, needs_days=40.2),
        "large": cell(state="par", kind=None, needs_days=0.4),
    }
    scorer.say(*(scores(value, cells=[each]) for value, each in cells.items()))
    said = {
        "shifted": "Worse than its own usual",
        "always": "",
        "small": "A change of 20 % needs about 40 more days to be seen",
        "large": "",
    }
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        page.get_by_label("KPI").select_option("Sessions with a form fill")
        for value, text in said.items():
            row = page.locator("#scores tbody tr", has_text=value)
            expect(row.locator(".remark")).to_have_text([text] if text else [])
        assert errors == []


def test_why_segments_are_off_par(scorer: Scorer, address: str, tmp_path: Path) -> None:
    """As text; where it is not clear, on the segment's page only."""
    unclear = msgspec.structs.replace(too_broad(), cause="unclear", summary="Unclear: no cause has the evidence")
    scorer.say(scores("0", diagnosis=unclear), scores("1"), scores("2", diagnosis=too_broad(EVIL)))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        expect(page.locator("#scores .why")).to_have_text([f"Too broad, split it by {EVIL}: …"])
        page.get_by_role("link", name="0", exact=True).click()
        expect(page.locator("#where .why")).to_have_text("Unclear: no cause has the evidence (7d)")
        scorer.say(scores("0", T0 + 10_000))
        expect(page.locator("#where .why")).to_have_count(0)
        assert page.title() == "segpulse"
        assert errors == []


def test_dimensions_come_in_the_order_of_the_settings(scorer: Scorer, address: str, tmp_path: Path) -> None:
    known = ("campaign", "city_tier", "industry")
    scorer.say(*(scores("2", dimension=dimension) for dimension in ("elsewhere", *known)))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        titles = page.locator("#scores h2")
        expect(titles).to_have_text(["industry", "city_tier", "campaign", "elsewhere"])
        assert errors == []


def test_text_from_events_stays_text(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(
        scores(EVIL, cells=[cell(kpi=EVIL), cell()], dimension="tier"),
        alert(EVIL, summary=EVIL, kpi=EVIL),
    )
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        expect(page.locator("#scores tbody tr")).to_have_count(1)
        expect(page.locator("#scores tbody th")).to_have_text(EVIL)
        expect(page.locator("#scores .kpi-name").first).to_have_text(EVIL)
        expect(page.locator("#alerts li")).to_contain_text(EVIL)
        assert page.locator("script:not([src])").count() == 0
        assert page.locator("#scores img, #alerts img").count() == 0
        assert page.title() == "(1) segpulse"
        page.get_by_role("link", name=EVIL).first.click()
        expect(page.locator("h2.segment-title")).to_contain_text(EVIL)
        expect(page.locator("#scores tbody th").first).to_have_text(EVIL)
        assert page.locator("#scores img").count() == 0
        assert errors == []


def test_the_reader_chooses_window_kpi_and_what_is_off_par(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(
        scores("2", cells=[cell(), cell(window="24h", value=0.5), cell("download_rate", state="par", index=100.0)]),
        scores("4", cells=[cell(window="7d", state="learning", index=None, value=None, low=None, high=None)]),
    )
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        rows = page.locator("#scores tbody tr")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("1 of 2")
        expect(page.get_by_label("Window")).to_have_value("1h")
        page.get_by_label("KPI").select_option("Sessions with a download")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("On par")
        page.get_by_label("Only off par").check()
        expect(rows).to_have_count(0)
        page.get_by_label("Only off par").uncheck()
        page.get_by_label("KPI").select_option("Sessions with a form fill")
        page.get_by_label("Window").select_option("24h")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("50.0%")
        page.get_by_label("Window").select_option("7d")
        expect(rows).to_contain_text("Learning")
        assert errors == []


def test_the_link_of_an_alert_leads_to_its_kpi(scorer: Scorer, address: str, tmp_path: Path) -> None:
    cells = [cell(name, index=200.0 - n) for n, name in enumerate(catalogue(Settings()))]
    scorer.say(scores("39", cells=[*cells, cell(window="24h")]))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{address}?dimension=tier&segment=39&kpi=refund_rate&window=1h")
        expect(page.locator("tr.linked")).to_have_count(1)
        expect(page.locator("tr.linked")).to_be_in_viewport()
        expect(page.locator("tr.linked th")).to_have_text("Orders refunded")
        expect(page.locator("#scores tbody tr")).to_have_count(len(cells))
        assert errors == []


def test_of_many_segments_the_first_are_shown_until_all_are_asked_for(
    scorer: Scorer, address: str, tmp_path: Path
) -> None:
    scorer.say(*(scores(str(n), cells=[cell(index=200.0 - n)]) for n in range(40)))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        rows = page.locator("#scores tbody tr")
        expect(rows).to_have_count(12)
        page.get_by_role("button", name="Show all 40").click()
        expect(rows).to_have_count(40)
        assert errors == []


def test_on_a_phone_nothing_is_wider_than_the_screen(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(scores("Asset reliability webinar, autumn series"), scores("x" * 120), alert("x" * 120))
    with chromium(tmp_path / "profile", viewport={"width": 360, "height": 740}) as (page, errors):
        page.goto(address)
        names = page.locator("#scores tbody th")
        expect(names).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        box = names.first.bounding_box()
        assert box
        assert box["width"] > 120  # of a card, not squeezed into a column
        assert errors == []
