"""In the real window: a trained layer that is deleted by mistake comes back with its weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.graph import edits
from nnlab.ui.window.main_window import MainWindow


def trained(window: MainWindow, qtbot: QtBot) -> dict[str, np.ndarray]:
    window.session.run_iterations(200)
    qtbot.waitUntil(lambda: window.session.iteration >= 200 and not window.session.is_playing, timeout=10_000)
    return weights(window)


def weights(window: MainWindow) -> dict[str, np.ndarray]:
    snapshot = window.session.snapshot()
    assert snapshot is not None
    return dict(snapshot.parameters)


def test_deleting_and_undoing_loses_nothing(window: MainWindow, qtbot: QtBot) -> None:
    before = trained(window, qtbot)
    window.selection.set(["dense_2"])
    window.canvas.commands.delete_and_join()
    assert "dense_2.weight" not in weights(window)
    window.document.undo()
    after = weights(window)
    assert before.keys() == after.keys() and all(np.array_equal(before[name], after[name]) for name in before)
    window.document.redo()
    window.document.undo()
    assert all(np.array_equal(before[name], value) for name, value in weights(window).items())


def test_a_new_layer_of_the_same_name_is_new(window: MainWindow, qtbot: QtBot) -> None:
    before = trained(window, qtbot)
    graph = window.document.graph
    window.document.apply("Delete", edits.bypass_node(graph, "dense_2"))
    window.document.apply("Other", graph)
    assert not np.array_equal(before["dense_2.weight"], weights(window)["dense_2.weight"])


def test_units_dragged_down_and_up_again_lose_nothing(window: MainWindow, qtbot: QtBot) -> None:
    before = trained(window, qtbot)
    for units in (6, 4, 2, 4, 6, 8):
        window.document.attempt("Units", lambda g, units=units: edits.configure(g, "dense_1", units=units), "drag 1")
    assert not window.document.can_undo, "a drag that leads nowhere is no step"
    after = weights(window)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_pasting_the_same_network_changes_nothing(window: MainWindow, qtbot: QtBot) -> None:
    before = trained(window, qtbot)
    window.actions_by_id["edit.copy_network"].trigger()
    window.actions_by_id["edit.paste_network"].trigger()
    assert not window.document.can_undo and window.session.iteration == 200
    after = weights(window)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_everything_frozen_is_told(window: MainWindow, qtbot: QtBot, opened: Callable[..., MainWindow]) -> None:
    layers = [node.id for node in window.document.graph if node.kind.parameters]
    window.document.attempt("Freeze", lambda g: edits.set_frozen(g, layers, True))
    (warning,) = [d for d in window.session.diagnostics if d.kind == "all_frozen"]
    assert warning.severity == "warning" and [fix.label for fix in warning.fixes] == ["Unfreeze dense_3", "Unfreeze all"]


def test_undoing_past_a_new_layer_of_the_same_name_finds_the_old_one(window: MainWindow, qtbot: QtBot) -> None:
    """What was taken away belonged to a name; the newer layer's numbers came back for the older."""
    before = trained(window, qtbot)
    graph = window.document.graph
    window.document.apply("Delete", edits.bypass_node(graph, "dense_2"))
    window.document.apply("Other", graph)
    window.session.run_iterations(20)
    qtbot.waitUntil(lambda: window.session.iteration >= 220 and not window.session.is_playing, timeout=10_000)
    newer = weights(window)["dense_2.weight"]
    window.document.undo()
    window.document.undo()
    assert np.array_equal(before["dense_2.weight"], weights(window)["dense_2.weight"])
    window.document.redo()
    window.document.redo()
    assert np.array_equal(newer, weights(window)["dense_2.weight"])


def test_a_layer_added_while_training_waits_is_new(window: MainWindow, qtbot: QtBot) -> None:
    """Deleting left the network waiting for an input, so its run still knew a layer of that name."""
    before = trained(window, qtbot)
    graph = window.document.graph
    window.document.apply("Delete", edits.remove_nodes(graph, ["dense_2"]))
    assert not window.session.can_run
    window.document.apply("Add and connect", graph)
    assert window.session.can_run
    assert not np.array_equal(before["dense_2.weight"], weights(window)["dense_2.weight"])
    window.document.undo()
    window.document.undo()
    assert np.array_equal(before["dense_2.weight"], weights(window)["dense_2.weight"])


