"""Every run over several seeds: the median, the band, and what is said of a run that did not come to its end."""

from __future__ import annotations

import math

from pytestqt.qtbot import QtBot

from nnlab.ui.comparison.band_plot import BandPlot, SeedRow
from nnlab.ui.comparison.run_keys import RUN_KEYS
from nnlab.ui.look.theme import Theme


def test_medians_of_odd_and_even_numbers_of_seeds() -> None:
    assert SeedRow("a", RUN_KEYS[0], (0.9, 0.5, 0.7)).median == 0.7
    assert SeedRow("a", RUN_KEYS[0], (0.9, 0.5, 0.7, 0.8)).median == 0.75
    assert math.isnan(SeedRow("a", RUN_KEYS[0], (math.nan,)).median)


def test_what_a_screen_reader_and_a_table_are_told(qtbot: QtBot, theme: Theme) -> None:
    plot = BandPlot(theme)
    qtbot.addWidget(plot)
    plot.show_rows((SeedRow("MSE", RUN_KEYS[0], (0.5, 0.75, 1.0), True), SeedRow("Huber", RUN_KEYS[1], (math.nan,))), True)
    plot.grab()
    said = plot.accessibleDescription().replace("\u2009", " ").replace("\u202f", " ").replace("\xa0", " ")
    assert said == "MSE: median 75.0 %, from 50.0 % to 100 %, the winner; Huber: no seed has come to its end"
    table = plot.table()
    assert table is not None and table.names == ("seed", "MSE", "Huber")
    assert list(table.columns[1]) == [0.5, 0.75, 1.0] and math.isnan(table.columns[2][2])  # type: ignore[arg-type]
