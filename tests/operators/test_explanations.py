"""Every formula with numbers, of every operator and optimiser: it can be typeset, and it says what the engine computed."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from latex_numbers import evaluate
from networks import VARIANTS, operator_cases, single_operator_graph, targets, trainable_operators

from nnlab.core import explanation
from nnlab.core.explanation import Explanation, ExplanationContext, with_indices
from nnlab.core.operator import Operator, operators
from nnlab.core.optimizer import optimizers
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.stepper import Trace
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.ui.look.formula import typeset

ROWS = 3  # few enough that no sum is abridged
CASES = operator_cases()
Case = tuple[Operator, dict[str, Any]]
ALL = [pytest.param(kind, id=kind.name) for kind in trainable_operators()]
SETTINGS: dict[str, list[dict[str, float | bool]]] = {
    "sgd": [{}, {"weight_decay": 0.1}, {"momentum": 0.9}, {"momentum": 0.9, "weight_decay": 0.1}, {"momentum": 0.9, "nesterov": True}],
    "adam": [{}, {"weight_decay": 0.1}, {"beta1": 0.0}],
    "adamw": [{}, {"weight_decay": 0.0}],
    "adagrad": [{}, {"lr_decay": 0.1, "weight_decay": 0.1, "initial_accumulator_value": 0.5}],
    "rmsprop": [{}, {"weight_decay": 0.1, "momentum": 0.9}, {"centered": True}],
    "lion": [{}, {"weight_decay": 0.1}],
    "muon": [{}, {"match_rms_adamw": True, "nesterov": False, "weight_decay": 0.0}],
}


@pytest.fixture(autouse=True)
def written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long sums are written out in full, so that they can be added up."""
    for function in (explanation.abridged_sum, explanation.sum_of_numbers, explanation.sum_of_products):
        monkeypatch.setattr(function, "__defaults__", (100,))


def traces(graph: Graph, update: Update, real: str = "float64", iterations: int = 1, seed: int = 2) -> Iterator[Trace]:
    """Every instruction of the first iterations of a run."""
    generator = np.random.default_rng(seed)
    x = 2 * generator.standard_normal((ROWS, 3))
    run = Run(Setup(graph, x, targets(graph, ROWS, generator), update=update, batch_size=ROWS, seed=seed, real=real))
    for name, values in run.state.parameters().items():
        run.state[name][...] = values + 0.3 * generator.standard_normal(values.shape)  # biases other than 0
    for _ in range(iterations * len(run.program.instructions)):
        yield run.stepper.forward()


def moments(trace: Trace) -> Iterator[tuple[Explanation, ExplanationContext]]:
    for explained in trace.instruction.explanations:
        if explained.target in trace.after:
            for index in np.ndindex(np.shape(trace.after[explained.target])):
                moment = trace.moment(explained.target, index)
                if explained.applies(moment):
                    yield explained, moment


def is_near(value: float, expected: float, relative: float, absolute: float = 1e-12) -> bool:
    """As `pytest.approx` has it, which took as long for tens of thousands of numbers as all that they were made by."""
    return value == expected or abs(value - expected) <= max(relative * abs(expected), absolute)


def assert_agrees(explained: Explanation, moment: ExplanationContext, real: str) -> None:
    text = explained.numbers(moment)
    # What the instruction added to a gradient is the difference of two numbers that were rounded.
    epsilon = 8 * float(np.finfo(real).eps)
    bounds = evaluate(text).widened(epsilon, epsilon * (abs(moment.former) if moment.accumulates else 0.0) + float(np.finfo(real).tiny))
    assert moment.added in bounds, f"{moment.target}{moment.index}: {text} is not {moment.added}"
    if (terms := explained.sum_at(moment)) is not None:
        precision = float(np.finfo(real).eps)
        error = terms.error_bound(moment.after, precision) + precision * abs(moment.former if moment.accumulates else 0.0)
        error += float(np.finfo(real).tiny)  # what is smaller is 0 to the machine
        assert is_near(terms.total(moment.after), moment.added, precision, error), explained.target
        values, numbers = terms.values(moment.after), terms.numbers(moment.after)
        assert len(values) == len(numbers)
        for value, factors in zip(values, numbers, strict=True):
            assert is_near(value, math.prod(factors), precision)
        assert [len(symbols) for symbols in terms.symbols(lambda name, place: name)] == [len(factors) for factors in numbers]
    if explained.factors:
        value = math.prod(factor.value(moment) for factor in explained.factors)
        assert is_near(value, moment.added, 200 * epsilon, epsilon * max(1.0, abs(moment.former)))
        for factor in explained.factors:
            assert factor.value(moment) in evaluate(factor.numbers(moment)).widened(epsilon)


