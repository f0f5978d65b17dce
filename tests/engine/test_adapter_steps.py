"""Layers with adapters in the machine: nothing changes before the first update, and the base costs nothing and stays to the bit."""

from __future__ import annotations

from typing import Any

import lora_cases
import numpy as np
import pytest

import nnlab
from nnlab.core.optimizer import optimizers
from nnlab.engine.carry_over import carry_over, lost
from nnlab.engine.compile import Update, compile
from nnlab.engine.gradient_check import GradientChecker
from nnlab.engine.program import BACKWARD, UPDATE
from nnlab.engine.state import State, initial, new_state
from nnlab.graph import adapters, edits
from nnlab.graph.graph import Graph

CASES = pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
X, Y = lora_cases.data(16)


def base_of(session: nnlab.Session) -> dict[str, np.ndarray]:
    return {name: values for name, values in session.parameters.items() if ".lora_" not in name}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@CASES
def test_before_the_first_update_the_outputs_are_those_of_the_base(case: dict[str, Any], dtype: str) -> None:
    """Bit for bit; PiSSA takes away and adds the same numbers, which leaves their rounding."""
    base, session = nnlab.Session(lora_cases.base(), dtype=dtype), nnlab.Session(lora_cases.adapted(case), dtype=dtype)
    assert all(np.array_equal(session.parameters[name], values) for name, values in base.parameters.items())
    found, expected = session.predict(X), base.predict(X)
    if case.get("init") == "pissa":
        assert np.abs(found - expected).max() <= 1e-5
    else:
        np.testing.assert_array_equal(found, expected)


@pytest.mark.parametrize("optimizer", optimizers.names())
@CASES
def test_the_base_stays_to_the_bit_while_the_adapter_learns(case: dict[str, Any], optimizer: str) -> None:
    session = nnlab.Session(lora_cases.adapted(case), optimizer=optimizer, learning_rate=0.01)
    before, first = session.parameters, session.loss(X, Y)
    for _ in range(5):
        session.step(X, Y)
    for name, values in session.parameters.items():
        keeps = ".lora_" not in name or "_start." in name
        assert np.array_equal(before[name], values) == keeps, name
    assert session.loss(X, Y) != first


def test_gradients_of_the_base_are_not_computed() -> None:
    """No place, no instruction that writes one, none of Adam's numbers: those of A and B alone, and one count for each."""
    program = compile(lora_cases.adapted({}), 8, update=Update("adam"))
    written = {name for i in program.instructions for name in i.writes}
    assert not {"hidden_1.d_weight", "hidden_1.d_bias", "out.d_weight"} & (set(program.places) | written)
    trained = {info.name for info in program.trained}
    assert trained == {f"{layer}.lora_{part}.task_b" for layer in ("hidden_1", "hidden_2", "out") for part in "AB"}
    assert sum(place.row for place in program.moments.values()) == sum(2 * info.place.row + 1 for info in program.trained)
    assert {i.parameter for i in program.instructions if i.phase == UPDATE} == trained
    first = [i.operator for i in program.instructions if i.phase == BACKWARD and i.node_id == "hidden_1"]
    assert first == ["lora_up", "lora_down"], "nothing below the first layer needs a gradient, so W₀ sends none back"


def test_a_layer_without_adapters_below_the_adapted_one_has_no_backward_pass() -> None:
    program = compile(lora_cases.adapted({"nodes": ["out"]}), 8, update=Update("adam"))
    assert {i.node_id for i in program.instructions if i.phase == BACKWARD} == {"cross_entropy_1", "out"}


@CASES
def test_stepping_is_running(case: dict[str, Any]) -> None:
    graph = lora_cases.adapted(case)
    stepped, run = nnlab.Session(graph, optimizer="adam"), nnlab.Session(graph, optimizer="adam")
    for _ in range(3):
        list(stepped.trace(X, Y))
        run.step(X, Y)
    assert all(np.array_equal(stepped.parameters[name], values) for name, values in run.parameters.items())


@pytest.mark.parametrize("moved", [False, True], ids=["fresh", "trained"])
@CASES
def test_the_backward_pass_is_the_slope_of_the_loss(case: dict[str, Any], moved: bool) -> None:
    """By central differences; the lengths by which DoRA divides count as constants."""
    session = nnlab.Session(lora_cases.adapted(case), dtype="float64")
    if moved:
        lora_cases.moved(session)
    checker = GradientChecker(session.graph, session.parameters, X, Y)
    for name in (f"{node.id}.{p.name}" for node in session.graph for p in node.trained):
        for index in np.ndindex(session.parameters[name].shape):
            found = checker.check(name, index)
            assert found.agrees, (name, index, found.gradient, found.difference)


def test_an_adapter_that_is_off_changes_nothing_and_learns_nothing() -> None:
    graph = lora_cases.adapted({})
    session = nnlab.Session(graph, dtype="float64")
    lora_cases.moved(session)
    off = nnlab.Session(adapters.enable(graph, "task_b", False), dtype="float64")
    off.set_parameters(session.parameters)
    plain = nnlab.Session(lora_cases.base(), dtype="float64")
    plain.set_parameters(base_of(session))
    np.testing.assert_array_equal(off.predict(X), plain.predict(X))
    before = off.parameters
    off.step(X, Y)
    assert all(np.array_equal(before[name], values) for name, values in off.parameters.items())


