"""The time strip by mouse and keys: what it asks for, and what it shows meanwhile."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from nnlab.ui.widgets.time_strip import TimeStrip

KEY = Qt.Key


@pytest.fixture
def strip(theme, qtbot):
    """A run of 1,000 iterations, shown at its end, on a strip whose ends lie 6 pixels from the edges: one iteration a pixel."""
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1012, 200)
    made = TimeStrip(theme, window)
    made.setGeometry(0, 100, 1012, made.height())
    made.set_time(1000, 1000)
    with qtbot.waitActive(window):
        window.show()
    yield made  # and with it the window lives
    window.close()


@pytest.fixture
def asked(strip):
    found = []
    strip.asked.connect(found.append)
    return found


def at(iteration):
    return QPoint(round(6 + iteration), 5)


def test_a_click_asks_for_the_iteration_under_the_pointer(strip, asked):
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=at(300))
    assert len(asked) == 1 and asked[0] == pytest.approx(300, abs=1)
    assert strip.bubble_text == f"{asked[0]}"
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=at(300))


def test_a_drag_asks_on_the_way_and_ends_at_the_ends(strip, asked):
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=at(300))
    QTest.mouseMove(strip, at(120))
    QTest.mouseMove(strip, QPoint(-50, 5))
    QTest.mouseMove(strip, QPoint(2000, 5))
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=at(1000))
    assert asked[1] == pytest.approx(120, abs=1)
    assert asked[2:] == [0, 1000]


def test_arrows_pages_and_ends(strip, asked):
    strip.setFocus()
    strip.set_time(500, 1000)
    for key in (KEY.Key_Left, KEY.Key_Right, KEY.Key_PageUp, KEY.Key_PageDown, KEY.Key_Home, KEY.Key_End):
        QTest.keyClick(strip, key)
    assert asked == [499, 501, 450, 550, 0, 1000]


def test_digits_and_enter_go_to_what_was_typed(strip, asked):
    strip.setFocus()
    QTest.keyClicks(strip, "231")
    assert strip.bubble_text == "231 ⏎"
    QTest.keyClick(strip, KEY.Key_Backspace)
    QTest.keyClick(strip, KEY.Key_Return)
    assert asked == [23]
    assert strip.bubble_text == ""
    QTest.keyClicks(strip, "99999")
    QTest.keyClick(strip, KEY.Key_Return)  # no further than the run has come: it is there already
    QTest.keyClicks(strip, "7")
    QTest.keyClick(strip, KEY.Key_Escape)
    QTest.keyClick(strip, KEY.Key_Return)
    assert asked == [23]


def test_a_mark_draws_the_pointer_to_itself_and_is_named(strip, asked):
    strip.set_marks([(400, "rate 0.02 → 0.005")])
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=at(403))
    assert asked == [400]
    assert strip.bubble_text == "400  rate 0.02 → 0.005"
    QTest.mouseRelease(strip, Qt.MouseButton.LeftButton, pos=at(403))
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=at(410))
    assert asked[1] == pytest.approx(410, abs=1)


def test_before_the_first_iteration_there_is_nowhere_to_go(strip, asked):
    strip.set_time(0, 0)
    strip._latest = 0
    strip.set_time(0, 0)
    QTest.mousePress(strip, Qt.MouseButton.LeftButton, pos=at(500))
    strip.setFocus()
    QTest.keyClick(strip, KEY.Key_Left)
    assert asked == []


def test_it_says_where_the_run_is(strip):
    strip.set_time(250, 1000)
    assert strip.accessibleDescription() == "Iteration 250 of 1,000"
    assert strip.is_in_the_past
    assert strip.x_of(250) == pytest.approx(6 + 250)
