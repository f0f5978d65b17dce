"""The whole window without a mouse: every control has a name, shows that it has the focus, and lets it go again."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAction, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar, QWidget
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow

from nnlab.ui.look.tokens import DARK, LIGHT
from nnlab.ui.widgets.shortcut_sheet import shortcuts
from nnlab.ui.window.main_window import MainWindow
from nnlab.ui.window.regions import focusable
from nnlab.ui.workspaces import workspaces

pytestmark = pytest.mark.window


@pytest.fixture
def active(shared: SharedWindow, qtbot: QtBot) -> MainWindow:
    """The window with the keyboard, and a layer selected so that the inspector has something to show."""
    window = shared.as_new(qtbot)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.selection.set(["dense_2"])
    return window


def press(key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key, modifiers)


def name_of(widget: QWidget) -> str:
    """What a screen reader says of it."""
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) or interface.text(QAccessible.Text.Description) if interface is not None else ""


def walk(window: MainWindow, forward: bool = True) -> Iterator[QWidget]:
    """Every widget Tab comes to until it is where it began. Tab belongs to the canvas' search, so F6 leads on from there."""
    start = QApplication.focusWidget()
    for _ in range(400):
        focused = QApplication.focusWidget()
        assert focused is not None
        yield focused
        if focused is window.canvas.view and forward:
            window.regions.tab(True)
        else:
            press(Qt.Key.Key_Tab if forward else Qt.Key.Key_Backtab)
        assert QApplication.focusWidget() is not focused, f"{type(focused).__name__} {name_of(focused)!r} keeps the focus"
        if QApplication.focusWidget() is start:
            return
    raise AssertionError("Tab does not come back to where it began")


def pictures(widget: QWidget) -> tuple[QImage, QImage]:
    """A widget with the focus and without it."""
    window = widget.window()
    place = widget.rect().translated(widget.mapTo(window, widget.rect().topLeft()))
    # A line edit that blinks differs from itself: what counts is whether any of the two phases shows the focus all the time.
    QApplication.setCursorFlashTime(0)
    with_focus = window.grab(place).toImage()
    widget.clearFocus()
    without = window.grab(place).toImage()
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    return with_focus, without


@pytest.mark.parametrize("workspace", list(workspaces()))
def test_tab_comes_to_everything_and_everything_has_a_name(active: MainWindow, workspace: str, qtbot: QtBot) -> None:
    active.show_workspace(workspace)
    qtbot.wait(30)  # docks are laid out on the next turns of the event loop
    active.regions.go(1)
    there = list(walk(active))
    back = list(walk(active, forward=False))
    assert set(there) == set(back)
    unnamed = [f"{type(w).__name__} in {type(w.parent()).__name__}" for w in there if not name_of(w)]
    assert unnamed == []
    parts = [part for part in active.regions._parts() if focusable(part)]
    assert all(any(part is w or part.isAncestorOf(w) for w in there) for part in parts)
    for dock in active.area.docks.values():
        inside = [w for w in there if dock.isAncestorOf(w)]
        assert not inside or active.area.is_shown(dock.name), f"Tab walks through {dock.name}, which nobody sees"


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_focus_is_seen(active: MainWindow, mode: str, qtbot: QtBot) -> None:
    """In every workspace; together, for to style a full window anew takes longer than to look at one."""
    active._theme.set_mode(mode)  # type: ignore[arg-type]
    unseen, seen = [], dict.fromkeys(workspaces(), 0)
    for workspace in workspaces():
        active.show_workspace(workspace)
        qtbot.wait(30)
        active.regions.go(1)
        for widget in list(walk(active)):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            if widget.hasFocus():
                seen[workspace] += 1
                with_focus, without = pictures(widget)
                if with_focus == without:
                    unseen.append(f"{workspace}: {type(widget).__name__} {name_of(widget)!r}")
    active._theme.set_mode("dark")
    assert unseen == [] and min(seen.values()) > 5, seen


