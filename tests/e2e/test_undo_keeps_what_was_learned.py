"""In the real window: a trained layer that is deleted by mistake comes back with its weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from pytestqt.qtbot import QtBot

from nnlab.graph import edits
from nnlab.ui.main_window import MainWindow


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