@pytest.mark.parametrize("real", ["float32", "float64"])
@pytest.mark.parametrize("case", CASES)
def test_numbers_agree_with_the_engine(case: Case, real: str) -> None:
    count = 0
    for trace in traces(single_operator_graph(*case), Update("sgd", 0.1), real):
        for explained, moment in moments(trace):
            assert_agrees(explained, moment, real)
            count += 1
    assert count > 20


@pytest.mark.parametrize(("name", "settings"), [(name, s) for name in SETTINGS for s in SETTINGS[name]])
def test_numbers_of_updates_agree_with_the_engine(name: str, settings: dict[str, float | bool]) -> None:
    graph = single_operator_graph(operators["tanh"])
    count = 0
    for trace in traces(graph, Update(name, 0.05, settings), iterations=3):
        if trace.instruction.parameter is not None:
            for explained, moment in moments(trace):
                assert_agrees(explained, moment, "float64")
                count += 1
    assert count >= 3 * 26  # every weight in every iteration


def test_every_optimizer_is_covered() -> None:
    assert {o.name for o in optimizers if o.explain_update} == set(SETTINGS)


@pytest.mark.parametrize("kind", ALL)
def test_every_tensor_an_instruction_writes_for_others_is_explained(kind: Operator) -> None:
    for trace in traces(single_operator_graph(kind), Update("adam", 0.1)):
        instruction = trace.instruction
        if instruction.node_id.startswith(kind.name):
            written = {o.argument.name for o in instruction.operands if o.written}
            passed_on = {t.name for t in kind.outputs} | {n for n in written if n.startswith("d_")} | {"parameter"}
            assert written & passed_on <= {e.target for e in instruction.explanations}


@pytest.mark.parametrize("case", CASES)
def test_formulas_can_be_typeset_and_sentences_end(case: Case) -> None:
    kind, settings = case
    assert not typeset(kind.formula_for({s.name: s.default for s in kind.settings} | settings)).problem
    graph, count = single_operator_graph(*case), 0
    for trace in traces(graph, Update("sgd", 0.1, {"momentum": 0.9, "nesterov": True, "weight_decay": 0.1})):
        if not kind.is_input and graph[trace.instruction.node_id].operator != kind.name:
            continue  # the layer and the loss around it have a turn of their own, and typesetting takes long
        seen = set()
        for explained, moment in moments(trace):
            if explained.target in seen:
                continue
            seen.add(explained.target)
            texts = [explained.formula(moment), explained.numbers(moment)]
            for factor in explained.factors:
                texts += [factor.formula(moment), factor.numbers(moment)]
            for text in texts:
                assert not typeset(text).problem, text
                assert "<" not in text.replace(r"\leftarrow", ""), text
            assert "=" in texts[0] or r"\leftarrow" in texts[0]
            assert explained.words is not None and explained.words(moment).endswith(".")
            count += 1
    assert count > 0


@pytest.mark.parametrize("optimizer", [pytest.param(o.name, id=o.name) for o in optimizers])
def test_formulas_of_updates_can_be_typeset(optimizer: str) -> None:
    assert not typeset(optimizers[optimizer].formula).problem
    for settings in SETTINGS[optimizer]:
        for trace in traces(single_operator_graph(operators["dense"]), Update(optimizer, 0.1, settings)):
            for explained, moment in list(moments(trace))[:2]:
                assert not typeset(explained.formula(moment)).problem, explained.formula(moment)
                assert not typeset(explained.numbers(moment)).problem, explained.numbers(moment)


