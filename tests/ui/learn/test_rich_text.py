"""A lesson's text: its formulas are drawn where they stand, each anew with every text."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from nnlab.ui.learn.rich_text import RichText
from nnlab.ui.look.theme import Theme


def test_formulas_are_drawn_in_the_line(qtbot: QtBot, theme: Theme) -> None:
    text = RichText(theme)
    qtbot.addWidget(text)
    text.resize(400, 100)
    without = []
    for shown, formulas in (("The output is .", 0), ("The output is $z = w_1 x_1 + b$.", 1), ("It has $w_1$ and $b$.", 2)):
        text.show_text(shown)
        assert text.document().toRawText().count("\ufffc") == formulas  # Qt's sign for a picture in the text
        without.append(text.document().idealWidth())
    assert without[1] > without[0] + 50
    assert text.plain == "It has w_1 and b."
