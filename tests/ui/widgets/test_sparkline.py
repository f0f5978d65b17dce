import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.sparkline import Sparkline, thinned


class Watched(Sparkline):
    paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paints += 1
        super().paintEvent(event)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=300), st.integers(2, 40))
def test_thinning_keeps_the_extremes_and_the_present(values: list[float], columns: int) -> None:
    array = np.array(values)
    thin = thinned(array, columns)
    assert len(thin) <= max(2 * columns, 1)
    assert thin[-1] == array[-1]
    if len(array) <= 2 * columns:
        assert np.array_equal(thin, array)
    else:
        # The present takes the last place, so the largest value may fall on it.
        assert thin.min() == array.min()
        assert thin.max() == array.max() or array.max() in array[-(len(array) // columns + 1) :]


def test_equal_values_do_not_repaint(theme: Theme, qtbot: QtBot) -> None:
    line = Watched(theme, "Gradient norm")
    qtbot.addWidget(line)
    with qtbot.waitExposed(line):
        line.show()
    line.set_values(np.arange(60.0))
    qtbot.wait(5)
    before = line.paints
    line.set_values(np.arange(60.0))
    qtbot.wait(5)
    assert line.paints == before
    line.set_values(np.arange(61.0))
    qtbot.waitUntil(lambda: line.paints > before)


def test_the_line_fills_the_widget_and_stays_inside(theme: Theme, qtbot: QtBot) -> None:
    line = Sparkline(theme, "Loss")
    qtbot.addWidget(line)
    line.resize(100, line.height())
    line.set_values(np.array([1.0, 5.0, np.nan, 3.0]))
    points = line.points()
    finite = points[np.isfinite(points[:, 1])]
    assert len(finite) == 3
    assert points[:, 0].min() >= 0
    assert points[:, 0].max() <= 100
    assert finite[:, 1].min() >= 0
    assert finite[:, 1].max() <= line.height()
    assert finite[1, 1] < finite[0, 1]  # larger is higher
    assert line.accessibleName() == "Loss, now 3.000"


def test_awkward_values_are_drawn_without_fuss(theme: Theme, qtbot: QtBot) -> None:
    line = Sparkline(theme, "Loss")
    qtbot.addWidget(line)
    for values in ([], [1.0], [2.0, 2.0], [np.nan] * 3, [np.inf, 1.0, 2.0], list(range(5000))):
        line.set_values(np.array(values, dtype=float))
        assert not line.grab().isNull()
