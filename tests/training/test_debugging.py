"""What a project is debugged with, as a value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.training.debugging import MOST_BREAKPOINTS, Debugging

FIRST = Breakpoint("dense_1", "forward")


def test_one_place_has_one_breakpoint_whatever_is_set_of_it() -> None:
    set_ = Debugging().toggled(FIRST).changed(FIRST, lambda b: replace(b, times=5, is_on=False))
    assert set_.find(FIRST) == replace(FIRST, times=5, is_on=False)
    assert set_.toggled(FIRST) == Debugging()


def test_renaming_a_node_takes_its_breakpoints_along() -> None:
    set_ = Debugging((FIRST, Breakpoint("tanh_1"), Breakpoint(phase="loss")))
    expected = (Breakpoint("hidden", "forward"), Breakpoint("tanh_1"), Breakpoint(phase="loss"))
    assert set_.renamed("dense_1", "hidden").breakpoints == expected


def test_there_are_only_so_many() -> None:
    with pytest.raises(NNLabError, match="at most 256"):
        Debugging(tuple(Breakpoint(f"n{k}") for k in range(MOST_BREAKPOINTS + 1)))
