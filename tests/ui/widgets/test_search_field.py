from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.search_field import SearchField


def test_arrow_keys_are_passed_on_and_letters_are_typed(theme: Theme, qtbot: QtBot) -> None:
    field = SearchField(theme, "Search", "Tab")
    qtbot.addWidget(field)
    moves: list[int] = []
    field.moved.connect(moves.append)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp):
        qtbot.keyClick(field, key)
    qtbot.keyClicks(field, "de")
    assert moves == [1, -1, 8, -8]
    assert field.text() == "de"
    with qtbot.waitSignal(field.accepted):
        qtbot.keyClick(field, Qt.Key.Key_Return)


def test_escape_clears_then_leaves(theme: Theme, qtbot: QtBot) -> None:
    field = SearchField(theme)
    qtbot.addWidget(field)
    field.setText("de")
    with qtbot.assertNotEmitted(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    with qtbot.waitSignal(field.left):
        qtbot.keyClick(field, Qt.Key.Key_Escape)


def test_typed_text_keeps_clear_of_a_lasting_hint(theme: Theme, qtbot: QtBot) -> None:
    field = SearchField(theme, "Search", "Tab")
    qtbot.addWidget(field)
    assert field.textMargins().right() == 0
    field.set_hint("(N, 13) → (N, 16)", always=True)
    assert field.textMargins().right() > 80
