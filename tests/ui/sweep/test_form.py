"""The form of a sweep."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from nnlab.jobs.workers import ClusterWorkers, LocalWorkers
from nnlab.ui.look.theme import Theme
from nnlab.ui.sweep.form import MOST_ROWS, RANDOM, SweepForm


@pytest.fixture
def form(qtbot: QtBot, theme: Theme) -> SweepForm:
    form = SweepForm(theme)
    qtbot.addWidget(form)
    form.offer(("units", "learning_rate", "dense_1.units"), {"units": "2,4", "learning_rate": "0.1,0.2"}.get)  # type: ignore[arg-type]
    form.show()
    return form


def test_it_says_what_was_typed(qtbot: QtBot, form: SweepForm) -> None:
    form.add_row("units", "2,4")
    row = form.add_row()
    qtbot.keyClicks(row.key.lineEdit(), "dense_1.units")
    with qtbot.waitSignal(form.changed):
        qtbot.keyClicks(row.values, "8..64:log")
    choice = form.choice
    assert choice.axes == ("units=2,4", "dense_1.units=8..64:log")
    assert (choice.random, choice.seeds, choice.steps) == (None, 3, 1000) and isinstance(choice.workers, LocalWorkers)


def test_random_combinations_and_a_cluster_are_chosen_in_it(form: SweepForm) -> None:
    assert not form.settings.editor("random").isEnabled()
    form.settings.set_values({"combinations": RANDOM, "random": 7, "steps": 0, "scheduler": " tcp://there:8786 "})
    form.settings.committed.emit("combinations", RANDOM)
    assert form.settings.editor("random").isEnabled() and not form.settings.editor("workers").isEnabled()
    assert (form.choice.random, form.choice.steps, form.choice.workers) == (7, None, ClusterWorkers("tcp://there:8786"))


def test_another_key_brings_values_worth_trying_but_typed_ones_stay(qtbot: QtBot, form: SweepForm) -> None:
    row = form.add_row("units", "2,4")
    row.key.setCurrentText("learning_rate")
    row.key.activated.emit(1)
    assert row.values.text() == "0.1,0.2"
    row.values.setText("0.5,0.6")
    row.key.setCurrentText("units")
    row.key.activated.emit(0)
    assert row.values.text() == "0.5,0.6"


def test_rows_come_and_go(form: SweepForm) -> None:
    rows = [form.add_row(f"key{k}", "1,2") for k in range(MOST_ROWS)]
    assert not form.add.isEnabled()
    rows[0].remove.click()
    assert form.add.isEnabled() and form.choice.axes[0] == "key1=1,2"
    form.show_choice({"units": "1..4"}, 5, 2, None)
    assert form.choice.axes == ("units=1..4",) and (form.choice.random, form.choice.seeds, form.choice.steps) == (5, 2, None)


def test_everything_in_it_has_a_name(form: SweepForm) -> None:
    form.add_row("units", "2,4")
    assert all(control.accessibleName() or getattr(control, "text", str)() for control in form.controls)
