"""Every diagnosis fires on networks built to have exactly that fault, and is silent on healthy ones early, midway and late."""

from __future__ import annotations

import contextlib
from dataclasses import replace

import numpy as np
import pytest
from faulty_networks import Faulty, faulty_networks, network

import nnlab
from nnlab.core.errors import NNLabError, TrainingError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.convergence import DIVERGING, OSCILLATING
from nnlab.engine.run import Run
from nnlab.files.examples import load_example
from nnlab.graph.validation import check
from nnlab.training.complete_run import prepare_run
from nnlab.training.diagnosis import Diagnosis, diagnose, diagnoses
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.observation import TRIAL_STEPS, Observation
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

FAULTY = faulty_networks()


def examined(faulty: Faulty) -> tuple[tuple[Diagnosis, ...], dict[str, np.ndarray]]:
    """(what is found after its steps, or after those before it failed; the weights it began with)."""
    run = prepare_run(faulty.graph, faulty.data, faulty.training)
    stored = run.state.stored()
    if faulty.weights != 1.0:
        stored |= {name: faulty.weights * values for name, values in stored.items() if name.endswith("weight")}
    run.state.set_parameters(stored | {name: np.full_like(stored[name], value) for name, value in faulty.start.items()})
    failure = ""
    begun = run.state.stored()
    try:
        run.train(faulty.steps)
    except TrainingError as error:
        failure = str(error)
    return diagnose(replace(Observation.of_run(run, faulty.training, faulty.data, failure), initial=begun, are_drawn=False)), begun


@pytest.mark.parametrize("faulty", FAULTY, ids=[f"{one.kind}-{len(one.data.features)}-{len(one.graph.nodes)}" for one in FAULTY])
def test_it_fires_on_its_fault(faulty: Faulty) -> None:
    found, begun = examined(faulty)
    assert {one.kind for one in found} == {faulty.kind}, [one.evidence for one in found]
    one = found[0]
    assert one.title == diagnoses[faulty.kind].title
    assert one.evidence.endswith(".") and any(letter.isdigit() for letter in one.evidence + one.figure)
    assert one.node is None or one.node in faulty.graph
    assert one.remedy, "no remedy is offered"
    if one.units:  # neurons count from 1, as everywhere in the window
        assert one.chart is not None and one.chart.meant == one.units
        assert one.chart.labels == tuple(str(unit + 1) for unit in range(len(one.chart.values)))
    start = InitialWeights("faulty", "", begun)
    project = Project(faulty.graph, DataSettings("circle"), faulty.training, initial=start)
    for remedy in one.remedies:
        changed = remedy.apply(project)
        assert changed != project, remedy.label
        check(changed.graph)
        changed.training.checked()


@pytest.mark.parametrize("kind", diagnoses.names())
def test_there_are_three_faults_of_each_kind(kind: str) -> None:
    assert len([one for one in FAULTY if one.kind == kind]) >= 3
    assert diagnoses[kind].test.endswith(".")


HEALTHY = (
    "breast_cancer", "circle", "diabetes", "digits", "gaussians", "iris", "multi_gaussian", "plane", "points_above_curve", "residual",
    "ripple", "sine", "spiral", "wine", "xor",
)  # fmt: skip
MORE = (
    ("digits", [32, 32], "relu", 0.003), ("wine", [8, 8, 8], "relu", 0.005), ("circle", [16, 16], "gelu", 0.01),
    ("breast_cancer", [12], "leaky_relu", 0.005), ("iris", [8, 8, 8, 8], "tanh", 0.005), ("xor", [12, 12], "elu", 0.01),
    ("curve", [10], "sigmoid", 0.03),
)  # fmt: skip


def stages(run: Run, training: TrainingSettings, data: object) -> list[str]:
    """What is found after 1, 20 and 120 epochs."""
    per_epoch = -(-len(run.samples.x) // run.batch_size)
    found = []
    for epochs in (1, 20, 120):
        run.train(max(1, min(epochs * per_epoch, 2000) - run.iteration))
        verdict = run.history.curves().convergence
        found += [verdict.sentence] if verdict.verdict in (DIVERGING, OSCILLATING) else []
        found += [f"{run.iteration}: {one.kind}: {one.evidence}" for one in diagnose(Observation.of_run(run, training, data))]  # type: ignore[arg-type]
    return found


@pytest.mark.parametrize("name", HEALTHY)
def test_it_is_silent_on_examples(name: str) -> None:
    project = load_example(name)
    data = prepare(project.data)
    assert stages(prepare_run(project.graph, data, project.training), project.training, data) == []


@pytest.mark.parametrize(("name", "hidden", "activation", "rate"), MORE)
def test_it_is_silent_on_other_healthy_networks(name: str, hidden: list[int], activation: str, rate: float) -> None:
    data, training = prepare(DataSettings(name)), TrainingSettings(learning_rate=rate)
    assert stages(prepare_run(network(data, hidden, activation), data, training), training, data) == []


def test_a_session_diagnoses_what_it_was_fitted_to() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=3), units=6)), units=1))
    session = nnlab.Session(b.build(), optimizer="adam", learning_rate=0.01)
    with pytest.raises(NNLabError, match="call fit first"):
        session.diagnose()
    generator = np.random.default_rng(0)
    x = generator.standard_normal((64, 3))
    y = x @ [1.0, -0.5, 0.3]
    session.fit(x, y, epochs=40)
    assert session.diagnose() == []
    before = session.parameters
    session.fit(1000.0 * x, y, epochs=2)
    (found, *_) = [one for one in session.diagnose() if one.kind == "input_scale"]
    assert (found.node, found.columns[0]) == ("input_1", int(np.argmax((x**2).mean(axis=0))))
    assert set(before) == set(session.parameters)


def test_a_diagnosis_changes_nothing() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dropout(b.dense(b.input(features=2), units=1), p=0.2))
    x = np.random.default_rng(1).standard_normal((40, 2))
    one, other = (nnlab.Session(b.build(), optimizer="adam", learning_rate=0.01) for _ in range(2))
    for session in (one, other):
        session.fit(x, x[:, 0], epochs=3)
    one.diagnose()
    for session in (one, other):
        session.fit(x, x[:, 0], epochs=3)
    for name, values in one.parameters.items():
        np.testing.assert_array_equal(values, other.parameters[name])


def test_training_that_failed_is_diagnosed() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=1), units=1))
    session = nnlab.Session(b.build(), learning_rate=500.0)
    x = np.linspace(-1, 1, 32)
    with contextlib.suppress(TrainingError):
        session.fit(x, 2 * x, epochs=200)
    found = session.diagnose()
    assert found[0].kind == "learning_rate_too_high"
    assert found[0].remedy.startswith("Learning rate 500 → ")


def test_a_trial_is_given_up_between_two_steps() -> None:
    project = load_example("xor")
    run = prepare_run(project.graph, prepare(project.data), project.training)
    run.train(5)
    asked = [0]

    def check() -> None:
        asked[0] += 1
        if asked[0] == 7:
            raise KeyboardInterrupt

    seen = replace(Observation.of_run(run, project.training), check=check)
    with pytest.raises(KeyboardInterrupt):
        seen.trial(0.1, seen.parameters)
    assert asked[0] == 7
    calm = replace(seen, check=lambda: None)
    once = calm._run(0.1, calm.parameters)
    once.train(TRIAL_STEPS)
    assert calm.trial(0.1, calm.parameters) == calm.loss_of(once.state.stored()), "step by step, to the bit"
