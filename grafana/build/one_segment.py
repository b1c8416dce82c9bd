"""One segment: every KPI of it against the rest, its funnel, and when it was off par."""

from __future__ import annotations

from grafana_foundation_sdk.builders import bargauge, dashboard, table, timeseries
from grafana_foundation_sdk.builders import common as looks_of
from grafana_foundation_sdk.models import common

from grafana.build import boards, looks, panels, queries

_CELLS = 'dimension="$dimension", segment="$segment", window="$window"'
_KPI = f'{_CELLS}, kpi="$kpi"'
#: Stage of the funnel -> the metric that counts it, and of which KPI.
_FUNNEL = {
    "Sessions": ("trials", "form_fill_rate"),
    "… with a form fill": ("numerator", "form_fill_rate"),
    "Leads": ("trials", "mql_rate"),
    "Qualified by marketing": ("numerator", "mql_rate"),
    "Accepted by sales": ("numerator", "sql_rate"),
    "Won": ("numerator", "lead_conversion"),
}


def build() -> dashboard.Dashboard:
    """The dashboard."""
    of_segment = 'segpulse_segment_value{dimension="$dimension", segment="$segment"}'
    made = (
        boards.board(boards.ONE, "One segment", "How one audience segment does on every KPI, beside the rest.")
        .with_variable(boards.choice("dimension", "Dimension", "segpulse_segment_value", "industry"))
        .with_variable(boards.choice("segment", "Segment", 'segpulse_segment_value{dimension="$dimension"}'))
        .with_variable(boards.choice("window", "Window", of_segment, "1h"))
        .with_variable(boards.choice("kpi", "KPI", of_segment, "form_fill_rate"))
        .annotation(
            dashboard.AnnotationQuery()
            .name("Alerts")
            .datasource(queries.DATA)
            .enable(True)
            .icon_color("red")
            .expr(f'segpulse_segment_state{{{_CELLS}, state=~"over|under|silent", kind=~"shift|silent"}} == 1')
        )
    )
    indexes = panels.lines(
        "Index by KPI over $window",
        "100: on a par with the rest; 120: 20 % better in the good direction.",
        [queries.over_time(f"segpulse_segment_index{{{_CELLS}}}", "{{kpi}}")],
        "none",
    )
    states = panels.states("States over $window", "When each KPI was over or under par, or silent.", "kpi", _CELLS)
    return boards.filled(made, [_kpis(), _value(), indexes, states, _funnel(), _growth()])


def _kpis() -> table.Panel:
    figures = {
        "Index": "index",
        "Value": "value",
        "Rest": "rest",
        "Low": "low",
        "High": "high",
        "Trials": "trials",
        "P(better)": "probability_better",
    }
    return panels.rows(
        "$dimension: $segment, every KPI over $window",
        "Low and high: 95 % credible interval of the shrunk value. P(better): probability of being better.",
        {"kpi": "KPI", "state": "State"},
        {
            **{title: f"sum by (kpi) (segpulse_segment_{name}{{{_CELLS}}})" for title, name in figures.items()},
            "State is": f"max by (kpi, state) (segpulse_segment_state{{{_CELLS}}} == 1)",
            "Since": f"1000 * max by (kpi) (segpulse_segment_state_since_timestamp_seconds{{{_CELLS}}})",
        },
        {
            "State": looks.STATE,
            "Index": looks.INDEX,
            "Trials": looks.COUNT,
            "P(better)": looks.SHARE,
            "Since": looks.SINCE,
            "State is": looks.looking(custom_hidden=True),
        },
        "Trials",
    ).height(14)


def _value() -> timeseries.Panel:
    names = {"value": "value", "rest": "the rest's", "low": "low", "high": "high"}
    panel = panels.lines(
        "$kpi: value, rest and 95 % interval over $window",
        "The band is where the segment's true value lies with 95 % probability.",
        [queries.over_time(f"segpulse_segment_{name}{{{_KPI}}}", title) for name, title in names.items()],
        "none",
    )
    return panel.override_by_name("high", looks.looking(custom_fillBelowTo="low", custom_lineWidth=0)).override_by_name(
        "low", looks.looking(custom_lineWidth=0)
    )


def _growth() -> table.Panel:
    by = "by (kpi, window, against)"
    of = "segpulse_segment_growth"
    here = '{dimension="$dimension", segment="$segment"}'
    changes = {"Growth": "ratio", "Low": "low", "High": "high"}
    return panels.rows(
        "Growth against earlier windows",
        "Against the window before, or the same a week or 52 weeks earlier, in whole hours or days; with its 95 % "
        "interval. What is not held so far back is not there: docs/kpis.md.",
        {"kpi": "Growth of", "window": "Window", "against": "Against"},
        {title: f"sum {by} ({of}_{name}{here}) - 1" for title, name in changes.items()}
        | {title: f"sum {by} ({of}_{name}{here})" for title, name in {"Now": "now", "Then": "before"}.items()},
        dict.fromkeys(changes, looks.SHARE) | dict.fromkeys(("Now", "Then"), looks.COUNT),
        "Growth",
    )


def _funnel() -> bargauge.Panel:
    return (
        bargauge.Panel()
        .title("Funnel over $window")
        .description("How many came so far within the window. Those who were won may have come in before it.")
        .datasource(queries.DATA)
        .unit("short")
        .decimals(0)
        .min(0)
        .orientation(common.VizOrientation.HORIZONTAL)
        .display_mode(common.BarGaugeDisplayMode.BASIC)
        .reduce_options(looks_of.ReduceDataOptions().calcs(["lastNotNull"]))
        .thresholds(looks.thresholds(((None, "blue"),)))
        .no_value("nothing yet")
        .targets(
            queries.lettered(
                [
                    queries.over_time(f'segpulse_segment_{metric}{{{_CELLS}, kpi="{kpi}"}}', stage)
                    for stage, (metric, kpi) in _FUNNEL.items()
                ]
            )
        )
        .height(9)
        .span(24)
    )
