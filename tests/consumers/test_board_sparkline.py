from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.consumers.board_pages import chromium
from tests.consumers.samples import T0, Scorer, cell, scores

pytestmark = pytest.mark.chromium


def drawn(page: Page) -> int:
    return page.locator(".sparkline canvas").count()


def test_how_the_index_of_what_stands_out_has_moved(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    for minute, index in enumerate([104.0, 90.0, 61.0]):
        cells = [cell(state="under", index=index), cell("nps", state="par", index=None)]
        scorer.say(scores("2", T0 + minute * 60_000, cells))
        time.sleep(0.6)  # each of them is told to the board by itself
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        course = page.get_by_role("img", name="Sessions with a form fill: index from 104 to 61 in 2 min")
        expect(course).to_be_visible()
        expect(course.locator("canvas")).to_have_count(1)
        expect(course.locator(".moved")).to_have_text("−43")
        page.screenshot(path=tmp_path / "moved.png", full_page=True)
        page.evaluate("window.canvas = document.querySelector('.sparkline canvas')")
        scorer.say(scores("3"), scores("2", T0 + 180_000, [cell(state="under", index=60.0), cells[1]]))
        expect(page.locator("#scores tbody tr")).to_have_count(2)
        expect(page.locator("#scores tbody tr").first).to_contain_text("60")
        assert page.evaluate("window.canvas.isConnected"), "it is not drawn anew with the table"
        page.get_by_label("KPI").select_option("Net promoter score")
        expect(page.get_by_role("img", name="Net promoter score: how its index moves is shown")).to_have_count(1)
        assert errors == []


def test_millions_of_points_do_not_run_into_the_next_column(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    """Where the rest has next to nothing, the index has no end."""
    for minute, index in enumerate([100.0, 2_930_387.0]):
        scorer.say(scores("2", T0 + minute * 60_000, [cell(index=index)]))
        time.sleep(0.6)
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator(".moved")).to_have_text("> +999")
        assert errors == []


def test_of_many_segments_those_in_view_are_drawn(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    for tick in range(3):
        scorer.say(*(scores(f"{n:03}", T0 + tick * 10_000, [cell(index=200.0 - n)]) for n in range(200)))
        time.sleep(0.6)
    with chromium(tmp_path / "profile", viewport={"width": 1200, "height": 800}) as (page, errors):
        page.goto(board_address)
        page.get_by_role("button", name="Show all 200").click()
        expect(page.locator(".sparkline")).to_have_count(200)
        expect(page.locator(".sparkline canvas").first).to_be_visible()
        assert drawn(page) < 60
        page.locator(".sparkline").last.scroll_into_view_if_needed()
        expect(page.locator(".sparkline").last.locator("canvas")).to_have_count(1)
        assert errors == []
