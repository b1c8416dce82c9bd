from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import expect

from streams.kpis.catalogue import catalogue
from streams.settings import Settings
from tests.consumers.board_pages import chromium
from tests.consumers.conftest import Running, board_of
from tests.consumers.samples import T0, Scorer, alert, cell, scores

pytestmark = pytest.mark.chromium


def test_a_segment_has_a_page_of_all_its_kpis(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    cells = [cell(), cell("download_rate", state="par", index=100.0), cell("nps", state="under", index=70.0)]
    scorer.say(scores("2", cells=cells), scores("3"), alert("3", summary="of another"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        page.evaluate("window.reloaded = false")
        page.get_by_role("link", name="2", exact=True).focus()
        scorer.say(scores("3", T0 + 10_000))
        expect(page.locator("#scores tbody tr").nth(1)).to_contain_text("70 s")
        expect(page.get_by_role("link", name="2", exact=True)).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("h2.segment-title")).to_have_text("tier: 2 ▼Under")
        expect(page.locator(".family h3")).to_have_text(["satisfaction", "engagement"])  # the family of the worst first
        row = page.locator(".family tbody tr", has_text="Sessions with a form fill")
        for text in ("Over", "120", "13.2%", "11.0%", "12.1% – 14.1%", "500", "60 s"):
            expect(row).to_contain_text(text)
        expect(page.locator("#alerts li")).to_have_count(0)
        page.get_by_label("Only off par").check()
        expect(page.locator(".family tbody tr")).to_have_count(2)
        scorer.gone("tier:2")
        expect(page.locator("#scores")).to_contain_text("There are no scores of tier: 2 now.")
        page.get_by_role("link", name="All segments").click()
        expect(page.locator("#scores tbody tr")).to_have_count(1)
        expect(page.locator("#alerts li")).to_contain_text("of another")
        page.go_back()
        expect(page.locator("#scores")).to_contain_text("There are no scores of tier: 2 now.")
        assert page.evaluate("window.reloaded") is False
        assert errors == []


def test_a_segments_page_draws_how_a_kpi_moves(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    for minute in range(5):
        cells = [cell(value=0.1 + minute / 100), cell("download_rate", state="par", index=100.0)]
        scorer.say(scores("2", T0 + minute * 60_000, cells))
        time.sleep(0.6)  # each of them is told to the board by itself
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{board_address}?dimension=tier&segment=2")
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


def test_what_fires_is_drawn_first_also_on_a_phone(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    cells = [cell(), cell("nps", state="silent"), cell("download_rate", state="par", index=100.0)]
    notice = alert("2", kpi="nps", kind="level", fingerprint="notice", impact=99.0)
    scorer.say(alert("2", kpi="download_rate"), notice, scores("2", cells=cells))
    time.sleep(0.6)
    scorer.say(scores("2", T0 + 60_000, cells))
    with chromium(tmp_path / "profile", viewport={"width": 390, "height": 800}) as (page, errors):
        page.goto(f"{board_address}?dimension=tier&segment=2")
        expect(page.locator("#chart figcaption")).to_contain_text("Sessions with a download")
        expect(page.locator("tr.linked th")).to_have_text("Sessions with a download")
        assert page.evaluate("scrollY") == 0, "nobody asked for a KPI"
        legend = page.locator(".u-legend").bounding_box()
        assert legend
        assert legend["height"] < 80, "a line or two, no cards"
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        assert errors == []


def test_of_no_trials_no_index_is_shown(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("2", cells=[cell(state="silent", numerator=0, denominator=0, value=None, index=100.0)]))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{board_address}?dimension=tier&segment=2")
        row = page.locator(".family tbody tr")
        expect(row).to_contain_text("Silent")
        for label in ("Index", "Value", "95 % interval"):
            expect(row.locator(f"td[data-label='{label}']")).to_have_text("–")
        assert errors == []


def test_the_link_of_an_alert_leads_to_its_kpi(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    cells = [cell(name, index=200.0 - n) for n, name in enumerate(catalogue(Settings()))]
    scorer.say(scores("39", cells=[*cells, cell(window="24h")]))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{board_address}?dimension=tier&segment=39&kpi=refund_rate&window=1h")
        expect(page.locator("tr.linked")).to_have_count(1)
        expect(page.locator("tr.linked")).to_be_in_viewport()
        expect(page.locator("tr.linked th")).to_have_text("Orders refunded")
        expect(page.locator(".family tbody tr")).to_have_count(len(cells))
        assert errors == []


def test_the_funnel_has_how_long_a_step_takes_where_that_is_scored(
    scorer: Scorer, running: Running, tmp_path: Path
) -> None:
    cells = [
        cell("leads_per_session", numerator=33, denominator=500, rest=0.022),
        cell("mql_rate", numerator=11, denominator=33, rest=0.5, state="par"),
        cell("median_time_to_mql", numerator=5_184_000.0, denominator=10, value=6.0, rest=2.5, state="par"),
        cell("time_to_mql", numerator=9_184_000.0, denominator=10, value=10.6, rest=5.5, state="par"),
    ]
    scorer.say(scores("2", cells=cells))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{board_of(scorer, running, ('standard', 'conversion'))}?dimension=tier&segment=2&window=1h")
        rows = page.get_by_role("table", name="From sessions to leads that are won").locator("tbody tr")
        expect(rows).to_have_count(3)
        shown = [[cell.inner_text() for cell in row.locator("th, td").all()] for row in rows.all()]
        assert [[each[0], *each[5:]] for each in shown] == [
            ["Sessions", "–", "–"],
            ["Leads", "–", "–"],
            ["Qualified by marketing", "6.00 days", "2.50 days"],
        ]
        assert errors == []


def test_the_funnel_is_beside_the_rest_s(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    """Of the rest only the KPIs are known: 0.11, 0.02 and 0.5 of a session, a session and a lead."""
    cells = [
        cell(numerator=66, denominator=500, rest=0.11),
        cell("leads_per_session", numerator=33, denominator=500, rest=0.022),
        cell("mql_rate", numerator=11, denominator=33, rest=0.5, state="par"),
        cell("lead_conversion", numerator=0, denominator=33, rest=None, state="par"),
        cell("leads_per_session", window="24h", numerator=7_000, denominator=9_000),
    ]
    scorer.say(scores("2", cells=cells), scores("3", cells=[cell("nps")]))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{board_address}?dimension=tier&segment=2&window=1h")
        rows = page.get_by_role("table", name="From sessions to leads that are won").locator("tbody tr")
        shown = [[cell.inner_text() for cell in row.locator("th, td").all()[:4]] for row in rows.all()]
        assert shown == [
            ["Sessions", "500", "–", "–"],
            ["With a form fill", "66", "13.2%", "11.0%"],
            ["Leads", "33", "50.0%", "20.0%"],
            ["Qualified by marketing", "11", "33.3%", "50.0%"],
            ["Won", "0", "0.0%", "–"],
        ]
        meters = rows.nth(2).locator("meter")
        assert [meter.get_attribute("aria-label") for meter in meters.all()] == ["segment: 50.0%", "rest: 20.0%"]
        assert meters.nth(1).evaluate("(meter) => meter.value / meter.max") == pytest.approx(0.4)
        page.goto(f"{board_address}?dimension=tier&segment=3")
        expect(page.locator(".family")).to_have_count(1)
        expect(page.locator(".funnel")).to_have_count(0)
        assert errors == []
