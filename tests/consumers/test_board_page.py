from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from playwright.sync_api import expect

from tests.consumers.board_pages import chromium
from tests.consumers.samples import T0, Scorer, alert, cell, scores, too_broad

pytestmark = pytest.mark.chromium
EVIL = "<script>document.title='stolen'</script><img src=x onerror=\"document.title='stolen'\">"


def test_scores_appear_change_and_go_without_a_reload(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
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


def test_a_state_says_what_it_is_measured_by(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
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
        page.goto(board_address)
        page.get_by_label("KPI").select_option("Sessions with a form fill")
        for value, text in said.items():
            row = page.locator("#scores tbody tr", has_text=value)
            expect(row.locator(".remark")).to_have_text([text] if text else [])
        assert errors == []


def test_what_is_silent_is_ranked_by_its_trials(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    few = cell("nps", state="silent", index=2_300.0, denominator=1)
    many = cell("download_rate", state="silent", index=95.0, denominator=700)
    scorer.say(scores("2", cells=[few, many]))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator("#scores .kpi-name")).to_have_text(["Sessions with a download", "Net promoter score"])
        assert errors == []


def test_why_segments_are_off_par(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    """As text; where it is not clear, on the segment's page only."""
    unclear = msgspec.structs.replace(too_broad(), cause="unclear", summary="Unclear: no cause has the evidence")
    scorer.say(scores("0", diagnosis=unclear), scores("1"), scores("2", diagnosis=too_broad(EVIL)))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator("#scores .why")).to_have_text([f"Too broad, split it by {EVIL}: …"])
        page.get_by_role("link", name="0", exact=True).click()
        expect(page.locator("#where .why")).to_have_text("Unclear: no cause has the evidence (7d)")
        scorer.say(scores("0", T0 + 10_000))
        expect(page.locator("#where .why")).to_have_count(0)
        assert page.title() == "segpulse"
        assert errors == []


def test_dimensions_come_in_the_order_of_the_settings(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    known = ("campaign", "city_tier", "industry")
    scorer.say(*(scores("2", dimension=dimension) for dimension in ("elsewhere", *known)))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        titles = page.locator("#scores h2")
        expect(titles).to_have_text(["industry", "city_tier", "campaign", "elsewhere"])
        assert errors == []


def test_text_from_events_stays_text(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(
        scores(EVIL, cells=[cell(kpi=EVIL), cell()], dimension="tier"),
        alert(EVIL, summary=EVIL, kpi=EVIL),
    )
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator("#scores tbody tr")).to_have_count(1)
        expect(page.locator("#scores tbody th")).to_have_text(EVIL)
        expect(page.locator("#scores .kpi-name").first).to_have_text(EVIL)
        expect(page.locator("#alerts li")).to_contain_text(EVIL)
        assert page.locator("script:not([src])").count() == 0
        assert page.locator("#scores img, #alerts img").count() == 0
        assert page.title() == "(1) segpulse"
        page.get_by_role("link", name=EVIL).first.click()
        expect(page.locator("h2.segment-title")).to_contain_text(EVIL)
        expect(page.locator(".family tbody th").first).to_have_text(EVIL)
        assert page.locator("#scores img").count() == 0
        assert errors == []


def test_the_reader_chooses_window_kpi_and_what_is_off_par(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(
        scores("2", cells=[cell(), cell(window="24h", value=0.5), cell("download_rate", state="par", index=100.0)]),
        scores("4", cells=[cell(window="7d", state="learning", index=None, value=None, low=None, high=None)]),
    )
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
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


def test_of_many_segments_the_first_are_shown_until_all_are_asked_for(
    scorer: Scorer, board_address: str, tmp_path: Path
) -> None:
    scorer.say(*(scores(str(n), cells=[cell(index=200.0 - n)]) for n in range(40)))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        rows = page.locator("#scores tbody tr")
        expect(rows).to_have_count(12)
        page.get_by_role("button", name="Show all 40").click()
        expect(rows).to_have_count(40)
        assert errors == []


def test_a_segment_is_found_by_part_of_its_name(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(*(scores(f"Spring fair {n}") for n in range(40)), scores("3", dimension="campaign"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        rows, box = page.locator("#scores tbody tr"), page.get_by_label("Find")
        expect(rows).to_have_count(13)
        box.fill("FAIR 3")
        expect(page.get_by_role("button", name="Show all 13")).to_be_visible()  # 3, 13, 23 and 30 to 39
        expect(page.locator("#counts")).to_contain_text("13")
        box.press("Enter")
        box.fill("campaign:")
        expect(rows).to_have_text([re.compile("^3")])
        expect(box).to_be_focused()
        scorer.say(scores("Spring fair 40"))  # what comes meanwhile is sought too
        box.fill("nowhere")
        expect(page.locator("#scores")).to_have_text("Nothing to show for this choice yet.")
        assert errors == []


def test_on_a_wall_tables_and_alerts_are_beside_each_other(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(*(scores(value, dimension=dimension) for dimension in ("city_tier", "industry") for value in ("1", "2")))
    scorer.say(alert("2"), alert("3"))
    with chromium(tmp_path / "profile", viewport={"width": 2560, "height": 1440}) as (page, errors):
        page.goto(board_address)
        for found in (page.locator(".dimension"), page.locator(".alert")):
            expect(found).to_have_count(2)
            first, second = (found.nth(number).bounding_box() for number in range(2))
            assert first
            assert second
            assert (first["y"], first["x"] + first["width"] < second["x"]) == (second["y"], True)
        assert page.evaluate("document.documentElement.scrollWidth") == 2560
        page.get_by_role("link", name="1", exact=True).first.click()
        expect(page.locator("main")).to_have_css("max-width", "1200px")  # a segment's page is read, not watched
        assert errors == []


@pytest.mark.parametrize("width", [800, 1024, 1280, 2560])
def test_no_figure_is_broken_into_its_letters(scorer: Scorer, board_address: str, tmp_path: Path, width: int) -> None:
    """As on a small window, or a large one that is zoomed; beside another table, too."""
    scorer.say(*(scores(dimension=dimension, cells=[cell(since=T0 - 600_000)]) for dimension in ("tier", "industry")))
    with chromium(tmp_path / "profile", viewport={"width": width, "height": 700}) as (page, errors):
        page.goto(board_address)
        for kpi in ("All", "Sessions with a form fill"):
            page.get_by_label("KPI").select_option(kpi)
            since = page.locator("#scores tbody td:last-child", has_text="10 min")
            expect(since).to_have_count(2)
            box = since.first.bounding_box()
            assert box
            assert box["width"] > 60, kpi
            assert page.evaluate("document.documentElement.scrollWidth") == width
        assert errors == []


def test_on_a_phone_nothing_is_wider_than_the_screen(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("Asset reliability webinar, autumn series"), scores("x" * 120), alert("x" * 120))
    with chromium(tmp_path / "profile", viewport={"width": 360, "height": 740}) as (page, errors):
        page.goto(board_address)
        names = page.locator("#scores tbody th")
        expect(names).to_have_count(2)
        assert page.evaluate("document.documentElement.scrollWidth") == 360
        box = names.first.bounding_box()
        assert box
        assert box["width"] > 120  # of a card, not squeezed into a column
        assert errors == []
