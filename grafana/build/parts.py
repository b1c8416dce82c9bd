"""What the dashboards are made of: queries, panels and variables, all of one look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from grafana_foundation_sdk.builders import common as looks
from grafana_foundation_sdk.builders import dashboard, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DashboardCursorSync,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    Threshold,
    ThresholdsMode,
    ValueMap,
    ValueMappingResult,
    VariableHide,
    VariableOption,
    VariableRefresh,
    VariableSort,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

#: uid of each dashboard; `/d/{uid}` is its address.
NOW, ONE, PIPELINE = "segpulse-segments", "segpulse-segment", "segpulse-pipeline"

DATA = DataSourceRef(type_val="prometheus", uid="segpulse-prometheus")
#: State -> how it looks; the least first.
STATES: Mapping[str, tuple[str, str]] = {
    "learning": ("…", "text"),
    "par": ("●", "blue"),
    "watch": ("◔", "yellow"),
    "over": ("▲", "green"),
    "under": ("▼", "red"),
    "silent": ("∅", "purple"),
}
#: Of an index: from where on it is in which colour.
INDEX_STEPS: Sequence[tuple[float | None, str]] = ((None, "red"), (90, "blue"), (110, "green"))


# -- queries --------------------------------------------------------------------------------------------------


def over_time(expr: str, legend: str = "__auto") -> prometheus.Dataquery:
    """A query whose course is shown."""
    return prometheus.Dataquery().expr(expr).legend_format(legend).range().ref_id("A")


def now(expr: str) -> prometheus.Dataquery:
    """A query whose present answer is shown, as a table."""
    return prometheus.Dataquery().expr(expr).instant().format(PromQueryFormat.TABLE).ref_id("A")


def state_codes(by: str, where: str) -> str:
    """PromQL: the state of the cells of `where` as its place in STATES, one series a `by`."""
    codes = (f'0 * segpulse_segment_state{{{where}, state="{state}"}} + {code}' for code, state in enumerate(STATES))
    return f"max by ({by}) ({' or '.join(codes)})"


def lettered(queries: Sequence[prometheus.Dataquery]) -> list[Any]:
    """The queries of a panel, named A, B, …"""
    return [query.ref_id(letter) for letter, query in zip(ascii_uppercase, queries, strict=False)]


# -- panels ---------------------------------------------------------------------------------------------------


def number(title: str, what: str, expr: str, unit: str, steps: Sequence[tuple[float | None, str]]) -> stat.Panel:
    """One figure, coloured by `steps`."""
    return (
        stat.Panel()
        .title(title)
        .description(what)
        .datasource(DATA)
        .unit(unit)
        .decimals(0)
        .thresholds(thresholds(steps))
        .graph_mode(common.BigValueGraphMode.NONE)
        .color_mode(common.BigValueColorMode.VALUE)
        .reduce_options(looks.ReduceDataOptions().calcs(["lastNotNull"]))
        .no_value("nothing yet")
        .with_target(over_time(expr))
        .height(4)
    )


def lines(title: str, what: str, queries: Sequence[prometheus.Dataquery], unit: str) -> timeseries.Panel:
    """The course of something."""
    return (
        timeseries.Panel()
        .title(title)
        .description(what)
        .datasource(DATA)
        .unit(unit)
        .line_width(2)
        .fill_opacity(0)
        .show_points(common.VisibilityMode.NEVER)
        .span_nulls(60_000)
        .legend(looks.VizLegendOptions().display_mode(common.LegendDisplayMode.LIST).show_legend(True))
        .tooltip(looks.VizTooltipOptions().mode(common.TooltipDisplayMode.MULTI).sort(common.SortOrder.DESCENDING))
        .no_value("nothing yet")
        .targets(lettered(queries))
        .height(8)
        .span(12)
    )


def states(title: str, what: str, by: str, where: str) -> statetimeline.Panel:
    """When each `by` was in which state."""
    coded = {
        str(code): ValueMappingResult(text=state, color=colour, index=code)
        for code, (state, (_, colour)) in enumerate(STATES.items())
    }
    return (
        statetimeline.Panel()
        .title(title)
        .description(what)
        .datasource(DATA)
        .mappings([ValueMap(coded)])
        .fill_opacity(80)
        .line_width(0)
        .row_height(0.8)
        .merge_values(True)
        .no_value("nothing yet")
        .with_target(over_time(state_codes(by, where), f"{{{{{by}}}}}"))
        .height(9)
        .span(24)
    )


def rows(
    title: str,
    what: str,
    labels: Mapping[str, str],
    columns: Mapping[str, str],
    looks_of: Mapping[str, list[DynamicConfigValue]],
    sort_by: str,
) -> table.Panel:
    """A table: `labels` (label -> title), then `columns` (title -> query), which are joined by their labels."""
    values = [f"Value #{letter}" for letter in ascii_uppercase[: len(columns)]]
    names = {**labels, **dict(zip(values, columns, strict=True))}
    order = {name: place for place, name in enumerate([*labels, *values])}
    shown = {"excludeByName": {"Time": True}, "indexByName": order, "renameByName": names}
    panel = (
        table.Panel()
        .title(title)
        .description(what)
        .datasource(DATA)
        .decimals(3)
        .cell_height(common.TableCellHeight.SM)
        .sort_by([looks.TableSortByFieldState().display_name(sort_by).desc(True)])
        .no_value("nothing yet")
        .targets(lettered([now(expr) for expr in columns.values()]))
        .with_transformation(DataTransformerConfig(id_val="merge", options={}))
        .with_transformation(DataTransformerConfig(id_val="organize", options=shown))
        .height(10)
        .span(24)
    )
    for column, properties in looks_of.items():
        panel = panel.override_by_name(column, properties)
    return panel


# -- how columns look -----------------------------------------------------------------------------------------


def looking(**properties: Any) -> list[DynamicConfigValue]:
    """Properties of a column; a name is written with `_` for `.`."""
    return [DynamicConfigValue(id_val=name.replace("_", "."), value=value) for name, value in properties.items()]


STATE = looking(
    mappings=[
        {
            "type": "value",
            "options": {
                state: {"text": f"{icon} {state}", "color": colour, "index": place}
                for place, (state, (icon, colour)) in enumerate(STATES.items())
            },
        }
    ],
    custom_cellOptions={"type": "color-text"},
)
INDEX_COLOURS = {"mode": "absolute", "steps": [{"color": colour, "value": at} for at, colour in INDEX_STEPS]}
INDEX = looking(
    decimals=0, min=0, max=200, custom_cellOptions={"type": "gauge", "mode": "basic"}, thresholds=INDEX_COLOURS
)
COUNT = looking(decimals=0, unit="short")
SHARE = looking(unit="percentunit", decimals=1)
SINCE = looking(unit="dateTimeFromNow")


def thresholds(steps: Sequence[tuple[float | None, str]]) -> dashboard.ThresholdsConfig:
    """Colours from some value on; the first from the lowest."""
    made = [Threshold(value=value, color=colour) for value, colour in steps]
    return dashboard.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(made)


# -- dashboards -----------------------------------------------------------------------------------------------


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
