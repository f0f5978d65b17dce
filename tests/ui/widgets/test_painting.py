"""Painting loses no references: PySide6 6.12.0 on Python 3.11 lost one to None with every QPainter call and aborted."""

import gc
import sys

import numpy as np
import pytest
from PySide6.QtGui import QAction, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.core.setting import Setting
from nnlab.ui.look.formula import FormulaLabel
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.counter import Counter
from nnlab.ui.widgets.histogram import Histogram
from nnlab.ui.widgets.label import ElidedLabel
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.search_field import SearchField
from nnlab.ui.widgets.slider import Slider
from nnlab.ui.widgets.sparkline import Sparkline
from nnlab.ui.widgets.top_bar import TopBar, WorkspaceTab
from nnlab.ui.widgets.transport_bar import TransportBar
from nnlab.ui.widgets.value_row import ValueRow

ROUNDS = 60
SLACK = 200  # references other code takes and gives back meanwhile


def painted(theme: Theme) -> list[QWidget]:
    play = QAction(icon(theme, "play"), "Play")
    transport = TransportBar(theme, [play], play)
    transport.set_counters(epoch=3, batch=(4, 50), batch_loss=0.5)
    spark, histogram, row = Sparkline(theme, "Loss"), Histogram(theme, "Weights"), ValueRow(theme, "Norm")
    spark.set_values(np.arange(60.0))
    histogram.set_values(np.linspace(-1, 2, 50))
    row.set_number(0.5)
    top = TopBar(theme, [WorkspaceTab("train", "Train")])
    top.set_document("spiral", True)
    return [
        transport, spark, histogram, row, top, Check(theme, "Bias"), Counter(theme, "epoch"), ElidedLabel(theme, "text"),
        SearchField(theme),
        NumberField(theme, Setting("units", 8)), Slider(theme, "Split"), FormulaLabel(theme, r"\frac{a}{b}"),
    ]  # fmt: skip


def test_a_thousand_paint_calls_keep_the_references_to_none(theme: Theme, qtbot: QtBot, request: pytest.FixtureRequest) -> None:
    widgets = painted(theme)
    image = QImage(1280, 60, QImage.Format.Format_RGB32)
    for widget in widgets:
        qtbot.addWidget(widget)
        widget.resize(max(200, widget.sizeHint().width()), widget.sizeHint().height())
        widget.render(image)  # whatever is made once is made here
    # What earlier tests left for the garbage collector holds references to None too; it must not be freed in between.
    gc.collect()
    gc.disable()
    request.addfinalizer(gc.enable)
    before = sys.getrefcount(None)
    calls = 0
    for _ in range(ROUNDS):
        for widget in widgets:
            widget.render(image)
            calls += 1 + len(widget.findChildren(QWidget))
    assert calls > 1000
    assert abs(sys.getrefcount(None) - before) < SLACK  # (a painter on a new pixmap adds six, so icons drawn again would show here)
