"""What full fine-tuning changed: its rank, its share in the first directions, and when it is asked for."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from worlds import World, spiral_project

from nnlab.graph.fine_tuning import FULL
from nnlab.training.difference import Difference
from nnlab.ui.lora.full_spectrum import BESIDE, FullSpectrum, FullSpectrumRun, run_of_full


def test_rank_and_share_are_those_of_the_values() -> None:
    found = FullSpectrum("dense_1", "full", 1, np.array([3.0, 1.0, 1e-7]))
    assert found.rank == 2 and found.share(1) == pytest.approx(0.9) and found.share(3) == 1.0
    assert FullSpectrum("dense_1", "full", 1, np.zeros(3)).rank == 0
    assert Difference("fine_tuning", FULL) == BESIDE


class Frame(dict[str, np.ndarray]):
    """The arrays of a moment by name."""

    revision, iteration = 1, 5

    def __init__(self, sequence: int, **arrays: np.ndarray) -> None:
        super().__init__({name.replace("__", "."): values for name, values in arrays.items()})
        self.sequence = sequence


def view(now: np.ndarray | None, sequence: int = 1) -> Any:
    """A moment of two runs, of which the second learns all parameters; of none beside where `now` is None."""
    before = np.eye(2)
    full = spiral_project()
    other = SimpleNamespace(frame=Frame(sequence, dense_1__weight=now if now is not None else before), name="full", project=full)
    return SimpleNamespace(frame=Frame(sequence, dense_1__weight=before), others=() if now is None else (other,))


def test_the_newest_moment_is_answered_and_none_twice(adapted: World, qtbot: QtBot) -> None:
    run, told = FullSpectrumRun(adapted.session.jobs, adapted.session), []
    run.came.connect(told.append)
    run.ask(view(None), "dense_1")
    run.ask(view(np.eye(3)), "dense_1")  # of another shape: the edit has not arrived yet
    assert run_of_full(view(None)) is None
    for sequence in (1, 2, 3):
        run.ask(view(np.diag([1.0 + sequence, 1.5]), sequence), "dense_1")
    qtbot.waitUntil(lambda: len(told) == 2)  # the first, and the last that came meanwhile
    assert [found.values.tolist() for found in told] == [[1.0, 0.5], [3.0, 0.5]]
    assert (told[1].layer, told[1].run, told[1].iteration) == ("dense_1", "full", 5)
    run.ask(view(np.diag([4.0, 1.5]), 3), "dense_1")
    assert run._job is None, "the same moment is not worked out again"
