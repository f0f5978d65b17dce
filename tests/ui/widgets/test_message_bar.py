import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.message_bar import MessageBar


@pytest.fixture
def bar(theme: Theme, qtbot: QtBot) -> MessageBar:
    widget = MessageBar(theme)
    qtbot.addWidget(widget)
    widget.resize(600, 36)
    return widget


def text(bar: MessageBar) -> str | None:
    return bar.current.text if bar.current else None


def test_it_is_hidden_until_there_is_something_to_say(bar: MessageBar) -> None:
    assert bar.isHidden()
    bar.show_error("The file is cut off.")
    assert not bar.isHidden()
    assert bar.accessibleName() == "Error: The file is cut off."
    bar.close_message()
    assert bar.isHidden()


def test_news_never_covers_a_problem_and_the_newest_problem_is_in_front(bar: MessageBar) -> None:
    bar.show_warning("first warning")
    bar.show_error("first error")
    bar.show_error("second error")
    bar.show_info("saved")
    shown = []
    while bar.current:
        shown.append(text(bar))
        bar.close_message()
    assert shown == ["second error", "first error", "first warning", "saved"]


def test_news_disappears_by_itself_and_problems_stay(bar: MessageBar) -> None:
    bar.show_warning("a warning")
    bar.show_info("saved")
    assert bar._timer.isActive()
    bar._timer.timeout.emit()
    assert text(bar) == "a warning"
    bar.close_message()
    assert bar.isHidden()


def test_the_button_acts_and_closes(bar: MessageBar, qtbot: QtBot) -> None:
    done: list[str] = []
    bar.show_error("4 logits for 3 classes.", "Set 3 units", lambda: done.append("set"))
    button = bar.findChild(QPushButton)
    assert button.accessibleName() == "Set 3 units"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert (done, bar.isHidden()) == (["set"], True)


def test_the_same_message_or_key_is_not_shown_twice(bar: MessageBar) -> None:
    bar.show_error("NaN at step 5.", key="nan")
    bar.show_error("NaN at step 6.", key="nan")
    bar.show_error("NaN at step 6.")
    assert text(bar) == "NaN at step 6."
    bar.close_message()
    assert bar.isHidden()
    bar.show_error("gone", key="cause")
    bar.take_back("cause")
    assert bar.isHidden()


def test_it_can_be_closed_by_button_and_by_key(bar: MessageBar, qtbot: QtBot) -> None:
    bar.show_error("one")
    bar.show_error("two")
    close = bar.findChild(IconButton)
    assert close.accessibleName() == "Close this message"
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert text(bar) == "one"
    qtbot.keyClick(close, Qt.Key.Key_Escape)
    assert bar.isHidden()
