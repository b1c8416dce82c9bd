"""The pictures in README and docs: `python -m tests.pictures [ADDRESS]` takes them of the board of a demo that runs.

Start it with paths, `SEGPULSE_PATHS_TO=form_fills make demo`, and give it a few minutes: until the story has alerts.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.consumers.board_pages import chromium
from tests.servers import ROOT

DOCS = ROOT / "docs"
WIDTH, HEIGHT, SEGMENT_HEIGHT = 1240, 1180, 1500
WAITING = 3
WORST = "industry: pharma"  # whose form breaks in the story


def main(address: str = "http://127.0.0.1:8500") -> None:
    """Acknowledge some alerts, and take the pictures."""
    with (
        tempfile.TemporaryDirectory() as folder,
        chromium(Path(folder), viewport={"width": WIDTH, "height": HEIGHT}) as (page, errors),
    ):
        page.goto(address)
        expect(page.locator("#scores tbody tr").first).to_be_visible()
        acknowledge(page)
        take(page, "board")
        dimension, segment = WORST.split(": ")
        page.goto(f"{address}/?dimension={dimension}&segment={segment}&kpi=form_fill_rate")
        expect(page.locator("#chart canvas").first).to_be_visible()
        page.evaluate("scrollTo(0, 0)")
        page.set_viewport_size({"width": WIDTH, "height": SEGMENT_HEIGHT})
        take(page, "board-segment")
        assert errors == []


def acknowledge(page: Page) -> None:
    """So many of those that somebody is called for that three wait: those that are looked after come after them."""
    waiting = page.locator(".alert:not(.attended)", has=page.get_by_text("Firing", exact=True))
    while waiting.count() > WAITING:
        title = page.locator("#alerts-title").inner_text()
        waiting.nth(WAITING).get_by_role("button", name="Acknowledge").click()
        page.get_by_label("Your name").fill("Ada Lovelace")
        page.get_by_label("Note").fill("calling the web team")
        page.get_by_role("dialog").get_by_role("button", name="Acknowledge").click()
        expect(page.locator("#alerts-title")).not_to_have_text(title, timeout=20_000)
    page.locator("h1").click()


def take(page: Page, name: str) -> None:
    """As docs/`name`.png."""
    page.wait_for_timeout(1_500)  # charts and lines that are drawn when their figures have come
    page.screenshot(path=DOCS / f"{name}.png")


if __name__ == "__main__":
    main(*sys.argv[1:])
