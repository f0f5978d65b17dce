"""The Python session of the contract."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from networks import graphs, mlp, targets

import nnlab
from nnlab.core.errors import DataError, FormulaError, NNLabError, SettingError, TrainingError
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


FEW, FEW_Y = X[:24], Y[:24]


def plain(**options: Any) -> nnlab.Session:
    return nnlab.Session(mlp([2, 4, 1]), **options)


def bits(s: nnlab.Session) -> dict[str, bytes]:
    return {name: values.tobytes() for name, values in s.parameters.items()}


def net(units: int, loss: str, **options: Any) -> nnlab.Session:
    return nnlab.Session(mlp([2, 4, units], loss=loss), **options)


def test_scores_are_those_of_the_kind_of_target() -> None:
    """Two classes where one column is 0 and 1 throughout, numbers where it is not; as many classes as outputs of a softmax."""
    labels = (FEW[:, 0] > 0).astype(int)
    binary = net(1, "binary_cross_entropy")
    report = binary.scores(FEW, labels[:, None])
    assert report["accuracy"].value == pytest.approx(np.mean((binary.predict(FEW)[:, 0] > 0) == labels))
    soft = np.where(np.arange(len(FEW)) == 3, 0.5, labels)[:, None]
    assert [score.name for score in binary.scores(FEW, soft).scores] == ["mae", "r2"]
    many = net(3, "cross_entropy")
    found = many.scores(FEW, np.arange(len(FEW)) % 3)
    assert found["accuracy"].value == pytest.approx(np.mean(many.predict(FEW).argmax(axis=1) == np.arange(len(FEW)) % 3))
    assert [curve.of for curve in found.roc] == ["0", "1", "2"]
    numbers, y = net(2, "mse"), np.column_stack([FEW[:, 0], FEW[:, 1]])
    assert numbers.scores(FEW, y)["mae"].value == pytest.approx(np.abs(numbers.predict(FEW) - y).mean(), rel=1e-5)


def test_every_step_is_an_iteration_however_it_is_taken() -> None:
    s = plain()
    s.step(FEW, FEW_Y)
    assert s.iteration == 1
    list(s.trace(FEW, FEW_Y))
    assert s.iteration == 2
    s.fit(FEW, FEW_Y, epochs=2, batch_size=8)
    assert s.iteration == 8
    s.step(FEW, FEW_Y)
    assert s.iteration == 9


@pytest.mark.parametrize("options", [{"clip_norm": 0.01}, {"optimizer": "adam", "schedule": "cosine"}, {"zero_gradients": False}])
def test_a_trace_does_what_a_step_does(options: dict[str, Any]) -> None:
    stepped, traced = plain(**options), plain(**options)
    for _ in range(3):
        stepped.step(FEW, FEW_Y)
        list(traced.trace(FEW, FEW_Y))
        assert bits(stepped) == bits(traced)


def test_after_several_batches_for_one_update_a_step_is_an_update_of_its_own() -> None:
    s = plain(learning_rate=0.1)
    s.fit(FEW, FEW_Y, epochs=1, batch_size=4, accumulate=3)
    assert s.iteration == 2
    before, (_, gradients) = s.parameters, s.gradients(FEW, FEW_Y)
    s.step(FEW, FEW_Y)
    for name, values in s.parameters.items():
        np.testing.assert_allclose(values, before[name] - 0.1 * gradients[name], rtol=1e-5, atol=1e-7)


def test_gradients_of_what_is_no_number_are_told_and_a_step_on_it_is_refused() -> None:
    s, wrong = plain(), np.where(np.arange(24)[:, None] == 5, np.nan, FEW)
    loss, gradients = s.gradients(wrong, FEW_Y)
    assert np.isnan(loss) and np.isnan(gradients["dense_1.weight"]).any()
    with pytest.raises(NNLabError):
        s.step(wrong, FEW_Y)


def test_who_asks_for_larger_batches_than_there_are_samples_is_warned_where_it_was_asked() -> None:
    s = plain()
    with pytest.warns(UserWarning, match="24") as caught:
        s.fit(FEW, FEW_Y, epochs=1, batch_size=25)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        s.fit(FEW, FEW_Y, epochs=1)  # 32 unless it is said, all samples if fewer
        s.fit(FEW, FEW_Y, epochs=1, batch_size=24)


def test_a_test_of_rates_takes_batches_of_thirty_two_unless_it_is_said() -> None:
    x, y = np.tile(FEW, (4, 1)), np.tile(FEW_Y, (4, 1))
    s = plain()
    unsaid, said, other = (s.find_learning_rate(x, y, size, steps=20) for size in (None, 32, 5))
    assert unsaid.losses.tolist() == said.losses.tolist() != other.losses.tolist()


def test_initial_weights_were_drawn_only_before_the_first_fit() -> None:
    s = plain()
    drawn = []
    for _ in range(2):
        s.fit(FEW, FEW_Y, epochs=1)
        assert s._fitted is not None
        drawn.append(s._fitted.are_drawn)
    given = plain(initial_weights=s.parameters)
    given.fit(FEW, FEW_Y, epochs=1)
    assert given._fitted is not None and [*drawn, given._fitted.are_drawn] == [True, False, False]