def test_a_renamed_layer_keeps_what_it_learned_under_its_new_name(window: MainWindow, qtbot: QtBot) -> None:
    trained(window, qtbot)
    window.document.attempt("Rename", lambda g: edits.rename_node(g, "dense_2", "hidden"))
    window.session.run_iterations(20)
    qtbot.waitUntil(lambda: window.session.iteration >= 220 and not window.session.is_playing, timeout=10_000)
    later = weights(window)["hidden.weight"]
    window.document.undo()
    assert np.array_equal(later, weights(window)["dense_2.weight"])


def test_a_weight_set_before_a_rewind_stays_out_of_the_new_weights(window: MainWindow, qtbot: QtBot) -> None:
    first = weights(window)
    trained(window, qtbot)
    window.selection.set(["dense_2"])
    window.inspector.reinitialise()
    window.session.rewind()
    qtbot.waitUntil(lambda: window.session.iteration == 0, timeout=10_000)
    window.document.undo()
    after = weights(window)
    assert all(np.array_equal(first[name], after[name]) for name in first), "same seed, same weights"


def test_edits_that_compute_the_same_between_do_not_matter(window: MainWindow, qtbot: QtBot) -> None:
    """What was taken away was kept for the state that was loaded, not for the one that undo returns to."""
    before = trained(window, qtbot)
    document = window.document
    document.attempt("Move", lambda g: edits.move_nodes(g, {"dense_1": (3.0, 4.0)}))
    training = document.project.training
    document.edit("Learning rate", replace(document.project, training=replace(training, learning_rate=0.002)))
    document.attempt("Delete", lambda g: edits.bypass_node(g, "dense_2"))
    weights(window)
    document.undo()
    after = weights(window)
    assert all(np.array_equal(before[name], after[name]) for name in before)


def test_new_initial_weights_are_undone_with_all_that_was_learned(window: MainWindow, qtbot: QtBot) -> None:
    before = trained(window, qtbot)
    window.session.dice()
    other = weights(window)
    assert not np.array_equal(before["dense_2.weight"], other["dense_2.weight"])
    window.session.run_iterations(50)
    qtbot.waitUntil(lambda: window.session.iteration == 50 and not window.session.is_playing, timeout=10_000)
    second = weights(window)
    window.document.undo()
    after = weights(window)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    qtbot.waitUntil(lambda: window.session.iteration == 200)
    window.document.redo()
    again = weights(window)
    assert all(np.array_equal(second[name], again[name]) for name in second)
    qtbot.waitUntil(lambda: window.session.iteration == 50)


@pytest.mark.parametrize("name", ["circle", "iris"])  # iris has four features, so nothing can run with it
def test_another_data_set_is_undone_with_all_that_was_learned(window: MainWindow, qtbot: QtBot, name: str) -> None:
    before = trained(window, qtbot)
    document = window.document
    document.edit("Data set", replace(document.project, data=DataSettings(name)))
    qtbot.waitUntil(lambda: window.session.iteration == 0 or not window.session.can_run)
    assert window.session.can_run == (name == "circle")
    document.undo()
    after = weights(window)
    assert all(np.array_equal(before[name], after[name]) for name in before)
    qtbot.waitUntil(lambda: window.session.iteration == 200)


def test_another_project_brings_nothing_back(window: MainWindow, qtbot: QtBot) -> None:
    before = trained(window, qtbot)
    window.files.give_up()
    window.files.open_source("spiral")
    window.session.dice()
    window.document.undo()
    assert not any(np.array_equal(before[name], value) for name, value in weights(window).items() if name.endswith("weight"))


def test_what_a_rewind_gave_up_stays_given_up(window: MainWindow, qtbot: QtBot) -> None:
    before = trained(window, qtbot)
    window.session.dice()
    window.session.rewind()
    window.document.undo()
    after = weights(window)
    assert all(np.array_equal(before[name], after[name]) for name in before), "the rewind was of the other weights"
