"""Predicted against true."""

import numpy as np
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings, prepare
from nnlab.training.probes.predictions import Predictions
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.truth_plot import TruthPlot


def test_where_all_true_values_are_one_the_first_predictions_are_in_the_picture(theme: Theme, qtbot: QtBot) -> None:
    """A typed sample has one target: an axis around that alone named it at every tick, and the prediction lay outside."""
    data = prepare(DataSettings("typed", settings={"rows": "1.5 -2.0 0.8 -> 1"}, validation_share=0.0, standardize=False))
    assert set(data.y.ravel()) == {1.0}
    plot = TruthPlot(theme)
    qtbot.addWidget(plot)
    outputs = np.full((len(data.y), 1), 3.0)
    plot.show_predictions(data, Predictions(outputs, np.empty((0, 1)), {}, {}, 0, 0, None))
    (low, high), (left, right) = plot.y_range, plot.x_range
    assert low < 1.0 < 3.0 < high and left < 1.0 < right
    ticks = [tick.text for tick in plot.x_ticks()]
    assert len(set(ticks)) == len(ticks) > 1
