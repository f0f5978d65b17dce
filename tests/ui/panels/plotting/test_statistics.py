"""The words of a legend have room beside the picture, as far as they do not take it away."""

from __future__ import annotations

from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.statistics import LEGEND_MARK, MOST_WISHED, LegendEntry, Statistics, StatisticsValue


def test_a_legend_asks_for_the_room_of_its_words_up_to_a_limit(qtbot: QtBot, theme: Theme) -> None:
    shown, px = Statistics(theme), theme.metrics.px
    qtbot.addWidget(shown)
    shown.set_lines([StatisticsValue("val", "100 %"), LegendEntry("dot", "the second arm")])
    words = QFontMetricsF(theme.font("body")).horizontalAdvance("the second arm")
    assert shown.least_width() < words + px(LEGEND_MARK) + px(16) <= shown.wished_width()
    shown.set_lines([LegendEntry("dot", "a name that is longer than any picture is wide" * 3)])
    assert shown.wished_width() <= px(MOST_WISHED) + px(17) + 1
    shown.set_lines([StatisticsValue("val", "100 %")])
    assert shown.wished_width() == shown.least_width()
