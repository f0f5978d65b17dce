"""The Python session of the contract."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from networks import graphs, mlp, targets

import nnlab
from nnlab.core.errors import DataError, FormulaError, SettingError, TrainingError
from nnlab.graph.graph import Graph

GENERATOR = np.random.default_rng(0)
X = GENERATOR.standard_normal((40, 2))
Y = np.sin(X[:, :1] + X[:, 1:])


def session(**options) -> nnlab.Session:  # type: ignore[no-untyped-def]
    return nnlab.Session(mlp([2, 8, 1]), **{"optimizer": "adam", "learning_rate": 1e-2, "seed": 0, "dtype": "float64", **options})


def test_parameters_are_copies_with_out_in_shape() -> None:
    s = session()
    shapes = {name: value.shape for name, value in s.parameters.items()}
    assert shapes == {"dense_1.weight": (8, 2), "dense_1.bias": (8,), "dense_2.weight": (1, 8), "dense_2.bias": (1,)}
    s.parameters["dense_1.weight"][...] = 7
    assert not (s.parameters["dense_1.weight"] == 7).any()


def test_predict_is_the_textbook_formula() -> None:
    s = session()
    p = s.parameters
    hidden = np.tanh(X @ p["dense_1.weight"].T + p["dense_1.bias"])
    np.testing.assert_allclose(s.predict(X), hidden @ p["dense_2.weight"].T + p["dense_2.bias"], rtol=1e-13)


def test_gradients_update_nothing() -> None:
    s = session()
    before = s.parameters
    loss, _ = s.gradients(X, Y)
    assert loss == s.loss(X, Y)
    assert all((before[k] == v).all() for k, v in s.parameters.items())


def test_trace_leaves_the_bits_of_step() -> None:
    one, other = session(dtype="float32"), session(dtype="float32")
    for start in range(0, 40, 10):
        batch = X[start : start + 10], Y[start : start + 10]
        one.step(*batch)
        moments = list(other.trace(*batch))
    assert all(one.parameters[k].tobytes() == v.tobytes() for k, v in other.parameters.items())
    assert [m.phase for m in moments] == ["forward"] * 3 + ["loss"] + ["backward"] * 4 + ["update"] * 4
    first = moments[0]
    assert (first.node_id, sorted(first.reads), sorted(first.writes)) == (
        "dense_1", ["dense_1.bias", "dense_1.weight", "input_1.y"], ["dense_1.y"],
    )  # fmt: skip


def test_fit_learns_and_is_reproducible() -> None:
    one, other = session(), session()
    before = one.loss(X, Y)
    history = one.fit(X, Y, epochs=30, batch_size=8, validation=(X[:10], Y[:10]))
    other.fit(X, Y, epochs=30, batch_size=8)
    assert one.loss(X, Y) < 0.3 * before
    assert len(history.mean) == 150
    assert len(history.validation_losses) == 30
    assert all((one.parameters[k] == v).all() for k, v in other.parameters.items())
    assert one.iteration == 150


def test_fit_after_fit_goes_on() -> None:
    one, other = session(), session()
    one.fit(X, Y, epochs=4, batch_size=8, shuffle=False)
    other.fit(X, Y, epochs=2, batch_size=8, shuffle=False)
    other.fit(X, Y, epochs=2, batch_size=8, shuffle=False)
    assert all((one.parameters[k] == v).all() for k, v in other.parameters.items())


@given(graph=graphs(smooth=True))  # a kink within the step of the difference would be the difference's fault
@settings(max_examples=25, deadline=None)
def test_random_networks_match_finite_differences(graph: Graph) -> None:
    generator = np.random.default_rng(1)
    features = graph.input_nodes[0].settings["features"]
    assert isinstance(features, int)
    x, y = generator.standard_normal((3, features)), targets(graph, 3, generator)
    s = nnlab.Session(graph, dtype="float64", seed=9)
    _, gradients = s.gradients(x, y)
    # One random direction through all parameters at once: its derivative is the inner product with the gradient.
    start = s.parameters
    direction = {name: generator.standard_normal(value.shape) for name, value in start.items()}
    losses = []
    for h in (1e-6, -1e-6):
        s.set_parameters({name: value + h * direction[name] for name, value in start.items()})
        losses.append(s.gradients(x, y)[0])  # the loss as in training, with batch statistics and dropout masks
    expected = sum(float((gradients[name] * direction[name]).sum()) for name in start)
    assert (losses[0] - losses[1]) / 2e-6 == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_bad_input_changes_nothing() -> None:
    s = session()
    before = s.parameters
    with pytest.raises(nnlab.NNLabError, match=r"dense_1.weight has shape \(8, 2\), but values of shape \(2, 8\) were given"):
        s.set_parameters({"dense_1.bias": np.ones(8), "dense_1.weight": np.ones((2, 8))})
    with pytest.raises(nnlab.NNLabError, match="dense_1.bias: the given values contain NaN"):
        s.set_parameters({"dense_1.bias": np.full(8, np.nan)})
    with pytest.raises(nnlab.NNLabError, match="no parameter 'dense_9.weight'"):
        s.set_parameters({"dense_9.weight": np.ones(1)})
    with pytest.raises(DataError, match=r"shape \(N, 2\)"):
        s.predict(np.ones((3, 5)))
    with pytest.raises(DataError, match="needs targets"):
        s.step(X, Y[:3])
    with pytest.raises(DataError, match=r"x contains NaN, or a number too large for float64 at \[0, 0\]"):
        s.step(np.full((2, 2), np.inf), Y[:2])
    for wrong in ([["a", "b"]], [[1, 2], [3]], "text"):
        with pytest.raises(DataError, match="x (is not an array of numbers|holds text|is a str)"):
            s.step(wrong, Y[:2])
    with pytest.raises(nnlab.NNLabError, match="dense_1.bias holds text"):
        s.set_parameters({"dense_1.bias": ["a"] * 8})
    with pytest.raises(TrainingError, match=r"iteration 1: mse_1\.\w+ became infinite \(loss of mse_1\)"):
        s.step(X[:2], np.full((2, 1), 1e200))
    assert all((before[k] == v).all() for k, v in s.parameters.items())


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"optimizer": "adamm"}, "no optimiser named 'adamm'"),
        ({"learning_rate": -1.0}, "learning_rate is -1; it must be from 0 to 1,000"),
        ({"dtype": "float16"}, "dtype is 'float16'; choose one of float32, float64"),
        ({"beta1": 2.0}, "adam: beta1 is 2; it must be from 0"),
        ({"momentum": 0.9}, "adam: there is no setting 'momentum'"),
    ],
)
def test_settings_out_of_range(options: dict, message: str) -> None:
    with pytest.raises((SettingError, nnlab.NNLabError), match=message):
        session(**options)


def test_plain_gradient_descent_moves_by_rate_times_gradient() -> None:
    s = session(optimizer="sgd", learning_rate=0.1)
    before = s.parameters
    _, gradients = s.gradients(X, Y)
    s.step(X, Y)
    for name, value in s.parameters.items():
        np.testing.assert_allclose(value, before[name] - 0.1 * gradients[name], rtol=1e-14)


def test_clip_norm_shortens_the_whole_gradient() -> None:
    s = session(optimizer="sgd", learning_rate=1.0, clip_norm=0.01)
    before = s.parameters
    _, gradients = s.gradients(X, Y)
    norm = np.sqrt(sum((g**2).sum() for g in gradients.values()))
    assert norm > 0.01
    s.step(X, Y)
    for name, value in s.parameters.items():
        np.testing.assert_allclose(before[name] - value, gradients[name] * 0.01 / (norm + 1e-6), rtol=1e-9)


def test_every_call_of_fit_goes_on_with_the_next_order() -> None:
    one, other = session(optimizer="sgd"), session(optimizer="sgd")
    one.fit(X, Y, epochs=2, batch_size=8)
    other.fit(X, Y, epochs=1, batch_size=8)
    other.fit(X, Y, epochs=1, batch_size=8)
    assert all((one.parameters[k] == v).all() for k, v in other.parameters.items())


def test_a_seed_out_of_range_is_refused() -> None:
    with pytest.raises(SettingError, match="seed is -1"):
        session(seed=-1)


def test_a_trace_left_before_its_end_leaves_the_weights_as_they_were() -> None:
    s = session()
    before = s.parameters
    for moment in s.trace(X, Y):
        if moment.phase == "update":
            break
    assert all((before[k] == v).all() for k, v in s.parameters.items())
    assert s.iteration == 0


def test_stepping_uses_as_many_threads_as_training(monkeypatch: pytest.MonkeyPatch) -> None:
    """They decide the last bits of large products."""
    from nnlab.core.kernel.threads import TURN_SECONDS, Turn, train_with
    from nnlab.engine import run as run_module
    from nnlab.engine import stepper
    from nnlab.training import session as session_module

    asked: dict[str, list[float]] = {}
    for name, module in (("train", run_module), ("step", stepper), ("session", session_module)):

        def note(operations: float, patience: float = TURN_SECONDS, name: str = name) -> Turn:
            asked.setdefault(name, []).append(operations)
            return train_with(operations, patience)

        monkeypatch.setattr(module, "train_with", note)
    run = run_module.Run(run_module.Setup(session().graph, X, Y, update=session_module.Update("adam"), batch_size=len(X)))
    run.train(1)
    run.stepper.forward()
    s = session()
    s.step(X, Y)
    assert set(asked) == {"train", "step", "session"}
    assert asked["train"][0] == asked["step"][0]


def test_fit_that_fails_keeps_what_was_learned_up_to_there() -> None:
    graph = mlp([2, 8, 1], activation="relu")
    failing, single = (nnlab.Session(graph, "sgd", 1.0, seed=0) for _ in range(2))
    with pytest.raises(TrainingError, match="The weights from before this iteration are kept") as caught:
        failing.fit(X, 100 * Y, epochs=50, batch_size=8, shuffle=False)
    done = failing.iteration
    assert done > 0 and f"stopped at iteration {done + 1:,}:" in str(caught.value)
    for first in range(0, 8 * done, 8):
        rows = np.arange(first, first + 8) % len(X)
        single.step(X[rows], 100 * Y[rows])
    for name, values in failing.parameters.items():
        assert np.isfinite(values).all() and values.tobytes() == single.parameters[name].tobytes()


def test_fit_stops_after_the_step_at_which_a_condition_becomes_true() -> None:
    """The same bits as so many single steps on the same batches, in the order of the samples."""
    stopped, whole = session(), session()
    curves = whole.fit(X, Y, epochs=100, batch_size=10, shuffle=False)
    at = int(np.flatnonzero(curves.mean < 0.9 * curves.mean[0])[0])
    stopped.fit(X, Y, epochs=100, batch_size=10, shuffle=False, stop_when=f"loss < {float(0.9 * curves.mean[0])!r}")
    assert stopped.iteration == at + 1 < whole.iteration and whole.stopped_by is None
    assert stopped.stopped_by == f"loss < {float(0.9 * curves.mean[0])!r}"
    with pytest.raises(FormulaError, match="no tensor 'dense_9.weight'"):
        session().fit(X, Y, stop_when=["loss < 1", "norm(dense_9.weight) > 1"])
