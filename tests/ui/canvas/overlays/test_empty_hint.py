"""What stands on an empty canvas fits on it, however small the canvas and large the interface."""

import pytest
from PySide6.QtGui import QAction, QFontMetrics
from PySide6.QtWidgets import QMenu, QPushButton

from nnlab.graph.graph import Graph


@pytest.mark.parametrize("scale", [1.0, 1.25, 1.6, 2.0])
@pytest.mark.parametrize("size", [(1200, 800), (590, 450), (480, 390), (330, 300)])
def test_nothing_is_cut(bench, theme, qtbot, size, scale):
    desk = bench(Graph())
    desk.canvas.hint.set_starts([QAction("New from template…", desk.canvas), QMenu("Examples", desk.canvas), QAction("Open…", desk.canvas)])
    theme.set_scale(scale)
    try:
        desk.canvas.resize(*size)
        qtbot.wait(1)
        hint = desk.canvas.hint
        buttons = [child for child in hint.children() if isinstance(child, QPushButton)]
        assert len(buttons) == 3
        for button in buttons:
            assert button.isVisible()
            assert button.width() >= QFontMetrics(button.font()).horizontalAdvance(button.text())
            assert hint.rect().contains(button.geometry())
        if size[1] >= 390 or scale < 2:
            assert hint.parentWidget().rect().contains(hint.geometry())
    finally:
        theme.set_scale(1.0)


def test_it_is_fitted_once_for_what_it_has_to_fit(bench, theme, qtbot, monkeypatch):
    """To fit asks for a layout, which is a reason to fit: it went on for ever, and took a core."""
    desk = bench(Graph())
    desk.canvas.hint.set_starts([QAction("Open…", desk.canvas)])
    desk.canvas.resize(800, 600)
    qtbot.wait(1)
    fitted = []
    monkeypatch.setattr(desk.canvas.hint, "fit", lambda: fitted.append(type(desk.canvas.hint).fit(desk.canvas.hint)))
    desk.canvas.hint.updateGeometry()
    desk.canvas.hint.layout().update()
    qtbot.wait(50)
    assert len(fitted) <= 1
