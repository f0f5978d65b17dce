"""The inspector: pages for what is selected, edits that can be undone, numbers that are the engine's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton
from pytestqt.qtbot import QtBot

from nnlab.core.initializers import initial_values
from nnlab.core.preparation import prepare
from nnlab.graph import docking, edits
from nnlab.training.complete_run import prepare_run
from nnlab.ui.look.numbers import count, number
from nnlab.ui.run.live_view import LiveView


def choose(qtbot: QtBot, box: QComboBox, text: str) -> None:
    """Chooses from a list by keyboard, as a person does."""
    box.setFocus()
    box.showPopup()
    steps = [box.itemText(k) for k in range(box.count())].index(text) - box.currentIndex()
    for _ in range(abs(steps)):
        qtbot.keyClick(box.view(), Qt.Key.Key_Down if steps > 0 else Qt.Key.Key_Up)
    qtbot.keyClick(box.view(), Qt.Key.Key_Return)


def combo(form: Any, name: str) -> QComboBox:
    return form.editor(name).findChild(QComboBox)


def test_pages_follow_the_selection(inspected: Any) -> None:
    panel, world = inspected.panel, inspected.world
    assert panel.page is panel.project
    inspected.select("dense_2")
    assert panel.page is panel.node
    assert panel.node.name.text() == "dense_2"
    assert panel.node.subtitle.text() == "Dense, 8 → 8, 72 parameters"
    assert panel.node.shapes.rows == (("x", "(N, 8)"), ("W", "(8, 8)"), ("b", "(8)"), ("output", "(N, 8)"))
    assert panel.node.formula.texts == (r"a = \tanh(W x + b)",)
    inspected.select("dense_1", "dense_2")
    assert panel.page is panel.several
    world.selection.set([], [world.document.graph.edges[1]])
    assert panel.page is panel.edge
    inspected.select()
    assert panel.page is panel.project


def test_a_node_is_renamed_in_place_and_back(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_1")
    name, document = inspected.panel.node.name, inspected.world.document
    qtbot.mouseClick(name, Qt.MouseButton.LeftButton)
    name.selectAll()
    qtbot.keyClicks(name, "hidden")
    qtbot.keyClick(name, Qt.Key.Key_Return)
    inspected.settle()
    assert "hidden" in document.graph and "dense_1" not in document.graph
    assert inspected.world.selection.current == "hidden"
    assert inspected.panel.page is inspected.panel.node
    document.undo()
    inspected.settle()
    assert "dense_1" in document.graph


def test_a_name_that_is_taken_is_refused_in_words(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_1")
    page = inspected.panel.node
    page.name.setFocus()
    page.name.selectAll()
    qtbot.keyClicks(page.name, "dense_2")
    qtbot.keyClick(page.name, Qt.Key.Key_Return)
    assert page.refusal.text() == "A node named 'dense_2' already exists; choose another name."
    assert page.refusal.isVisible()
    qtbot.keyClick(page.name, Qt.Key.Key_Escape)
    assert page.name.text() == "dense_1"
    assert not inspected.world.document.can_undo


def test_a_setting_is_one_undo_step_for_a_gesture(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_1")
    document = inspected.world.document
    field = inspected.panel.node.form.editor("units").focusProxy()
    field.setFocus()
    for _ in range(3):
        qtbot.keyClick(field, Qt.Key.Key_Up)
        inspected.settle()
    assert document.graph["dense_1"].settings["units"] == 11  # live, before the gesture ends
    qtbot.waitUntil(lambda: not field._gesture.is_open)
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Units of dense_1"
    assert inspected.panel.node.subtitle.text() == "Dense, 2 → 11, 33 parameters"
    document.undo()
    inspected.settle()
    assert inspected.panel.node.form.values["units"] == 8
    qtbot.keyClick(field, Qt.Key.Key_Up)  # another gesture is another step
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClick(field, Qt.Key.Key_Up)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert document.undo_stack.count() == 2


def test_a_wrong_value_is_explained_and_changes_nothing(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_1")
    form = inspected.panel.node.form
    field = form.editor("units").focusProxy()
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "it must be from 1 to 65,536" in form.problem("units")
    assert inspected.world.document.graph["dense_1"].settings["units"] == 8


def test_the_activation_field_exchanges_removes_and_adds_the_docked_node(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_1")
    document, page = inspected.world.document, inspected.panel.node
    before = document.graph
    choose(qtbot, combo(page.form, "activation"), "ReLU")
    inspected.settle()
    docked = docking.docked(document.graph, "dense_1")
    assert document.graph[docked].operator == "relu"
    assert page.formula.texts == (r"a = \max(0,\, W x + b)",)
    choose(qtbot, combo(page.form, "activation"), "none")
    inspected.settle()
    assert docking.docked(document.graph, "dense_1") is None
    assert [e.target for e in document.graph.outgoing("dense_1")] == ["dense_2"]
    choose(qtbot, combo(page.form, "activation"), "sigmoid")
    inspected.settle()
    assert document.graph[docking.docked(document.graph, "dense_1")].operator == "sigmoid"
    assert inspected.world.selection.current == "dense_1"
    while document.can_undo:
        document.undo()
    inspected.settle()
    assert document.graph == before
    assert combo(page.form, "activation").currentText() == "tanh"


def test_an_activation_is_added_behind_a_layer_that_several_read(inspected: Any, qtbot: QtBot) -> None:
    document = inspected.world.document
    document.attempt("Fan out", lambda g: edits.connect(edits.add_node(g, "add", node_id="sum"), "dense_3", "sum"))
    inspected.select("dense_3")
    choose(qtbot, combo(inspected.panel.node.form, "activation"), "tanh")
    inspected.settle()
    docked = docking.docked(document.graph, "dense_3")
    assert docked is not None
    assert {e.target for e in document.graph.outgoing(docked)} == {"binary_cross_entropy_1", "sum"}


def test_a_loss_is_exchanged_and_stays_selected(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("binary_cross_entropy_1")
    choose(qtbot, combo(inspected.panel.node.form, "operator"), "MSE")
    inspected.settle()
    graph = inspected.world.document.graph
    assert graph.losses[0].operator == "mse"
    assert inspected.world.selection.current == graph.losses[0].id
    assert inspected.panel.node.name.text() == graph.losses[0].id


def test_problems_of_the_node_come_with_their_remedies(inspected: Any, qtbot: QtBot) -> None:
    document = inspected.world.document
    inspected.select("dense_3")
    document.attempt("Two outputs", lambda g: edits.configure(g, "dense_3", units=2))
    qtbot.waitUntil(lambda: bool(inspected.panel.node.problems.findChildren(QPushButton)))
    button = inspected.panel.node.problems.findChildren(QPushButton)[0]
    assert button.text() == "Set units to 1"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not inspected.panel.node.problems.isVisible())
    assert document.graph["dense_3"].settings["units"] == 1


def column(table: Any, which: int) -> dict[str, str]:
    return {row.label: (row.first, row.second)[which] for row in table.rows}


@pytest.mark.parametrize("parameter", ["weight", "bias"])
def test_numbers_are_the_engines(inspected: Any, qtbot: QtBot, parameter: str) -> None:
    inspected.select("dense_2")
    world, numbers = inspected.world, inspected.panel.node.numbers
    assert set(column(numbers.table, 0).values()) == {"–"} or world.session.frame.iteration == 0
    world.train(30)
    qtbot.mouseClick(numbers.heading.choice.button(parameter), Qt.MouseButton.LeftButton)
    world.view()
    view = world.view()
    frame = view.frame
    assert numbers.caption.text() == f"At iteration {count(frame.iteration)}"
    for which, values in enumerate((frame.get(f"dense_2.{parameter}"), frame.get(f"dense_2.d_{parameter}"))):
        shown = column(numbers.table, which)
        assert shown["Norm"] == number(float(np.linalg.norm(values)))
        assert shown["Mean"] == number(float(values.astype(float).mean()))
        assert shown["Std dev"] == number(float(values.astype(float).std()))
        assert (shown["Smallest"], shown["Largest"]) == (number(float(values.min())), number(float(values.max())))
        assert shown["Zeros"] == "0\u00a0%"
    norms = view.curves.norms[-1, view.curves.names.index(f"dense_2.{parameter}")]
    assert column(numbers.table, 1)["Norm"] == number(float(norms))
    assert numbers.update_ratio.text != "–"
    slope = 1 - np.tanh(frame.get("dense_2.y")) ** 2
    assert numbers.flat.text == f"{100 * (slope <= 0.05).mean():.1f}\u00a0%".replace("0.0\u00a0%", "0\u00a0%")
    assert numbers.courses.gradients.toolTip() == f"Norm of the gradient in the last {len(view.curves.mean)} iterations"
    np.testing.assert_allclose(numbers.courses.weights._values[-1], np.linalg.norm(frame.get(f"dense_2.{parameter}")))


@pytest.mark.parametrize("apart", [1, 20])
def test_the_update_is_that_of_the_last_iteration(inspected: Any, apart: int, qtbot: QtBot) -> None:
    """However many iterations lie between two frames; by a run of the same project that stops one iteration earlier."""
    inspected.select("dense_2")
    world, numbers = inspected.world, inspected.panel.node.numbers
    world.train(30)
    world.train(apart)
    inspected.settle()
    project = world.document.project
    twin = prepare_run(project.graph, prepare(project.data), project.training)
    twin.train(29 + apart)
    before = twin.state["dense_2.weight"].astype(np.float64)
    twin.train(1)
    moved = np.linalg.norm(twin.state["dense_2.weight"] - before)
    qtbot.waitUntil(lambda: numbers.update_ratio.text == number(float(moved / np.linalg.norm(before))))


def test_the_update_is_known_while_training_runs(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_2")
    world, numbers = inspected.world, inspected.panel.node.numbers
    world.session.play()
    qtbot.waitUntil(lambda: world.session.is_playing and numbers.update_ratio.text != "–")
    known: list[str] = []

    def look(view: LiveView) -> None:
        known.append(numbers.update_ratio.text)

    world.session.ticked.connect(look)
    qtbot.waitUntil(lambda: len(set(known)) > 3)
    assert world.session.is_playing and "–" not in known
    world.session.pause()


def test_dead_units_of_a_rectifier_are_counted(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_1")
    choose(qtbot, combo(inspected.panel.node.form, "activation"), "ReLU")
    inspected.settle()
    qtbot.waitUntil(lambda: "relu_1" in inspected.world.session.frame.program.graph)
    view = inspected.world.view()
    active = view.frame.get("dense_1.y") > 0
    numbers = inspected.panel.node.numbers
    assert numbers.dead.text == f"{int((~active.any(axis=0)).sum())} of 8"
    assert not numbers.flat.isVisible()
    assert numbers.inactive.isVisible()


def test_several_layers_share_their_settings(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_1", "dense_2")
    page, document = inspected.panel.several, inspected.world.document
    assert page.title.text() == "2 nodes"
    assert page.form.names == ("units", "activation", "init", "bias", "l1", "l2", "frozen")
    box = combo(page.form, "init")
    choose(qtbot, box, box.itemText(box.currentIndex() + 1))
    assert {document.graph[i].settings["init"] for i in ("dense_1", "dense_2")} == {box.currentData()}
    assert document.graph["dense_3"].settings["init"] != box.currentData()
    assert document.undo_stack.count() == 1
    inspected.select("dense_1", "binary_cross_entropy_1")
    assert page.form.names == ("frozen",)
    inspected.select("tanh_1", "tanh_2")
    assert page.form.names == ("operator",)
    inspected.select("dense_1", "tanh_1", "dense_2")  # the docked activation is part of its layer
    assert page.form.names == ("units", "activation", "init", "bias", "l1", "l2", "frozen")


def test_an_edge_is_disconnected(inspected: Any, qtbot: QtBot) -> None:
    world = inspected.world
    edge = next(e for e in world.document.graph.edges if e.target == "dense_2")
    world.selection.set([], [edge])
    page = inspected.panel.edge
    assert page.table.rows == (("From", "tanh_1"), ("To", "dense_2"), ("Shape", "(N, 8)"))
    qtbot.mouseClick(page.disconnect_button, Qt.MouseButton.LeftButton)
    inspected.settle()
    assert edge not in world.document.graph.edges
    assert inspected.panel.page is inspected.panel.project
    world.document.undo()
    assert edge in world.document.graph.edges


def test_the_project_page_changes_how_it_is_trained(inspected: Any, qtbot: QtBot) -> None:
    page, document = inspected.panel.project, inspected.world.document
    assert page.subtitle.text() == "105 parameters in 3 layers"
    assert ("Training", "400") in page.data.rows
    choose(qtbot, combo(page.form, "optimizer"), "SGD")
    inspected.settle()
    assert document.project.training.optimizer == "sgd"
    assert page.rule_form.names == ("momentum", "nesterov", "weight_decay")
    field = page.rule_form.editor("momentum").focusProxy()
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.9")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert document.project.training.optimizer_settings["momentum"] == pytest.approx(0.9)
    document.undo()
    document.undo()
    inspected.settle()
    assert document.project.training.optimizer == "adam"
    assert page.form.values["optimizer"] == "Adam"


def test_the_data_can_be_asked_for(inspected: Any, qtbot: QtBot) -> None:
    with qtbot.waitSignal(inspected.panel.change_data_requested):
        qtbot.mouseClick(inspected.panel.project.change, Qt.MouseButton.LeftButton)
    inspected.select("input_1")
    assert inspected.panel.node.subtitle.text() == "Spiral: 2 features, 500 samples. x, y → y: second arm, first arm"
    with qtbot.waitSignal(inspected.panel.change_data_requested):
        qtbot.mouseClick(inspected.panel.node.data, Qt.MouseButton.LeftButton)


def test_what_a_larger_window_has_room_for_is_filled_at_once(inspected: Any, theme: Any) -> None:
    inspected.select("dense_2")
    inspected.world.view()
    inspected.settle()  # nothing is on its way that would fill it later
    histogram = inspected.panel.node.numbers.activations
    assert not histogram.isVisible()
    theme.set_window_width(2560)
    inspected.settle()
    assert histogram.isVisible()
    assert histogram._counts.sum() == inspected.world.session.frame.get("tanh_2.y").size


def test_a_node_that_disappears_gives_way_to_the_project(inspected: Any) -> None:
    inspected.select("dense_3")
    inspected.world.document.attempt("Remove", lambda g: edits.remove_nodes(g, ["dense_3"]))
    inspected.settle()
    assert inspected.panel.page is inspected.panel.project


def test_what_is_typed_for_one_node_is_never_given_to_another(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_1")
    form = inspected.panel.node.form
    field = form.editor("units").focusProxy()
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "5")
    inspected.select("dense_2")  # by a script, while the field has the focus
    qtbot.keyClick(field, Qt.Key.Key_Return)
    graph = inspected.world.document.graph
    assert graph["dense_2"].settings["units"] == 8
    assert field.text() == "8"


def test_what_differs_is_said_to_be_mixed_and_set_for_all(inspected: Any, qtbot: QtBot) -> None:
    document, page = inspected.world.document, inspected.panel.several
    inspected.select("dense_1", "dense_2", "dense_3")
    units = page.form.editor("units").focusProxy()
    assert (units.text(), units.placeholderText()) == ("", "mixed")
    assert combo(page.form, "activation").currentIndex() == -1  # two have a tanh, the last has none
    assert combo(page.form, "init").currentText() == "Xavier uniform"
    units.setFocus()
    qtbot.keyClicks(units, "8")
    qtbot.keyClick(units, Qt.Key.Key_Return)
    inspected.settle()
    assert [document.graph[f"dense_{k}"].settings["units"] for k in (1, 2, 3)] == [8, 8, 8]
    assert units.text() == "8"
    assert document.undo_stack.undoText() == "Units of 3 nodes"
    document.undo()
    inspected.settle()
    assert (units.text(), units.placeholderText()) == ("", "mixed")
    choose(qtbot, combo(page.form, "activation"), "ReLU")
    inspected.settle()
    kinds = [document.graph[docking.docked(document.graph, f"dense_{k}")].operator for k in (1, 2, 3)]
    assert kinds == ["relu"] * 3
    document.undo()
    assert document.undo_stack.index() == 0


def test_layers_are_frozen_one_or_several_at_a_time(inspected: Any, qtbot: QtBot) -> None:
    document, panel, world = inspected.world.document, inspected.panel, inspected.world
    inspected.select("dense_2")
    qtbot.mouseClick(panel.node.form.editor("frozen").focusProxy(), Qt.MouseButton.LeftButton)
    inspected.settle()
    assert document.graph["dense_2"].frozen
    assert document.undo_stack.undoText() == "Freeze dense_2"
    assert panel.node.subtitle.text() == "Dense, 8 → 8, 72 parameters, frozen"
    before = world.session.parameters(["dense_1.weight", "dense_2.weight"])
    world.train(10)
    world.view()
    after = world.session.parameters(["dense_1.weight", "dense_2.weight"])
    assert (before["dense_1.weight"] != after["dense_1.weight"]).all()
    assert before["dense_2.weight"].tobytes() == after["dense_2.weight"].tobytes()
    assert panel.node.numbers.table.headings == ("weights", "frozen")
    assert set(column(panel.node.numbers.table, 1).values()) == {"–"}
    assert not panel.node.numbers.courses.gradients.isVisibleTo(panel)
    inspected.select("dense_1", "dense_2", "dense_3")
    check = panel.several.form.editor("frozen").focusProxy()
    assert check.checkState() == Qt.CheckState.PartiallyChecked
    assert panel.several.subtitle.text().endswith("105 parameters, 72 of them frozen")
    assert [row.second for row in panel.several.norms.rows][1] == "frozen"
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton)
    inspected.settle()
    assert all(document.graph[f"dense_{k}"].is_frozen for k in (1, 2, 3))
    assert document.undo_stack.undoText() == "Freeze 3 nodes"
    document.undo()
    inspected.settle()
    assert check.checkState() == Qt.CheckState.PartiallyChecked
    panel.toggle_frozen()  # the action: not all are, so all will be
    assert all(document.graph[f"dense_{k}"].is_frozen for k in (1, 2, 3))
    panel.toggle_frozen()
    assert not any(document.graph[f"dense_{k}"].frozen for k in (1, 2, 3))


def test_weight_and_bias_are_frozen_each_by_itself(inspected: Any, qtbot: QtBot) -> None:
    document, panel, world = inspected.world.document, inspected.panel, inspected.world
    inspected.select("dense_2")
    page = panel.node
    weight, bias = page.freeze_checks.checks["weight"], page.freeze_checks.checks["bias"]
    assert (weight.text(), bias.text()) == ("W", "b") and page.freeze_checks.isVisible()
    assert weight.accessibleName() == "Freeze weight of dense_2" and "no gradient" in weight.toolTip()
    page.form.editor("frozen").focusProxy().setFocus()
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is weight
    qtbot.keyClick(weight, Qt.Key.Key_Space)
    inspected.settle()
    assert document.graph["dense_2"].frozen == {"weight"}
    assert document.undo_stack.undoText() == "Freeze weight of dense_2"
    assert page.subtitle.text() == "Dense, 8 → 8, 72 parameters, weight frozen"
    whole = page.form.editor("frozen").focusProxy()
    assert whole.checkState() == Qt.CheckState.PartiallyChecked
    before = world.session.parameters(["dense_2.weight", "dense_2.bias"])
    world.train(10)
    world.view()
    after = world.session.parameters(["dense_2.weight", "dense_2.bias"])
    assert before["dense_2.weight"].tobytes() == after["dense_2.weight"].tobytes()
    assert (before["dense_2.bias"] != after["dense_2.bias"]).any()
    assert page.numbers.table.headings == ("weights", "frozen")  # W is shown
    assert not page.numbers.courses.gradients.isVisibleTo(panel)
    qtbot.mouseClick(page.numbers.heading.choice.button("bias"), Qt.MouseButton.LeftButton)
    assert page.numbers.table.headings == ("weights", "gradient")
    assert page.numbers.courses.gradients.isVisibleTo(panel)
    qtbot.mouseClick(bias, Qt.MouseButton.LeftButton)
    inspected.settle()
    assert document.graph["dense_2"].is_frozen and whole.checkState() == Qt.CheckState.Checked
    qtbot.mouseClick(weight, Qt.MouseButton.LeftButton)
    inspected.settle()
    assert document.graph["dense_2"].frozen == {"bias"} and document.undo_stack.undoText() == "Unfreeze weight of dense_2"
    inspected.select("dense_1", "dense_2")
    assert panel.several.subtitle.text().endswith("96 parameters, 8 of them frozen")
    assert panel.several.form.editor("frozen").focusProxy().checkState() == Qt.CheckState.PartiallyChecked
    document.undo()
    document.undo()
    inspected.settle()
    assert document.graph["dense_2"].frozen == {"weight"}
    inspected.select("tanh_2")
    assert not page.freeze_checks.isVisible()


def test_a_layer_without_a_bias_says_so_everywhere(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_2")
    document, page = inspected.world.document, inspected.panel.node
    inspected.world.train(5)
    learned = inspected.world.session.parameters(["dense_2.weight", "dense_2.bias"])
    qtbot.mouseClick(page.form.editor("bias").focusProxy(), Qt.MouseButton.LeftButton)
    inspected.settle()
    assert document.graph["dense_2"].settings["bias"] is False and document.undo_stack.undoText() == "Bias of dense_2"
    assert page.subtitle.text() == "Dense, 8 → 8, 64 parameters"
    assert page.shapes.rows == (("x", "(N, 8)"), ("W", "(8, 8)"), ("output", "(N, 8)"))
    assert page.formula.texts == (r"a = \tanh(W x)",)
    assert page.numbers.heading.choice is None and not page.freeze_checks.isVisible()
    kept = inspected.world.session.parameters(["dense_2.weight"])["dense_2.weight"]
    assert kept.tobytes() == learned["dense_2.weight"].tobytes()
    document.undo()
    inspected.settle()
    back = inspected.world.session.parameters(["dense_2.weight", "dense_2.bias"])
    assert all(back[name].tobytes() == learned[name].tobytes() for name in learned)


def test_the_norms_of_several_layers_are_the_engines(inspected: Any) -> None:
    inspected.select("dense_1", "dense_3")
    inspected.world.train(5)
    frame = inspected.world.view().frame
    for row, node in zip(inspected.panel.several.norms.rows, ("dense_1", "dense_3"), strict=True):
        whole = [np.concatenate([np.ravel(frame.get(f"{node}.{d}{p}")) for p in ("weight", "bias")]) for d in ("", "d_")]
        assert row.label == node
        assert (row.first, row.second) == tuple(number(float(np.linalg.norm(values))) for values in whole)


def test_a_layer_is_drawn_anew_by_its_button(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_2")
    world, page = inspected.world, inspected.panel.node
    world.train(5)
    names = ["dense_1.weight", "dense_2.weight"]
    before = world.session.parameters(names)
    qtbot.mouseClick(page.weight_buttons.reinitialise_button, Qt.MouseButton.LeftButton)
    after = world.session.parameters(names)
    assert (before["dense_2.weight"] != after["dense_2.weight"]).all()
    assert before["dense_1.weight"].tobytes() == after["dense_1.weight"].tobytes()
    world.document.undo()
    assert world.session.parameters(names)["dense_2.weight"].tobytes() == before["dense_2.weight"].tobytes()
    with qtbot.waitSignal(inspected.panel.edit_weights_requested):
        qtbot.mouseClick(page.weight_buttons.edit_button, Qt.MouseButton.LeftButton)
    inspected.select("binary_cross_entropy_1")
    assert not page.weight_buttons.isVisible()
    with qtbot.waitSignal(inspected.panel.refused) as caught:
        inspected.panel.reinitialise()
    assert caught.args == ["None of the selected nodes has weights; select a layer."]


def test_the_initialiser_is_previewed_while_one_walks_through_the_list(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("dense_2")
    page, document = inspected.panel.node, inspected.world.document
    preview, box = page.preview, combo(page.form, "init")
    assert preview.isVisible()
    assert preview.words.text().startswith("uniform, ±0.612 = ±√(6 / (8 + 8))")
    seed = document.project.training.seed
    draw = initial_values("xavier_uniform", (8, 8), seed, "dense_2.weight")
    np.testing.assert_array_equal(np.histogram(draw, preview.histogram._edges)[0], preview.histogram._counts)
    np.testing.assert_array_equal(inspected.world.session.parameters(["dense_2.weight"])["dense_2.weight"], draw.astype(np.float32))
    box.setFocus()
    box.showPopup()
    qtbot.keyClick(box.view(), Qt.Key.Key_Down)
    assert preview.words.text() == "normal, σ\u00a0=\u00a00.354 = √(2 / (8 + 8))"
    assert not document.can_undo  # looking is not choosing
    qtbot.keyClick(box.view(), Qt.Key.Key_Escape)
    assert preview.words.text().startswith("uniform")
    choose(qtbot, box, "Zeros")
    inspected.settle()
    assert preview.words.text() == "all zeros"
    document.attempt("Cut", lambda g: edits.disconnect(g, g.incoming("dense_2")[0]))
    inspected.settle()
    assert not preview.isVisible()  # nobody knows its shape
    inspected.select("tanh_1")
    assert not preview.isVisible()


def test_tab_walks_through_the_page_as_one_reads_it(inspected: Any, qtbot: QtBot) -> None:
    inspected.select("binary_cross_entropy_1")
    inspected.select("dense_2")  # its form was made last of all
    page = inspected.panel.node
    expected = [*page.form.controls, *page.freeze_checks.checks.values(), *page.weight_buttons.controls]
    page.name.setFocus()
    walked = []
    for _ in expected:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        walked.append(QApplication.focusWidget())
    assert walked == expected
    inspected.select("dense_1", "dense_3")
    page = inspected.panel.several
    expected = [*page.form.controls, *page.weight_buttons.controls]
    expected[0].setFocus()
    for control in expected[1:]:
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert QApplication.focusWidget() is control
