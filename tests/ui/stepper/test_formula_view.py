"""The result of a formula is seen in whatever room there is: on a line of its own, or beside the symbols where only height is short."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.formula_content import FormulaColumn, FormulaContent
from nnlab.ui.stepper.formula_view import FormulaView

SHORT = r"w_{1}\, x_{1} + b"
LONG = r"z^0_{11} + (g_{11} - 1)(W x)_{11} + g_{11} s (B h)_{11}, \quad g_{11} = m_{11} / n_{11}, \quad n_{11} = \| W + s B A \|"


@pytest.mark.parametrize(
    ("symbols", "width", "height"), [(SHORT, 400, 190), (SHORT, 400, 60), (LONG, 350, 130), (LONG, 300, 170)],
    ids=["room", "low", "narrow and low", "narrow"],
)  # fmt: skip
def test_the_result_is_seen(theme: Theme, qtbot: QtBot, symbols: str, width: int, height: int) -> None:
    view = FormulaView(theme)
    qtbot.addWidget(view)
    view.resize(width, height)
    column = FormulaColumn("", symbols, "3.077 + 0.00343 \\cdot 3.077")
    view.show_content(FormulaContent("z_{11}", "=", "", (column,), False, 3.122, "", "", "", ""))
    image = view.grab().toImage()
    assert _pixels(image, theme.tokens.pos.rgb()) > 30


def _pixels(image: QImage, colour: int) -> int:
    return sum(image.pixelColor(x, y).rgb() == colour for x in range(image.width()) for y in range(image.height()))
