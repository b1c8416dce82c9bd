"""Acknowledge and mute in a browser: what is said on one board is seen on the others, and after a restart."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from consumers.board import server
from streams.tools.local.servers import free_port, listens
from tests.consumers.board_pages import chromium
from tests.consumers.conftest import Running, board_of
from tests.consumers.samples import T0, Scorer, acknowledged, alert, eventually, scores, settings

pytestmark = pytest.mark.chromium
EVIL = "<img src=x onerror=\"document.title='stolen'\">"


def respond(page: Page, button: str, name: str, note: str = "") -> None:
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Note").fill(note)
    page.get_by_role("dialog").get_by_role("button", name=button).click()
    expect(page.get_by_role("dialog")).to_be_hidden()


def test_what_is_acknowledged_on_one_board_is_so_on_all(
    scorer: Scorer, board_address: str, running: Running, tmp_path: Path
) -> None:
    scorer.say(scores("2"), scores("3"), alert("2"), alert("3", impact=1.0))
    other = board_of(scorer, running)
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page).to_have_title("(2) segpulse")
        page.get_by_role("button", name="Acknowledge: tier:2").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_label("Your name")).to_be_focused()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_be_hidden()
        expect(page.get_by_role("button", name="Acknowledge: tier:2")).to_be_focused()
        page.keyboard.press("Enter")
        respond(page, "Acknowledge", EVIL, "calling them")
        said = page.locator("#alerts .said")
        expect(said).to_contain_text(f"ago by {EVIL}: calling them")
        expect(page.get_by_role("status").filter(has_text="Acknowledged.")).to_be_visible()
        expect(page.locator("#alerts-title")).to_have_text("Alerts: 2 firing, 1 acknowledged or muted")
        expect(page.locator("#alerts .summary").first).to_contain_text("tier:3")
        expect(page).to_have_title("(1) segpulse")
        page.goto(other)
        expect(page.locator("#alerts .said")).to_contain_text("calling them")
        page.get_by_role("button", name="Take over: tier:2").click()
        expect(page.get_by_label("Your name")).to_have_value("")  # another address: nothing is known there
        respond(page, "Take over", "Grace")
        expect(page.locator("#alerts .said")).to_contain_text("by Grace")
        scorer.say(alert("2", T0 + 1, status="resolved"), alert("2", T0 + 2))
        expect(page.locator("#alerts .said")).to_have_count(0)  # another page
        assert errors == []


def test_what_was_acknowledged_is_taken_back(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("2"), alert("2"))
    scorer.mark(acknowledged("2"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator("#alerts .said")).to_contain_text("by Ada")
        page.get_by_role("button", name="Withdraw: tier:2").click()
        expect(page.get_by_role("status").filter(has_text="Withdrawn.")).to_be_visible()
        expect(page.locator("#alerts .said")).to_have_count(0)
        expect(page.locator("#alerts-title")).to_have_text("Alerts: 1 firing")
        expect(page.get_by_role("button", name="Withdraw")).to_have_count(0)
        page.get_by_role("button", name="Acknowledge: tier:2").click()
        respond(page, "Acknowledge", "Grace")
        expect(page.locator("#alerts .said")).to_contain_text("by Grace")
        assert errors == []


def test_what_the_board_hears_before_the_answer_is_not_pending(
    scorer: Scorer, board_address: str, tmp_path: Path
) -> None:
    scorer.say(scores("2"), alert("2"))
    with chromium(tmp_path / "profile") as (page, errors):

        def late(route: Route) -> None:
            answer = route.fetch()
            eventually(lambda: "by Ada" in page.locator("#alerts").inner_text())
            route.fulfill(response=answer)

        page.route("**/api/acknowledge", late)
        page.goto(board_address)
        page.get_by_role("button", name="Acknowledge: tier:2").click()
        respond(page, "Acknowledge", "Ada")
        expect(page.get_by_role("status").filter(has_text="Acknowledged.")).to_be_visible()
        expect(page.locator("#alerts .pending")).to_have_count(0)
        assert errors == []


def test_a_notice_can_be_acknowledged_and_need_not_be_muted(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("2"), alert("1", kind="level"), alert("2", kind="level", impact=1.0))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        expect(page.locator("#alerts .status")).to_have_text(["Notice", "Notice"])
        expect(page.get_by_role("button", name="Mute")).to_have_count(0)
        page.get_by_role("button", name="Acknowledge: tier:1").click()
        respond(page, "Acknowledge", "Ada", "a new form in May")
        expect(page.locator("#alerts .said")).to_contain_text("by Ada: a new form in May")
        expect(page.locator("#alerts .summary").last).to_contain_text("tier:1")
        expect(page).to_have_title("segpulse")
        assert errors == []


def test_what_is_muted_is_so_until_somebody_ends_it_and_after_a_restart(
    scorer: Scorer, running: Running, tmp_path: Path
) -> None:
    scorer.say(scores("2"), alert("2"))
    first, port = threading.Event(), free_port()
    thread = running(lambda _: server.run(settings(scorer.broker, port=port), first))
    eventually(lambda: listens(port))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(f"http://127.0.0.1:{port}/")
        page.get_by_role("button", name="Mute tier:2").click()
        page.get_by_label("How much").select_option("Only Sessions with a form fill")
        page.get_by_label("How long").select_option("8 hours")
        respond(page, "Mute", "Ada")
        expect(page.locator("#alerts .said")).to_contain_text("Muted for another 8 h by Ada")
        page.goto("about:blank")
        first.set()
        thread.join(15)
        page.goto(board_of(scorer, running))
        expect(page.locator("#alerts .said")).to_contain_text("Muted for another 8 h by Ada")
        page.get_by_text("1 muted: nobody is paged").click()
        expect(page.locator("#muted li")).to_contain_text("tier:2, Sessions with a form fill for another 8 h by Ada")
        page.locator("#muted").get_by_role("button", name="Unmute tier:2").click()
        expect(page.locator("#mutes")).to_be_hidden()
        expect(page.locator("#alerts .said")).to_have_count(0)
        assert errors == []


def test_a_segment_is_muted_on_its_page_though_nothing_fires(
    scorer: Scorer, board_address: str, tmp_path: Path
) -> None:
    scorer.say(scores("2"), scores("3"))
    with chromium(tmp_path / "profile", viewport={"width": 390, "height": 800}) as (page, errors):
        page.goto(f"{board_address}?dimension=tier&segment=2")
        page.get_by_role("button", name="Mute tier:2").click()
        expect(page.get_by_label("How long").locator("option:not([hidden])")).to_have_text(
            ["1 hour", "8 hours", "1 day"]
        )
        box = page.get_by_role("dialog").bounding_box()
        assert box
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390
        respond(page, "Mute", "Ada", "x" * 300)
        expect(page.locator("#mutes")).to_contain_text("1 muted")
        page.locator("#mutes summary").click()
        assert page.evaluate("document.documentElement.scrollWidth") == 390
        page.get_by_role("link", name="All segments").click()
        expect(page.locator("#muted li")).to_contain_text("tier:2 for another 60 min by Ada")
        assert errors == []


def test_what_was_refused_is_said_in_the_dialog(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("2"), alert("2"))
    with chromium(tmp_path / "profile") as (page, errors):
        page.goto(board_address)
        page.get_by_role("button", name="Acknowledge: tier:2").click()
        scorer.say(alert("2", T0 + 1, status="resolved"))
        expect(page.locator("#alerts-title")).to_have_text("Alerts")
        page.get_by_label("Your name").fill("Ada")
        page.get_by_role("dialog").get_by_role("button", name="Acknowledge").click()
        expect(page.get_by_role("alert")).to_contain_text("is open any more")
        page.get_by_role("button", name="Cancel").click()
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert [error for error in errors if "409" not in error] == []


def test_a_button_keeps_the_focus_while_scores_come(scorer: Scorer, board_address: str, tmp_path: Path) -> None:
    scorer.say(scores("2"), alert("2"))
    with chromium(tmp_path / "profile") as (page, _):
        page.goto(board_address)
        page.get_by_role("button", name="Mute tier:2").focus()
        scorer.say(scores("2", T0 + 70_000))
        expect(page.locator("#scores tbody tr")).to_contain_text("2 min")
        expect(page.get_by_role("button", name="Mute tier:2")).to_be_focused()
