"""Adapters in a session: several by name, blended, merged and back, saved and loaded; a call that fails changes nothing."""

from __future__ import annotations

import copy
import hashlib
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import lora_cases
import numpy as np
import pytest
from thoroughness import cases

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.training.session_adapters import report_of

X, Y = lora_cases.data(40)


def session(**settings: Any) -> nnlab.Session:
    return nnlab.Session(lora_cases.base(), "adam", 0.05, **settings)


def trained(s: nnlab.Session, name: str, steps: int = 5, **settings: Any) -> nnlab.Session:
    s.attach(name=name, rank=2, **settings)
    s.switch(name)
    for _ in range(steps):
        s.step(X, Y)
    return s


def two() -> nnlab.Session:
    return trained(trained(session(), "task_a"), "task_b", dora=True)


def base_bits(s: nnlab.Session) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in s.parameters.items() if ".lora_" not in name}


def test_attach_says_what_there_is() -> None:
    s = session()
    assert s.adapters == {} and s.attach(["hidden_1", "out"], rank=2, ranks={"out": 1}) == "task_a"
    (found,) = s.adapters.values()
    assert (found.name, dict(found.ranks), found.layers) == ("task_a", {"hidden_1": 2, "out": 1}, ("hidden_1", "out"))
    assert (found.enabled, found.weight, found.merged, found.learns) == (True, 1.0, False, True)
    assert found.parameters == 2 * (6 + 5) + 1 * (4 + 3)
    assert s.attach("hidden_2", rank=1) == "task_b" and list(s.adapters) == ["task_a", "task_b"]


def test_each_adapter_gives_its_own_outputs_and_the_base_those_of_the_base() -> None:
    plain = session().predict(X)
    s = two()
    answers = {}
    for name in ("task_a", "task_b", None):
        s.switch(name)
        answers[name] = s.predict(X)
    np.testing.assert_array_equal(answers[None], plain)
    assert not np.allclose(answers["task_a"], answers["task_b"])
    s.blend({"task_a": 1.0})
    np.testing.assert_array_equal(s.predict(X), answers["task_a"])
    s.blend({"task_a": 0.0, "task_b": 0.0})
    np.testing.assert_allclose(s.adapters["task_b"].weight, 0.0)


def test_a_blend_of_plain_adapters_adds_their_updates() -> None:
    """W₀ + 0.25 s B A of one + 0.75 s B A of the other, formed by hand."""
    s = trained(trained(session(dtype="float64"), "task_a"), "task_b")
    p = s.parameters
    s.blend({"task_a": 0.25, "task_b": 0.75})
    weights = {}
    for layer in ("hidden_1", "hidden_2", "out"):
        products = {name: 4.0 * p[f"{layer}.lora_B.{name}"] @ p[f"{layer}.lora_A.{name}"] for name in ("task_a", "task_b")}
        weights[layer] = p[f"{layer}.weight"] + 0.25 * products["task_a"] + 0.75 * products["task_b"]
    h = np.tanh(X @ weights["hidden_1"].T + p["hidden_1.bias"])
    h = np.tanh(h @ weights["hidden_2"].T + p["hidden_2.bias"])
    np.testing.assert_allclose(s.predict(X), h @ weights["out"].T, atol=1e-12)


@pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
def test_merging_computes_the_same_and_the_base_comes_back_to_the_bit(case: dict[str, Any]) -> None:
    s = nnlab.Session(lora_cases.adapted(case), "adam", 0.05)
    for _ in range(5):
        s.step(X, Y)
    before, bits, parameters = s.predict(X), base_bits(s), s.parameters
    report = s.merge("task_b", X)
    assert report is not None and report.samples == len(X)
    assert report.largest_difference == float(np.abs(s.predict(X).astype(float) - before.astype(float)).max()) <= 1e-5
    assert report.changed_predictions == 0 and s.adapters["task_b"].merged and not s.adapters["task_b"].learns
    assert base_bits(s) == bits, "W₀ is kept under its own name"
    s.unmerge("task_b")
    np.testing.assert_array_equal(s.predict(X), before)
    assert all(np.array_equal(values, s.parameters[name]) for name, values in parameters.items())


@pytest.mark.parametrize("first", ["plain", "dora", "pissa"])
def test_the_first_of_two_adapters_is_merged_without_a_difference(first: str) -> None:
    """DoRA measures the rows of W₀, whatever has been merged into the layer: as in a blend, and as PEFT does."""
    s = nnlab.Session(lora_cases.two_adapters(lora_cases.CASES[first], lora_cases.CASES["dora"]), "adam", 0.01, seed=1, dtype="float64")
    lora_cases.moved(s)
    before = s.predict(X)
    assert s.merge(lora_cases.NAME, X).largest_difference < 1e-12
    np.testing.assert_allclose(s.predict(X), before, rtol=0, atol=1e-12)
    s.merge("task_c")
    np.testing.assert_allclose(s.predict(X), before, rtol=0, atol=1e-12)


