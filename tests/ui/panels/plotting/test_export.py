from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from nnlab.ui.look.png import as_png
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.export import ExportTable, as_csv, as_image, as_svg, menu
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


def test_what_can_be_saved_is_named_as_people_name_it(qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch) -> None:
    label, asked = Label(theme, "gradient"), []
    qtbot.addWidget(label)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *arguments: asked.append(arguments) or ("", ""))
    actions = {action.text(): action for action in menu(label, theme, label, "Gradient", lambda: ExportTable(("a",), ([1],))).actions()}
    actions["Save picture as PNG…"].trigger()
    actions["Save data as CSV…"].trigger()
    assert [arguments[2:] for arguments in asked] == [
        ("gradient.png", "Picture (*.png);;Vector graphics (*.svg)"), ("gradient.csv", "Comma-separated values (*.csv)"),
    ]  # fmt: skip
