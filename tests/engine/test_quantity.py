"""The history records any quantity that is asked for: the numbers NumPy finds in the same tensors after the same steps."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.quantities import REDUCTIONS
from nnlab.engine.compile import Update
from nnlab.engine.quantity import ITERATION, LOSS, Quantity
from nnlab.engine.run import Former, Run
from nnlab.engine.setup import Setup
from nnlab.graph import edits

GENERATOR = np.random.default_rng(4)
X = GENERATOR.standard_normal((30, 3))
Y = np.sin(X[:, :1])
NUMPY = {
    "l2_norm": lambda values, bound: np.linalg.norm(values.astype(np.float64)),
    "mean": lambda values, bound: values.mean(dtype=np.float64),
    "max_abs": lambda values, bound: np.abs(values).max(),
    "share_of_zeros": lambda values, bound: np.mean(values == 0),
    "share_above": lambda values, bound: np.mean(np.abs(values) > bound),
    "sum": lambda values, bound: values.sum(dtype=np.float64),
    "minimum": lambda values, bound: values.min(),
    "maximum": lambda values, bound: values.max(),
    "element": lambda values, bound: values[(0,) * values.ndim],
}


def made(graph=None, former: Former | None = None, real: str = "float32", rate: float = 1e-2) -> Run:  # type: ignore[no-untyped-def]
    graph = graph or mlp([3, 6, 1], "relu")
    return Run(Setup(graph, X, Y, update=Update("adam", rate), batch_size=8, seed=2, real=real), former, frames=False)


def test_every_reduction_has_an_expected_value() -> None:
    assert set(NUMPY) == set(REDUCTIONS)


@pytest.mark.parametrize("real", ["float32", "float64"])
@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_a_recorded_quantity_is_what_numpy_finds(reduction: str, real: str) -> None:
    tensors = ("relu_1.y", "dense_1.weight", "dense_2.d_weight", "mse_1.loss")
    run = made(real=real)
    asked = [Quantity(name, reduction, 0.3, (0,) * run.state[name].ndim if reduction == "element" else ()) for name in tensors]
    run.record(asked)
    expected = []
    for _ in range(9):  # the fourth batch of an epoch is short: 6 of 30 samples
        run.train(1)
        expected.append([NUMPY[reduction](run.state[name], 0.3) for name in tensors])
    curves = run.history.curves()
    assert curves.quantities == tuple(asked) and curves.values.shape == (9, 4)
    np.testing.assert_allclose(curves.values, np.array(expected), rtol=1e-6)
    np.testing.assert_array_equal(curves.value_of(asked[2]), curves.values[:, 2])
    assert curves.norms.shape == (9, 4) and curves.names == tuple(info.name for info in run.program.parameters)


def test_loss_and_iteration_are_quantities() -> None:
    run = made()
    run.record([LOSS, ITERATION])
    run.train(12)
    curves = run.history.curves()
    np.testing.assert_array_equal(curves.value_of(LOSS), curves.mean.astype(np.float32))
    assert curves.value_of(ITERATION).tolist() == list(range(1, 13))


def test_a_long_run_keeps_the_last_iteration_of_every_block() -> None:
    run = made(mlp([3, 2, 1]))
    run.record([ITERATION])
    run.train(20_000)
    curves = run.history.curves()
    assert curves.block_size == 8 and len(curves.mean) < 4096
    np.testing.assert_array_equal(curves.value_of(ITERATION), curves.iterations)


def test_nobody_asked_nothing_kept() -> None:
    run = made()
    run.train(3)
    assert run.history.curves().values.shape == (3, 0) and run.history.arrays.columns.shape[1] == len(run.program.parameters)


def test_recording_changes_no_bits_and_no_other_column() -> None:
    plain, recorded = made(), made()
    plain.train(40)
    recorded.train(10)
    recorded.record([Quantity("relu_1.y", "share_of_zeros")])
    recorded.train(30)
    assert plain.state.arena[: plain.program.moments_end].tobytes() == recorded.state.arena[: plain.program.moments_end].tobytes()
    np.testing.assert_array_equal(plain.history.curves().norms, recorded.history.curves().norms)
    values = recorded.history.curves().values[:, 0]
    assert np.isnan(values[:10]).all() and not np.isnan(values[10:]).any()


def test_stepping_records_the_same() -> None:
    whole, stepped = made(), made()
    for run in (whole, stepped):
        run.record([Quantity("dense_1.d_weight", "max_abs")])
    whole.train(6)
    while stepped.iteration < 6:
        stepped.stepper.forward()
    np.testing.assert_array_equal(whole.history.curves().values, stepped.history.curves().values)


def test_an_edit_keeps_what_is_asked_for() -> None:
    """A wider layer keeps its column; one whose tensor is gone says NaN, and goes on when an edit brings it back."""
    share, gone = Quantity("relu_1.y", "share_of_zeros"), Quantity("dense_2.weight", "l2_norm")
    first = made()
    first.record([share, gone])
    first.train(5)
    graph = edits.rename_node(edits.configure(first.program.graph, "dense_1", units=8), "dense_2", "head")
    second = made(graph, Former(first))
    second.train(5)
    third = made(edits.rename_node(graph, "head", "dense_2"), Former(second))
    third.train(5)
    before, curves = first.history.curves(), third.history.curves()
    assert curves.quantities == (share, gone)
    np.testing.assert_array_equal(curves.values[:5], before.values)
    assert not np.isnan(curves.value_of(share)).any()
    np.testing.assert_array_equal(np.isnan(curves.value_of(gone)), [False] * 5 + [True] * 5 + [False] * 5)
    assert curves.value_of(gone)[-1] == pytest.approx(np.linalg.norm(third.state["dense_2.weight"]), rel=1e-6)


def test_curves_cut_at_an_iteration_cut_the_quantities() -> None:
    run = made()
    run.record([ITERATION])
    run.train(9)
    assert run.history.curves().until(4).value_of(ITERATION).tolist() == [1, 2, 3, 4]


def test_what_cannot_be_recorded_is_said() -> None:
    run = made()
    with pytest.raises(NNLabError, match=r"no tensor 'dense_9\.y' in this network"):
        run.record([Quantity("dense_9.y")])
    with pytest.raises(NNLabError, match="no reduction 'median'; choose one of l2_norm, mean"):
        Quantity("dense_1.y", "median")
    with pytest.raises(NNLabError, match="give a finite number"):
        Quantity("dense_1.y", "share_above", float("nan"))
    with pytest.raises(NNLabError, match="is not recorded"):
        run.history.curves().value_of(LOSS)
