"""Units are added in an order, the last of them is the selected one and stays it, and playing adds one after another."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from nnlab.ui.approximation.assembly import UnitAssembly


class Signals(QObject):
    replaced, emptied = Signal(), Signal()


@pytest.fixture
def source(qtbot: QtBot) -> Signals:
    return Signals()


@pytest.fixture
def assembly(source: Signals, found: SimpleNamespace) -> UnitAssembly:
    made = UnitAssembly(source, source)  # type: ignore[arg-type]
    made.follow(found)  # type: ignore[arg-type]
    return made


def test_at_first_all_are_added_from_left_to_right_and_none_is_selected(assembly: UnitAssembly) -> None:
    assert assembly.indices.tolist() == [1, 2, 0]  # centres −0.5, 0, 0.5
    assert (assembly.units, assembly.added, assembly.unit) == (3, 3, None)


def test_the_last_one_added_is_selected_and_stays_so_in_another_order(assembly: UnitAssembly) -> None:
    assembly.add_first(2)
    assert (assembly.added, assembly.unit) == (2, 2)
    assembly.choose_order("largest_first")  # mean squares 30/5, 5/5 and 81/5
    assert assembly.indices.tolist() == [2, 0, 1] and (assembly.added, assembly.unit) == (1, 2)
    assembly.add_first(9)
    assert (assembly.added, assembly.unit) == (3, 1)
    assembly.add_first(-1)
    assert (assembly.added, assembly.unit) == (0, None)


def test_the_selected_unit_is_followed_wherever_its_centre_goes(assembly: UnitAssembly, found: SimpleNamespace) -> None:
    assembly.add_first(1)
    units = found.sum.units
    found.sum.units = replace(units, bias=np.array([units.bias[0], -2.0, units.bias[2]]))  # unit 2 goes to 1, beyond the others
    assembly.follow(SimpleNamespace(sum=found.sum))  # type: ignore[arg-type]
    assert assembly.indices.tolist() == [2, 0, 1] and (assembly.added, assembly.unit) == (3, 1)


def test_playing_adds_from_the_bias_on_and_ends_by_itself(assembly: UnitAssembly) -> None:
    assembly.play()
    seen = [assembly.added]
    while assembly.is_adding:
        assembly._add_next()
        seen.append(assembly.added)
    assert seen == [0, 1, 2, 3, 3]


def test_another_network_forgets_it(assembly: UnitAssembly, source: Signals) -> None:
    assembly.add_first(1)
    source.emptied.emit()
    assert (assembly.units, assembly.added, assembly.unit) == (0, 0, None)
    assembly.follow(SimpleNamespace(sum=None))  # type: ignore[arg-type]
    assert not np.any(assembly.indices)
