"""Templates and networks as text in the real window: by shortcut, menu and clipboard, with undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow, shared_window

from nnlab.files.network_text import write_network_text
from nnlab.files.playground import read_playground
from nnlab.templates.template import ordered
from nnlab.ui.window.main_window import MainWindow

CONTROL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
ADDRESS = "https://playground.tensorflow.org/#activation=tanh&networkShape=4,2&dataset=circle&seed=0.31415&noise=10"

pytestmark = pytest.mark.window


@pytest.fixture(scope="module")
def shared(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SharedWindow]:
    with shared_window(tmp_path_factory.mktemp("shared")) as one:
        yield one


@pytest.fixture
def window(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    """The spiral example, loaded and shown."""
    return shared.as_new(qtbot)


def act(window: MainWindow, name: str) -> None:
    window.actions_by_id[name].trigger()


def test_a_shortcut_a_line_and_enter_make_a_network_that_can_be_undone(window: MainWindow, qtbot) -> None:
    before = window.document.project
    assert window.actions_by_id["file.template"].shortcut().toString() == "Ctrl+Shift+N"
    act(window, "file.template")
    dialog = window.networks.dialog
    assert dialog is not None and dialog.isVisible() and dialog.isModal()
    qtbot.keyClicks(dialog.field, "2-5-3-1 tanh")
    qtbot.keyClick(dialog.field, Qt.Key.Key_Return)
    assert [n.settings["units"] for n in window.document.graph.topological() if n.operator == "dense"] == [5, 3, 1]
    assert window.document.undo_stack.undoText() == "MLP 2-5-3-1 tanh"
    assert window.networks.dialog is None
    window.document.undo()
    assert window.document.project == before


def test_a_replaced_network_starts_from_weights_of_its_own(window: MainWindow, qtbot) -> None:
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.iteration > 0, timeout=20_000)
    act(window, "file.template")
    qtbot.keyClicks(window.networks.dialog.field, "2-8-6-1 tanh")
    qtbot.keyClick(window.networks.dialog.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.iteration == 0, timeout=20_000)


def test_a_network_that_is_here_already_keeps_what_it_learned(window: MainWindow, qtbot) -> None:
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.iteration > 0 and not window.session.is_playing, timeout=20_000)
    iteration = window.session.iteration
    act(window, "edit.copy_network")
    act(window, "edit.paste_network")
    assert window.session.iteration == iteration and not window.document.can_undo


def test_a_template_with_data_of_its_own_trains_in_the_window(window: MainWindow, qtbot) -> None:
    act(window, "file.template")
    dialog = window.networks.dialog
    dialog.choose("attention")
    qtbot.waitUntil(lambda: dialog.offer is not None and dialog.offer.label.startswith("Attention"), timeout=20_000)
    qtbot.mouseClick(dialog.new_button, Qt.MouseButton.LeftButton)
    assert window.document.project.data.name == "digits"
    assert not window.document.can_undo and window.document.name == "Attention, 8 tokens of 16"
    qtbot.waitUntil(lambda: window.session.can_run, timeout=20_000)
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.iteration >= 45, timeout=60_000)


def test_cancel_leaves_everything(window: MainWindow, qtbot) -> None:
    before = window.document.project
    act(window, "file.template")
    qtbot.mouseClick(window.networks.dialog.cancel_button, Qt.MouseButton.LeftButton)
    assert window.document.project is before and not window.document.can_undo


def test_a_network_is_copied_as_text_and_pasted_back(window: MainWindow, qtbot) -> None:
    graph = window.document.graph
    act(window, "edit.copy_network")
    assert QApplication.clipboard().text() == write_network_text(graph)
    window.document.apply("Clear", type(graph)())
    act(window, "edit.paste_network")
    assert window.document.graph == graph
    assert window.document.undo_stack.undoText() == "Paste network"


def test_an_address_is_pasted_and_copied_back(window: MainWindow, qtbot) -> None:
    QApplication.clipboard().setText(ADDRESS)
    act(window, "edit.paste_network")
    expected = read_playground(ADDRESS)
    assert window.document.project == expected
    qtbot.waitUntil(lambda: window.session.can_run and window.session.data is not None, timeout=20_000)
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.iteration >= 25, timeout=20_000)
    act(window, "edit.copy_playground")
    assert read_playground(QApplication.clipboard().text()) == expected


def test_what_cannot_be_pasted_or_copied_is_said_in_the_message_bar(window: MainWindow, qtbot) -> None:
    before, said = window.document.project, []
    window.networks.failed.connect(said.append)
    QApplication.clipboard().setText("a shopping list")
    act(window, "edit.paste_network")
    act(window, "edit.copy_playground")
    assert len(said) == 2 and "This text is not a network" in said[0] and "TensorFlow Playground" in said[1]
    assert window.message_bar.isVisible()
    assert window.document.project is before


def test_a_line_for_other_data_says_what_became_of_it(window: MainWindow, qtbot) -> None:
    told: list[str] = []
    window.networks.told.connect(told.append)
    QApplication.clipboard().setText("784-16-10 relu")
    act(window, "edit.paste_network")
    assert window.document.undo_stack.undoText() == "MLP 2-16-1 relu"
    assert "so this is 2-16-1" in told[0]


def test_the_commands_stand_in_the_menus(window: MainWindow) -> None:
    menus = {menu.title(): menu for menu in window.menu.findChildren(type(window.menu))}
    assert window.actions_by_id["file.template"] in menus["File"].actions()
    for name in ("edit.copy_network", "edit.paste_network", "edit.copy_playground"):
        assert window.actions_by_id[name] in menus["Edit"].actions()


@pytest.mark.parametrize("name", [template.name for template in ordered()])
def test_every_template_runs_in_the_window_and_is_undone_and_redone(window: MainWindow, qtbot: QtBot, name: str) -> None:
    document, session = window.document, window.session
    before = document.project
    act(window, "file.template")
    window.networks.dialog.choose(name)
    window.networks.dialog.take()
    after = document.project
    assert after != before
    qtbot.waitUntil(lambda: session.can_run and session.iteration == 0 and session.frame is not None, timeout=20_000)
    assert [d for d in session.diagnostics if d.severity == "error"] == []
    session.step_epoch()
    qtbot.waitUntil(lambda: session.iteration > 0, timeout=60_000)
    document.undo()
    assert document.project == before
    document.redo()
    assert document.project == after
    assert set(window.canvas.scene.owner) == {node.id for node in after.graph.nodes}
