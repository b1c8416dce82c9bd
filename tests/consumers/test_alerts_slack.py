from __future__ import annotations

from typing import Any

import pytest

from consumers.alerts.links import Links
from consumers.alerts.origin import Origin
from consumers.alerts.slack import FIELD_MOST, HEADER_MOST, TEXT_MOST, attended, escaped, message
from streams.kpis.catalogue import BUILT_IN
from streams.scoring.alerts.contributors import Contribution
from streams.scoring.alerts.grouping import Page
from tests.consumers.samples import acknowledged, alert

LINKS = Links("http://board.test/", "http://grafana.test/", "http://wiki.test/runbook")


def told(within: tuple[Contribution, ...] = (), links: Links = LINKS, why: str = "", **other: object) -> dict[str, Any]:
    head = alert(**other)  # type: ignore[arg-type]
    return message(Page(head, (head,)), Origin(within, why), links, BUILT_IN)


def test_one_page_as_a_message() -> None:
    body = told(
        (Contribution("tier_x_industry", "2 × R&D", 9.5),),
        value="2",
        why="It is <broad>.",
        also=["engagement over"],
        summary="It does <so>.",
    )
    place = "dimension=tier&amp;segment=2&amp;kpi=form_fill_rate&amp;window=1h"
    variables = "var-dimension=tier&amp;var-segment=2&amp;var-kpi=form_fill_rate&amp;var-window=1h"
    assert body == {
        "text": "🔵 It does &lt;so&gt;.",
        "blocks": [
            {"type": "header", "text": plain("🔵 tier:2 is over on form_fill_rate: 20% above its usual")},
            {"type": "section", "text": plain("It does &lt;so&gt;.")},
            {
                "type": "section",
                "fields": [
                    markup("*Since*\n<!date^1699999940^{date_short_pretty} {time}|2023-11-14 22:12 UTC>"),
                    markup("*Against the rest, 1h*\n13.2% against 11% (index 120)"),
                    markup("*Impact*\n+11 form fills an hour"),
                ],
            },
            {
                "type": "context",
                "elements": [
                    plain("Why: It is &lt;broad&gt;."),
                    plain("Comes from (more or less than was due, last 1h): tier_x_industry:2 × R&amp;D (+9.5)"),
                    plain("Moved with it: engagement over"),
                ],
            },
            {
                "type": "section",
                "text": markup(
                    f"<http://board.test/?{place}|Board> · "
                    f"<http://grafana.test/d/segpulse-segment?{variables}&amp;from=1699978340000&amp;to=now|Grafana> · "
                    "<http://wiki.test/runbook#segmentover|Runbook>"
                ),
            },
        ],
    }


def plain(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text, "emoji": False}


def markup(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def test_the_end_is_said_as_one() -> None:
    body = told(status="resolved", reason="back to its usual", change=None, impact=None, links=Links("http://b.test"))
    assert body["text"] == f"✅ {alert('2').summary}"
    assert body["blocks"][0]["text"] == plain("✅ tier:2 is no longer over on form_fill_rate")
    titles = [field["text"].partition("\n")[0] for field in body["blocks"][2]["fields"]]
    assert titles == ["*Since*", "*Ended*", "*Against the rest, 1h*"]
    assert body["blocks"][3]["elements"] == [plain("Reason: back to its usual")]
    assert "Grafana" not in str(body)


def test_who_looks_after_it_is_one_line_without_markup() -> None:
    page = Page(alert(), (alert(),))
    line = "👤 &lt;!channel&gt; looks after it (calling *them*): tier:2 is over on form_fill_rate: 20% above its usual"
    body = attended(page, acknowledged(by="<!channel>", note="calling *them*"))
    assert body == {"text": line, "blocks": [{"type": "section", "text": plain(line)}]}
    nobody = attended(page, None)["text"]
    assert nobody == "👤 Nobody looks after it any more: tier:2 is over on form_fill_rate: 20% above its usual"


def test_what_is_silent_is_not_compared_by_what_came_before() -> None:
    fields = told(kind="silent", state="silent")["blocks"][2]["fields"]
    assert [field["text"].partition("\n")[0] for field in fields] == ["*Since*", "*Impact*"]


@pytest.mark.parametrize(
    ("other", "headline"),
    [
        ({"state": "silent", "kind": "silent", "actual": None}, "🔴 tier:2 has fallen silent on form_fill_rate"),
        ({"state": "silent", "kind": "pipeline", "kpi": "", "window": ""}, "🔴 No data comes in from anybody"),
        ({"state": "under", "change": -0.31}, "🟠 tier:2 is under on form_fill_rate: 31% below its usual"),
        ({"kind": "level"}, "🔵 tier:2 is over on form_fill_rate: 20% above the rest"),
    ],
)
def test_the_headline_says_what_and_how_bad(other: dict[str, object], headline: str) -> None:
    assert told(**other)["blocks"][0]["text"] == plain(headline)  # type: ignore[arg-type]


def test_no_name_can_call_the_channel_or_make_a_link() -> None:
    evil = "<!channel> & <http://evil.test|click>"
    body = told(
        (Contribution(evil, evil, 1.0),), value=evil, also=[evil], reason=evil, why=evil, summary=evil, window=evil
    )
    texts = str(body)
    assert "<!channel>" not in texts
    assert "<http://evil.test" not in texts
    assert "&lt;!channel&gt; &amp; &lt;http://evil.test|click&gt;" in texts
    assert "*bold*" in str(told(value="*bold*")["blocks"][0])  # in plain text it means nothing


def test_everything_is_as_short_as_slack_wants_it() -> None:
    long = "<&>" * 5_000
    body = told((Contribution(long, long, 1.0),), value=long, also=[long], reason=long, why=long, summary=long)
    header, section, fields, context, links = body["blocks"]
    assert links["text"] == markup("<http://wiki.test/runbook#segmentover|Runbook>")  # half of the others leads nowhere
    assert len(header["text"]["text"]) <= HEADER_MOST
    assert len(section["text"]["text"]) <= TEXT_MOST
    assert len(body["text"]) <= TEXT_MOST
    assert all(len(field["text"]) <= FIELD_MOST for field in fields["fields"])
    assert all(len(element["text"]) <= FIELD_MOST for element in context["elements"])


def test_long_names_in_other_scripts_have_their_links() -> None:
    (links,) = (block["text"]["text"] for block in told(value="औ" * 120)["blocks"][-1:])
    assert links.count("%E0%A4%94") == 2 * 120
    assert "|Grafana>" in links
    assert len(links) <= TEXT_MOST


@pytest.mark.parametrize(
    ("text", "most", "made"),
    [
        ("a & b", 9, "a &amp; b"),
        ("a & b", 8, "a &amp;…"),
        ("<<<<", 8, "&lt;…"),
        ("abcdef", 4, "abc…"),
        ("abcd", 4, "abcd"),
    ],
)
def test_what_is_cut_is_not_cut_within_an_escape(text: str, most: int, made: str) -> None:
    assert escaped(text, most) == made
