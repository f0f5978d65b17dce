import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.slider import NumberSlider, Slider

LEFT = Qt.MouseButton.LeftButton


def turn_wheel(widget: QWidget) -> None:
    middle = QPointF(widget.rect().center())
    place = QPointF(widget.mapToGlobal(middle.toPoint()))
    event = QWheelEvent(
        middle,
        place,
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)


@pytest.fixture
def slider(theme: Theme, qtbot: QtBot) -> NumberSlider:
    widget = NumberSlider(theme, 1e-4, 1.0, logarithmic=True, name="Rate")
    qtbot.addWidget(widget)
    widget.resize(218, 22)
    with qtbot.waitActive(widget):
        widget.show()
    return widget


def test_a_click_moves_the_knob_there_and_a_drag_goes_on(slider: NumberSlider, qtbot: QtBot) -> None:
    seen: list[float] = []
    slider.moved.connect(seen.append)
    qtbot.mousePress(slider, LEFT, pos=QPoint(109, 11))
    assert slider.number == pytest.approx(1e-2, rel=0.05)
    qtbot.mouseMove(slider, QPoint(500, 11))
    assert slider.number == 1.0
    assert slider.isSliderDown()
    with qtbot.waitSignal(slider.sliderReleased):
        qtbot.mouseRelease(slider, LEFT, pos=QPoint(500, 11))
    assert seen[-1] == 1.0


def test_ends_are_exact_and_setting_is_silent(slider: NumberSlider, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(slider.moved):
        slider.set_number(0.0)
        assert slider.number == 1e-4
        slider.set_number(99)
        assert slider.number == 1.0
        slider.set_number(1e-3)
    assert slider.number == pytest.approx(1e-3, rel=0.01)


def test_linear_sliders_go_by_equal_steps(theme: Theme, qtbot: QtBot) -> None:
    slider = NumberSlider(theme, -1.0, 3.0)
    qtbot.addWidget(slider)
    slider.set_number(0.0)
    assert slider.value() == 250
    assert slider.number == 0.0


def test_keys_move_it(slider: NumberSlider, qtbot: QtBot) -> None:
    slider.set_number(1e-2)
    with qtbot.waitSignal(slider.moved):
        qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.number > 1e-2
    qtbot.keyClick(slider, Qt.Key.Key_Home)
    assert slider.number == 1e-4


def test_the_wheel_moves_only_a_focused_slider(theme: Theme, qtbot: QtBot) -> None:
    slider = Slider(theme, "Split")
    qtbot.addWidget(slider)
    slider.setValue(50)
    with qtbot.waitActive(slider):
        slider.show()
    slider.clearFocus()
    turn_wheel(slider)
    assert slider.value() == 50
    slider.setFocus()
    turn_wheel(slider)
    assert slider.value() != 50


@pytest.mark.parametrize(("low", "high", "logarithmic"), [(1.0, 1.0, False), (2.0, 1.0, False), (0.0, 1.0, True)])
def test_impossible_ranges_are_refused(theme: Theme, low: float, high: float, logarithmic: bool) -> None:
    with pytest.raises(ValueError, match="not possible"):
        NumberSlider(theme, low, high, logarithmic)
