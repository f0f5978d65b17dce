"""The list of breakpoints: a view of the document."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.engine.breakpoint import Breakpoint
from nnlab.ui.document.debugging_edits import rename, toggle_breakpoint
from nnlab.ui.panels.breakpoints import BreakpointsPanel
from nnlab.ui.panels.controls.condition_field import ConditionField


def test_the_list_follows_the_document_and_every_change_in_it_can_be_undone(studio, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    at = studio()
    panel = at.panel("breakpoints", 336, 240)
    assert isinstance(panel, BreakpointsPanel) and panel.words.isVisible() and not panel.run.isEnabled()
    place, document = Breakpoint("tanh_1", "backward", unit=2), at.document
    toggle_breakpoint(document, place)
    toggle_breakpoint(document, Breakpoint(phase="update"))
    assert [row.words.text() for row in panel.rows] == ["tanh in dense_1, backward, neuron 3", "update, first operation"]

    qtbot.waitUntil(lambda: at.session.frame is not None, timeout=60_000)
    panel.run.click()
    qtbot.waitUntil(lambda: at.session.last_step is not None and at.session.last_step.stopped_at == place)
    assert panel.rows[0].hits.text() == "1×" and panel.rows[1].hits.text() == "0×"

    qtbot.mouseClick(panel.rows[0].check, Qt.MouseButton.LeftButton)
    assert not document.project.debugging.breakpoints[0].is_on and not panel.rows[0].check.isChecked()
    assert "off" in panel.rows[0].accessibleName() and panel.rows[0].hits.text() == "1×", "what is off is still counted"
    panel.rows[0].times.setText("4")
    panel.rows[0].times.setModified(True)
    panel.rows[0].times.editingFinished.emit()
    assert document.project.debugging.breakpoints[0].times == 4
    document.undo()
    document.undo()
    assert document.project.debugging.breakpoints[0] == place

    rename(document, "tanh_1", "bend")
    assert document.project.debugging.breakpoints[0].node == "bend"
    qtbot.mouseClick(panel.rows[1].remove, Qt.MouseButton.LeftButton)
    assert len(panel.rows) == 1 and document.undo_stack.undoText() == "Remove breakpoint: update, first operation"
    panel.clear_all.click()
    assert panel.words.isVisible() and document.project.debugging.breakpoints == ()


def test_training_stops_where_a_condition_becomes_true_and_what_is_wrong_stands_at_its_line(studio, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    at = studio()
    panel, document, session = at.panel("breakpoints", 336, 240), at.document, at.session
    qtbot.waitUntil(lambda: session.frame is not None, timeout=60_000)
    assert isinstance(panel, BreakpointsPanel)

    def write(field: ConditionField, text: str) -> None:
        field.clear()
        qtbot.keyClicks(field, text)
        qtbot.keyClick(field, Qt.Key.Key_Return)

    write(panel.new, "norm(grad(dense_7.weight)) > 1")
    assert "no parameter of this network" in panel.problem.text() and panel.new.property("invalid")
    assert document.project.debugging.conditions == ()
    write(panel.new, "iteration >= 57")
    write(panel.new, "1 / (iteration - 3) > 2")
    assert [c.text for c in document.project.debugging.conditions] == ["iteration >= 57", "1 / (iteration - 3) > 2"]
    write(panel.new, "iteration >= 57")
    assert "already" in panel.problem.text()

    with qtbot.waitSignal(session.debugging.stopped) as stopped:
        session.play()
    assert stopped.args == ["Stopped at iteration 57: iteration >= 57"]
    qtbot.waitUntil(lambda: not session.is_playing)
    panel.follow()
    assert session.iteration == 57 and panel.conditions[0].hits.text() == "1×" and panel.conditions[0].problem.isHidden()
    assert "Division by zero at iteration 3" in panel.conditions[1].problem.text()

    write(panel.conditions[0].field, "iteration >= 80")
    with qtbot.waitSignal(session.debugging.stopped):
        session.play()
    qtbot.waitUntil(lambda: not session.is_playing)
    assert session.iteration == 80
    panel.conditions[0].times.committed.emit(3)
    assert document.project.debugging.conditions[0].times == 3 == panel.conditions[0].times.value
    document.undo()
    document.undo()
    assert document.project.debugging.conditions[0].text == "iteration >= 57" == panel.conditions[0].field.text()
    qtbot.mouseClick(panel.conditions[1].check, Qt.MouseButton.LeftButton)
    assert not document.project.debugging.conditions[1].is_on
    qtbot.mouseClick(panel.conditions[1].remove, Qt.MouseButton.LeftButton)
    assert len(panel.conditions) == 1 and document.undo_stack.undoText() == "Remove: stop when 1 / (iteration - 3) > 2"
