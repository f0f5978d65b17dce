"""Hidden units: what the panel counts for the transport bar."""

from __future__ import annotations

from collections.abc import Callable

from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.ui.approximation.assembly import UnitAssembly
from nnlab.ui.panels.base import PanelFigures


def test_units_added_are_counted_for_the_transport_bar(studio: Callable, qtbot: QtBot) -> None:
    s = studio(DataSettings("function"))  # four tanh units
    panel = s.panel("hidden_units", 900, 150)
    found: list[PanelFigures] = []
    panel.figured.connect(found.append)
    s.train(5)
    assembly = s.services.shared(UnitAssembly)

    def added() -> str:
        (figure,) = found[-1].figures
        return f"{figure.label} {figure.value}{figure.faint}"

    qtbot.waitUntil(lambda: bool(found) and bool(found[-1].figures))
    assert found[-1].panel == "hidden_units" and added() == "units added 4 / 4"
    assembly.add_first(2)
    assert added() == "units added 2 / 4"
    assembly.add_first(0)
    assert added() == "units added 0 / 4"
    assembly.show_all()
    assert added() == "units added 4 / 4"
