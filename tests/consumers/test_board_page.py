from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import expect

from consumers.board.server import run
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
        for text in ("13.2%", "11.0%", "12.1% – 14.1%", "500", "60 s", "120"):
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
    of_each = {"over": 20, "under": 8, "silent": 2}
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
        expect(page.locator("#dimensions tbody tr")).to_be_in_viewport()
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


def test_of_no_trials_no_index_is_shown(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(scores("2", cells=[cell(state="silent", numerator=0, denominator=0, value=None, index=100.0)]))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        row = page.locator("#dimensions tbody tr")
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
        page.get_by_label("Only off par").uncheck()
        for value, text in said.items():
            row = page.locator("#dimensions tbody tr", has_text=value)
            expect(row.locator(".remark")).to_have_text([text] if text else [])
        assert errors == []


def test_why_segments_are_off_par(scorer: Scorer, address: str, tmp_path: Path) -> None:
    """A line for each diagnosis above the table, as text; what is named first; after five the others are counted."""
    unclear = msgspec.structs.replace(too_broad(), cause="unclear", summary="Unclear: no cause has the evidence")
    scorer.say(
        scores("0", diagnosis=unclear), scores("1"), *(scores(f"2{n}", diagnosis=too_broad(EVIL)) for n in range(6))
    )
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        lines = page.locator(".why li")
        expect(lines).to_have_count(6)
        expect(lines.nth(0)).to_have_text(f"20 Too broad, split it by {EVIL}: … (7d)")
        expect(lines.nth(5)).to_have_text("and 2 more")
        assert page.title() == "segpulse"
        scorer.say(*(scores(f"2{n}", T0 + 10_000) for n in range(6)))
        expect(lines).to_have_text(["0 Unclear: no cause has the evidence (7d)"])
        assert errors == []


def test_dimensions_come_in_the_order_of_the_settings(scorer: Scorer, address: str, tmp_path: Path) -> None:
    known = ("campaign", "city_tier", "industry")
    scorer.say(*(scores("2", dimension=dimension) for dimension in ("elsewhere", *known)))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        titles = page.locator("#dimensions h2")
        expect(titles).to_have_text(["industry", "city_tier", "campaign", "elsewhere"])
        assert errors == []


def test_text_from_events_stays_text(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(
        scores(EVIL, cells=[cell(kpi=EVIL), cell()], dimension="tier"),
        alert(EVIL, summary=EVIL, kpi=EVIL),
    )
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        expect(page.locator("#dimensions tbody tr")).to_have_count(2)
        expect(page.locator("#dimensions tbody tr th").first).to_have_text(EVIL)
        expect(page.locator("#alerts li")).to_contain_text(EVIL)
        assert page.locator("script").count() == 1
        assert page.locator("#dimensions img, #alerts img").count() == 0
        assert page.title() == "(1) segpulse"
        assert errors == []


def test_the_reader_chooses_window_kpi_and_what_is_off_par(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(
        scores("2", cells=[cell(), cell(window="24h", value=0.5), cell("download_rate", state="par", index=100.0)]),
        scores("4", cells=[cell(window="7d", state="learning", index=None, value=None, low=None, high=None)]),
    )
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(address)
        rows = page.locator("#dimensions tbody tr")
        expect(rows).to_have_count(2)
        expect(page.get_by_label("Window")).to_have_value("1h")
        page.get_by_label("Only off par").check()
        expect(rows).to_have_count(1)
        page.get_by_label("Only off par").uncheck()
        page.get_by_label("KPI").select_option("Sessions with a download")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("On par")
        page.get_by_label("KPI").select_option("All")
        page.get_by_label("Window").select_option("24h")
        expect(rows).to_have_count(1)
        expect(rows).to_contain_text("50.0%")
        page.get_by_label("Window").select_option("7d")
        expect(rows).to_contain_text("Learning")
        assert errors == []


def test_the_link_of_an_alert_leads_to_its_row(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(*(scores(str(n), cells=[cell(index=200.0 - n), cell(window="24h")]) for n in range(40)))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{address}?dimension=tier&segment=39&kpi=form_fill_rate&window=1h")
        expect(page.locator("tr.linked")).to_have_count(1)
        expect(page.locator("tr.linked")).to_be_in_viewport()
        expect(page.locator("tr.linked th")).to_have_text("39")
        expect(page.locator("#dimensions tbody tr")).to_have_count(13)
        page.get_by_role("button", name="Show all 40").click()
        expect(page.locator("#dimensions tbody tr")).to_have_count(40)
        assert errors == []


def test_on_a_phone_nothing_is_wider_than_the_screen(scorer: Scorer, address: str, tmp_path: Path) -> None:
    scorer.say(scores("Asset reliability webinar, autumn series"), scores("x" * 120), alert("x" * 120))
    with chromium(tmp_path / "profile", viewport={"width": 360, "height": 740}) as (page, errors):
        page.goto(address)
        names = page.locator("#dimensions tbody th")
        expect(names).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        box = names.first.bounding_box()
        assert box
        assert box["width"] > 120  # of a card, not squeezed into a column
        assert errors == []
