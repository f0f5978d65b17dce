import math

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.icons import icon
from nnlab.ui.look.metrics import SCALES
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.buttons import MainButton
from nnlab.ui.widgets.job_item import JobRow
from nnlab.ui.widgets.transport_bar import CounterSpec, Figure, SpeedControl, TransportBar, operations_of

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def actions(theme: Theme) -> list[QAction]:
    made = []
    for role in ("start", "back", "play", "step", "epoch"):
        action = QAction(icon(theme, role), role.capitalize())
        action.setObjectName(f"run.{role}")
        made.append(action)
    return made


@pytest.fixture
def bar(theme: Theme, qtbot: QtBot, actions: list[QAction]) -> TransportBar:
    widget = TransportBar(theme, actions, actions[2])
    qtbot.addWidget(widget)
    widget.resize(1280, 56)
    widget.show()
    return widget


def test_buttons_run_their_actions_and_one_is_the_main(bar: TransportBar, actions: list[QAction], qtbot: QtBot) -> None:
    for action in actions:
        with qtbot.waitSignal(action.triggered):
            qtbot.mouseClick(bar.button(action), LEFT)
        assert isinstance(bar.button(action), MainButton) == (action is actions[2])
    with pytest.raises(KeyError):
        bar.button(QAction("unknown"))


def test_counters_are_written(bar: TransportBar) -> None:
    bar.set_counters(
        epoch=87, iteration=(4304, None), batch=(4, 50), batch_loss=0.44961, smoothed=0.1307, validation=None, learning_rate=0.004
    )  # fmt: skip
    bar.set_counters(iterations_per_second=485123.0, frames_per_second=59.7)
    written = {name: counter.text for name, counter in bar.counters.items()}
    assert written == {
        "epoch": "87", "iteration": "4,304", "batch": "4 / 50", "batch_loss": "0.4496", "smoothed": "0.1307", "validation": "–",
        "learning_rate": "0.004", "iterations_per_second": "485,000", "frames_per_second": "60",
    }  # fmt: skip
    with pytest.raises(KeyError):
        bar.set_counters(moment=3)


def test_changing_values_do_not_move_anything(bar: TransportBar) -> None:
    bar.set_counters(epoch=1, iteration=(1, None), batch=(1, 50), batch_loss=2.0, iterations_per_second=1.0)
    places = {name: counter.geometry() for name, counter in bar.counters.items()}
    for step in range(200):
        bar.set_counters(
            epoch=step, iteration=(step * 997, None), batch=(step % 50, 50), batch_loss=1 / (step + 1), iterations_per_second=step * 777.0
        )
    bar.layout().activate()
    assert {name: counter.geometry() for name, counter in bar.counters.items()} == places


@pytest.mark.parametrize(("width", "scale"), [(1024, 1.0), (1280, 1.0), (1280, 1.25), (2560, 1.0), (2560, 1.6)])
def test_what_may_go_goes_and_the_rest_fits(bar: TransportBar, theme: Theme, width: int, scale: float) -> None:
    theme.set_window_width(width)
    theme.set_scale(scale)
    bar.resize(width, theme.metrics.transport)
    bar.layout().activate()
    visible = [counter for counter in bar.counters.values() if counter.isVisible()]
    for name in ("epoch", "iteration", "batch", "batch_loss"):
        assert bar.counters[name].isVisible()
    assert bar.speed.isVisible()
    ends = [widget.geometry() for widget in (*visible, bar.speed)]
    assert max(place.right() for place in ends) < width
    for i, place in enumerate(ends):
        assert not any(place.intersects(other) for other in ends[i + 1 :])


def test_extras_come_with_width(bar: TransportBar, theme: Theme) -> None:
    bar.resize(1024, 56)
    assert not bar.counters["validation"].isVisible()
    bar.resize(1900, 56)
    assert bar.counters["validation"].isVisible()
    assert bar.counters["learning_rate"].isVisible()


def test_the_least_needed_go_first(bar: TransportBar) -> None:
    gone: list[str] = []
    for width in range(1600, bar.minimumSizeHint().width() - 1, -4):
        bar.resize(width, 56)
        gone += [name for name, counter in bar.counters.items() if not counter.isVisible() and name not in gone]
    assert gone == ["learning_rate", "validation", "frames_per_second", "iterations_per_second", "smoothed", "batch", "epoch"]
    assert not bar.speed.isVisible()


STEPPER = ("start", "back", "over", "into", "out", "epoch", "play")  # the workspace with the most buttons


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [1024, 1100, 1280, 1440, 1600, 1920, 2200, 2560])
def test_nothing_in_the_bar_lies_on_anything_else(bar: TransportBar, theme: Theme, qtbot: QtBot, width: int, scale: float) -> None:
    if width in (1024, 1440, 2200):
        bar.show_jobs([JobRow("Gradient check", 0.5, "about 12 s left")])
    actions = [QAction(icon(theme, role), role.capitalize(), bar) for role in STEPPER]
    bar.set_actions(actions, actions[2])  # made after the bar, so that they hear of another scale after it
    bar.set_counters(iteration=(1_234_567, None), batch_loss=0.51234, batch=(999, 1000), iterations_per_second=1.0)
    bar.resize(width, theme.metrics.transport)
    theme.set_window_width(width)
    theme.set_scale(scale)
    qtbot.wait(1)  # lays the bar out
    shown = [child for child in bar.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly) if child.isVisible()]
    places = [child.geometry() for child in shown]
    for i, place in enumerate(places):
        assert bar.rect().contains(place)
        assert not any(place.intersects(other) for other in places[i + 1 :])
    assert all(bar.button(action) in shown for action in actions)
    assert bar.counters["iteration"] in shown
    assert bar.counters["batch_loss"] in shown
    for child in shown:
        assert child.width() >= child.sizeHint().width() or child.width() == child.minimumWidth()


