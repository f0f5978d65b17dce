"""What the sentences say is true of this moment: every number in every sentence of every operator and optimiser is the engine's, or a
count of its, and where a sentence says of a value that it is positive, within a range or left out, it is.

A sentence with a number that no claim below accounts for fails: whoever writes one adds what it claims.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from networks import operator_cases, single_operator_graph

from nnlab.core.explanation import TERMS, Explanation, ExplanationContext
from nnlab.core.operator import Operator, operators
from nnlab.engine.compile import Update
from nnlab.engine.stepper import Trace
from tests.operators.test_explanations import SETTINGS, moments, traces

NUMBER = r"(-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?)"
Claim = Callable[[ExplanationContext, Explanation], float]


def inputs(m: ExplanationContext, e: Explanation) -> float:
    return next(m[name] for name in ("x", "lora_A", "h") if name in m).shape[-1]


def terms(m: ExplanationContext, e: Explanation) -> float:
    """How many terms the whole sum has: from the sum itself, else from how often its numbers are joined when all are written out."""
    found = e.sum_at(m)
    if found is not None:
        return len(found) - (found.last is not None) - (found.first is not None)
    if e.window is not None:
        return e.window(m).products(m.after, 0).size
    if m.target in ("mean", "variance"):
        return m["x"][:, m.index[0]].size if m["x"].ndim > 1 and m.after["mean"].shape == (m["x"].shape[1],) else m["x"].shape[-1]
    if m.target == "sample_loss":
        return m["x"][0].size
    return windows(m, e)


def cells(m: ExplanationContext, e: Explanation) -> float:
    if "weight" in m:
        return e.window(m).count * m["weight"][0, 0].size - padding_cells(m) * e.window(m).count  # type: ignore[misc]
    return m["kernel_size"] ** 2 if m["count_include_pad"] else m["kernel_size"] ** 2 - padding_cells(m)


def padding_cells(m: ExplanationContext, e: Explanation | None = None) -> float:
    """Those of the explained window that lie outside the image."""
    size = int(m["weight"].shape[-1] if "weight" in m else m["kernel_size"])
    stride, padding = int(m["stride"]) or size, int(m["padding"])
    inside = [
        sum(0 <= place * stride - padding + k < length for k in range(size))
        for place, length in zip(m.index[2:], m["x"].shape[2:], strict=True)
    ]
    return size * size - inside[0] * inside[1]


def windows(m: ExplanationContext, e: Explanation) -> float:
    """Those that cover the explained cell; of a maximum those that chose it."""
    n, c, h, w = m.index
    if "place" in m:
        return int((m["place"][n, c] == h * m.after["d_x"].shape[3] + w).sum())
    size, padding = int(m["kernel_size"]), int(m["padding"])
    stride = int(m["stride"]) or size
    ways = [
        sum(0 <= cell + padding - stride * place < size for place in range(length))
        for cell, length in zip((h, w), m["d_y"].shape[2:], strict=True)
    ]
    return ways[0] * ways[1]


def target_class(m: ExplanationContext, e: Explanation) -> float:
    return float(np.ravel(m["target"])[m.index[0]])


def class_weight(m: ExplanationContext, e: Explanation) -> float:
    return float(m["class_weight"][int(target_class(m, e))])


def slope(m: ExplanationContext, e: Explanation) -> float:
    """What the engine multiplied the upstream gradient with."""
    return m.added / m.at("d_y")


def smoothed(m: ExplanationContext, e: Explanation) -> float:
    low = m["label_smoothing"] / 2
    return low if m.at("target") == 0 else 1 - low


def wanted_share(m: ExplanationContext, e: Explanation) -> float:
    """The smoothed target of the explained class."""
    own = 1 - m["label_smoothing"] if m.index[1] == target_class(m, e) else 0.0
    return own + m["label_smoothing"] / m["probability"].shape[1]


def readers(m: ExplanationContext, e: Explanation) -> float:
    return int((m["x"] == m.index[0]).sum())


CLAIMS: list[tuple[str, tuple[Claim, ...]]] = [
    (f"Unit {NUMBER} sums its {NUMBER} input", (lambda m, e: m.index[-1] + 1, inputs)),
    (f"Only the {NUMBER} largest of {NUMBER} terms", (lambda m, e: TERMS, terms)),
    (f"Filter {NUMBER} sums the {NUMBER} cells", (lambda m, e: m.index[1] + 1, cells)),
    (f"The mean of the {NUMBER} cells in the window, {NUMBER} of them zeros", (cells, padding_cells)),
    (f"The mean of the {NUMBER} cells", (cells,)),
    (f"feature {NUMBER} ", (lambda m, e: m.index[0] + 1,)),
    (f"tanh has {NUMBER} % of its maximum slope", (lambda m, e: 100 * slope(m, e),)),
    (f"the targets are {NUMBER} and {NUMBER} instead", (lambda m, e: m["label_smoothing"] / 2, lambda m, e: 1 - m["label_smoothing"] / 2)),
    (f"target, smoothed to {NUMBER}", (smoothed,)),
    (f"the term of the target 1 counts {NUMBER} times", (lambda m, e: m["pos_weight"][min(m.index[-1], len(m["pos_weight"]) - 1)],)),
    (f"the weight {NUMBER} of class {NUMBER}", (class_weight, target_class)),
    (f"the weight {NUMBER} of the class", (class_weight,)),
    (f"so class {NUMBER} should have the probability {NUMBER}", (lambda m, e: m.index[1], wanted_share)),
    (f"of class {NUMBER}", (target_class,)),
    (f"the share s = {NUMBER}", (lambda m, e: m["label_smoothing"],)),
    (f"a share of {NUMBER} of all values", (lambda m, e: m["p"],)),
    (f"slope of [^.]* at z = {NUMBER} is {NUMBER}", (lambda m, e: m.at("x"), slope)),
    (f"slope at z = {NUMBER} is {NUMBER}", (lambda m, e: m.at("x"), slope)),
    (f"x is {NUMBER}: y is row {NUMBER} of", (lambda m, e: m["x"][m.index[:-1]], lambda m, e: m["x"][m.index[:-1]])),
    (f"^{NUMBER} positions? of the batch holds? the number {NUMBER}", (readers, lambda m, e: m.index[0])),
    (f"No position of the batch holds the number {NUMBER}", (lambda m, e: m.index[0] if readers(m, e) == 0 else np.nan,)),
    (f"is smaller: {NUMBER}", (lambda m, e: m.result / m.at("x"),)),
    (f"[Tt]he slope is {NUMBER}", (slope,)),
    (f"where the slope is {NUMBER}", (slope,)),
    (f"slope is s = {NUMBER}", (slope,)),
    (f"sigmoid's slope is {NUMBER} here; nowhere is it more than {NUMBER}", (slope, lambda m, e: 0.25)),
    (f"slope of softplus is the sigmoid: {NUMBER} here", (slope,)),
    (f"is the other input, {NUMBER} here", (slope,)),
    (f"δ = {NUMBER}", (lambda m, e: m["delta"],)),
    (f"largest of the {NUMBER} values", (lambda m, e: e.window(m).products(m.after, 0).size,)),  # type: ignore[misc]
    (f"maximum of {NUMBER} windows", (windows,)),
    (f"keeps {NUMBER} of", (lambda m, e: m["momentum"] if "momentum" in m else m["beta1"],)),
    (f"Step {NUMBER} of this weight", (lambda m, e: m.after["step"][0],)),
]
# Numbers that belong to a rule, whatever the moment.
RULES = (
    "range from −1 to 1", "range from 0 to 1", "far below it is nearly 0", "as steep here as at 0", "1 − p", "of 0 and 1", "N − 1",
    "target of 1 has the weight", "towards 0", "is set to 0", "of all values is set to 0", "was set to 0, so its gradient is 0",
    "counted from 0", "The loss of a score is 0", "s = −1 or 1", "margin of at least 1", "margin of 1", "gradient is 0", "0 only where",
    "they add up to 1", "far above 0 it is z", "almost 0", "1 − β", "start at 0", "term of the target 1",
)  # fmt: skip
SAYS: dict[str, Callable[[ExplanationContext, Explanation], bool]] = {  # what is said without a number
    "so the unit is off": lambda m, e: m.result == 0 and m.at("x") <= 0,
    "The unit is off": lambda m, e: m.added == 0,
    "The unit is on": lambda m, e: m.added == m.at("d_y"),
    "z is positive": lambda m, e: m.at("x") > 0,
    "z is not positive": lambda m, e: m.at("x") <= 0,
    "z is outside the range": lambda m, e: m.result in (m["min_val"], m["max_val"]),
    "z is within the range": lambda m, e: m.result == m.at("x"),
    "Inside the range": lambda m, e: m.added == m.at("d_y"),
    "Outside the range": lambda m, e: m.added == 0,
    "passes unchanged": lambda m, e: m.result == m.at("x") if m.target == "y" and "x" in m else True,
    "output is too large": lambda m, e: m.at("x") > m.at("target"),
    "output is too small": lambda m, e: m.at("x") < m.at("target"),
    "error is within": lambda m, e: abs(m.at("x") - m.at("target")) <= m["delta"],
    "error is larger than": lambda m, e: abs(m.at("x") - m.at("target")) > m["delta"],
    "No window covers": lambda m, e: m.added == 0 and windows(m, e) == 0,
    "maximum of no window": lambda m, e: m.added == 0 and windows(m, e) == 0,
    "maximum of its window": lambda m, e: windows(m, e) == 1,
    "is set to 0 in this iteration": lambda m, e: m.result == 0,
    "The value was set to 0": lambda m, e: m.added == 0,
    "value is kept and scaled up": lambda m, e: m.result == pytest.approx((m.at("x") if m.target == "y" else 1.0) / (1 - m["p"])),
    "almost as steep here": lambda m, e: slope(m, e) >= 0.9,
    "nearly flat here": lambda m, e: slope(m, e) < 0.1,
    "margin of 1 is met": lambda m, e: m.added == 0,
    "is violated": lambda m, e: m.added != 0,
}  # fmt: skip


def check(explained: Explanation, moment: ExplanationContext) -> int:
    """Every claim of a sentence; returns how many there were."""
    assert explained.words is not None
    rest = said = explained.words(moment)
    count = 0
    for phrase, holds in SAYS.items():
        if phrase in said:
            assert holds(moment, explained), f"{moment.target}{moment.index}: {said}"
            count += 1
    for pattern, claims in CLAIMS:
        while (found := re.search(pattern, rest)) is not None:
            for text, claim in zip(found.groups(), claims, strict=True):
                value, true = float(text.replace(",", "")), float(claim(moment, explained))
                digits = len(re.sub(r"e.*", "", text).lstrip("-0.").replace(".", "").replace(",", "")) or 1
                bound = 0.51 * 10.0 ** (np.floor(np.log10(abs(true))) - digits + 1) if true else 1e-12
                if "%" in found[0]:
                    bound = 0.51
                assert abs(value - true) <= bound + 1e-9 * abs(true), f"{moment.target}{moment.index}: {said} — {text} is not {true}"
                count += 1
            rest = rest[: found.start()] + " " + rest[found.end() :]
    for rule in RULES:
        rest = rest.replace(rule, " ")
    assert not re.search(r"(?<![₀-₉\w])\d", rest), f"of no claim: {rest!r} in {said!r}"
    return count


def checked(steps: Iterator[Trace]) -> tuple[int, set[str]]:
    """How many claims held in all sentences of these instructions, and the explained tensors."""
    count, targets = 0, set()
    for trace in steps:
        for explained, moment in moments(trace):
            if explained.words is not None:
                count += check(explained, moment)
                targets.add(explained.target)
    return count, targets


@pytest.mark.parametrize("case", operator_cases())
def test_every_number_in_a_sentence_is_this_moments(case: tuple[Operator, dict[str, Any]]) -> None:
    """Forward, loss, backward and update of a network around every operator, with every variant of its settings."""
    count, targets = checked(traces(single_operator_graph(*case), Update("sgd", 0.1)))
    assert count > 0 and {"parameter", "d_weight"} & targets


@pytest.mark.parametrize("name", list(SETTINGS))
def test_the_sentences_of_updates_are_true(name: str) -> None:
    for settings in SETTINGS[name]:
        _, targets = checked(traces(single_operator_graph(operators["tanh"]), Update(name, 0.05, settings), iterations=3))
        assert "parameter" in targets
