"""What the chosen adapter does, worked out beside the display: for the newest moment, with its old task where a scenario has one."""

from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot
from worlds import World

from nnlab.core.preparation import prepare
from nnlab.studies.lora.scenarios import SCENARIOS, task_project
from nnlab.training.adapter_effects import AdapterEffects
from nnlab.ui.lora.effects_run import THIS_DATA, EffectsRun, tasks_of


def test_the_new_task_stands_before_the_old_one() -> None:
    project = task_project(SCENARIOS["shifted-sine"], "lora", rank=2)
    data = prepare(project.data)
    (new, of_new), (old, of_old) = tasks_of(project, data)
    assert of_new is data and of_old is not data and new != old
    assert SCENARIOS["shifted-sine"].title.lower() == f"{old} → {new}".lower()


def test_effects_of_the_newest_moment_come_and_of_each_moment_once(adapted: World, qtbot: QtBot) -> None:
    run = EffectsRun(adapted.session.jobs, adapted.session)
    told: list[AdapterEffects] = []
    run.came.connect(told.append)
    adapted.train(5)
    view = adapted.view()
    assert [title for title, _ in tasks_of(view.project, view.data)] == [THIS_DATA]
    run.ask(view, "task_a")
    run.ask(view, "task_a")
    run.ask(view, "task_b")
    qtbot.waitUntil(lambda: len(told) == 2, timeout=20_000)
    run.ask(view, "nobody")  # an edit that has not arrived
    qtbot.waitUntil(lambda: run._job is None)
    assert len(told) == 2
    (score,) = told[0].scores
    assert score.title == THIS_DATA and 0.0 <= score.base <= 1.0
    assert all(0 < found.merging.largest_difference < 1e-4 for found in told), "merging changes by rounding alone, DoRA or not"
    assert np.isfinite(score.now) and len(told[0].proofs) == 3
