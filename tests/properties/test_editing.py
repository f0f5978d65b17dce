"""Undo, as a property: 300 random edits through the real window, all undone, all made again, step by step and canvas by canvas.

NNLAB_EDITS sets how many, NNLAB_FUZZ_SEED which.
"""

from __future__ import annotations

import os
import random
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from thoroughness import FUZZ_SEED, cases

from nnlab.app import open_window
from nnlab.core.dataset import datasets
from nnlab.core.operator import operators
from nnlab.core.preparation import DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph import edits
from nnlab.graph.adapt import adapt
from nnlab.graph.alignment import ALIGNMENTS
from nnlab.graph.diagnostic import DataShape
from nnlab.graph.graph import Node
from nnlab.graph.validation import validate
from nnlab.ui.document.document import Document
from nnlab.ui.files.store import Store
from nnlab.ui.widgets.slider import Slider
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window
EDITS = int(os.environ.get("NNLAB_EDITS", cases(300, 1500)))
MOST_NODES = 14
OPERATORS = [kind.name for kind in operators if kind.name.isidentifier()]
ACTIVATIONS = [kind.name for kind in operators if kind.is_activation]
DATA = ("spiral", "circle", "xor", "plane")


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    """The spiral example in the Build workspace, where what is drawn depends on the project alone and on no weights."""
    window = open_window("spiral", store=Store(tmp_path / "store"))
    qtbot.waitExposed(window)
    window.show_workspace("build")
    yield window
    window.files.give_up()
    window.close()
    window.deleteLater()


