"""Pipeline: is segpulse itself well? What comes in, what is refused, how far behind it is, what it costs."""

from __future__ import annotations

from grafana_foundation_sdk.builders import dashboard, stat, timeseries

from grafana.build import boards, panels, queries

_RATE = "[$__rate_interval]"


def build() -> dashboard.Dashboard:
    """The dashboard."""
    made = boards.board(boards.PIPELINE, "Pipeline", "Is segpulse itself well? What comes, and how far behind it is.")
    return boards.filled(made, [*_numbers(), *_courses()])


def _numbers() -> list[stat.Panel]:
    return [
        panels.number(
            "Events a second",
            "Taken by all workers.",
            f"sum(rate(segpulse_events_total{_RATE}))",
            "eps",
            ((None, "text"),),
        ).span(6),
        panels.number(
            "Waiting in Kafka",
            "Records of all source topics that have not been read yet.",
            "sum(segpulse_lag_records)",
            "short",
            ((None, "green"), (100_000, "orange"), (1_000_000, "red")),
        ).span(6),
        panels.number(
            "Refused today",
            "Records that could not be counted in the last 24 hours. They lie in the topic dead_letters, with reasons.",
            "sum(increase(segpulse_dead_letters_total[1d]))",
            "short",
            ((None, "green"), (1, "orange")),
        ).span(6),
        panels.number(
            "Age of the scores",
            "The oldest dimension's. About one minute and a half is normal (events may come 60 s out of order).",
            "max(time() - segpulse_scores_at_timestamp_seconds)",
            "s",
            ((None, "green"), (180, "orange"), (300, "red")),
        ).span(6),
    ]


def _courses() -> list[timeseries.Panel]:
    return [
        panels.lines(
            "Events",
            "Taken, by topic.",
            [queries.over_time(f"sum by (topic) (rate(segpulse_events_total{_RATE}))", "{{topic}}")],
            "eps",
        ),
        panels.lines(
            "Refused, late, duplicate",
            "A second. What was refused lies in the topic dead_letters with its reason.",
            [
                queries.over_time(f"sum by (reason) (rate(segpulse_dead_letters_total{_RATE}))", "refused: {{reason}}"),
                queries.over_time(f"sum(rate(segpulse_late_events_total{_RATE}))", "late"),
                queries.over_time(f"sum(rate(segpulse_duplicates_total{_RATE}))", "duplicate"),
                queries.over_time(
                    f"sum by (dimension) (rate(segpulse_overflow_values_total{_RATE}))", "no room: {{dimension}}"
                ),
                queries.over_time(
                    f"sum by (dimension) (rate(segpulse_folded_values_total{_RATE}))",
                    "in other, values a second: {{dimension}}",
                ),
            ],
            "eps",
        ),
        panels.lines(
            "Waiting in Kafka",
            "Records that have not been read yet, by topic.",
            [queries.over_time("sum by (topic) (segpulse_lag_records)", "{{topic}}")],
            "short",
        ),
        panels.lines(
            "How far behind the clock",
            "Of each source partition the time of what it has counted, of each dimension that of its scores.",
            [
                queries.over_time("time() - segpulse_watermark_timestamp_seconds", "partition {{partition}}"),
                queries.over_time("time() - segpulse_tick_timestamp_seconds", "scores of {{dimension}}"),
            ],
            "s",
        ),
        panels.lines(
            "Checkpoints",
            "How long one takes, until Kafka has acknowledged all of it: the median, and what 95 of 100 keep within.",
            [
                queries.over_time(
                    f"histogram_quantile({q}, sum by (le) (rate(segpulse_checkpoint_seconds_bucket{_RATE})))", title
                )
                for q, title in ((0.5, "median"), (0.95, "95 of 100"))
            ],
            "s",
        ),
        panels.lines(
            "Alerts sent",
            "Within ten minutes, by what they are of.",
            [
                queries.over_time(
                    "sum by (state, status) (increase(segpulse_alerts_total[10m]))", "{{state}} {{status}}"
                )
            ],
            "short",
        ),
        panels.lines(
            "CPU of the workers",
            "Cores in use. A worker does most of its work on one.",
            [queries.over_time(f"rate(process_cpu_seconds_total{_RATE})", "{{instance}}")],
            "none",
        ),
        panels.lines(
            "Memory of the workers",
            "Resident.",
            [queries.over_time("process_resident_memory_bytes", "{{instance}}")],
            "bytes",
        ),
    ]
