"""What a run starts from: the same bits when it is loaded, reset, rewound, compared or trained from Python."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pytest
from networks import mlp

from nnlab import Session
from nnlab.core.errors import NNLabError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.engine.fingerprint import weights_sha256
from nnlab.graph import edits
from nnlab.training.change import Change, Version
from nnlab.training.commands import Adjust, Load
from nnlab.training.complete_run import prepare_run
from nnlab.training.difference import Difference
from nnlab.training.follower import Follower
from nnlab.training.initial_weights import InitialWeights, SwappedLabels
from nnlab.training.member import Member
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.training.varied import varied

PROJECT = Project(mlp([2, 8, 1], loss="binary_cross_entropy"), DataSettings("spiral"), TrainingSettings("adam", {}, 1e-2, 10))
DATA = prepare(PROJECT.data)


def numbers(seed: int = 5) -> dict[str, np.ndarray]:
    random = np.random.default_rng(seed)
    shapes = {"dense_1.weight": (8, 2), "dense_1.bias": (8,), "dense_2.weight": (1, 8), "dense_2.bias": (1,)}
    return {name: random.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}


GIVEN = InitialWeights("by hand", "Typed in a test", numbers())
STARTED = replace(PROJECT, initial=GIVEN)


def starts_from_given(run_parameters: dict[str, np.ndarray]) -> bool:
    return all(run_parameters[name].tobytes() == values.tobytes() for name, values in numbers().items())


def test_a_run_starts_from_them_and_goes_back_to_them() -> None:
    run = prepare_run(PROJECT.graph, DATA, PROJECT.training, start=GIVEN)
    assert starts_from_given(run.state.parameters())
    start = weights_sha256(run.state)
    run.train(20)
    first = run.state.arena[: run.program.moments_end].tobytes()
    assert not starts_from_given(run.state.parameters())
    run.reset(PROJECT.training.seed)
    assert weights_sha256(run.state) == start and run.iteration == 0
    run.train(20)
    assert run.state.arena[: run.program.moments_end].tobytes() == first


def test_the_seed_still_decides_the_order_of_the_samples() -> None:
    runs = [prepare_run(PROJECT.graph, DATA, replace(PROJECT.training, seed=seed), start=GIVEN) for seed in (0, 1)]
    assert weights_sha256(runs[0].state) == weights_sha256(runs[1].state)
    for run in runs:
        run.train(1)
    assert not np.array_equal(runs[0].order, runs[1].order)


def test_what_does_not_fit_is_drawn_from_the_seed_and_named() -> None:
    wider = edits.configure(PROJECT.graph, "dense_1", units=5)
    assert GIVEN.misfits(PROJECT.graph) == ()
    assert GIVEN.misfits(wider) == ("dense_1.weight", "dense_1.bias", "dense_2.weight")
    given, fresh = (prepare_run(wider, DATA, PROJECT.training, start=start).state.parameters() for start in (GIVEN, None))
    assert given["dense_2.bias"] == numbers()["dense_2.bias"]
    for name in GIVEN.misfits(wider):
        assert given[name].tobytes() == fresh[name].tobytes()


def test_a_run_that_follows_its_project_begins_anew_and_the_return_brings_it_back() -> None:
    """Set the start while training, rewind, and undo: the run is where it was."""
    member, follower = Member(), Follower()
    member.load(Load(follower.open(Version(0, PROJECT)), DATA, 1))
    follower.is_trained(Change.opening(PROJECT))
    assert member.run is not None
    fresh = weights_sha256(member.run.state)
    member.run.train(30)
    before = member.snapshot(undisturbed=True).parameters
    change = follower.change_to(Version(1, STARTED))
    assert change is not None and not change.keep and change.is_adjustment
    follower.is_trained(change)
    member.adjust(Adjust(change))
    assert member.run.iteration == 0 and starts_from_given(member.run.state.parameters())
    member.run.train(7)
    member.rewind()
    assert member.run.iteration == 0 and starts_from_given(member.run.state.parameters())
    back = follower.change_to(Version(0, PROJECT), (0,), is_returning=True)
    assert back is not None and back.is_adjustment
    member.adjust(Adjust(back))
    assert member.run.iteration == 30
    assert all(values.tobytes() == before[name].tobytes() for name, values in member.run.state.parameters().items())
    member.rewind()
    assert weights_sha256(member.run.state) == fresh


def test_a_network_that_is_edited_goes_back_to_what_still_fits() -> None:
    member = Member()
    member.load(Load(Change.opening(STARTED), DATA, 1))
    wider = replace(STARTED, graph=edits.configure(PROJECT.graph, "dense_1", units=9))
    member.load(Load(Change(Version(0, STARTED), Version(1, wider)), DATA, 2))
    member.rewind()
    assert member.run is not None
    twin = prepare_run(wider.graph, DATA, wider.training, start=GIVEN)
    assert weights_sha256(member.run.state) == weights_sha256(twin.state)
    assert member.run.state.parameters()["dense_2.bias"] == numbers()["dense_2.bias"]


def test_a_difference_keeps_them_but_another_seed_draws_afresh() -> None:
    assert varied(STARTED, Difference("loss", "mse")).initial == GIVEN
    assert varied(STARTED, Difference("learning_rate", "0.3")).initial == GIVEN
    assert varied(STARTED, Difference("seed", "3")).initial is None
    assert STARTED.with_seed(STARTED.training.seed).initial == GIVEN


def test_they_compare_by_their_bits_and_nobody_can_write_to_them() -> None:
    same, other = InitialWeights("by hand", "Typed in a test", numbers()), InitialWeights("by hand", "Typed in a test", numbers(6))
    assert same == GIVEN and hash(same) == hash(GIVEN) and other != GIVEN
    assert replace(GIVEN, recipe=SwappedLabels()) != GIVEN and GIVEN != "by hand"
    assert pickle.loads(pickle.dumps(STARTED)) == STARTED
    with pytest.raises(ValueError, match="read-only"):
        GIVEN.values["dense_1.bias"][0] = 1.0
    with pytest.raises(ValueError, match="WRITEABLE"):
        GIVEN.values["dense_1.bias"].setflags(write=True)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({}, "hold no numbers"),
        ({"dense_1.bias": np.array([np.nan], np.float32)}, "dense_1.bias contains NaN or infinity"),
        ({"dense_1.bias": np.array([1e300])}, "dense_1.bias contains NaN or infinity"),
        ({"dense_1.bias": np.array(["a"])}, "dense_1.bias has numbers of type <U1"),
    ],
)
def test_what_no_network_may_hold_is_refused(values: dict[str, np.ndarray], words: str) -> None:
    with pytest.raises(NNLabError, match=words):
        InitialWeights("x", "", values)


def test_a_start_needs_a_name_of_bearable_length() -> None:
    for name, words in ((" ", ""), ("x" * 201, ""), ("x", "y" * 201)):
        with pytest.raises(NNLabError, match="need a name"):
            InitialWeights(name, words, numbers())


def test_a_session_in_python_starts_from_them_and_goes_back_to_them() -> None:
    session = Session(PROJECT.graph, "adam", 1e-2, initial_weights=GIVEN)
    assert starts_from_given(session.parameters)
    losses = [session.step(DATA.x[:10], DATA.y[:10]) for _ in range(5)]
    session.reset()
    assert session.iteration == 0 and starts_from_given(session.parameters)
    assert [session.step(DATA.x[:10], DATA.y[:10]) for _ in range(5)] == losses
    copy = pickle.loads(pickle.dumps(session))
    copy.reset()
    assert starts_from_given(copy.parameters)


def test_a_session_takes_some_weights_by_name_and_draws_the_others() -> None:
    bias = {"dense_1.bias": np.arange(8.0)}
    session, fresh = Session(PROJECT.graph, initial_weights=bias), Session(PROJECT.graph)
    assert session.parameters["dense_1.bias"].tolist() == list(range(8))
    assert session.parameters["dense_1.weight"].tobytes() == fresh.parameters["dense_1.weight"].tobytes()
    with pytest.raises(NNLabError, match="There is no parameter 'dense_9.bias'"):
        Session(PROJECT.graph, initial_weights={"dense_9.bias": np.zeros(8)})
    with pytest.raises(NNLabError, match=r"dense_1.bias has shape \(8,\), but values of shape \(3,\) were given"):
        Session(PROJECT.graph, initial_weights={"dense_1.bias": np.zeros(3)})
    with pytest.raises(NNLabError, match="set by name"):
        Session(PROJECT.graph, initial_weights=[1.0])  # type: ignore[arg-type]


def test_other_training_keeps_what_is_begun_with_unless_its_seed_draws_anew() -> None:
    assert STARTED.with_training(replace(STARTED.training, learning_rate=0.5)).initial is GIVEN
    assert STARTED.with_training(replace(STARTED.training, seed=STARTED.training.seed + 1)).initial is None
    assert STARTED.with_seed(STARTED.training.seed + 1).initial is None
