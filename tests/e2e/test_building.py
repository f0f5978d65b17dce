"""A network drawn from nothing with the mouse, in the real window, and trained: what a person does in their first five minutes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.window.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


class Hand:
    """A hand on the mouse, and one on the keyboard."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.view = window.canvas.view

    def port(self, card: str, port: str | None = None) -> QPoint:
        """A place in the viewport: an input port of a card, or its output."""
        item = self.window.canvas.scene.items_by_card[card]
        return self.view.mapFromScene(item.position + (item.geometry.output if port is None else item.geometry.inputs[port]))

    def drag(self, start: QPoint, end: QPoint) -> None:
        viewport = self.view.viewport()
        QTest.mousePress(viewport, LEFT, Qt.KeyboardModifier.NoModifier, start)
        QTest.mouseMove(viewport, (start + end) / 2)
        QTest.mouseMove(viewport, end)
        QTest.mouseRelease(viewport, LEFT, Qt.KeyboardModifier.NoModifier, end)

    def choose(self, text: str) -> None:
        """Types into the search popup and takes what is found."""
        popup = self.window.canvas.adding.popup
        self.qtbot.waitUntil(popup.isVisible)
        QTest.keyClicks(popup.search, text)
        QTest.keyClick(popup.search, Qt.Key.Key_Return)

    def pull(self, card: str, text: str, by: QPoint) -> None:
        """Pulls an edge out of a card over nothing and chooses what stands at its end."""
        self.drag(self.port(card), self.port(card) + by)
        self.choose(text)
        QTest.keyClick(self.view, Qt.Key.Key_F)

    def type_into(self, setting: str, text: str) -> None:
        """Types a number into a field of the inspector."""
        self.qtbot.waitUntil(lambda: self.window.inspector.node.form is not None and setting in self.window.inspector.node.form.names)
        editor: QWidget = self.window.inspector.node.form.editor(setting)
        field = editor if isinstance(editor, QLineEdit) else editor.findChild(QLineEdit)
        QTest.mouseClick(field, LEFT)
        QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(field, text)
        QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_network_is_drawn_from_nothing_and_learns(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened()
    window.show_workspace("build")
    hand = Hand(window, qtbot)
    QApplication.processEvents()  # the docks of the workspace are laid out on the next turn of the event loop
    QTest.mouseDClick(hand.view.viewport(), LEFT, pos=QPoint(120, 200))
    hand.choose("input")
    hand.pull("input_1", "dense", QPoint(150, 0))
    hand.type_into("units", "8")
    hand.pull("dense_1", "tanh", QPoint(150, 40))
    assert window.canvas.scene.cards["dense_1"].nodes == ("dense_1", "tanh_1"), "an activation docks on the layer it was pulled from"
    hand.pull("dense_1", "dense", QPoint(170, 30))
    hand.type_into("units", "1")
    hand.pull("dense_2", "binary", QPoint(190, 30))
    graph = window.document.graph
    assert [(n.operator, n.settings.get("units")) for n in graph] == [
        ("input", None), ("dense", 8), ("tanh", None), ("dense", 1), ("binary_cross_entropy", None)
    ]  # fmt: skip
    assert window.session.can_run, window.session.reason
    play = window.transport.bar.button(window.actions_by_id["run.play"])
    QTest.mouseClick(play, LEFT)
    qtbot.waitUntil(lambda: window.session.iteration > 300, timeout=10_000)
    QTest.mouseClick(play, LEFT)
    qtbot.waitUntil(lambda: not window.session.is_playing)
    history = window.session._trainer.history()
    assert history is not None
    curves = history.curves()
    assert curves.smoothed[-1] < curves.mean[0]


def test_everything_drawn_is_undone_step_by_step_and_drawn_again(opened: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = opened("residual")
    window.show_workspace("build")
    hand = Hand(window, qtbot)
    QApplication.processEvents()
    start = window.document.graph
    hand.drag(hand.port("dense_4", "x"), hand.port("dense_4", "x") + QPoint(0, 120))  # off its port: disconnected
    hand.drag(hand.port("add_2"), hand.port("dense_4", "x"))
    hand.pull("dense_1", "relu", QPoint(20, 150))
    window.selection.set(["dense_2", "add_1"])
    QTest.keyClick(hand.view, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    field = window.canvas.renaming.editor.field
    QTest.keyClicks(field, "Residual block")
    QTest.keyClick(field, Qt.Key.Key_Return)
    QTest.keyClick(hand.view, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert "/group_1" in window.canvas.scene.cards
    end, names = window.document.graph, [window.document.undo_stack.text(i) for i in range(window.document.undo_stack.count())]
    assert names[-2:] == ["Group", "Fold group"], "a group and its title are one step"
    while window.document.can_undo:
        QTest.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert window.document.graph == start
    while window.document.can_redo:
        window.document.redo()
    assert window.document.graph == end
