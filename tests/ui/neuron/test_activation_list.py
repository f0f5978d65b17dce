"""The list of activations in a narrow column."""

import pytest
from pytestqt.qtbot import QtBot

from nnlab.studies.neuron import Activated
from nnlab.ui.look.theme import Theme
from nnlab.ui.neuron.activation_list import ActivationList


@pytest.mark.parametrize(("width", "has_slopes"), [(300, True), (190, False)])
def test_slopes_give_way_where_names_would_lie_under_them(theme: Theme, qtbot: QtBot, width: int, has_slopes: bool) -> None:
    """sigmoid and tanh of 1.94: 0.8744 and 0.9595, with the slopes y (1 − y) and 1 − y²."""
    shown = ActivationList(theme)
    qtbot.addWidget(shown)
    shown.show_activations([Activated("sigmoid", "sigmoid", 0.8744, 0.1099, ""), Activated("tanh", "tanh", 0.9595, 0.0793, "")], "tanh")
    shown.resize(width, 72)
    assert shown.shows_slopes is has_slopes and shown.minimumSizeHint().width() <= 190
