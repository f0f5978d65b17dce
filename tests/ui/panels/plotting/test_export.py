from __future__ import annotations

import numpy as np
from pytestqt.qtbot import QtBot

from nnlab.ui.look.png import as_png
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.export import ExportTable, as_csv, as_image, as_svg
from nnlab.ui.widgets.label import Label


def test_a_table_keeps_every_digit_and_leaves_missing_numbers_empty() -> None:
    text = as_csv(ExportTable(("step", "loss", "name"), (np.array([1, 2]), np.array([0.1, np.nan]), ["a,b", "c"])))
    assert text == 'step,loss,name\n1,0.1,"a,b"\n2,,c\n'


def test_a_picture_has_twice_the_pixels_and_an_svg_holds_the_text(qtbot: QtBot, theme: Theme) -> None:
    label = Label(theme, "gradient")
    qtbot.addWidget(label)
    label.resize(120, 30)
    assert as_image(label).width() >= 240
    assert as_png(as_image(label)).startswith(b"\x89PNG")
    svg = as_svg(label, "Title")
    assert b"<svg" in svg and b"Title" in svg and b"gradient" in svg
