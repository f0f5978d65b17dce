"""Hidden units: what the panel counts for the transport bar."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import numpy as np
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.ui.approximation.assembly import UnitAssembly
from nnlab.ui.panels.base import PanelFigures
from nnlab.ui.panels.hidden_units import formula_words


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


def test_trained_and_constructed_are_two_places_of_one_run(studio: Callable, qtbot: QtBot) -> None:
    s = studio(DataSettings("function"))
    panel = s.panel("hidden_units", 1200, 150)
    s.train(5)
    switch = panel.state.choice
    qtbot.waitUntil(lambda: switch.current == "trained")
    switch.button("constructed").click()
    qtbot.waitUntil(lambda: s.document.project.initial is not None and switch.current == "constructed", timeout=10_000)
    assert s.session.iteration == 0 and s.document.project.initial.name == "constructed"
    s.train(7)
    qtbot.waitUntil(lambda: switch.current == "trained")
    switch.button("constructed").click()
    qtbot.waitUntil(lambda: s.session.iteration == 0 and switch.current == "constructed", timeout=10_000)
    switch.button("trained").click()
    qtbot.waitUntil(lambda: s.session.iteration == 7 and switch.current == "trained", timeout=10_000)
    s.document.undo()
    qtbot.waitUntil(lambda: s.document.project.initial is None and s.session.iteration == 5, timeout=10_000)
    assert switch.current == "trained", "the run before the construction is there again"


def test_the_formula_writes_signs_once() -> None:
    units = SimpleNamespace(weight=np.array([[-0.5, -0.25]]), bias=np.array([-0.125]), height=np.array([2.0]))
    total, assembly = SimpleNamespace(bias=1.5, units=units), SimpleNamespace(unit=0)
    whole, own = formula_words(total, assembly)  # type: ignore[arg-type]
    assert own == "v₁ f(…) = 2.000 f(−0.5000 x − 0.2500 y − 0.1250)"
    assert whole.startswith("g(x, y) = 1.50 + Σ vᵢ f(wᵢ · (x, y) + bᵢ)")