@pytest.mark.parametrize("target", [0.0, 1.0, 0.25])
@pytest.mark.parametrize("kind", [pytest.param(k, id=k.name) for k in trainable_operators() if k.is_loss and k.link != "softmax"])
def test_losses_of_a_single_output(kind: Operator, target: float) -> None:
    for settings in ({}, *VARIANTS.get(kind.name, ())):
        if "," in str(settings.get("pos_weight", "")):
            continue  # weights of two outputs
        b = GraphBuilder()
        b.node(kind.name, b.dense(b.input(features=1), units=1), **settings)
        run = Run(Setup(b.build(), np.array([[0.5], [-2.0]]), np.full((2, 1), target), update=Update(), batch_size=2, real="float64"))
        for _ in run.program.instructions:
            for explained, moment in moments(run.stepper.forward()):
                assert_agrees(explained, moment, "float64")
                assert not typeset(explained.formula(moment)).problem
                assert explained.words is not None and explained.words(moment).endswith(".")


@pytest.mark.parametrize("settings", [{}, *VARIANTS["cross_entropy"]])
def test_extreme_logits_are_explained_where_the_probability_is_too_small_for_its_type(settings: dict[str, Any]) -> None:
    graph = single_operator_graph(operators["cross_entropy"], settings)
    run = Run(Setup(graph, np.full((1, 3), 50.0), np.array([0]), update=Update(), batch_size=1, real="float32"))
    last = f"{graph.nodes[-2].id}.bias"
    run.state[last][...] = (-150.0, 0.0, 100.0)
    for _ in range(run.program.forward_end):
        trace = run.stepper.forward()
    for explained, moment in moments(trace):
        assert_agrees(explained, moment, "float32")


def test_long_sums_write_out_their_largest_terms(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explanation.abridged_sum, "__defaults__", (3,))
    monkeypatch.setattr(explanation.sum_of_products, "__defaults__", (3,))
    text = explanation.sum_of_products([1, -2, 0.1, 5, 0.2], [1, 1, 1, 1, 1])
    assert text == r"1.000\cdot 1.000 + (-2.000)\cdot 1.000 + 5.000\cdot 1.000 + \dots"
    assert explanation.shortened(5, 3) == " Only the 3 largest of 5 terms are shown."
    assert explanation.shortened(4, 3) == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.44962, "0.4496"),
        (-0.00123456, "-0.00123"),
        (4.87e-4, r"4.87\cdot 10^{-4}"),
        (9.99996, "10.00"),
        (12345.6, "12346"),
        (1234567.0, r"1.235\cdot 10^{6}"),
        (float("nan"), r"\mathrm{NaN}"),
        (float("-inf"), r"-\infty"),
    ],
)
def test_numbers_have_four_significant_digits_or_three_below_a_tenth(value: float, text: str) -> None:
    assert explanation.number(value) == text


def test_constants_are_written_as_people_write_them() -> None:
    assert [explanation.constant(v) for v in (0.9, np.float32(0.001), 1e-8, 2.5e-7, 32)] == [
        "0.9",
        "0.001",
        "10^{-8}",
        r"2.5\cdot 10^{-7}",
        "32",
    ]


def test_index_marks() -> None:
    assert with_indices("w_{<0,1>}", (3, 0), (8, 2)) == "w_{41}"
    assert with_indices("w_{<0,1>}", (11, 2), (16, 4)) == "w_{12,3}"
    assert with_indices("z_{<-1>}", (3, 6), (8, 8)) == "z_{7}"
    assert with_indices("a_{<~>}", (0, 12, 3, 2), (8, 16, 8, 8)) == "a_{13,4,3}"
    assert with_indices("a_{<~>}", (0, 0, 1, 1), (8, 1, 8, 8)) == "a_{1,2,2}", "three indices are told apart"
    assert with_indices("a_{<~>}", (3, 6), (8, 8)) == "a_{7}"
    assert with_indices("a_{<~>}", (3,), (8,)) == "a_{4}", "one number for each sample"
    assert with_indices("x_{<~j>}", (3, 6), (8, 8)) == "x_{j}"
    assert with_indices("x_{<~j>}", (3, 1, 6), (8, 4, 8)) == "x_{2j}"
    assert with_indices("y_{<*>}", (3, 0), (8, 1)) == "y_{4}"
