"""What a step costs: whole steps are done, all of the time is somebody's, bytes are those of the arena."""

from __future__ import annotations

import json

import pytest
from command_line import run_command

from nnlab.core.preparation import prepare
from nnlab.files.examples import load_example
from nnlab.studies.step_cost import step_cost
from nnlab.training.complete_run import prepare_run

PROJECT = load_example("xor")
DATA = prepare(PROJECT.data)


def test_every_node_has_its_seconds_parameters_and_bytes() -> None:
    found = step_cost(PROJECT, DATA, rounds=8)
    by_node = {node.node: node for node in found.nodes}
    assert set(by_node) >= {node.id for node in PROJECT.graph} and sum(node.share for node in found.nodes) == pytest.approx(1.0)
    assert 0 < found.seconds < 1 and found.operators > 0 and found.samples_per_second == pytest.approx(found.rows / found.seconds)
    run = prepare_run(PROJECT.graph, DATA, PROJECT.training)
    assert found.parameters == run.program.parameter_count and found.arena_bytes == run.program.arena_size * 4
    dense = by_node["dense_1"]
    learned = sum(info.place.row for info in run.program.parameters if info.node_id == "dense_1")
    moments = sum(place.row for name, place in run.program.moments.items() if name.startswith("dense_1."))
    assert dense.parameters == learned and dense.parameter_bytes == 4 * (2 * learned + moments)
    assert dense.value_bytes >= 4 * found.rows * run.program.places["dense_1.y"].row
    assert sum(node.parameter_bytes + node.value_bytes for node in found.nodes) <= found.arena_bytes


def test_steps_that_are_timed_leave_the_bits_of_training() -> None:
    one, other = (prepare_run(PROJECT.graph, DATA, PROJECT.training) for _ in range(2))
    for _ in range(5):
        times = one.step.timed_operations()
    other.train(5)
    assert len(times) == len(one.program.instructions) and (times >= 0).all() and one.iteration == 5
    assert {n: v.tobytes() for n, v in one.state.stored().items()} == {n: v.tobytes() for n, v in other.state.stored().items()}


def test_the_command_prints_it(capfd: pytest.CaptureFixture[str]) -> None:
    answer = run_command(capfd, "cost", "xor", "--json")
    report = json.loads(answer.out.splitlines()[-1])
    assert answer.status == 0 and {node["node"] for node in report["nodes"]} >= {"dense_1"} and report["samples_per_second"] > 0
