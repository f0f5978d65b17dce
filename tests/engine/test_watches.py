"""Watched formulas: the machine's values are those of NumPy after every iteration and at every moment, and steps stay what they were."""

from __future__ import annotations

import numpy as np
import pytest
from networks import mlp

from nnlab.core.errors import NNLabError
from nnlab.engine.compile import Update
from nnlab.engine.run import Former, Run
from nnlab.engine.setup import Setup
from nnlab.engine.watched_formula import WatchedFormula
from nnlab.engine.watches import ROWS
from nnlab.graph import edits
from nnlab.training.session import Session

GENERATOR = np.random.default_rng(4)
X = GENERATOR.standard_normal((30, 3))
Y = np.sin(X[:, :1])
TEXTS = ("loss", "norm(grad(dense_1.weight)) + 1", "dense_2.weight[0, 3]", "1 / 0")


def made(former: Former | None = None, graph=None) -> Run:  # type: ignore[no-untyped-def]
    return Run(Setup(graph or mlp([3, 6, 1]), X, Y, update=Update("adam", 1e-2), batch_size=8, seed=2), former, frames=False)


def expected(run: Run) -> tuple[float, ...]:
    norm = np.linalg.norm(run.state["dense_1.d_weight"].astype(np.float64))
    return float(run.state[run.program.loss_name].reshape(-1)[0]), float(norm + 1), float(run.state["dense_2.weight"][0, 3])


def test_values_are_numpys_after_every_iteration_and_at_every_moment() -> None:
    run, plain = made(), made()
    run.watch_formulas(TEXTS)
    found = []
    for _ in range(5):
        run.train(1)
        found.append(expected(run))
    for place, text in enumerate(TEXTS[:3]):
        series = run.watches.series(text)
        assert series.iterations.tolist() == [1, 2, 3, 4, 5]
        np.testing.assert_allclose(series.values, [values[place] for values in found], rtol=1e-6)
    assert np.isnan(run.watches.series("1 / 0").values).all()
    for _ in range(7):
        run.stepper.forward()
        np.testing.assert_allclose(run.watched_values()[:3], expected(run), rtol=1e-6)
    run.stepper.back()
    np.testing.assert_allclose(run.watched_values()[:3], expected(run), rtol=1e-6)
    run.stepper.finish()
    plain.train(6)
    assert plain.state.arena[: plain.program.moments_end].tobytes() == run.state.arena[: run.program.moments_end].tobytes()
    assert run.watches.count == 6
    while run.stepper.can_go_back:
        run.stepper.back()
    assert run.iteration == 5 and run.watches.count == 5, "an iteration that was taken back is not known any more"


def test_a_long_run_is_thinned_out_evenly_and_replays_record_nothing() -> None:
    run = made()
    run.watch_formulas(["iteration"])
    run.train(3 * ROWS)
    series = run.watches.series("iteration")
    assert series.iterations.tolist() == series.values.tolist() == list(range(4, 3 * ROWS + 1, 4))
    with run.without_conditions():
        run.train(8)
    assert run.watches.count == len(series.values)


def test_an_edit_and_another_watch_keep_what_is_known_and_a_missing_tensor_is_said() -> None:
    run = made()
    run.watch_formulas(["loss"])
    run.train(3)
    run.watch_formulas(["epoch", "loss"])
    run.train(2)
    assert np.isnan(run.watches.series("epoch").values[:3]).all() and not np.isnan(run.watches.series("loss").values).any()
    run.watch_formulas(["loss", "dense_2.bias[0]"])
    following = made(Former(run), edits.rename_node(run.program.graph, "dense_2", "head"))
    assert following.watches.series("loss").iterations.tolist() == [1, 2, 3, 4, 5]
    assert following.watches.problems[1].startswith("dense_2.bias[0]: there is no tensor 'dense_2.bias'")
    assert np.isnan(following.watched_values()[1])


def test_what_cannot_be_watched_is_said() -> None:
    with pytest.raises(NNLabError, match="Column 1: there is no function"):
        WatchedFormula("norm(")
    with pytest.raises(NNLabError, match="no number format 'roman'"):
        WatchedFormula("loss", "roman")


def test_python_watches_while_it_fits() -> None:
    session = Session(mlp([3, 6, 1]), seed=2)
    session.fit(X, Y, epochs=2, batch_size=15, watch=["iteration * 2", "dense_2.weight[0, 1]"])
    assert session.watched["iteration * 2"].values.tolist() == [2.0, 4.0, 6.0, 8.0]
    assert session.watched["dense_2.weight[0, 1]"].values[-1] == session.parameters["dense_2.weight"][0, 1]
    with pytest.raises(NNLabError, match="there is no tensor"):
        session.fit(X, Y, epochs=1, watch="norm(dense_5.weight)")
