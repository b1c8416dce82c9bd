"""Pages as messages to a Slack channel, by an incoming webhook: blocks, and a line of text for notifications.

Names and sentences are plain text, in which `*` and `_` mean nothing; only our own titles and links are markup. In both
`&`, `<` and `>` are escaped, so that no name of a segment can call a channel or make a link.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from consumers.alerts.links import Links
from consumers.alerts.origin import Origin
from consumers.alerts.wording import (
    against_the_rest,
    also_moved,
    contributors,
    headline,
    impact,
    severity,
    shortened,
)
from streams.messages import Acknowledged, Alert
from streams.scoring.alerts.grouping import Page
from streams.scoring.alerts.sentences import moment
from streams.settings import Kpi

HEADER_MOST, TEXT_MOST, FIELD_MOST = 150, 3_000, 2_000  # characters that Slack takes
_MARK = {"critical": "🔴", "warning": "🟠", "info": "🔵"}
_OVER = "✅"


def message(page: Page, origin: Origin, links: Links, kpis: Mapping[str, Kpi]) -> dict[str, Any]:
    """The body of the post of `page`."""
    head = page.head
    mark = _OVER if head.status == "resolved" else _MARK[severity(head)]
    found = [
        {"type": "header", "text": _plain(f"{mark} {headline(head)}", HEADER_MOST)},
        {"type": "section", "text": _plain(head.summary, TEXT_MOST)},
        {"type": "section", "fields": [_field(*pair) for pair in _figures(head, kpis)]},
    ]
    details = {
        "Why": origin.why,
        f"Comes from (more or less than was due, last {head.window})": contributors(origin.contributions),
        "Moved with it": also_moved(page),
        "Reason": head.reason,
    }
    told = [_plain(f"{name}: {text}", FIELD_MOST) for name, text in details.items() if text]
    if told:
        found.append({"type": "context", "elements": told})
    if shown := _links(links.all(head)):
        found.append({"type": "section", "text": _markup(shown)})
    return {"text": escaped(f"{mark} {head.summary}", TEXT_MOST), "blocks": found}


def attended(page: Page, mark: Acknowledged | None) -> dict[str, Any]:
    """The body of the line that says who looks after `page` now."""
    note = f" ({mark.note})" if mark and mark.note else ""
    who = f"{mark.by} looks after it{note}" if mark else "Nobody looks after it any more"
    text = _plain(f"👤 {who}: {headline(page.head)}", TEXT_MOST)
    return {"text": text["text"], "blocks": [{"type": "section", "text": text}]}


def escaped(text: str, most: int) -> str:
    """`text` with Slack's three control characters escaped, in `most` characters at most."""
    kept = shortened(text, most)
    while len(made := _escaped(kept)) > most:
        kept = shortened(kept, len(kept) - (len(made) - most + 4) // 5)  # what is cut off makes room of 5 at most
    return made


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _figures(head: Alert, kpis: Mapping[str, Kpi]) -> Iterable[tuple[str, str]]:
    """Titles, and what is under them in markup."""
    yield "Since", _time(head.since)
    if head.status == "resolved":
        yield "Ended", _time(head.at)
    if told := against_the_rest(head, kpis):
        yield f"Against the rest, {escaped(head.window, FIELD_MOST // 4)}", escaped(told, FIELD_MOST // 2)
    if told := impact(head, kpis):
        yield "Impact", told


def _time(ms: int) -> str:
    """In the reader's own zone where Slack can, else in UTC."""
    return f"<!date^{ms // 1000}^{{date_short_pretty}} {{time}}|{moment(ms)}>"


def _links(all_links: Iterable[tuple[str, str]]) -> str:
    """As many as Slack takes, whole: half an address leads nowhere."""
    shown = ""
    for name, url in all_links:
        longer = f"{shown}{' · ' if shown else ''}<{_escaped(url)}|{name}>"
        shown = longer if len(longer) <= TEXT_MOST else shown
    return shown


def _field(title: str, text: str) -> dict[str, Any]:
    return _markup(f"*{title}*\n{text}")


def _markup(text: str) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": text, "verbatim": True}


def _plain(text: str, most: int) -> dict[str, Any]:
    return {"type": "plain_text", "text": escaped(text, most), "emoji": False}
