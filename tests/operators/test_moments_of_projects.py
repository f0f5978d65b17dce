"""Every moment of every example and template: what its formula says with numbers is what the engine computed, in double precision."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from latex_numbers import evaluate

from nnlab.core import explanation
from nnlab.core.preparation import prepare
from nnlab.engine.run import Run
from nnlab.files.examples import example_names, load_example
from nnlab.templates.template import make, templates
from nnlab.training.project import Project
from nnlab.training.update import setup_of

LARGEST = 4  # samples of a batch: every operation is there, whatever their number
LONGEST = 300  # terms of a sum that are still added up
EPSILON = 1e-9


@pytest.fixture(autouse=True)
def written_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sums are written out in full, so that they can be added up."""
    for function in (explanation.abridged_sum, explanation.sum_of_numbers, explanation.sum_of_products):
        monkeypatch.setattr(function, "__defaults__", (LONGEST,))


def assert_every_moment_agrees(project: Project) -> int:
    """One element of every tensor that an iteration explains; how many moments there were."""
    training = replace(project.training, batch_size=min(LARGEST, project.training.batch_size))
    run = Run(replace(setup_of(project.graph, prepare(project.data), training, project.initial), real="float64"), frames=False)
    generator, count = np.random.default_rng(3), 0
    for instruction in run.program.instructions:
        trace = run.stepper.forward()
        for explained in trace.instruction.explanations:
            values = trace.after.get(explained.target)
            if values is None or not np.size(values):
                continue
            index = tuple(int(generator.integers(length)) for length in np.shape(values))
            moment = trace.moment(explained.target, index)
            if not explained.applies(moment):
                continue
            text = explained.numbers(moment)
            if "dots" in text:
                continue  # longer than LONGEST
            slack = EPSILON * (1.0 + (abs(moment.former) if moment.accumulates else 0.0))
            assert moment.added in evaluate(text).widened(EPSILON, slack), f"{instruction}: {text} is not {moment.added}"
            count += 1
    return count


@pytest.mark.parametrize("name", example_names())
def test_every_moment_of_an_example_says_what_the_engine_computed(name: str) -> None:
    assert assert_every_moment_agrees(load_example(name)) >= 8


@pytest.mark.parametrize("name", [template.name for template in templates])
def test_every_moment_of_a_template_says_what_the_engine_computed(name: str) -> None:
    assert assert_every_moment_agrees(make(templates[name], {}, Project(), None).project) >= 8