def test_a_job_takes_the_room_of_what_is_less_needed_and_gives_it_back(bar: TransportBar) -> None:
    def shown() -> list[str]:
        return [name for name, counter in bar.counters.items() if counter.isVisible()]

    bar.resize(1024, 56)
    before = shown()
    bar.show_jobs([JobRow("Gradient check", 0.5)])
    assert bar.jobs.isVisible()
    assert set(shown()) < set(before)
    assert {"iteration", "batch_loss"} <= set(shown())
    bar.set_unavailable("The loss has no input")
    assert bar.jobs.isVisible()
    assert shown() == []
    bar.set_unavailable(None)
    bar.show_jobs([])
    assert not bar.jobs.isVisible()
    assert shown() == before


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_the_bar_comes_to_rest(bar: TransportBar, theme: Theme, qtbot: QtBot, scale: float) -> None:
    """Laying out asks for the room there is, and changing the room asks for laying out: that must end."""
    theme.set_scale(scale)
    bar.resize(bar.minimumSizeHint().width(), theme.metrics.transport)
    qtbot.wait(20)
    asked: list[QEvent.Type] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            asked.append(event.type())
            return False

    watch = Watch(bar)
    bar.installEventFilter(watch)
    qtbot.wait(20)
    assert QEvent.Type.LayoutRequest not in asked


def test_a_longer_number_takes_the_room_of_an_extra(bar: TransportBar, qtbot: QtBot) -> None:
    bar.resize(next(width for width in range(900, 1600) if _shows(bar, "frames_per_second", width)), 56)
    bar.set_counters(iteration=(10**12, None))
    qtbot.waitUntil(lambda: not bar.counters["frames_per_second"].isVisible())
    assert bar.counters["iteration"].width() > 0


def _shows(bar: TransportBar, name: str, width: int) -> bool:
    bar.resize(width, 56)
    return bar.counters[name].isVisible()


def test_a_reason_stands_where_the_counters_were(bar: TransportBar) -> None:
    bar.set_unavailable("Training waits for 1 error in dense_3")
    assert bar.unavailable == "Training waits for 1 error in dense_3"
    assert not bar.counters["epoch"].isVisible()
    assert not bar.speed.isVisible()
    bar.set_unavailable(None)
    assert bar.unavailable is None
    assert bar.counters["epoch"].isVisible()


def test_other_workspaces_bring_other_actions_and_counters(theme: Theme, qtbot: QtBot, bar: TransportBar) -> None:
    over = QAction(icon(theme, "over"), "Step over")
    bar.set_actions([over], over)
    assert isinstance(bar.button(over), MainButton)
    spec = CounterSpec("phase", "phase", "backward", "What the step belongs to", lambda text: (text, "", None))
    other = TransportBar(theme, counters=[spec], rates=[])
    qtbot.addWidget(other)
    other.set_counters(phase="backward")
    assert other.counters["phase"].text == "backward"


@pytest.fixture
def speed(theme: Theme, qtbot: QtBot) -> SpeedControl:
    widget = SpeedControl(theme)
    qtbot.addWidget(widget)
    widget.show()
    return widget


def test_speed_runs_from_one_operation_per_second_to_full(speed: SpeedControl, qtbot: QtBot) -> None:
    assert math.isinf(speed.speed)
    assert speed.text == "full"
    with qtbot.waitSignal(speed.speed_changed) as caught:
        qtbot.mouseClick(speed.slider, LEFT, pos=QPoint(0, 10))
    assert caught.args == [0.1] and operations_of(0.1) == 1.0
    assert speed.text == "1 op/s"
    speed.set_speed(1.0)
    assert speed.text == "1.00/s" and operations_of(1.0) is None
    with qtbot.waitSignal(speed.speed_changed) as caught:
        qtbot.mouseClick(speed.slider, LEFT, pos=QPoint(speed.slider.width() - 1, 10))
    assert math.isinf(caught.args[0])


def test_setting_the_speed_is_silent(speed: SpeedControl, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(speed.speed_changed):
        speed.set_speed(50)
        assert speed.speed == pytest.approx(50, rel=0.03)
        speed.set_speed(math.inf)
    assert math.isinf(speed.speed)


def test_figures_stand_in_the_place_of_the_counters_they_replace(qtbot: QtBot, theme: Theme) -> None:
    bar = TransportBar(theme)
    qtbot.addWidget(bar)
    bar.resize(1600, 60)
    bar.show()
    bar.show_figures([Figure("units added", "6", " / 12", "in the sum")], ("smoothed",))
    assert bar.figures[0].isVisible() and bar.figures[0].accessibleName() == "units added 6 / 12"
    assert bar.counters["batch_loss"].isVisible() and not bar.counters["smoothed"].isVisible() and not bar.figures[1].isVisible()
    bar.show_figures([])
    assert not bar.figures[0].isVisible() and bar.counters["smoothed"].isVisible()