def test_two_adapters_have_masks_of_their_own() -> None:
    graph = lora_cases.two_adapters({"dropout": 0.5}, {"dropout": 0.5})
    traced = list(nnlab.Session(graph).trace(X, Y))
    masks = [step.writes[name] for step in traced for name in step.writes if name.startswith("hidden_1.lora_mask.")]
    assert len(masks) == 2 and not np.array_equal(*masks)


def test_where_nothing_is_merged_no_product_is_formed() -> None:
    program = compile(lora_cases.adapted({}), 8, update=Update("adam"))
    weights = {info.place.shape for info in program.parameters if info.name.endswith(".weight")}
    assert not [n for n, p in program.places.items() if p.shape in weights and not p.has_batch and not n.endswith(".weight")]


# Carrying over


def carried(session: State, graph: Graph) -> State:
    fresh = new_state(compile(graph, 4, "float32", Update("adam")), 4, 0)
    carry_over(session, fresh)
    return fresh


def trained(graph: Graph) -> State:
    """A state whose numbers are all others than initial ones, moments included."""
    state = initial(compile(graph, 4, "float32", Update("adam")), 4, 0)
    generator = np.random.default_rng(1)
    end = state.program.moments_end
    state.arena[:end] = generator.standard_normal(end)
    state.follow()
    return state


def test_attaching_keeps_the_base_and_taking_away_too() -> None:
    before = trained(lora_cases.base())
    attached = carried(before, lora_cases.adapted({}))
    again = carried(attached, adapters.detach(attached.program.graph, "task_b"))
    for name, values in before.stored().items():
        np.testing.assert_array_equal(attached[name], values)
        np.testing.assert_array_equal(again[name], values)


def test_lengths_are_those_of_the_trained_weight_when_attached_to_it() -> None:
    before = trained(lora_cases.base())
    attached = carried(before, lora_cases.adapted({"dora": True}))
    expected = np.linalg.norm(before["hidden_1.weight"].astype(np.float64), axis=1)
    np.testing.assert_allclose(attached["hidden_1.lora_magnitude_vector.task_b"], expected, rtol=1e-6)


def test_a_renamed_adapter_keeps_its_numbers_and_undoing_it_too() -> None:
    graph = lora_cases.adapted({})
    renamed = adapters.rename_adapter(graph, "task_b", "inverted")
    before = trained(graph)
    after = carried(before, renamed)
    back = carried(after, graph)
    for part in ("lora_A", "lora_B"):
        np.testing.assert_array_equal(after[f"out.{part}.inverted"], before[f"out.{part}.task_b"])
        np.testing.assert_array_equal(back[f"out.{part}.task_b"], before[f"out.{part}.task_b"])
        moment = before.program.moments[f"out.{part}.task_b.mean"].view(before.arena, 1)
        np.testing.assert_array_equal(after.program.moments[f"out.{part}.inverted.mean"].view(after.arena, 1), moment)
    assert not lost(before, after)


def test_a_duplicate_starts_where_the_original_is_and_a_new_one_does_not() -> None:
    before = trained(lora_cases.adapted({}))
    graph = adapters.duplicate_adapter(before.program.graph, "task_b", "copy")
    after = carried(before, graph)
    other = carried(before, lora_cases.adapted({}, before.program.graph, "task_c"))
    np.testing.assert_array_equal(after["out.lora_B.copy"], before["out.lora_B.task_b"])
    np.testing.assert_array_equal(other["out.lora_B.task_c"], 0)


def test_another_rank_begins_anew_and_another_width_keeps_what_fits() -> None:
    before = trained(lora_cases.adapted({}))
    graph = before.program.graph
    narrower = carried(before, adapters.configure_adapter(graph, "task_b", ["hidden_1"], rank=1))
    assert narrower["hidden_1.lora_A.task_b"].shape == (1, 6)
    np.testing.assert_array_equal(narrower["hidden_1.lora_B.task_b"], 0)
    np.testing.assert_array_equal(narrower["out.lora_B.task_b"], before["out.lora_B.task_b"])
    wider = carried(before, edits.configure(graph, "hidden_1", units=7))
    np.testing.assert_array_equal(wider["hidden_1.lora_B.task_b"][:5], before["hidden_1.lora_B.task_b"])
    np.testing.assert_array_equal(wider["hidden_1.lora_B.task_b"][5:], 0)
    np.testing.assert_array_equal(wider["hidden_2.lora_A.task_b"][:, :5], before["hidden_2.lora_A.task_b"])
    np.testing.assert_array_equal(wider["hidden_2.lora_A.task_b"][:, 5:], 0)  # what the new units send on counts for nothing yet


def test_taking_an_adapter_away_loses_its_numbers_and_no_others() -> None:
    before = trained(lora_cases.adapted({"dora": True}))
    after = carried(before, adapters.detach(before.program.graph, "task_b"))
    assert {name.partition(".")[2] for name, _ in lost(before, after)} == {
        "lora_A.task_b", "lora_B.task_b", "lora_magnitude_vector.task_b",
    }  # fmt: skip
