"""Into an operation, its elements and their terms and out again, both ways; the numbers are the engine's, and nothing is computed again."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from nnlab.ui.canvas.model.paths import TermEdge
from nnlab.ui.stepper.levels import ELEMENT, OPERATION, TERM
from nnlab.ui.stepper.matrix_forms import Matrix
from nnlab.ui.stepper.term_content import cell_of

TERMS_Z = 2 + 1  # of a neuron of dense_1: two inputs and the bias


def where(panel: Any) -> tuple[int, str, tuple[int, ...], int | None]:
    return panel.model.done, panel.model.target, panel.model.index(panel.model.target), panel.levels.term


def go(steps: Any, way: Any) -> None:
    """One step; where it runs an operation, until that has been told."""
    told: list[object] = []

    def tell(event: object = None) -> None:
        told.append(event)

    session, levels = steps.world.session, steps.panel.levels
    session.stepped.connect(tell)
    levels.moved.connect(tell)
    way()
    steps.world.qtbot.waitUntil(lambda: bool(told) and not levels.is_waiting, timeout=20_000)
    session.stepped.disconnect(tell)
    levels.moved.disconnect(tell)


def test_into_goes_to_the_elements_and_to_their_terms_and_out_comes_back(steps: Any) -> None:
    panel, levels = steps.panel, steps.panel.levels
    lit: list[TermEdge | None] = []
    panel.term_changed.connect(lit.append)
    steps.to(1)
    first = panel.model.index("y")
    assert levels.level == OPERATION and levels.term is None and panel.terms.isHidden() and not panel.formula.isHidden()
    panel.into()
    assert levels.level == ELEMENT and panel.model.index("y") == first and levels.position == (0, 64)
    assert f"neuron {first[1] + 1}, sample {first[0] + 1}, element 1 of 64" in panel.scrubber.text
    panel.into()
    assert levels.level == TERM and levels.term == 0 and not panel.terms.isHidden() and panel.formula.isHidden()
    after, unit, sample = panel.model.trace.after, first[1], first[0]
    expected = [float(after["weight"][unit, j]) * float(after["x"][sample, j]) for j in range(2)] + [float(after["bias"][unit])]
    for term in range(TERMS_Z):
        table = panel.terms.table
        assert table.done == term + 1 and table.so_far == pytest.approx(sum(expected[: term + 1]), rel=1e-15)
        shown = next(m for m in panel.picture.matrices.form.matrices if m.argument == "y")
        cell = after["y"][first] if term == 2 else sum(expected[: term + 1])
        assert shown.values[unit, 0] == pytest.approx(cell, rel=1e-15)
        marked = {m.argument: m.mark for m in panel.picture.matrices.form.matrices if m.mark is not None}
        assert marked == ({"weight": (unit, term), "x": (term, 0)} if term < 2 else {"bias": (unit, 0)})
        assert lit[-1] == (TermEdge("dense_1.weight", (unit, term), expected[term]) if term < 2 else None)
        if term < 2:
            panel.into()
    assert table.written == after["y"][first] and table.is_complete
    assert "term 3 of 3" in panel.scrubber.text
    panel.over()
    assert where(panel) == (1, "y", (first[0], first[1] + 1) if first[1] < 7 else ((first[0] + 1) % 8, 0), 0)
    panel.back()
    assert where(panel) == (1, "y", first, 2)
    panel.out()
    assert levels.level == ELEMENT and levels.term is None and panel.terms.isHidden() and lit[-1] is None
    panel.out()
    assert levels.level == OPERATION and panel.scrubber.text.endswith(f"operation 1 of {len(panel.model.instructions)}")


def test_over_and_back_pass_through_every_element_and_tensor_in_both_directions(steps: Any) -> None:
    """From the backward pass of dense_3 element by element through its three tensors, on into the next operation, and all the way back."""
    panel = steps.panel
    steps.to(8)
    targets = panel.model.targets
    assert targets == ("d_weight", "d_bias", "d_x")
    panel.into()
    passed = [where(panel)]
    sizes = [int(np.prod(panel.model.trace.after[target].shape)) for target in targets]
    for _ in range(sum(sizes) + 2):
        go(steps, panel.over)
        passed.append(where(panel))
    assert [sum(done == 8 and target == t for done, target, _, _ in passed) for t in targets] == sizes
    assert len({index for done, target, index, _ in passed if (done, target) == (8, "d_x")}) == sizes[2], "every one once"
    assert passed[-1][0] == 9 and panel.levels.level == ELEMENT
    back = [where(panel)]
    for _ in passed[1:]:
        go(steps, panel.back)
        back.append(where(panel))
    assert back == passed[::-1]


def test_weights_are_the_same_bits_whatever_was_stepped(steps: Any, qtbot: QtBot) -> None:
    """Operations, elements and terms, there and back and there again: the iteration leaves what one that ran would have left."""
    panel, session = steps.panel, steps.world.session
    names = ["dense_1.weight", "dense_2.weight", "dense_3.bias"]

    def weights() -> list[bytes]:
        return [values.tobytes() for values in session.parameters(names).values()]

    ran = {}
    for _ in range(6):
        steps.world.train(1)
        ran[session.iteration] = weights()
    with qtbot.waitSignal(session.stepped):
        session.back_to(200)
    steps.to(6)  # the loss: no axes, one number
    panel.into()
    panel.into()
    assert panel.levels.level == TERM and len(panel.terms.table.products) == 8 and panel.terms.table.then == "times 1/8"
    for _ in range(8):
        go(steps, panel.over)
    generator = np.random.default_rng(3)
    ways = (panel.over, panel.over, panel.into, panel.back, panel.out)
    for _ in range(60):
        go(steps, ways[generator.integers(5)])
    with qtbot.waitSignal(session.stepped):
        panel.finish()
    assert not session.last_step.inside and weights() == ran[session.past.reach.iteration]


def test_another_moment_that_is_asked_for_ends_it(steps: Any) -> None:
    panel = steps.panel
    steps.to(1)
    panel.into()
    panel.into()
    steps.to(3)
    assert panel.levels.level == OPERATION and panel.terms.isHidden()


def test_a_term_is_chosen_by_mouse_wheel_and_keys(steps: Any, qtbot: QtBot) -> None:
    panel = steps.panel
    steps.to(3)
    panel.into()
    panel.into()
    steps.settle()
    shown = panel.terms
    qtbot.mouseClick(shown, Qt.MouseButton.LeftButton, pos=shown.rect_of(2).center().toPoint())
    assert panel.levels.term == 2 and panel.words.text().startswith("Term 3 of 9: ")
    for key, term in ((Qt.Key.Key_Down, 3), (Qt.Key.Key_Up, 2), (Qt.Key.Key_End, 8), (Qt.Key.Key_Down, 8), (Qt.Key.Key_Home, 0)):
        qtbot.keyClick(shown, key)
        assert panel.levels.term == term and term in shown.visible_terms
    assert "so far" in shown.accessibleDescription()
    panel.header.predict_button.setChecked(True)
    assert shown.isHidden(), "what is to be predicted is not given away"


def test_the_cell_of_an_element_is_found_within_the_outline_first() -> None:
    matrix = Matrix("W", "", np.zeros((3, 4)), "weight", lambda r, c: (r, c), row=1)
    assert cell_of(matrix, (1, 3)) == (1, 3) and cell_of(matrix, (2, 0)) == (2, 0) and cell_of(matrix, (5, 5)) is None
    large = Matrix("W", "", np.zeros((300, 300)), "weight", lambda r, c: (r, c), row=7)
    assert cell_of(large, (7, 299)) == (7, 299) and cell_of(large, (8, 0)) is None, "a large one is not searched outside it"
