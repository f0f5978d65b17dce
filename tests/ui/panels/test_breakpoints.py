"""The list of breakpoints: a view of the document."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.engine.breakpoint import Breakpoint
from nnlab.ui.document.debugging_edits import rename, toggle_breakpoint
from nnlab.ui.panels.breakpoints import BreakpointsPanel


def test_the_list_follows_the_document_and_every_change_in_it_can_be_undone(studio, qtbot: QtBot) -> None:  # type: ignore[no-untyped-def]
    at = studio()
    panel = at.panel("breakpoints", 336, 240)
    assert isinstance(panel, BreakpointsPanel) and panel.is_empty and not panel.run.isEnabled()
    place, document = Breakpoint("tanh_1", "backward", unit=2), at.document
    toggle_breakpoint(document, place)
    toggle_breakpoint(document, Breakpoint(phase="update"))
    assert [row.words.text() for row in panel.rows] == ["tanh in dense_1, backward, neuron 3", "update, first operation"]

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
    assert panel.is_empty and document.project.debugging.breakpoints == ()
