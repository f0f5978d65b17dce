"""A sum of three units over x from −1 to 1, made of numbers that one checks by hand."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.training.units import Units

X = np.linspace(-1.0, 1.0, 5)
CONTRIBUTIONS = np.array([[0.0, 1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 1.0, 1.0, 1.0], [-9.0, 0.0, 0.0, 0.0, 0.0]])
CENTRES = (0.5, -0.5, 0.0)  # of units 1, 2 and 3


@pytest.fixture
def found() -> SimpleNamespace:
    """What a probe says: bias 10, centres −b/w as above for w = 2; the fit is bias and all units."""
    units = Units(np.full((3, 1), 2.0), np.array([-2.0 * centre for centre in CENTRES]), np.array([1.0, 1.0, -1.0]))
    total = SimpleNamespace(contributions=CONTRIBUTIONS, bias=10.0, units=units, structure=None)
    fit = 10.0 + CONTRIBUTIONS.sum(axis=0)
    return SimpleNamespace(x=X, domain=(-1.0, 1.0), fit=fit, truth=fit + 0.25, sum=total, inside=None, outside=None)


@pytest.fixture
def shown(qtbot: QtBot) -> Callable[[QWidget, int, int], None]:
    """shown(plot, width, height): on a page, as in the window; pyqtgraph's views do not survive being closed as windows."""

    def show(widget: QWidget, width: int, height: int) -> None:
        page = QWidget()
        qtbot.addWidget(page)
        page.resize(width, height)
        widget.setParent(page)
        widget.setGeometry(0, 0, width, height)
        page.show()
        widget.show()
        pages.append(page)

    pages: list[QWidget] = []
    return show
