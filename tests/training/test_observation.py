"""An observation is what the engine says of a run, and leaves the run as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from networks import mlp

import nnlab
from nnlab.core.preparation import DataSettings, prepare
from nnlab.training.complete_run import prepare_run
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.observation import Observation
from nnlab.training.settings import TrainingSettings
from nnlab.training.weight_path import WeightPath

DATA = prepare(DataSettings("circle"))
GRAPH = mlp([2, 5, 1], "tanh", "binary_cross_entropy")
TRAINING = TrainingSettings("sgd", learning_rate=0.1, batch_size=50)


def test_activations_and_gradients_are_those_of_a_session() -> None:
    run = prepare_run(GRAPH, DATA, TRAINING)
    run.train(7)
    seen = Observation.of_run(run, TRAINING, DATA)
    session = nnlab.Session(GRAPH)
    session.set_parameters(seen.parameters)
    x, y = seen.sample
    assert len(x) == min(len(DATA.x), 512)
    loss, gradients = session.gradients(x, y)
    gradient, activations = seen.tensor("dense_1.d_weight"), seen.tensor("tanh_1.y")
    assert gradient is not None and activations is not None
    np.testing.assert_allclose(gradient, gradients["dense_1.weight"], rtol=1e-5, atol=1e-8)
    np.testing.assert_allclose(activations, session.activations(x, ["tanh_1.y"])["tanh_1.y"], rtol=1e-6)
    assert np.isclose(seen.loss, loss, rtol=1e-5)
    assert seen.tensor("tanh_9.y") is None


def test_a_trial_trains_as_the_run_itself_did() -> None:
    run = prepare_run(GRAPH, DATA, TRAINING)
    start = run.state.stored()
    run.train(50)
    seen = Observation.of_run(run, TRAINING, DATA)
    for name, values in seen.start.items():
        np.testing.assert_array_equal(values, start[name])
    assert seen.trial(0.1, start, 50) == seen.loss
    assert seen.trial(1e3, start, 50) > seen.loss


def test_the_run_goes_on_with_the_same_bits() -> None:
    runs = [prepare_run(GRAPH, DATA, TRAINING) for _ in range(2)]
    for run in runs:
        run.train(10)
    seen = Observation.of_run(runs[0], TRAINING, DATA)
    seen.trial(0.5, seen.parameters)
    assert seen.passed.rows
    for run in runs:
        run.train(10)
    np.testing.assert_array_equal(*(run.state.arena[: run.program.moments_end] for run in runs))


def test_it_knows_whether_the_seed_drew_all_that_the_run_began_with() -> None:
    drawn = Observation.of_run(prepare_run(GRAPH, DATA, TRAINING), TRAINING, DATA)
    assert drawn.are_drawn
    assert dict(drawn.initial) == {}
    given = InitialWeights("by hand", "", {"dense_1.bias": np.full(5, 0.5, dtype=np.float32)})
    begun = Observation.of_run(prepare_run(GRAPH, DATA, TRAINING, None, given), TRAINING, DATA)
    assert not begun.are_drawn
    np.testing.assert_array_equal(begun.initial["dense_1.bias"], np.full(5, 0.5))


def test_of_many_samples_512_different_ones_are_looked_at() -> None:
    x = np.arange(2000.0).reshape(1000, 2)
    for rows in (511, 512, 513, 1000):
        run = prepare_run(GRAPH, replace(DATA, x=x[:rows], y=np.zeros(rows, int)), TRAINING)
        seen, _ = Observation.of_run(run, TRAINING).sample
        assert len(seen) == min(rows, 512) == len(np.unique(seen[:, 0])) and (np.diff(seen[:, 0]) > 0).all()


def test_since_when_something_holds_is_looked_for_at_33_moments() -> None:
    """From the present backwards, until it does not hold."""
    run = prepare_run(GRAPH, DATA, TRAINING)
    states = {}
    for iteration in range(100):
        states[iteration] = run.stepper.learned_before.copy()
        run.train(1)
    path = WeightPath.of_states(run, states)
    seen = replace(Observation.of_run(run, TRAINING, DATA), path=lambda: path)
    bias = {float(row[0]): int(at) for at, row in zip(path.iterations, path.weights, strict=True)}
    first = next(iter(run.program.stored))
    asked: list[int] = []

    def holds(then: Observation) -> bool:
        asked.append(bias[float(then.parameters[first].ravel()[0])])
        return asked[-1] >= limit

    limit = 0
    assert seen.since(holds) == 0 and len(asked) == 33 and asked[0] == 100 and asked[-1] == 0
    asked.clear()
    limit = 50
    found = seen.since(holds)
    assert found == min(at for at in asked if at >= 50) and asked[-1] == max(at for at in asked if at < 50)
    limit = 101
    assert seen.since(holds) is None
    assert replace(seen, path=None).since(holds) is None
