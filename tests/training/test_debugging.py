"""What a project is debugged with, as a value."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from nnlab.core.errors import NNLabError
from nnlab.engine.breakpoint import Breakpoint
from nnlab.engine.question import MOST_QUESTIONS, Question
from nnlab.engine.stop_condition import StopCondition
from nnlab.engine.watched_formula import WatchedFormula
from nnlab.training.debugging import MOST_BREAKPOINTS, Debugging

FIRST = Breakpoint("dense_1", "forward")


def question(node: str, parameter: str = "") -> Question:
    return Question(node, "update" if parameter else "forward", "y", (0,), parameter=parameter)


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


@pytest.mark.parametrize(
    ("name", "most", "made", "words"),
    [
        ("breakpoints", 256, lambda k: Breakpoint(f"n{k}"), "at most 256 breakpoints"),
        ("conditions", 32, lambda k: StopCondition(f"loss < {k}"), "at most 32 conditions"),
        ("watches", 32, lambda k: WatchedFormula(f"loss + {k}"), "at most 32 formulas"),
        ("exercise", MOST_QUESTIONS, lambda k: question(f"n{k}"), f"at most {MOST_QUESTIONS} questions"),
    ],
)
def test_so_many_and_no_more(name: str, most: int, made: Any, words: str) -> None:
    full = tuple(map(made, range(most)))
    assert getattr(Debugging(**{name: full}), name) == full
    with pytest.raises(NNLabError, match=words):
        Debugging(**{name: (*full, made(most))})


def test_a_condition_and_a_formula_are_there_once() -> None:
    with pytest.raises(NNLabError, match="There is a condition 'loss < 1' already"):
        Debugging(conditions=(StopCondition("loss < 2"), StopCondition("loss < 1"), StopCondition("loss < 1", times=3)))
    with pytest.raises(NNLabError, match="loss is watched already"):
        Debugging(watches=(WatchedFormula("loss"), WatchedFormula("loss")))


def test_renaming_a_node_takes_questions_about_it_along() -> None:
    about = (question("dense_1", "dense_1.weight"), question("dense_1"), question("tanh_1"))
    assert Debugging(exercise=about).renamed("dense_1", "hidden").exercise == (
        question("hidden", "hidden.weight"), question("hidden"), question("tanh_1"),
    )  # fmt: skip
