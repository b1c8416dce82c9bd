"""What is told of whole dimensions, on the board: whether they are worth having, and the paths of their segments."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.request import urlopen

import msgspec
import pytest
from playwright.sync_api import Locator, expect

from tests.consumers.board_pages import chromium
from tests.consumers.samples import T0, Scorer, eventually, growth, overview, paths, scores

pytestmark = pytest.mark.chromium


def test_a_dimension_says_whether_it_is_worth_having(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("2"), scores("3"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator("section.dimension")).to_have_count(1)
        expect(page.locator("p.quality")).to_have_count(0)
        scorer.tell(overview(merges=[["like", "<b>few</b>"]]))
        expect(page.locator("p.quality")).to_have_text(
            "1 of 3 segments are worth having; 2 groups can be told apart. Could be one: like + <b>few</b>. "
            "Order by Sessions with a form fill against the month before: 0.900 (1 is the same)."
        )
        year_2100 = 4_102_444_800_000
        scorer.tell(overview(kpis=[], reviewed=T0, review_due=year_2100))
        expect(page.locator("p.quality")).to_have_text(
            "1 of 3 segments are worth having; 2 groups can be told apart. Next review: 1 Jan 2100."
        )
        expect(page.locator(".overdue")).to_have_count(0)
        scorer.tell(overview(kpis=[], reviewed=0, review_due=T0))
        expect(page.locator("p.quality .overdue")).to_have_text("Review overdue since 14 Nov 2023.")
        scorer.raw("dimension_overviews", "tier", None)
        expect(page.locator("p.quality")).to_have_count(0)
        assert errors == []


def test_a_segment_s_page_draws_its_paths(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("2"), scores("3"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{board_address}?dimension=tier&segment=2")
        expect(page.locator("h2.segment-title")).to_contain_text("tier: 2")
        expect(page.locator("#paths")).to_be_hidden()
        scorer.tell(msgspec.structs.replace(overview(), paths=paths("2")))
        expect(page.locator("#paths figcaption")).to_have_text(
            "Of 100 sessions’ paths 40.0% lead to form fills, of the whole dimension’s 40.0%. "
            "The likeliest way there: clicks → form fills."
        )
        expect(page.locator("#paths canvas")).to_be_visible()
        clicks = page.locator("#paths tbody tr", has=page.get_by_role("rowheader", name="clicks"))
        for text in ("form fills (40.0%)", "100.0%"):
            expect(clicks).to_contain_text(text)
        page.screenshot(path=tmp_path / "paths.png", full_page=True)
        scorer.say(scores("2", T0 + 10_000))
        expect(page.locator("#paths canvas")).to_be_visible()
        page.get_by_role("link", name="All segments").click()
        expect(page.locator("#paths")).to_be_hidden()
        page.goto(f"{board_address}?dimension=tier&segment=3")
        expect(page.locator("h2.segment-title")).to_contain_text("tier: 3")
        expect(page.locator("#paths")).to_be_hidden()
        assert errors == []


def test_a_segment_s_page_says_how_it_has_grown(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("2"), scores("3"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"{board_address}?dimension=tier&segment=2")
        expect(page.locator("h2.segment-title")).to_contain_text("tier: 2")
        expect(page.locator("#growth")).to_be_hidden()
        scorer.tell(msgspec.structs.replace(overview(), quality=None, growth=[growth("2"), growth("2", "year")]))
        rows = page.get_by_role("table", name="Growth against earlier windows").locator("tbody tr")
        shown = [[cell.inner_text() for cell in row.locator("th, td").all()] for row in when_there(rows, 2)]
        assert shown == [
            ["sales (value of orders)", "24h", against, "+25%", "-5% – +60%", "12,501", "10,000"]
            for against in ("a week earlier", "52 weeks earlier")
        ]
        page.screenshot(path=tmp_path / "growth.png", full_page=True)
        page.get_by_role("link", name="All segments").click()
        expect(page.locator("#growth")).to_be_hidden()
        page.goto(f"{board_address}?dimension=tier&segment=3")
        expect(page.locator("h2.segment-title")).to_contain_text("tier: 3")
        expect(page.locator("#growth")).to_be_hidden()
        assert errors == []


def when_there(rows: Locator, count: int) -> list[Locator]:
    expect(rows).to_have_count(count)
    return rows.all()


def test_paths_as_json(scorer: Scorer, board_address: str) -> None:
    def told(segment: str) -> object:
        with urlopen(f"{board_address}api/paths?dimension=tier&segment={segment}", timeout=5) as answer:
            return json.load(answer)

    assert told("2")["segment"] is None  # type: ignore[index]
    scorer.tell(msgspec.structs.replace(overview(), paths=paths("2")))
    eventually(lambda: told("2")["segment"] is not None)  # type: ignore[index]
    assert told("2")["segment"]["conversion"] == 0.4  # type: ignore[index]
    assert told("2")["to"] == "form_fills"  # type: ignore[index]
    assert told("3")["segment"] is None  # type: ignore[index]
