"""What a newcomer types into the command palette finds what is meant, as the first of the list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from real_windows import real_windows, shut

from nnlab.ui.run.chosen_sample import ChosenSample, SampleId
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.provenance import NumberSources
from nnlab.ui.window.synonyms import PHRASES

EXPECTED = {
    "examples": "example.", "open example": "example.", "example": "example.", "demo": "example.",
    "tutorial": "example.",
    "spiral": "example.spiral", "save picture": "file.picture", "screenshot": "file.picture", "export": "file.export",
    "import": "file.open", "csv": "file.open", "load": "file.open", "new": "file.new", "mlp": "file.template", "exit": "file.quit",
    "dark mode": "view.theme", "light": "view.theme", "theme": "view.theme", "font size": "view.larger", "bigger": "view.larger",
    "learning rate": "run.settings", "batch size": "run.settings", "optimizer": "run.settings", "settings": "run.settings",
    "hyperparameters": "run.settings", "dataset": "run.data", "noise": "run.data", "reset": "run.rewind", "restart": "run.rewind",
    "shuffle": "run.dice", "random": "run.dice", "seed": "run.dice", "run": "run.play", "start": "run.play", "train": "run.play",
    "stop": "run.play", "pause": "run.play", "play": "run.play", "delete": "edit.delete", "remove": "edit.delete", "layout": "edit.tidy",
    "arrange": "edit.tidy", "zoom": "view.fit", "zoom in": "view.zoom_in", "help": "help.shortcuts", "manual": "help.shortcuts",
    "keys": "help.shortcuts", "shortcuts": "help.shortcuts", "version": "help.about", "undo": "edit.undo", "save": "file.save",
    "speed": "run.full_speed", "faster": "run.full_speed", "note": "edit.comment", "layer": "edit.add", "add": "edit.add",
    "lr finder": "run.find_rate", "find learning rate": "run.find_rate",
    "gradient check": "step.check_all", "debug": "step.over", "quit": "file.quit", "copy": "edit.copy", "paste": "edit.paste",
}  # fmt: skip


@pytest.fixture(scope="module")
def window(qapp, tmp_path_factory) -> Iterator[MainWindow]:
    from nnlab.app import open_window
    from nnlab.ui.files.store import Store

    shown = open_window("spiral", store=Store(tmp_path_factory.mktemp("store")))
    shown.actions_by_id["view.commands"].trigger()
    yield shown
    shut(shown)
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)


@pytest.mark.parametrize("typed", list(EXPECTED))
def test_what_is_typed_finds_what_is_meant(window: MainWindow, typed: str) -> None:
    window.commands.field.setText(typed)
    first = window.commands.found[0].objectName()
    wanted = EXPECTED[typed]
    assert first.startswith(wanted) if wanted.endswith(".") else first == wanted, [a.objectName() for a in window.commands.found[:4]]


def test_the_dial_beside_the_learning_rate_starts_the_finder(window: MainWindow, qtbot: QtBot) -> None:
    window.panels["training"].find_button.click()  # type: ignore[attr-defined]
    finder = window.panels["rate_finder"]
    assert finder.job is not None and finder.isVisible()  # type: ignore[attr-defined]
    qtbot.waitUntil(lambda: finder.job is None, timeout=20_000)  # type: ignore[attr-defined]
    assert finder.curve is not None  # type: ignore[attr-defined]


def test_examples_lists_every_example(window: MainWindow) -> None:
    window.commands.field.setText("examples")
    found = [action.objectName() for action in window.commands.found]
    assert all(name.startswith("example.") for name in found[:15]) and "example.xor" in found[:15]


def test_every_phrase_belongs_to_an_action(window: MainWindow) -> None:
    names = {action.objectName() for action in window.commands._actions}
    known = names | {f"{name.partition('.')[0]}." for name in names}
    assert set(PHRASES) <= known


def test_an_example_opens_from_the_palette(qtbot: QtBot, tmp_path: Path) -> None:
    with real_windows(qtbot, tmp_path / "store") as open_one:
        window = open_one("spiral")
        window.actions_by_id["view.commands"].trigger()
        window.commands.field.setText("xor")
        window.commands.run_current()
        qtbot.waitUntil(lambda: window.document.project.data.name == "xor", timeout=10_000)


def test_the_chosen_sample_is_the_one_that_step_explains(window: MainWindow, qtbot: QtBot) -> None:
    chosen, session, model = window.services.shared(ChosenSample), window.session, window.stepper.model
    session.step_forward(1)
    qtbot.waitUntil(lambda: model.trace is not None and session.frame is not None and len(session.frame.samples) > 4, timeout=20_000)
    assert session.frame is not None
    chosen.choose(SampleId(int(session.frame.samples[4])))
    assert model._sample == 4 and window.canvas.neurons.choice.number == session.frame.samples[4]


def test_a_click_or_a_key_tells_where_a_number_comes_from_and_checks_it(window: MainWindow, qtbot: QtBot) -> None:
    popover = next(child for child in window.children() if isinstance(child, NumberSources)).popover
    counter = window.transport.bar.counters["validation"]
    window.session.step_epoch()  # the loss on the validation data is of the weights at its end
    qtbot.waitUntil(lambda: not window.session.is_playing and window.session.iteration > 0, timeout=20_000)
    qtbot.waitUntil(lambda: popover.ask(counter), timeout=20_000)
    popover.close_box()
    QTest.mouseClick(counter, Qt.MouseButton.LeftButton)
    assert popover.isVisible() and popover.shown is not None and popover.shown.name == "Validation loss"
    QTest.keyClick(popover, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: popover.verdict.isVisible(), timeout=20_000)
    assert popover.verdict.text().startswith("Worked out again by the engine: ")
    QTest.keyClick(popover, Qt.Key.Key_Left)
    assert popover.isVisible() and popover.shown.name == "Smoothed loss" and popover.check.isVisible()
    QTest.keyClick(popover, Qt.Key.Key_Escape)
    assert not popover.isVisible()
    window.actions_by_id["view.provenance"].trigger()
    assert popover.isVisible()
    popover.close_box()