def test_cycles_of_merging_leave_the_base_to_the_bit() -> None:
    s = two()
    s.blend({"task_a": 0.3, "task_b": 0.7})
    bits, before = base_bits(s), s.predict(X)
    for _ in range(cases(25, 500)):  # task_b is a DoRA: merged last, unmerged first
        for name in ("task_a", "task_b"):
            s.merge(name)
        for name in ("task_b", "task_a"):
            s.unmerge(name)
    assert base_bits(s) == bits
    np.testing.assert_array_equal(s.predict(X), before)
    assert all(proof.is_unchanged for proof in s.base_proofs)


def test_what_is_merged_follows_the_weights_that_are_set() -> None:
    s = trained(session(), "task_a")
    s.merge("task_a")
    s.set_parameters({"hidden_1.weight": 2 * s.parameters["hidden_1.weight"]})
    merged = s.predict(X)
    s.unmerge("task_a")
    np.testing.assert_allclose(merged, s.predict(X), atol=1e-5)


def test_an_adapter_that_is_off_is_merged_beside_itself() -> None:
    s = trained(session(), "task_a", steps=20)
    s.switch(None)
    report = s.merge("task_a", X)
    assert report is not None and report.largest_difference < 1e-5, "not the difference to the base alone"
    s.unmerge("task_a")
    assert s.merge("task_a") is None, "without samples nothing is told"


def test_the_report_counts_predictions() -> None:
    report = report_of(np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([[1.0, 0.0], [0.5, 0.25]]))
    assert (report.samples, report.largest_difference, report.changed_predictions) == (2, 0.75, 1)
    assert report_of(np.array([[-1.0], [2.0]]), np.array([[1.0], [3.0]])).changed_predictions == 1
    assert report_of(np.array([[2.0, 1.0]]), np.array([[2.0, 3.0]])).changed_predictions == 1, "the greater of two"
    assert report_of(np.array([[0.0]]), np.array([[-1.0]])).changed_predictions == 0, "0 is no positive answer"


def test_what_one_adapter_learns_or_is_called_is_no_affair_of_the_other() -> None:
    s = two()
    s.mark_adapters_saved()
    assert s.adapters["task_b"].enabled and not s.adapters["task_a"].enabled
    s.step(X, Y)
    assert [s.has_unsaved_work(name) for name in ("task_a", "task_b")] == [False, True]
    s.reset()
    own = {name: values.tobytes() for name, values in s.parameters.items() if name.endswith(".task_b")}
    s.rename_adapter("task_a", "other")
    s.step(X, Y)
    s.reset()
    assert own == {name: values.tobytes() for name, values in s.parameters.items() if name.endswith(".task_b")}


def test_the_base_is_proven_by_its_hash() -> None:
    s = session()
    weight = s.parameters["out.weight"]
    trained(s, "task_a")
    proof = s.base_proofs[-1]
    expected = hashlib.sha256(weight.tobytes()).hexdigest()
    assert (proof.layer, proof.frozen, proof.now, proof.nbytes) == ("out", expected, expected, weight.nbytes) and proof.is_unchanged
    s.set_parameters({"out.weight": np.nextafter(weight, np.float32(1))})
    assert s.base_proofs[-1].is_unchanged is False and s.base_proofs[0].is_unchanged
    elsewhere = nnlab.Session(lora_cases.adapted({}))  # attached without hashes: proven from the moment it met its weights
    assert elsewhere.base_proofs[0].is_unchanged
    elsewhere.set_parameters({"hidden_1.weight": np.zeros_like(elsewhere.parameters["hidden_1.weight"])})
    assert elsewhere.base_proofs[0].is_unchanged is False


def test_reset_goes_back_to_the_base_that_was_there(tmp_path: Path) -> None:
    s = session()
    for _ in range(5):
        s.step(X, Y)
    base = s.predict(X)
    trained(s, "task_a")
    learned = s.predict(X)
    s.save_adapter("task_a", tmp_path / "a")
    s.reset()
    np.testing.assert_array_equal(s.predict(X), base)
    s.delete_adapter("task_a", discard=True)
    s.load_adapter(tmp_path / "a")
    s.rename_adapter("a", "again")
    s.step(X, Y)
    s.reset()
    np.testing.assert_array_equal(s.predict(X), learned)


def test_renaming_and_duplicating_keep_the_numbers() -> None:
    s = trained(session(), "task_a")
    before = s.predict(X)
    s.rename_adapter("task_a", "inverted")
    np.testing.assert_array_equal(s.predict(X), before)
    s.duplicate_adapter("inverted", "copy")
    assert not s.adapters["copy"].enabled
    s.switch("copy")
    np.testing.assert_array_equal(s.predict(X), before)
    s.step(X, Y)
    s.switch("inverted")
    np.testing.assert_array_equal(s.predict(X), before, "the copy learned by itself")


