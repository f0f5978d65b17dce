from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.check import Check


def at(check: Check, x: int) -> QColor:
    return check.grab().toImage().pixelColor(x, check.height() // 2)


def test_click_and_space_change_it(theme: Theme, qtbot: QtBot) -> None:
    check = Check(theme, "Shuffle")
    qtbot.addWidget(check)
    check.show()
    qtbot.mouseClick(check, Qt.MouseButton.LeftButton, pos=QPoint(check.width() - 3, 10))
    assert check.isChecked()
    qtbot.keyClick(check, Qt.Key.Key_Space)
    assert not check.isChecked()


def test_checked_is_accent_and_focus_is_an_outline(theme: Theme, qtbot: QtBot) -> None:
    check = Check(theme, name="Bias")
    qtbot.addWidget(check)
    with qtbot.waitActive(check):
        check.show()
    check.clearFocus()
    assert at(check, 5) == theme.tokens.well
    check.setChecked(True)
    assert at(check, 3) == theme.tokens.accent
    check.setFocus()
    assert at(check, 1) == theme.tokens.accent
    assert at(check, 2) != theme.tokens.accent
    assert check.accessibleName() == "Bias"
