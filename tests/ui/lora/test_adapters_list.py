"""The list of adapters by keys and by its menu: each is one undoable edit, and what is refused leaves the rows as they were."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot
from worlds import World

from nnlab.graph.adapters import adapted as names_of
from nnlab.training.session_adapters import summaries
from nnlab.ui.adapters.adapter_edits import AdapterEdits
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora import adapters_list
from nnlab.ui.lora.adapters_list import AdaptersList
from nnlab.ui.lora.shown_adapter import ShownAdapter


class Listed:
    """The list with what it edits; it follows the document as its panel lets it."""

    def __init__(self, world: World, theme: Theme) -> None:
        self.document = world.document
        self.edits = AdapterEdits(world.document, world.session)
        self.shown = ShownAdapter(world.document, world.session)
        self.list = AdaptersList(theme, self.edits, self.shown)
        self.refused: list[str] = []
        self.edits.refused.connect(self.refused.append)
        world.document.changed.connect(self.follow)
        self.follow()

    def follow(self, *_: object) -> None:
        graph = self.document.graph
        self.list.show_adapters(summaries(graph, {f"{n.id}.{p.name}": 1 for n in graph for p in n.parameters}))

    @property
    def on(self) -> list[str]:
        return [row.summary.name for row in self.list.rows if row.summary is not None and row.summary.enabled]

    def do(self, title: str) -> None:
        """What the menu of the adapter that is shown does."""
        menu = self.list.menu(self.shown.name)
        next(action for action in menu.actions() if action.text() == title).trigger()
        menu.deleteLater()


@pytest.fixture
def listed(adapted: World, theme: Theme, qtbot: QtBot) -> Listed:
    made = Listed(adapted, theme)
    qtbot.addWidget(made.list)
    made.list.resize(264, 200)
    made.list.show()
    return made


def test_digits_switch_add_and_go_back_to_the_base(listed: Listed) -> None:
    for key, shift, on in (
        (Qt.Key.Key_2, False, ["task_b"]), (Qt.Key.Key_1, True, ["task_a", "task_b"]), (Qt.Key.Key_2, True, ["task_a"]),
        (Qt.Key.Key_0, False, []), (Qt.Key.Key_9, False, []), (Qt.Key.Key_1, False, ["task_a"]),
    ):  # fmt: skip
        QTest.keyClick(listed.list, key, Qt.KeyboardModifier.ShiftModifier if shift else Qt.KeyboardModifier.NoModifier)
        assert listed.on == on
    assert listed.document.undo_stack.count() == 5 and listed.shown.name == "task_a"
    QTest.keyClick(listed.list, Qt.Key.Key_Down)
    assert listed.shown.name == "task_b"


def test_everything_of_the_menu_is_one_edit(listed: Listed) -> None:
    listed.shown.choose_adapter("task_a")
    for title, undo in (
        ("Switch to it alone", "Switch to task_a"), ("Keep as it is", "Keep task_a"), ("Train", "Train task_a"),
        ("Merge into W", "Merge task_a"), ("Unmerge", "Unmerge task_a"), ("Duplicate", "Duplicate task_a"), ("Delete", "Delete task_a"),
    ):  # fmt: skip
        before = listed.document.undo_stack.count()
        listed.do(title)
        assert listed.document.undo_stack.undoText() == undo and listed.document.undo_stack.count() == before + 1
    assert list(names_of(listed.document.graph)) == ["task_b", "task_c"]
    listed.document.undo_stack.undo()
    listed.shown.choose_adapter("task_a")
    listed.do("Rename")
    row = listed.list.row("task_a")
    QTest.keyClicks(row.editor, "task_b")
    QTest.keyClick(row.editor, Qt.Key.Key_Return)
    assert listed.refused[-1] == "An adapter named 'task_b' already exists; choose another name."
    listed.list.rows[0].renamed.emit("sine")
    assert list(names_of(listed.document.graph)) == ["sine", "task_b", "task_c"] and listed.shown.name == "sine"


def test_a_merge_that_would_move_outputs_is_refused_and_switches_go_back(listed: Listed) -> None:
    graph = listed.document.graph
    listed.shown.choose_adapter("task_b")
    listed.do("Merge into W")
    assert listed.refused[-1].endswith("merge or switch off task_a first, or unmerge task_b.") and listed.document.graph is graph
    QTest.keyClick(listed.list, Qt.Key.Key_2)
    listed.do("Merge into W")
    merged = listed.document.graph
    QTest.mouseClick(listed.list.row("task_a").check, Qt.MouseButton.LeftButton)
    assert "or unmerge task_b." in listed.refused[-1] and listed.document.graph is merged
    assert not listed.list.row("task_a").check.isChecked() and listed.list.row("task_b").rank.text() == "r 2, merged"


def test_what_no_file_holds_is_taken_away_only_when_it_is_wanted(listed: Listed, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter((False, True))
    ask: Callable[[object, str], bool] = lambda parent, name: next(answers)  # noqa: E731
    monkeypatch.setattr(adapters_list, "ask_to_delete", ask)
    monkeypatch.setattr(listed.edits, "has_unsaved_work", lambda name: True)
    for left in (["task_a", "task_b"], ["task_b"]):
        listed.shown.choose_adapter("task_a")
        QTest.keyClick(listed.list, Qt.Key.Key_Delete)
        assert list(names_of(listed.document.graph)) == left
