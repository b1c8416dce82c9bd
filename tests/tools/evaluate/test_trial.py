"""The same task comes out the same; other seeds and other parts do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from streams.tools.evaluate import cells, trial
from streams.tools.evaluate.effects import Effect
from streams.tools.evaluate.trial import Task, Trial

SHORT = replace(cells.quiet("null/short", "", cells.REFERENCE, 24), learning=3, watched=4)
CHANGED = replace(SHORT, name="step/short", effect=Effect(0.5), spread=1)


def same(one: Trial, other: Trial) -> bool:
    return (
        np.array_equal(one.where, other.where)
        and np.array_equal(one.since, other.since)
        and all(np.array_equal(np.stack(one.alarms[rule]), np.stack(other.alarms[rule])) for rule in one.alarms)
    )


def test_deterministic() -> None:
    first = trial.run(Task(CHANGED, 0, 3, "development"))
    assert same(first, trial.run(Task(CHANGED, 0, 3, "development")))
    assert not same(first, trial.run(Task(CHANGED, 1, 3, "development")))
    assert not same(first, trial.run(Task(CHANGED, 0, 3, "reporting")))
    assert not same(first, trial.run(Task(replace(CHANGED, name="step/other"), 0, 3, "development")))


def test_tasks_share_out_all_runs_the_longest_cells_first() -> None:
    tasks = trial.tasks([SHORT, CHANGED], 250, "development")
    assert [(task.cell.name, task.part, task.runs) for task in tasks] == [
        ("step/short", 0, 100),
        ("step/short", 1, 100),
        ("step/short", 2, 50),
        ("null/short", 0, 100),
        ("null/short", 1, 100),
        ("null/short", 2, 50),
    ]


def test_joined_runs_keep_their_numbers() -> None:
    parts = [trial.run(Task(CHANGED, part, 3, "development")) for part in (0, 1)]
    whole = trial.joined(parts[::-1])
    assert whole.runs == 6
    assert np.array_equal(whole.since, np.concatenate([part.since for part in parts]))
    for rule, alarms in whole.alarms.items():
        second = alarms.run >= 3
        assert np.array_equal(alarms.run[second] - 3, parts[1].alarms[rule].run)
        assert np.array_equal(alarms.look[~second], parts[0].alarms[rule].look)


def test_the_oracle_is_only_where_it_knows() -> None:
    assert "oracle" in trial.run(Task(CHANGED, 0, 1, "development")).alarms
    assert "oracle" not in trial.run(Task(SHORT, 0, 1, "development")).alarms
