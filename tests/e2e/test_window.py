"""What a person does with the window, from opening to saving, through real events."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

import nnlab
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph import edits
from nnlab.training.commands import Snapshot
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


def act(window: MainWindow, name: str) -> QAction:
    action = window.findChild(QAction, name)
    assert action is not None, name
    return action


def iterations(window: MainWindow, qtbot: QtBot, count: int) -> None:
    """Trains for exactly `count` iterations."""
    goal = window.session.iteration + count
    window.session.run_iterations(count)
    qtbot.waitUntil(lambda: window.session.iteration == goal and not window.session.is_playing, timeout=20_000)


def epoch(window: MainWindow) -> int:
    """Iterations per epoch."""
    assert window.session.data is not None
    return -(-len(window.session.data.x) // window.document.project.training.batch_size)


def same_weights(window: MainWindow, other: Snapshot) -> bool:
    now = window.session.snapshot()
    return now is not None and bool((now.parameters["dense_1.weight"] == other.parameters["dense_1.weight"]).all())


def test_the_contract_for_scripts(window: MainWindow) -> None:
    assert len(window.document.graph) == 7
    assert window.document.graph == nnlab.Graph.from_json(window.document.graph.to_json())
    for name in (
        "file.new", "file.open", "file.save", "edit.undo", "edit.redo", "run.play", "run.step_iteration", "run.step_epoch", "run.rewind",
        "run.dice", "step.over", "step.into", "step.out", "step.back", "view.fit",
    ):  # fmt: skip
        assert act(window, name).text(), name
    assert window.canvas.isVisible()


def test_space_plays_and_pauses(window: MainWindow, qtbot: QtBot) -> None:
    window.canvas.setFocus()
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.is_playing, timeout=5000)
    qtbot.waitUntil(lambda: window.session.iteration > 100, timeout=10_000)
    qtbot.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not window.session.is_playing, timeout=5000)
    stopped = window.session.iteration
    act(window, "view.theme").trigger()
    qtbot.wait(50)
    assert window.session.iteration == stopped


def test_one_iteration_one_epoch_rewind_dice(window: MainWindow, qtbot: QtBot) -> None:
    first = window.session.snapshot()
    act(window, "run.step_iteration").trigger()
    qtbot.waitUntil(lambda: window.session.iteration == 1, timeout=5000)
    act(window, "run.step_epoch").trigger()
    qtbot.waitUntil(lambda: window.session.iteration == epoch(window), timeout=5000)
    act(window, "run.rewind").trigger()
    qtbot.waitUntil(lambda: window.session.iteration == 0, timeout=5000)
    again = window.session.snapshot()
    assert first is not None and again is not None
    assert all((first.parameters[k] == v).all() for k, v in again.parameters.items())
    act(window, "run.dice").trigger()
    qtbot.waitUntil(lambda: not same_weights(window, first), timeout=5000)
    act(window, "edit.undo").trigger()
    qtbot.waitUntil(lambda: same_weights(window, first), timeout=5000)


def test_weights_are_those_of_training_without_a_window(window: MainWindow, qtbot: QtBot) -> None:
    from nnlab.engine.compile import Update

    iterations(window, qtbot, 137)
    act(window, "view.theme").trigger()
    iterations(window, qtbot, 63)
    project, data = window.document.project, window.session.data
    assert data is not None
    training = project.training
    update = Update(training.optimizer, training.learning_rate)
    run = Run(Setup(project.graph, data.x, data.y, update=update, batch_size=training.batch_size, seed=training.seed))
    run.train(200)
    snapshot = window.session.snapshot()
    assert snapshot is not None
    assert all(run.state.parameters()[k].tobytes() == v.tobytes() for k, v in snapshot.parameters.items())


def test_an_edit_while_training_compiles_nothing_and_goes_on(window: MainWindow, qtbot: QtBot) -> None:
    from nnlab.engine import machine_code

    window.session.play()
    qtbot.waitUntil(lambda: window.session.iteration > 50, timeout=10_000)
    compiled = {name: list(f.overloads) for name, f in vars(machine_code).items() if hasattr(f, "overloads")}
    assert compiled["run_training"]
    graph = edits.configure(window.document.graph, "dense_1", units=5)
    window.document.apply("Change units", graph)
    edge = next(e for e in graph.edges if e.target == "dense_3")
    window.document.apply("Add layer", edits.insert_on_edge(graph, edge, "relu", (0, 0)))
    before = window.session.iteration
    qtbot.waitUntil(lambda: "relu_1.y" in window.session.frame.program.places, timeout=5000)
    assert window.session.frame.get("dense_1.weight").shape == (5, 2)
    qtbot.waitUntil(lambda: window.session.iteration > before, timeout=5000)
    assert window.session.is_playing
    assert compiled == {name: list(f.overloads) for name, f in vars(machine_code).items() if hasattr(f, "overloads")}


def test_undo_and_redo_of_everything_gives_equal_graphs(window: MainWindow) -> None:
    start = window.document.graph
    document = window.document
    document.apply("Add", edits.add_node(start, "dense"))
    document.apply("Connect", edits.connect(document.graph, "tanh_1", "dense_4"))
    document.apply("Rename", edits.rename_node(document.graph, "dense_4", "branch"))
    document.apply("Delete", edits.remove_nodes(document.graph, ["tanh_1"]))
    end = document.graph
    assert act(window, "edit.undo").text() == "&Undo Delete"
    while document.can_undo:
        act(window, "edit.undo").trigger()
    assert document.graph == start
    while document.can_redo:
        act(window, "edit.redo").trigger()
    assert document.graph == end


def test_a_broken_graph_says_why_and_recovers(window: MainWindow, qtbot: QtBot) -> None:
    iterations(window, qtbot, 30)
    learned = window.session.snapshot()
    edge = window.document.graph.incoming("dense_2")[0]
    window.document.apply("Disconnect", edits.disconnect(window.document.graph, edge))
    qtbot.waitUntil(lambda: not window.session.can_run, timeout=5000)
    assert "dense_2" in window.session.reason
    assert not act(window, "run.play").isEnabled()
    assert window.transport.bar.unavailable == window.session.reason
    act(window, "edit.undo").trigger()
    qtbot.waitUntil(lambda: window.session.can_run, timeout=5000)
    back = window.session.snapshot()
    assert learned is not None and back is not None
    assert all((learned.parameters[k] == v).all() for k, v in back.parameters.items())
    assert window.session.iteration == 30


def test_f10_steps_forth_and_back(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.stepped, timeout=5000):
        qtbot.keyClick(window, Qt.Key.Key_F10)
    assert window.area.workspace is not None and window.area.workspace.name == "step"
    step = window.session.last_step
    assert step is not None and step.pc == 1 and step.trace is not None and step.trace.instruction.node_id == "dense_1"
    with qtbot.waitSignal(window.session.stepped, timeout=5000):
        qtbot.keyClick(window, Qt.Key.Key_F10)
    assert window.session.last_step.pc == 2
    with qtbot.waitSignal(window.session.stepped, timeout=5000):
        qtbot.keyClick(window, Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    assert window.session.last_step.pc == 1


def test_save_and_open_again(opened: Callable[..., MainWindow], window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    iterations(window, qtbot, 55)
    snapshot = window.session.snapshot()
    window.document.apply("Rename", edits.rename_node(window.document.graph, "dense_2", "hidden"))
    path = tmp_path / "mine.nnlab"
    assert window.files._write(path)
    assert not window.document.is_edited
    assert window.document.name == "mine"
    other = opened(str(path))
    qtbot.waitUntil(lambda: other.session.iteration == 55, timeout=10_000)
    assert other.document.graph == window.document.graph
    restored = other.session.snapshot()
    assert snapshot is not None and restored is not None
    np.testing.assert_array_equal(restored.parameters["hidden.weight"], snapshot.parameters["dense_2.weight"])


def test_unsaved_changes_are_asked_about(window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    window.document.apply("Add", edits.add_node(window.document.graph, "dense"))
    asked = []

    def answer(*arguments: object) -> QMessageBox.StandardButton:
        asked.append(arguments[2])
        return QMessageBox.StandardButton.Cancel

    monkeypatch.setattr(QMessageBox, "question", answer)
    before = window.document.graph
    act(window, "file.new").trigger()
    assert asked == ["Save the changes to “spiral” first?"]
    assert window.document.graph == before
    assert not window.close()


def test_a_bad_file_is_one_sentence_and_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    before = window.document.project
    bad = tmp_path / "broken.nnlab"
    bad.write_bytes(b"PK\x03\x04 cut")
    ragged = tmp_path / "ragged.csv"
    ragged.write_text("a,b,y\n1,2,3\n4,5\n", encoding="utf-8")
    for path in (bad, ragged, tmp_path / "none.nnlab"):
        assert not window.files.open_source(str(path))
        message = window.message_bar.current
        assert message is not None and path.name in message.text and message.text.count("\n") == 0
        assert window.document.project == before


def test_a_table_of_ones_own(opened: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    rows = generator.standard_normal((80, 3))
    path = tmp_path / "mine.csv"
    lines = ["size,age,label", *(f"{a:.4f},{b:.4f},{'yes' if a + b > 0 else 'no'}" for a, b, _ in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    window = opened(str(path))
    qtbot.waitUntil(lambda: window.session.can_run, timeout=20_000)
    assert window.session.data is not None and window.session.data.target.names == ("no", "yes")
    iterations(window, qtbot, 200)


def test_every_example_opens_and_trains(window: MainWindow, qtbot: QtBot) -> None:
    from nnlab.files.examples import examples

    for example in examples():
        assert window.files.open_source(example.name, ask=False)
        qtbot.waitUntil(lambda: window.session.can_run and window.session.iteration == 0, timeout=20_000)
        iterations(window, qtbot, 20)
        for workspace in ("build", "train", "step"):
            window.show_workspace(workspace)
        QApplication.processEvents()


def test_the_next_start_shows_the_panels_of_its_workspace_and_no_others(qtbot: QtBot, tmp_path: Path) -> None:
    from nnlab.app import open_window
    from nnlab.ui.files.store import Store

    def shown(window: MainWindow) -> set[str]:
        qtbot.waitExposed(window)
        return {name for name, dock in window.area.docks.items() if not dock.isHidden()}

    first = open_window("spiral", store=Store(tmp_path / "window.ini"))  # both close by themselves below
    first.show_workspace("step")
    expected = shown(first)
    assert "stepper" in expected and "loss" not in expected
    first.close()
    second = open_window("spiral", store=Store(tmp_path / "window.ini"))
    assert shown(second) == expected
    second.show_workspace("train")
    assert "loss" in shown(second) and "stepper" not in shown(second)
    second.show_workspace("step")
    assert shown(second) == expected
    second.close()


def test_a_worker_failure_shows_and_the_window_lives_on(window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: Run, steps: int) -> int:
        raise RuntimeError("an operator failed")

    with monkeypatch.context() as patch:
        patch.setattr(Run, "train", broken)
        with qtbot.waitSignal(window.session.failed, timeout=5000):
            window.session.play()
    message = window.message_bar.current
    assert message is not None and "an operator failed" in message.text
    iterations(window, qtbot, 5)


def test_divergence_is_told_in_words(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    from dataclasses import replace

    window = opened("plane")
    qtbot.waitUntil(lambda: window.session.can_run, timeout=5000)
    project = window.document.project
    steep = replace(project.training, optimizer="sgd", optimizer_settings={}, learning_rate=900.0)
    window.document.edit("Rate", replace(project, training=steep))
    with qtbot.waitSignal(window.session.failed, timeout=10_000):
        window.session.play()
    message = window.message_bar.current
    assert message is not None and "Training stopped at iteration" in message.text


def test_menus_and_command_palette_reach_every_action(window: MainWindow, qtbot: QtBot) -> None:
    act(window, "view.commands").trigger()
    assert window.commands.isVisible()
    qtbot.keyClicks(QApplication.focusWidget(), "one epoch")
    assert window.commands.current is not None and window.commands.current.objectName() == "run.step_epoch"
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.iteration == epoch(window), timeout=5000)


def test_no_two_actions_share_a_shortcut(window: MainWindow) -> None:
    seen: dict[str, str] = {}
    for action in window.all_actions():
        for shortcut in action.shortcuts():
            text = shortcut.toString()
            assert text not in seen, f"{text}: {seen.get(text)} and {action.objectName()}"
            seen[text] = action.objectName()


def test_another_project_starts_afresh_and_stands_still(window: MainWindow, qtbot: QtBot) -> None:
    window.session.play()
    qtbot.waitUntil(lambda: window.session.iteration > 100, timeout=10_000)
    assert window.files.open_source("circle", ask=False)
    qtbot.waitUntil(lambda: window.session.iteration == 0 and not window.session.is_playing, timeout=10_000)
    qtbot.wait(50)
    assert window.session.iteration == 0
    act(window, "file.new").trigger()
    assert len(window.document.graph) == 0
    assert window.session.snapshot() is None, "an empty project has no weights of the one before"


def test_a_rewind_keeps_the_rate_that_was_chosen(window: MainWindow, qtbot: QtBot) -> None:
    from dataclasses import replace

    project = window.document.project
    window.document.edit("Rate", replace(project, training=replace(project.training, learning_rate=0.0)))
    act(window, "run.rewind").trigger()
    first = window.session.snapshot()
    assert first is not None
    iterations(window, qtbot, 20)
    assert same_weights(window, first), "a rate of 0 moves nothing, also after a rewind"


def test_weights_saved_beside_an_unfinished_graph_come_back(
    opened: Callable[..., MainWindow], window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    iterations(window, qtbot, 30)
    learned = window.session.snapshot()
    assert learned is not None
    loss = window.document.graph.losses[0]
    source = window.document.graph.incoming(loss.id)[0].source
    window.document.apply("Delete", edits.remove_nodes(window.document.graph, [loss.id]))
    assert window.files._write(tmp_path / "half.nnlab")
    other = opened(str(tmp_path / "half.nnlab"))
    graph = edits.add_node(other.document.graph, loss.operator)
    other.document.apply("Loss", edits.connect(graph, source, graph.nodes[-1].id))
    qtbot.waitUntil(lambda: other.session.can_run and other.session.iteration == 30, timeout=10_000)
    assert same_weights(other, learned)
