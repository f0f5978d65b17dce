from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.value_row import ValueRow


def columns(row: ValueRow, color: str) -> list[int]:
    """The columns in which something of a color is drawn."""
    image = row.grab().toImage()
    return [x for x in range(image.width()) if any(image.pixelColor(x, y).name() == color for y in range(image.height()))]


def made(theme: Theme, qtbot: QtBot, **options: bool) -> ValueRow:
    row = ValueRow(theme, "Weight norm", "Length of all weights", **options)
    qtbot.addWidget(row)
    row.resize(232, row.height())
    return row


def test_numbers_meet_at_the_point(theme: Theme, qtbot: QtBot) -> None:
    row = made(theme, qtbot)
    point = 232 - theme.metrics.fraction
    row.set_text("12345")
    assert max(columns(row, theme.tokens.hex("text"))) < point
    row.set_text(".333")
    assert min(columns(row, theme.tokens.hex("text"))) >= point


def test_a_long_end_moves_the_point_instead_of_being_cut(theme: Theme, qtbot: QtBot) -> None:
    row = made(theme, qtbot)
    row.set_text("1.2345678901e−12")
    drawn = columns(row, theme.tokens.hex("text"))
    assert max(drawn) < 232
    assert min(drawn) > 90  # and does not cover the label


def test_only_signed_rows_are_colored(theme: Theme, qtbot: QtBot) -> None:
    row = made(theme, qtbot)
    row.set_number(-0.5)
    assert columns(row, theme.tokens.hex("neg")) == []
    signed = made(theme, qtbot, signed=True)
    signed.set_number(-0.5)
    assert columns(signed, theme.tokens.hex("neg"))
    signed.set_number(0.0)
    assert columns(signed, theme.tokens.hex("text"))


def test_texts_and_names(theme: Theme, qtbot: QtBot) -> None:
    row = made(theme, qtbot)
    assert row.text == "–"
    row.set_number(0.000487)
    assert row.accessibleName() == "Weight norm 4.87e−4"
    row.set_number(None)
    assert row.accessibleName() == "Weight norm –"
