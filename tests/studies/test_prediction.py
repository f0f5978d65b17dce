"""Typed numbers are judged, and a hint names what is wrong. The numbers are those of one neuron on paper."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.explanation import ExplanationContext
from nnlab.core.operator import operators
from nnlab.studies.prediction import KnownPart, judge, judge_shape, parts_of

UPSTREAM, SLOPE = KnownPart("upstream", -0.7965), KnownPart("local slope of tanh", 0.5009)


@pytest.mark.parametrize(("typed", "words"), [
    (-0.399, "what was computed"), (0.399, "sign is not"), (-0.7965, "“local slope of tanh” is missing"), (0.5009, "“upstream” is missing"),
    (-0.2, "“local slope of tanh” is in it twice"), (-1.59, "divided by “local slope of tanh”"), (-4.0, "too large, by a factor of 10"),
    (0.0, "is not 0"),
])  # fmt: skip
def test_a_product(typed: float, words: str) -> None:
    found = judge(typed, -0.7965 * 0.5009, (UPSTREAM, SLOPE))
    assert words in found.hint
    assert found.correct == (typed == -0.399)


@pytest.mark.parametrize(("typed", "words"), [
    (1.84, "the bias is missing"), (0.94, "product of input 2 is missing"), (-0.06, "product of input 2 has the wrong sign"),
    (2.18, "product of input 3 is counted twice"), (1.9400001, "what was computed"),
])  # fmt: skip
def test_a_sum(typed: float, words: str) -> None:
    x, w, b = np.array([[1.5, -2.0, 0.8]]), np.array([[0.4, -0.5, 0.3]]), np.array([0.1])
    values = {"x": x, "weight": w, "bias": b, "y": np.array([[1.94]])}
    explanation = next(e for e in operators["dense"].explain_forward if e.target == "y")
    moment = ExplanationContext(values, values, "y", (0, 0))
    assert words in judge(typed, moment.result, *parts_of(moment, explanation)).hint


@pytest.mark.parametrize(("typed", "words"), [
    ("8 × 4", "That is"), ("(8, 4)", "That is"), ("4x8", "another order"), ("8", "2 axes, not 1"), ("8 5", "Axis 2"),
])  # fmt: skip
def test_a_shape(typed: str, words: str) -> None:
    assert words in judge_shape(typed, (8, 4)).hint
