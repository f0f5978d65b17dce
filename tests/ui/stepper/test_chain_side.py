"""The chain of a weight in the side column: numbers in print, shown by real events."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QTreeWidgetItem
from pytestqt.qtbot import QtBot
from worlds import World, world

from nnlab.engine.chain import ChainElement
from nnlab.files.examples import load_example
from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper import chain_side
from nnlab.ui.stepper.chain_side import NO_BATCH, path_in_short
from nnlab.ui.stepper.stepper_panel import StepperPanel

LAYERS = ("dense_1", "dense_2", "conv2d_1")


class Paths:
    def __init__(self, found: World, panel: StepperPanel, qtbot: QtBot) -> None:
        self.world, self.panel, self.qtbot, self.side = found, panel, qtbot, panel.chain

    def to(self, done: int) -> None:
        with self.qtbot.waitSignal(self.world.session.stepped, timeout=20_000):
            self.panel.model.go_to(done)

    def arrive(self, name: str, index: tuple[int, ...]) -> None:
        def is_there() -> bool:
            chain = self.side.chain
            return chain is not None and (chain.start.tensor, chain.start.index) == (name, index)

        self.qtbot.waitUntil(is_there, timeout=20_000)

    @property
    def rows(self) -> list[tuple[str, str]]:
        tree = self.side.tree
        return [texts(tree.topLevelItem(k)) for k in range(tree.topLevelItemCount())]


def texts(item: QTreeWidgetItem | None) -> tuple[str, str]:
    assert item is not None
    return item.text(0), item.text(1)


@pytest.fixture
def paths(qtbot: QtBot, theme: Theme) -> Iterator[Paths]:
    with world(load_example("textbook"), qtbot) as found:
        panel = StepperPanel(theme, found.session, found.document, found.selection)
        qtbot.addWidget(panel)
        qtbot.addWidget(panel.chain)
        panel.show()
        panel.chain.show()
        yield Paths(found, panel, qtbot)


def test_the_worked_examples_paths_are_shown_with_their_factors(paths: Paths, qtbot: QtBot) -> None:
    """A Step by Step Backpropagation Example (M. Mazur, 2015): 0.7413 · 0.1868 · 0.4 · 0.2413 · 0.05, and the other way round."""
    side = paths.side
    paths.to(3)
    side.chooser.parameter.setCurrentText("dense_1.weight")
    for picker in side.chooser.pickers[:2]:
        qtbot.keyClick(picker, Qt.Key.Key_PageDown)
    paths.arrive("dense_1.weight", (0, 0))
    assert paths.rows == [("1 → 1", "6.68e−4"), ("1 → 2", "−2.30e−4")]
    assert side.caption.text() == "2 paths" and not side.others.isVisible()
    item = side.tree.topLevelItem(0)
    assert item is not None
    assert [texts(item.child(k)) for k in range(item.childCount())] == [
        ("∂dense_1 / ∂weight", "0.0500"), ("∂sigmoid_1 / ∂dense_1", "0.2413"), ("∂dense_2 / ∂sigmoid_1", "0.4000"),
        ("∂sigmoid_2 / ∂dense_2", "0.1868"), ("∂loss / ∂sigmoid_2", "0.7414"),
    ]  # fmt: skip
    assert (side.listed.text, side.gradient.text) == ("4.39e−4", "4.39e−4")
    qtbot.keyClick(side.tree, Qt.Key.Key_Right)
    assert item.isExpanded()
    qtbot.keyClick(side.chooser.pickers[0], Qt.Key.Key_Up)
    paths.arrive("dense_1.weight", (1, 0))
    assert [way for way, _ in paths.rows] == ["2 → 1", "2 → 2"]


def test_an_activation_has_paths_and_a_slice_and_lights_the_canvas(paths: Paths, qtbot: QtBot) -> None:
    """Of h1 in the worked example: its two paths, the finite difference, and the loss along it with the tangent."""
    side = paths.side
    lit: list[tuple[object, object]] = []
    side.paths_changed.connect(lambda chain, path: lit.append((chain, path)))
    paths.to(8)
    side.chooser.parameter.setCurrentText("sigmoid_1.y")
    qtbot.waitUntil(lambda: side.chooser.pickers[1].isVisible(), timeout=20_000)
    qtbot.keyClick(side.chooser.pickers[1], Qt.Key.Key_PageDown)
    paths.arrive("sigmoid_1.y", (0, 0))
    assert len(paths.rows) == 2 and side.chain is not None
    assert side.chain.total == pytest.approx(0.05539942 - 0.01904912, abs=1e-7)  # ∂Eo1/∂out_h1 + ∂Eo2/∂out_h1, as printed
    assert lit[-1] == (side.chain, None)
    qtbot.keyClick(side.tree, Qt.Key.Key_Down)
    assert lit[-1] == (side.chain, 1)
    qtbot.mouseClick(side.slice.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: side.slice.result is not None, timeout=20_000)
    found = side.slice.result
    assert found is not None and found.check.agrees and found.check.gradient == pytest.approx(side.chain.total, rel=1e-12)
    assert side.slice.plot.isVisible() and side.slice.step.text == "6.1e−6"
    paths.to(9)
    assert side.chooser.name == "sigmoid_1.y"  # a moment does not take away what a person chose
    side.hide()
    assert lit[-1] == (None, None)


def test_without_a_batch_it_says_what_to_do(paths: Paths) -> None:
    assert paths.side.caption.text() == NO_BATCH and not paths.side.tree.isVisible()
    paths.to(2)
    paths.qtbot.waitUntil(lambda: paths.side.chain is not None, timeout=20_000)
    assert paths.side.tree.isVisible()


def test_a_path_is_told_by_its_units() -> None:
    loss, a, b = ChainElement("mse_1.loss", ()), ChainElement("dense_1.y", (4, 2)), ChainElement("dense_2.y", (4, 0))
    activation, weight = ChainElement("tanh_1.y", (4, 2)), ChainElement("dense_1.weight", (2, 1))
    assert path_in_short((loss, b, activation, a, weight), samples=8, layers=LAYERS) == "5: 3 → 1"
    assert path_in_short((loss, b, activation, a, weight), samples=1, layers=LAYERS) == "3 → 1"
    straight = ChainElement("dense_2.y", (4, 2))
    assert path_in_short((loss, straight, activation, a, weight), samples=8, layers=LAYERS) == "5: 3 → 3"
    assert path_in_short((loss, weight), samples=8, layers=LAYERS) == "directly"
    assert path_in_short((loss, ChainElement("conv2d_1.y", (0, 1, 2, 3)), weight), samples=1, layers=LAYERS) == "[2, 3, 4]"


def test_of_too_many_paths_the_rest_is_summed_and_counted(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listed by size; 6.68e−4 is, what is left of the whole of 4.39e−4 is the smaller one."""
    monkeypatch.setattr(chain_side, "LISTED", 1)
    side = paths.side
    paths.to(3)
    side.chooser.parameter.setCurrentText("dense_1.weight")
    paths.arrive("dense_1.weight", side.chooser.index)
    side.chain = None
    side._asked = None
    side.ask()
    assert side.caption.text() == "Working out the paths …"
    paths.arrive("dense_1.weight", side.chooser.index)
    assert side.caption.text() == "2 paths; the 1 largest are listed" and len(paths.rows) == 1
    assert side.others.isVisible() and side.others.accessibleName() == f"1 others {side.others.text}"
    chain = side.chain
    assert chain is not None and chain.products[0] + chain.rest == pytest.approx(chain.total, rel=1e-12)


def test_another_project_has_none_of_the_paths_of_the_one_before(paths: Paths, qtbot: QtBot) -> None:
    paths.to(3)
    paths.side.chooser.parameter.setCurrentText("dense_1.weight")
    qtbot.waitUntil(lambda: paths.side.chain is not None)
    lit: list[object] = []
    paths.side.paths_changed.connect(lambda chain, path: lit.append(chain))
    paths.world.document.replace(load_example("plane"), "plane")
    assert paths.side.chain is None and lit and set(lit) == {None} and paths.rows == []
