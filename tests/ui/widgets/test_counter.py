import pytest
from PySide6.QtGui import QPaintEvent
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.counter import Counter


class Watched(Counter):
    paints = 0

    def paintEvent(self, event: QPaintEvent) -> None:
        self.paints += 1
        super().paintEvent(event)


@pytest.fixture
def counter(theme: Theme, qtbot: QtBot) -> Watched:
    widget = Watched(theme, "iteration", "0,000,000", "Updates so far")
    qtbot.addWidget(widget)
    with qtbot.waitExposed(widget):
        widget.show()
    qtbot.waitUntil(lambda: widget.paints > 0)
    return widget


def test_a_new_value_repaints_once_and_an_equal_one_never(counter: Watched, qtbot: QtBot) -> None:
    before = counter.paints
    counter.set_value("4,304")
    counter.set_value("4,305")
    qtbot.waitUntil(lambda: counter.paints == before + 1)
    for _ in range(5):
        counter.set_value("4,305")
        counter.set_share(None)
        qtbot.wait(1)
    assert counter.paints == before + 1


def test_values_never_move_the_neighbours(counter: Watched) -> None:
    width = counter.width()
    for value in ("1", "99,999", "1,000,000", "–"):
        counter.set_value(value)
        assert counter.width() == width
    counter.set_value("1,000,000,000,000")
    assert counter.width() > width


def test_the_bar_repaints_only_when_a_pixel_changes(counter: Watched, qtbot: QtBot) -> None:
    pixel = 1 / counter._bar_rect().width()
    before = counter.paints
    counter.set_share(10 * pixel)
    qtbot.waitUntil(lambda: counter.paints == before + 1)
    counter.set_share(10.3 * pixel)
    qtbot.wait(5)
    assert counter.paints == before + 1
    counter.set_share(11 * pixel)
    qtbot.waitUntil(lambda: counter.paints == before + 2)


def test_label_and_value_are_its_accessible_name(counter: Watched) -> None:
    counter.set_value("4", " / 50")
    assert counter.accessibleName() == "iteration 4 / 50"
    assert counter.text == "4 / 50"


def test_nothing_is_cut_off(theme: Theme, qtbot: QtBot) -> None:
    """Label, value and bar lie within the widget, at every size."""
    for width, scale in ((1280, 1.0), (2560, 1.0), (1280, 2.0)):
        theme.set_window_width(width)
        theme.set_scale(scale)
        counter = Counter(theme, "learning rate", "0.0000")
        qtbot.addWidget(counter)
        assert counter._label_rect().top() >= 0
        assert counter._bar_rect().bottom() < counter.height()