def test_training_goes_on_with_the_same_bits_through_copies_and_pickles() -> None:
    s = two()
    other, again = copy.deepcopy(s), pickle.loads(pickle.dumps(s))
    for each in (s, other, again):
        each.step(X, Y)
    for each in (other, again):
        assert all(np.array_equal(values, each.parameters[name]) for name, values in s.parameters.items())
        assert each.has_unsaved_work("task_b")


def test_an_adapter_that_is_kept_takes_part_and_does_not_learn() -> None:
    s = two()
    s.blend({"task_a": 1.0, "task_b": 1.0})
    s.learn("task_a", False)
    before = s.parameters
    s.step(X, Y)
    changed = {name.rpartition(".")[2] for name, values in s.parameters.items() if not np.array_equal(values, before[name])}
    assert changed == {"task_b"} and not s.adapters["task_a"].learns


@pytest.mark.parametrize("case", lora_cases.CASES.values(), ids=lora_cases.CASES)
def test_saved_and_loaded_onto_a_fresh_copy_of_the_base(case: dict[str, Any], tmp_path: Path) -> None:
    s = nnlab.Session(lora_cases.adapted(case), "adam", 0.05)
    for _ in range(5):
        s.step(X, Y)
    s.save_adapter("task_b", tmp_path / "mine")
    fresh = session()
    assert fresh.load_adapter(tmp_path / "mine") == "mine"
    if case.get("init") == "pissa":  # [A; A₀] [B, -B₀]: the same products in another order
        np.testing.assert_allclose(fresh.predict(X), s.predict(X), atol=1e-5)
    else:
        np.testing.assert_array_equal(fresh.predict(X), s.predict(X))
    assert not fresh.has_unsaved_work("mine")
    first = fresh.loss(X, Y)
    fresh.step(X, Y)
    assert fresh.loss(X, Y) != first and fresh.has_unsaved_work("mine")


def test_an_adapter_of_another_base_says_so(tmp_path: Path) -> None:
    s = trained(session(), "task_a")
    s.save_adapter("task_a", tmp_path / "a")
    other = session(seed=5)
    with pytest.warns(UserWarning, match="The adapter a was trained on other weights of hidden_1, hidden_2, out than these.") as caught:
        other.load_adapter(tmp_path / "a")
    assert caught[0].filename == __file__
    assert all(proof.is_unchanged for proof in other.base_proofs)  # frozen as it is here


def test_unsaved_work_is_not_thrown_away(tmp_path: Path) -> None:
    s = session()
    s.attach(name="task_a", rank=1)
    s.delete_adapter("task_a")  # it had learned nothing
    trained(s, "task_b")
    with pytest.raises(NNLabError) as caught:
        s.delete_adapter("task_b")
    assert str(caught.value) == "The adapter task_b has learned what no file holds; save it first, or delete it with discard=True."
    assert "task_b" in s.adapters
    s.save_adapter("task_b", tmp_path / "b")
    s.delete_adapter("task_b")
    trained(s, "task_c")
    s.delete_adapter("task_c", discard=True)
    assert s.adapters == {}


def test_what_is_merged_does_not_learn_until_it_is_unmerged() -> None:
    s = trained(session(), "task_a")
    s.merge("task_a")
    before = s.predict(X)
    with pytest.raises(NNLabError) as caught:
        s.learn("task_a")
    assert str(caught.value) == "task_a is merged into the weights, where it cannot learn; unmerge it first."
    s.learn("task_a", False)
    np.testing.assert_array_equal(s.predict(X), before)


WRONG: dict[str, Callable[[nnlab.Session], object]] = {
    "unknown": lambda s: s.switch("task_x"),
    "blend": lambda s: s.blend({"task_a": float("nan")}),
    "two of one name": lambda s: s.attach(name="task_a", rank=1),
    "renamed onto another": lambda s: s.rename_adapter("task_a", "task_b"),
    "rank": lambda s: s.attach(name="task_c", rank=99),
    "merged": lambda s: s.merge("task_x", X),
    "samples of another shape": lambda s: s.merge("task_a", X[:, :2]),
    "saved": lambda s: s.save_adapter("task_x", "/nowhere"),
    "loaded": lambda s: s.load_adapter("/nowhere"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_call_that_fails_changes_nothing(name: str) -> None:
    s = two()
    graph, parameters = s.graph, s.parameters
    with pytest.raises(NNLabError) as caught:
        WRONG[name](s)
    assert str(caught.value).endswith(".") and s.graph == graph
    assert all(np.array_equal(values, s.parameters[key]) for key, values in parameters.items())
