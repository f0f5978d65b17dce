"""The library of targets: every formula is defined on its domain, makes its data set, and says what it is."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.studies.approximation.targets import SURFACES, TARGETS, TargetFormula, library


def dense(target: TargetFormula) -> np.ndarray:
    """Points (n, variables) all over the domain, its edges among them."""
    count = 2001 if len(target.domain) == 1 else 101
    axes = np.meshgrid(*(np.linspace(low, high, count) for low, high in target.domain))
    return np.stack([axis.ravel() for axis in axes], axis=1)


@pytest.mark.parametrize("target", library(), ids=lambda target: target.title)
def test_a_target_is_a_data_set_with_a_known_truth(target: TargetFormula) -> None:
    points = dense(target)
    values = target.values(points)
    assert np.isfinite(values).all() and values.std() > 0.0
    data = prepare(target.data())
    assert data.domain == target.domain and len(data.validation_x) == 0 and data.truth is not None
    np.testing.assert_array_equal(data.truth(points).reshape(-1), values)
    np.testing.assert_array_equal(data.truth(data.raw_x), data.y)
    assert prepare(target.data(samples=64)).x.shape == (64, len(target.domain))
    assert not np.array_equal(prepare(target.data(noise=10.0)).y, data.y)


def test_titles_differ_and_sentences_are_sentences() -> None:
    assert len({target.title for target in library()}) == len(TARGETS) + len(SURFACES) >= 16
    assert len({target.formula for target in library()}) == len(library())
    for target in library():
        assert target.sentence[0].isupper() and target.sentence.endswith(".") and len(target.sentence) < 120


def test_smooth_comes_before_nasty() -> None:
    """Roughness: the largest jump between neighbours among 2,001 points, as a share of the range."""

    def roughness(target: TargetFormula) -> float:
        values = target.values(dense(target))
        return float(np.abs(np.diff(values)).max() / np.ptp(values))

    found = [roughness(target) for target in TARGETS]
    assert max(found[:4]) < 0.01 < min(found[-4:])


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("1/0", "has no finite value at x = "),
        ("log(-1)", "has no finite value at x = "),
        ("9**9**9", "has no finite value at x = "),
        ('"x"*10**9', "Column 1: the character '\"' is not allowed"),
        ("x.__class__", "Column 2: '.' is allowed inside a number only"),
        ("(" * 10_000 + "x" + ")" * 10_000, "The formula has 20001 characters; at most 1000 are allowed"),
        ("(" * 400 + "x" + ")" * 400, "more than 32 parentheses are nested"),
        ("sqrt(x)", "has no finite value at x = -6"),
        ("", "The formula is empty"),
    ],
)
@pytest.mark.parametrize("name", ["function", "surface"])
def test_what_is_no_target_is_one_sentence(name: str, formula: str, words: str) -> None:
    text = formula
    with pytest.raises(NNLabError) as caught:
        prepare(DataSettings(name, {"formula": text}, validation_share=0.0))
    assert (words if name == "function" else words.removesuffix("-6")) in str(caught.value)
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value) and len(str(caught.value)) <= 300


@pytest.mark.parametrize(("start", "end"), [(1.0, 1.0), (2.0, -2.0)])
def test_an_empty_or_reversed_domain_is_one_sentence(start: float, end: float) -> None:
    with pytest.raises(NNLabError, match="its end must be larger than its start"):
        prepare(TargetFormula("Sine", "sin(x)", ((start, end),), "One.").data())
