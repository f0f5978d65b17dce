"""Copy, cut and paste: parts of a network travel as text, between places and windows."""

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from nnlab.graph import annotation, edits
from nnlab.graph.graph import Graph

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def _empty_clipboard(qapp):
    yield
    QApplication.clipboard().clear()  # what Qt's clipboard still holds at exit outlives the interpreter


def test_copied_cards_are_pasted_with_their_edges_beside_the_original(bench, residual):
    desk = bench(residual)
    desk.selection.set(["dense_2", "add_1"])
    desk.key(Qt.Key.Key_C, CONTROL)
    desk.key(Qt.Key.Key_V, CONTROL)
    new = [n for n in desk.graph.by_id if n not in residual.by_id]
    assert sorted(new) == ["add_2", "dense_4", "relu_3"] and set(desk.selection.nodes) == set(new)
    assert {(e.source, e.target) for e in desk.graph.edges} >= {("dense_4", "relu_3"), ("relu_3", "add_2")}
    assert desk.graph["dense_4"].position != residual["dense_2"].position
    desk.key(Qt.Key.Key_V, CONTROL)
    assert desk.graph["dense_5"].position != desk.graph["dense_4"].position, "a second copy does not hide the first"
    desk.document.undo()
    desk.document.undo()
    assert desk.graph == residual


def test_the_clipboard_holds_readable_text(bench, chain):
    desk = bench(annotation.add_comment(chain, "why", (0, 0)))
    desk.canvas.select_all()
    desk.key(Qt.Key.Key_C, CONTROL)
    text = QApplication.clipboard().text()
    assert json.loads(text)["comments"][0]["text"] == "why" and Graph.from_json(text) == desk.graph


def test_another_window_takes_the_part(bench, chain, residual):
    first, second = bench(residual), bench(Graph())
    first.canvas.select_all()
    first.canvas.clipboard.copy()
    second.key(Qt.Key.Key_V, CONTROL)
    assert second.graph == residual, "into an empty canvas everything goes as it was, names and places too"


def test_cut_is_one_step(bench, residual):
    desk = bench(residual)
    desk.selection.set(["add_1"])
    desk.key(Qt.Key.Key_X, CONTROL)
    assert "add_1" not in desk.graph and desk.document.undo_stack.count() == 1
    desk.key(Qt.Key.Key_V, CONTROL)
    assert "add_1" in desk.graph


def test_what_is_no_network_is_refused_in_one_sentence(bench, chain):
    desk = bench(chain)
    for text in ("", "good morning", '{"nodes": [{"id": "a", "operator": "magic"}]}', '{"nodes": 3}', "https://example.org/#x"):
        QApplication.clipboard().setText(text)
        desk.key(Qt.Key.Key_V, CONTROL)
        assert desk.graph == chain and not desk.document.can_undo
    assert len(desk.refusals) == 5 and all(r.endswith(".") and "\n" not in r for r in desk.refusals)


def test_a_line_of_sizes_becomes_the_network(bench, chain):
    desk = bench(chain)
    QApplication.clipboard().setText("2-5-1 relu")
    desk.key(Qt.Key.Key_V, CONTROL)
    assert next(n.settings["units"] for n in desk.graph if n.operator == "dense") == 5
    assert desk.document.undo_stack.count() == 1
    desk.document.undo()
    assert desk.graph == chain


def test_a_playground_address_becomes_network_data_and_settings(bench, chain):
    desk = bench(chain)
    QApplication.clipboard().setText("https://playground.tensorflow.org/#activation=relu&networkShape=4,2&dataset=xor&learningRate=0.1&seed=0.5")
    desk.key(Qt.Key.Key_V, CONTROL)
    assert [n.settings["units"] for n in desk.graph if n.operator == "dense"][:2] == [4, 2]
    assert desk.document.project.data.name == "xor" and desk.document.project.training.learning_rate == 0.1


def test_nothing_selected_copies_nothing(bench, chain):
    QApplication.clipboard().setText("kept")
    desk = bench(chain)
    desk.key(Qt.Key.Key_C, CONTROL)
    assert QApplication.clipboard().text() == "kept"


def test_duplicates_keep_groups_and_freezing(bench, residual):
    graph = annotation.group_nodes(edits.set_frozen(residual, ["dense_2"], True), ["dense_2", "relu_2"], "Block")
    desk = bench(graph)
    desk.selection.set(["dense_2"])
    desk.key(Qt.Key.Key_D, CONTROL)
    assert desk.graph["dense_4"].frozen and [g.title for g in desk.graph.groups] == ["Block", "Block"]