class Hands:
    """Does something at random, as a person would: by the commands that gestures, keys and menus end in."""

    def __init__(self, window: MainWindow, seed: int) -> None:
        self.window, self.random = window, random.Random(seed)
        self.document, self.selection = window.document, window.selection
        self.commands, self.arranging, self.clipboard = window.canvas.commands, window.canvas.arranging, window.canvas.clipboard
        self.gestures = 0
        self.edits: dict[str, Callable[[], object]] = {
            name: getattr(self, name) for name in vars(type(self)) if not name.startswith("_") and name != "edit"
        }
        self.done: dict[str, int] = dict.fromkeys(self.edits, 0)

    def edit(self) -> None:
        """Makes one edit, or finds that it is refused."""
        names = list(self.edits) if len(self.document.graph) <= MOST_NODES else ["delete", "bypass", "undo_some", "start_over"]
        if len(self.document.graph) < 3:
            names = ["add", "paste", "duplicate", "fix"]
        name = self.random.choice(names)
        before = self.document.project
        self.edits[name]()
        self.done[name] += self.document.project != before

    # What to do it to

    def _some(self, most: int = 3) -> list[str]:
        ids = [node.id for node in self.document.graph]
        chosen = self.random.sample(ids, min(len(ids), self.random.randint(1, most)))
        self.selection.set(chosen)
        return chosen

    def _one(self) -> Node:
        return self.document.graph[self._some(1)[0]]

    def _place(self) -> tuple[float, float]:
        return self.random.uniform(-200, 900), self.random.uniform(-200, 400)

    # Edits

    def add(self) -> None:
        self.selection.set([])
        self.commands.add(self.random.choice(OPERATORS), self._place())

    def add_behind(self) -> None:
        self.commands.add(self.random.choice(OPERATORS), after=self._one().id)

    def insert_on_edge(self) -> None:
        graph = self.document.graph
        shown = [e for e in graph.edges if self.window.canvas.scene.owner[e.source] != self.window.canvas.scene.owner[e.target]]
        if shown:
            self.commands.add_on_edge(self.random.choice(OPERATORS), self.random.choice(shown), self._place())

    def connect(self) -> None:
        source, target = self._one(), self._one()
        ports = self.document.graph.ports(target.id)
        if ports and not source.kind.is_loss:
            self.commands.connect_nodes(source.id, target.id, self.random.choice(ports))

    def disconnect(self) -> None:
        if self.document.graph.edges:
            self.commands.remove_edge(self.random.choice(self.document.graph.edges))

    def delete(self) -> None:
        self._some()
        self.commands.delete()

    def bypass(self) -> None:
        self._some(1)
        self.commands.delete_and_join()

    def detach(self) -> None:
        self._some(1)
        self.commands.detach()

    def rename(self) -> None:
        self.commands.rename(self._one().id, f"part {self.random.randint(0, 999)}")

    def move(self) -> None:
        cards = [name for name in self.window.canvas.scene.cards if self.random.random() < 0.4]
        self.commands.move({name: self._place() for name in cards})

    def nudge(self) -> None:
        self._some(2)
        for _ in range(self.random.randint(1, 4)):
            QTest.keyClick(self.window.canvas.view, self.random.choice((Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)))

    def duplicate(self) -> None:
        if len(self.document.graph):
            self._some()
            self.commands.duplicate()

    def cut_and_paste(self) -> None:
        self._some(2)
        self.clipboard.cut()
        self.clipboard.paste()

    def paste(self) -> None:
        if len(self.document.graph):
            self._some(2)
            self.clipboard.copy()
            self.clipboard.paste(self._place())
        else:
            self.start_over()

    def start_over(self) -> None:
        QApplication.clipboard().setText(self.random.choice(("2-4-1 tanh", "2-3-3-1 relu", "2-8-1")))
        self.clipboard.paste()

    def configure(self) -> None:
        node, value = self._one(), self.random.randint(1, 9)
        sizes = [name for name in ("units", "filters", "features", "vocabulary") if name in node.settings]
        if sizes:
            self.document.attempt(f"Change {sizes[0]}", lambda graph: edits.configure(graph, node.id, **{sizes[0]: value}))

    def drag_a_setting(self) -> None:
        layers = [node for node in self.document.graph if "units" in node.settings]
        if layers:
            node = self.random.choice(layers)
            self.gestures += 1
            for units in range(1, self.random.randint(2, 8)):
                self.document.attempt(
                    "Change units", lambda graph, units=units: edits.configure(graph, node.id, units=units), f"slider {self.gestures}"
                )

    def exchange(self) -> None:
        node, operator = self._one(), self.random.choice(OPERATORS)
        self.commands.attempt(f"Use {operator}", lambda graph: edits.replace_operator(graph, node.id, operator))

    def activate(self) -> None:
        layers = [node for node in self.document.graph if node.operator == "dense"]
        if layers:
            self.commands.add(self.random.choice(ACTIVATIONS), after=self.random.choice(layers).id)

    def freeze(self) -> None:
        layers = [node.id for node in self.document.graph if node.kind.parameters]
        if layers:
            chosen = self.random.sample(layers, 1)
            frozen = not self.document.graph[chosen[0]].frozen
            self.document.attempt("Freeze", lambda graph: edits.set_frozen(graph, chosen, frozen))

    def tidy(self) -> None:
        self.arranging.tidy()

    def line_up(self) -> None:
        self._some(4)
        self.arranging.align(self.random.choice(list(ALIGNMENTS)))
        self.arranging.distribute(self.random.randint(0, 1))

    def group(self) -> None:
        self._some(4)
        self.arranging.group()
        self.window.canvas.view.setFocus()  # ends writing the title

    def ungroup(self) -> None:
        if self.document.graph.groups:
            self.selection.set(self.random.choice(self.document.graph.groups).members)
            self.arranging.ungroup()

    def fold(self) -> None:
        if self.document.graph.groups:
            self.arranging.fold(self.random.choice(self.document.graph.groups).id)

    def comment(self) -> None:
        self.arranging.comment(self._place())
        self.window.canvas.view.setFocus()

    def write(self) -> None:
        if self.document.graph.comments:
            self.arranging.write(self.random.choice(self.document.graph.comments).id, self.random.choice(("", "why?", "two\nlines")))

    def fix(self) -> None:
        data = self.window.session.data
        shape = DataShape(data.x.shape[1], data.target) if data is not None else None
        problems = [problem for problem in validate(self.document.graph, shape) if problem.fixes]
        if problems:
            fix = self.random.choice(self.random.choice(problems).fixes)
            self.document.attempt(fix.name, fix.apply)

    def change_data(self) -> None:
        settings = DataSettings(self.random.choice([name for name in DATA if name in datasets]), seed=self.random.randint(0, 3))
        data = prepare(settings)
        graph = adapt(self.document.graph, DataShape(data.x.shape[1], data.target))
        self.document.edit("Change data", replace(self.document.project, data=settings, graph=graph))

    def change_training(self) -> None:
        training = self.document.project.training
        changed = self.random.choice(
            (
                replace(training, learning_rate=self.random.choice((0.01, 0.1, 0.3))),
                replace(training, batch_size=self.random.randint(1, 64)),
                replace(training, seed=self.random.randint(0, 9)),
                replace(training, optimizer=self.random.choice(("sgd", "adam")), optimizer_settings={}),
            )
        )
        self.document.edit("Change training", replace(self.document.project, training=changed))

    def undo_some(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.document.undo()


def picture(window: MainWindow) -> tuple[dict[str, object], QImage]:
    """The canvas as values and as pixels, with nothing selected and the whole network in sight."""
    window.selection.set()
    while window.message_bar.current is not None:  # what was refused lies over the canvas
        window.message_bar.close_message()
    canvas, scene = window.canvas, window.canvas.scene
    canvas.fit()
    QApplication.processEvents()
    canvas.fit()
    values = {
        "cards": dict(scene.cards),
        "places": {name: (item.position.toTuple(), item.outline.getRect()) for name, item in scene.items_by_card.items()},
        "edges": set(scene.edges.items),
        "groups": {name: item.rect.getRect() for name, item in scene.frames.items()},
        "comments": {name: (item.comment, item.outline.getRect()) for name, item in scene.comments.items()},
        "problems": scene.messages,
        "room": scene.content_rect().getRect(),
    }
    return values, canvas.view.viewport().grab().toImage()


def assert_equal_canvas(window: MainWindow, expected: tuple[dict[str, object], QImage], folder: Path) -> None:
    values, image = picture(window)
    for name, value in expected[0].items():
        assert values[name] == value, name
    if image != expected[1]:
        image.save(str(folder / "is.png"))
        expected[1].save(str(folder / "was.png"))
    assert image == expected[1], f"the pictures differ; see {folder}"


def test_everything_can_be_undone_and_made_again(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    document, hands = window.document, Hands(window, FUZZ_SEED)
    stack = document.undo_stack
    assert stack.undoLimit() == 0, "unlimited"
    states: dict[int, Project] = {0: document.project}
    first = picture(window)

    def note(index: int) -> None:
        states[index] = document.project

    stack.indexChanged.connect(note)
    while stack.count() < EDITS:
        hands.edit()
        assert all(stack.text(i) for i in range(max(0, stack.index() - 4), stack.index())), "every step has a name"
    while document.can_redo:
        document.redo()
    stack.indexChanged.disconnect(note)
    last, steps = picture(window), stack.count()
    assert stack.index() == steps >= EDITS
    never = [name for name, count in hands.done.items() if count == 0]
    assert EDITS < 300 or never == [], f"never done: {never}"
    while document.can_undo:
        document.undo()
        assert document.project == states[stack.index()], stack.index()
    assert_equal_canvas(window, first, tmp_path)
    while document.can_redo:
        document.redo()
        assert document.project == states[stack.index()], stack.index()
    assert_equal_canvas(window, last, tmp_path)
    document.go_to(0)  # all once more, as a click on the history does
    assert document.project == states[0]
    assert_equal_canvas(window, first, tmp_path)
    document.go_to(steps)
    assert document.project == states[steps]
    assert_equal_canvas(window, last, tmp_path)


def test_a_nudge_is_one_step_until_something_else_happens(window: MainWindow) -> None:
    document, view = window.document, window.canvas.view
    start = document.graph
    window.selection.set(["dense_2"])
    for _ in range(5):
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert document.undo_stack.count() == 1
    window.selection.set(["dense_1"])
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert document.undo_stack.count() == 2
    document.undo()
    document.undo()
    assert document.graph == start
    window.selection.set(["dense_2"])
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert document.undo_stack.count() == 0, "what comes back to where it was is no step"


def test_a_drag_of_a_card_is_one_step(window: MainWindow, qtbot: QtBot) -> None:
    view, scene = window.canvas.view, window.canvas.scene
    start = window.document.graph
    at = view.mapFromScene(scene.items_by_card["dense_2"].outline.center())
    QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    for i in range(1, 12):
        QTest.mouseMove(view.viewport(), at + QPoint(3 * i, 9 * i))
    QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at + QPoint(33, 99))
    assert window.document.undo_stack.count() == 1
    assert window.document.graph != start
    window.document.undo()
    assert window.document.graph == start


def test_a_drag_of_a_slider_is_one_step(window: MainWindow, qtbot: QtBot) -> None:
    window.selection.set(["dense_2"])
    start = window.document.graph
    slider = next(s for s in window.inspector.findChildren(Slider) if s.isVisible() and s.isEnabled())
    y = slider.height() // 2
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(slider.width() // 3, y))
    for x in range(slider.width() // 3, slider.width() - 8, 4):
        QTest.mouseMove(slider, QPoint(x, y))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(slider.width() - 8, y))
    qtbot.waitUntil(lambda: window.document.graph != start)
    assert window.document.undo_stack.count() == 1
    window.document.undo()
    assert window.document.graph == start


def test_five_thousand_steps_fit_into_time_and_memory() -> None:
    """A document alone: what an edit costs beyond what follows it."""
    from networks import mlp

    document = Document(Project(mlp([2, *[8] * 20, 1])))
    tracemalloc.start()
    begin = time.perf_counter()
    for i in range(5000):
        document.attempt(f"Change units {i}", lambda graph, i=i: edits.configure(graph, "dense_3", units=1 + i % 64))
    document.go_to(0)
    document.go_to(5000)
    seconds, (_, peak) = time.perf_counter() - begin, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert document.undo_stack.count() == 5000
    assert peak < 120e6, f"{peak / 1e6:.0f} MB"
    assert seconds < 20.0, f"{seconds:.1f} s"
