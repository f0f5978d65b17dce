import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QPushButton, QWidget
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


def test_it_lies_over_what_it_belongs_to_and_never_cuts_a_sentence(theme: Theme, qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    page.resize(700, 400)
    inner = QWidget(page)
    under = QWidget(inner)
    bar = MessageBar(theme, page)
    bar.lie_over(under)
    page.show()
    for width, words in ((600, 4), (600, 60), (400, 12)):
        inner.setGeometry(40, 30, 650, 360)
        under.setGeometry(10, 20, width, 300)
        bar.show_error(" ".join(["sentence"] * words), "Copy details", lambda: None, key="one")
        qtbot.wait(10)
        room = under.rect().translated(under.mapTo(page, under.rect().topLeft()))
        assert room.contains(bar.geometry()) and bar.geometry().top() - room.top() < 12
        label = bar._text
        needed = label.fontMetrics().boundingRect(QRect(0, 0, label.width(), 1000), int(Qt.TextFlag.TextWordWrap), label.text())
        assert needed.width() <= label.width() and needed.height() <= label.height()
    inner.move(20, 5)
    assert bar.geometry().top() < 40, "it follows"