def test_f6_goes_round_the_regions_and_back(active: MainWindow, qtbot: QtBot) -> None:
    active.show_workspace("build")
    qtbot.wait(30)
    active.canvas.view.setFocus()
    seen: list[QWidget] = []
    for _ in range(12):
        press(Qt.Key.Key_F6)
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused is active.canvas.view:
            break
        seen.append(focused)
    assert QApplication.focusWidget() is active.canvas.view
    regions = [part for part in active.regions._parts() if not isinstance(part, QTabBar) and focusable(part)]
    assert len(seen) == len(regions) - 1
    for expected in reversed(seen):
        press(Qt.Key.Key_F6, Qt.KeyboardModifier.ShiftModifier)
        assert QApplication.focusWidget() is expected, "a region has the focus where it had it before"


def test_every_action_has_words_a_tip_and_is_found_by_its_name(active: MainWindow, qtbot: QtBot) -> None:
    act = active.actions_by_id["view.commands"]
    act.trigger()
    palette = active.commands
    reachable = {action.objectName() for action in palette._actions}
    for action in active.all_actions():
        assert action.objectName(), action.text()
        assert action.text().strip("& …"), action.objectName()
        assert action.toolTip(), action.objectName()
        assert action.objectName() in reachable
        if action.isVisible():
            palette.field.setText(action.text().replace("&", ""))
            assert action in palette.found[:6], action.text()
    palette.close_palette()
    assert len(reachable) == len(palette._actions), "two actions have one name"


def test_no_two_actions_share_a_key_where_both_could_be_meant(active: MainWindow) -> None:
    seen: dict[str, str] = {}
    for action in active.findChildren(QAction):
        for keys in action.shortcuts():
            text = keys.toString()
            assert text not in seen or seen[text] == action.objectName(), f"{text}: {seen[text]} and {action.objectName()}"
            seen[text] = action.objectName()


def test_the_sheet_has_every_key_there_is(active: MainWindow) -> None:
    active.actions_by_id["help.shortcuts"].trigger()
    assert active.shortcuts.isVisible()
    listed = {keys for line in active.shortcuts.found for keys in line.keys}
    for action in active.all_actions():
        assert {keys.toString(keys.SequenceFormat.NativeText) for keys in action.shortcuts()} <= listed, action.objectName()
    assert len(active.shortcuts.found) > len(shortcuts(active.all_actions())), "what is no action is there, too"
    active.shortcuts.close_box()


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_what_is_written_can_be_read(tokens: object, contrast: Callable[[object, object], float]) -> None:
    """The pairs that the problems, the history and the shortcut sheet use: text from 4.5, outlines and icons from 3 (WCAG 2.1)."""
    for text, ground in (
        ("text", "panel"), ("text2", "panel"), ("text3", "panel"), ("text", "sel"), ("text2", "sel"), ("text", "card"), ("text2", "card"),
        ("text", "raised"), ("text2", "raised"),
    ):  # fmt: skip
        assert contrast(getattr(tokens, text), getattr(tokens, ground)) >= 4.5, (text, ground)
    for line, ground in (
        ("accent", "panel"),
        ("accent", "sel"),
        ("accent", "raised"),
        ("error", "panel"),
        ("warn", "panel"),
        ("stroke", "panel"),
    ):
        assert contrast(getattr(tokens, line), getattr(tokens, ground)) >= 3.0, (line, ground)


@pytest.fixture
def contrast() -> Callable[[object, object], float]:
    """WCAG's contrast ratio of two colours."""

    def luminance(color) -> float:  # type: ignore[no-untyped-def]
        parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (color.redF(), color.greenF(), color.blueF())]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    def ratio(a: object, b: object) -> float:
        low, high = sorted((luminance(a), luminance(b)))
        return (high + 0.05) / (low + 0.05)

    return ratio
