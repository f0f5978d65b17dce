"""The steps of adapters in the stepper: every number they write is explained, and every formula says what the engine computed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import lora_cases
import numpy as np
import pytest
from latex_numbers import evaluate

import nnlab
from nnlab.core import explanation
from nnlab.core.operator import inner_operators, operators
from nnlab.engine.compile import Update
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.stepper import Trace
from nnlab.graph import adapters, edits
from nnlab.ui.look.formula import typeset

CASES = {**lora_cases.CASES, "base-learns": {"dora": True}}


def traces(name: str, real: str) -> Iterator[Trace]:
    graph = lora_cases.adapted(CASES[name])
    if name == "base-learns":
        graph = edits.freeze(graph, "hidden_1", [])
    session = nnlab.Session(graph, dtype=real)
    lora_cases.moved(session)
    x, y = lora_cases.data(3)
    run = Run(Setup(graph, x, y, update=Update("sgd", 0.1), batch_size=3, real=real))
    run.state.set_parameters(session.parameters)
    for _ in run.program.instructions:
        yield run.stepper.forward()


@pytest.fixture(autouse=True)
def written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    for function in (explanation.abridged_sum, explanation.sum_of_numbers, explanation.sum_of_products):
        monkeypatch.setattr(function, "__defaults__", (100,))


@pytest.mark.parametrize("real", ["float32", "float64"])
@pytest.mark.parametrize("name", CASES)
def test_numbers_agree_with_the_engine(name: str, real: str) -> None:
    epsilon = 8 * float(np.finfo(real).eps)
    seen = set()
    for trace in traces(name, real):
        for explained in trace.instruction.explanations:
            if trace.instruction.operator not in inner_operators or explained.target not in trace.after:
                continue
            for index in np.ndindex(np.shape(trace.after[explained.target])):
                moment = trace.moment(explained.target, index)
                text = explained.numbers(moment)
                if r"\dots" in text:
                    continue
                slack = epsilon * (abs(moment.former) if moment.accumulates else 0.0) + 1e-300
                assert moment.added in evaluate(text).widened(epsilon, slack), f"{explained.target}{index}: {text} is not {moment.added}"
                seen.add((trace.instruction.operator, explained.target))
    assert len(seen) >= 6


@pytest.mark.parametrize("name", CASES)
def test_everything_written_for_others_is_explained_and_can_be_typeset(name: str) -> None:
    for trace in traces(name, "float64"):
        instruction = trace.instruction
        if instruction.kind is None or instruction.operator not in inner_operators:
            continue
        passed_on = {t.name for t in instruction.kind.outputs} | {f"d_{t}" for t in instruction.kind.tensors}
        written = {o.argument.name for o in instruction.operands if o.written and o.tensor is not None}
        assert written & passed_on <= {e.target for e in instruction.explanations}
        assert instruction.title.endswith(f" of {instruction.node_id}, task_b")
        assert not typeset(instruction.kind.formula_for({})).problem
        for explained in instruction.explanations:
            if explained.target in trace.after:
                moment = trace.moment(explained.target, (0,) * np.ndim(trace.after[explained.target]))
                for text in (explained.formula(moment), explained.numbers(moment)):
                    assert not typeset(text).problem and "<" not in text, text
                assert explained.words is not None and explained.words(moment).endswith(".")


def test_they_are_no_nodes_and_share_no_name_with_one() -> None:
    assert {"lora_down", "lora_up", "lora_norm", "dora", "penalty"} == set(inner_operators.names())
    assert not set(inner_operators.names()) & set(operators.names())


def test_the_order_is_that_of_the_formulas() -> None:
    graph = adapters.attach(lora_cases.base(), ["hidden_1"], rank=2, name="task_b", dropout=0.2, dora=True, init="pissa")
    steps = [trace.instruction for trace in _of(graph)]
    assert [i.operator for i in steps if i.phase == 0 and i.node_id == "hidden_1"] == [
        "dense", "dropout", "lora_down", "lora_up", "lora_down", "lora_norm", "dense", "lora_down", "lora_up", "dora",
    ]  # fmt: skip


def _of(graph: Any) -> list[Trace]:
    x, y = lora_cases.data(3)
    run = Run(Setup(graph, x, y, update=Update("sgd", 0.1), batch_size=3))
    return [run.stepper.forward() for _ in run.program.instructions]
