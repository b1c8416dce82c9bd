"""Dashboards: what all have, and what is chosen on them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from grafana_foundation_sdk.builders import dashboard
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)

from grafana.build.queries import DATA

#: uid of each dashboard; `/d/{uid}` is its address.
NOW, ONE, QUALITY, PIPELINE = "segpulse-segments", "segpulse-segment", "segpulse-quality", "segpulse-pipeline"


def filled(board: dashboard.Dashboard, panels: Iterable[Any]) -> dashboard.Dashboard:
    """With these panels, numbered from 1 in their order: alert rules name them so."""
    for number, panel in enumerate(panels, 1):
        board = board.with_panel(panel.id(number))
    return board


def board(uid: str, title: str, what: str) -> dashboard.Dashboard:
    """An empty dashboard, with links to the others."""
    return (
        dashboard.Dashboard(title)
        .uid(uid)
        .description(what)
        .tags(["segpulse"])
        .readonly()
        .tooltip(DashboardCursorSync.CROSSHAIR)
        .refresh("10s")
        .timezone("browser")
        .time("now-6h", "now")
        .link(
            dashboard.DashboardLink("segpulse")
            .type(DashboardLinkType.DASHBOARDS)
            .tags(["segpulse"])
            .include_vars(True)
            .keep_time(True)
        )
    )


def choice(name: str, label: str, series: str, current: str | None = None) -> dashboard.QueryVariable:
    """What is chosen from the values of the label `name` of `series`."""
    made = (
        dashboard.QueryVariable(name)
        .label(label)
        .hide(VariableHide.DONT_HIDE)
        .datasource(DATA)
        .query({"query": f"label_values({series}, {name})", "refId": name})
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(VariableSort.ALPHABETICAL_ASC)
    )
    return made.current(VariableOption(text=current, value=current)) if current is not None else made


def link_to(uid: str, **variables: str) -> str:
    """The address of a dashboard with these variables chosen."""
    return f"/d/{uid}?" + "&".join(f"var-{name}={value}" for name, value in variables.items())
