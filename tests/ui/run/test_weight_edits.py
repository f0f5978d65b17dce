"""Weights set by hand in a network that trains: exact, undoable, refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace

import numpy as np
import pytest
from pytestqt.qtbot import QtBot
from worlds import World, spiral_project, world

import nnlab
from nnlab.core.errors import NNLabError
from nnlab.core.initializers import initial_values
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.training.settings import SEED
from nnlab.ui.document.document import Document
from nnlab.ui.run.weight_edits import entry_name, reinitialise, set_entries

ALL = [f"dense_{k}.{name}" for k in (1, 2, 3) for name in ("weight", "bias")]


@pytest.fixture
def trained(qtbot: QtBot) -> Iterator[World]:
    with world(spiral_project(), qtbot) as found:
        found.train(20)
        yield found


@pytest.mark.parametrize(
    ("letter", "index", "name"),
    [
        ("W", (2, 1), "w₃₂"),
        ("W", (11, 2), "w₁₂,₃"),
        ("W", (0, 0, 1, 2), "w₁₁₂₃"),
        ("b", (0,), "b₁"),
        ("γ", (9,), "γ₁₀"),
    ],
)
def test_a_weight_is_named_as_in_a_textbook(letter: str, index: tuple[int, ...], name: str) -> None:
    assert entry_name(letter, index) == name


def test_a_weight_is_set_and_taken_back_exactly(trained: World) -> None:
    document, session = trained.document, trained.session
    before = session.parameters(ALL)
    set_entries(document, session, "dense_2.weight", {(2, 1): 0.1})
    after = session.parameters(ALL)
    assert document.undo_stack.undoText() == "w₃₂ of dense_2"
    assert after["dense_2.weight"][2, 1] == np.float32(0.1)
    document.undo()
    back = session.parameters(ALL)
    assert all(back[name].tobytes() == before[name].tobytes() for name in ALL)
    document.redo()
    again = session.parameters(ALL)
    assert all(again[name].tobytes() == after[name].tobytes() for name in ALL)


def test_undo_takes_back_one_weight_and_leaves_what_the_others_learned(trained: World) -> None:
    document, session = trained.document, trained.session
    old = session.parameters(ALL)["dense_2.weight"][2, 1]
    set_entries(document, session, "dense_2.weight", {(2, 1): -3.0})
    trained.train(20)
    learned = session.parameters(ALL)
    document.undo()
    now = session.parameters(ALL)
    assert now["dense_2.weight"][2, 1] == old
    learned["dense_2.weight"][2, 1] = old
    assert all(now[name].tobytes() == learned[name].tobytes() for name in ALL)


def test_layers_are_drawn_anew_and_back(trained: World) -> None:
    document, session = trained.document, trained.session
    before = session.parameters(ALL)
    reinitialise(document, session, ["dense_1", "tanh_1", "dense_3"], seed=5)
    after = session.parameters(ALL)
    assert document.undo_stack.undoText() == "Re-initialise 2 nodes"
    drawn = initial_values("xavier_uniform", (8, 2), 5, "dense_1.weight").astype(np.float32)
    assert after["dense_1.weight"].tobytes() == drawn.tobytes()
    assert not after["dense_1.bias"].any()
    assert after["dense_2.weight"].tobytes() == before["dense_2.weight"].tobytes()
    document.undo()
    back = session.parameters(ALL)
    assert all(back[name].tobytes() == before[name].tobytes() for name in ALL)
    reinitialise(document, session, ["dense_1"])
    first = session.parameters(ALL)["dense_1.weight"]
    reinitialise(document, session, ["dense_1"])
    assert (session.parameters(ALL)["dense_1.weight"] != first).any()  # another draw every time


def test_editing_while_it_trains_is_exact_too(trained: World) -> None:
    document, session = trained.document, trained.session
    session.play()
    trained.qtbot.waitUntil(lambda: session.is_playing)
    reinitialise(document, session, ["dense_2"], seed=1)
    assert session.iteration > 0
    session.pause()
    trained.qtbot.waitUntil(lambda: not session.is_playing)
    document.undo()
    assert document.undo_stack.canRedo()


def test_what_cannot_be_a_weight_is_refused(trained: World) -> None:
    document, session = trained.document, trained.session
    for value in (np.nan, np.inf, 1e300):
        with pytest.raises(NNLabError, match=r"cannot be a weight; give a finite number of at most 3.4e38"):
            set_entries(document, session, "dense_1.weight", {(0, 0): value})
    with pytest.raises(NNLabError, match="None of the selected nodes has weights"):
        reinitialise(document, session, ["tanh_1"])
    assert not document.can_undo


def test_a_network_with_errors_says_what_to_wait_for(trained: World) -> None:
    document, session = trained.document, trained.session
    document.attempt("Cut", lambda g: edits.remove_nodes(g, ["binary_cross_entropy_1"]))
    with pytest.raises(NNLabError, match="weights cannot be changed until then"):
        set_entries(document, session, "dense_1.weight", {(0, 0): 1.0})


def test_the_undo_step_names_the_node_of_a_parameter_with_two_dots() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1, id="hidden"))
    document = Document(Project(b.build()))
    session = SimpleNamespace(parameters=lambda names: {name: np.zeros((1, 2), np.float32) for name in names})
    set_entries(document, session, "hidden.lora_A.task_b", {(0, 1): 0.5})  # type: ignore[arg-type]
    assert document.undo_stack.undoText().endswith(" of hidden")


def test_a_seed_that_nobody_chose_is_any_a_project_may_have(trained: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """From 1 to the largest seed, so that two draws are hardly ever the same; and it is the one that is used."""
    asked: list[tuple[int, int]] = []

    def randrange(self: object, start: int, stop: int) -> int:
        asked.append((start, stop))
        return stop - 1

    monkeypatch.setattr("random.SystemRandom.randrange", randrange)
    reinitialise(trained.document, trained.session, ["dense_1"])
    assert asked == [(1, int(SEED.maximum or 0) + 1)]
    drawn = initial_values("xavier_uniform", (8, 2), int(SEED.maximum or 0), "dense_1.weight")
    np.testing.assert_array_equal(trained.session.parameters(["dense_1.weight"])["dense_1.weight"], drawn.astype(np.float32))
