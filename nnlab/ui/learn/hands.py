"""Show me: what a lesson's gestures do, by the controls a person would use: keys typed into fields, buttons clicked, actions triggered.

A drawn pointer goes to the control first. One gesture follows the other when what it began is there: training that was asked for ends, a
panel is shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QWidget

from nnlab.lessons.lesson import ShownGesture
from nnlab.ui.learn.arrivals import Arrivals
from nnlab.ui.learn.finding import FoundControl, action_of, bring_into_view, find_control
from nnlab.ui.learn.host import LessonHost, as_object, as_widget
from nnlab.ui.learn.pointer import DrawnPointer
from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.focus import widgets_within

PAUSE = 350  # milliseconds between two gestures, for whoever watches
TRAINING = ("run.step_iteration", "run.step_epoch")  # actions that are over when training rests again
PATIENCE = 5000  # milliseconds in which a control that is not there yet may come up


class Hands(QObject):
    """`finished` when everything was done; `missed(sentence)` when a control was not there."""

    finished = Signal()
    missed = Signal(str)

    def __init__(self, host: LessonHost, theme: Theme) -> None:
        super().__init__(as_object(host))
        self._host, self._theme = host, theme
        self._pointer: DrawnPointer | None = None
        self._todo: list[ShownGesture] = []
        self._goal: int | None = None  # iteration that training was asked for
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._do_next)
        self._arrivals = Arrivals(host, PATIENCE, self)
        self._arrivals.arrived.connect(self._do_next)
        self._arrivals.gave_up.connect(self._miss)

    @property
    def is_busy(self) -> bool:
        return bool(self._todo) or self._goal is not None or self._timer.isActive()

    def show(self, gestures: Sequence[ShownGesture]) -> None:
        """Begins; what was being shown before is left."""
        self.stop()
        self._todo = list(gestures)
        self._timer.start(0)

    def stop(self) -> None:
        self._todo, self._goal = [], None
        self._timer.stop()
        self._arrivals.stop()
        if self._pointer is not None:
            self._pointer.hide()

    def look(self) -> None:
        """Something has changed in the run: training that was asked for may be over."""
        if self._goal is not None and self._host.session.iteration >= self._goal and not self._host.session.is_playing:
            self._goal = None
            self._timer.start(self._theme.duration(PAUSE))

    def _do_next(self) -> None:
        if not self._todo:
            if self._pointer is not None:
                self._pointer.hide()
            self.finished.emit()
            return
        if not self._do(self._todo[0]):
            self._arrivals.wait()
            return
        self._arrivals.stop()
        if not self._todo:  # doing it has led to another step, which ended this
            return
        self._todo.pop(0)
        if self._goal is None:
            self._timer.start(self._theme.duration(PAUSE))

    def _miss(self) -> None:
        gesture = self._todo[0]
        self.stop()
        self.missed.emit(f"What the lesson wants to show is not there now: {gesture.target or gesture.value}.")

    def _do(self, gesture: ShownGesture) -> bool:
        """False while the control is not there."""
        match gesture.kind:
            case "run":
                self._goal = self._host.session.iteration + int(gesture.value)
                self._host.session.run_iterations(int(gesture.value))
                return True
            case "trigger":
                return self._trigger(gesture.value)
            case "show":
                self._host.area.reveal(gesture.value)
                return True
            case "select":
                if gesture.value not in self._host.document.graph:
                    return False
                self._host.selection.set([gesture.value])
                return True
            case "enter":
                return self._enter(gesture.value, gesture.target)
            case "choose":
                return self._choose(gesture.value, gesture.target)
            case "press":
                return self._press(gesture.value, gesture.target)
        return True

    def _trigger(self, name: str) -> bool:
        action = action_of(self._host, name)
        if action is None or not action.isEnabled():
            return False
        if name in TRAINING:
            self._goal = self._host.session.iteration + 1  # the next gesture waits until that is trained
        found = find_control(self._host, f"action:{name}")
        if found is not None:
            self._point_at(found.widget)
            click(found.widget, found.part.center() if found.part is not None else None)
        else:
            action.trigger()
        return True

    def _enter(self, text: str, target: str) -> bool:
        bring_into_view(self._host, target)
        found = find_control(self._host, target)
        if found is None:
            return False
        self._point_at(found.widget)
        enter_text(found.widget, text)
        return True

    def _choose(self, value: str, target: str) -> bool:
        bring_into_view(self._host, target)
        found = find_control(self._host, target)
        if found is None:
            return False
        self._point_at(found.widget)
        return choose_option(found.widget, value)

    def _press(self, words: str, panel: str) -> bool:
        """A button of a panel, which comes to the front, or of the window, by its words."""
        if panel:
            bring_into_view(self._host, panel)
        found = find_control(self._host, panel) if panel else FoundControl(as_widget(self._host))
        for button in widgets_within(found.widget) if found is not None else ():
            if isinstance(button, QAbstractButton) and words in (button.text(), button.accessibleName()) and button.isVisible():
                if not button.isEnabled():
                    return False
                self._point_at(button)
                click(button)
                return True
        return False

    def _point_at(self, widget: QWidget) -> None:
        if self._theme.duration(1):
            if self._pointer is None:
                self._pointer = DrawnPointer(self._theme, widget.window())
            self._pointer.point_at(widget)


def click(widget: QWidget, place: QPoint | None = None) -> None:
    """A click of the left button, as the mouse makes it."""
    at = QPointF(place if place is not None else widget.rect().center())
    over = QPointF(widget.mapToGlobal(at))
    left, none, plain = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    for kind, buttons in ((QEvent.Type.MouseButtonPress, left), (QEvent.Type.MouseButtonRelease, none)):
        QApplication.sendEvent(widget, QMouseEvent(kind, at, over, left, buttons, plain))


def press(widget: QWidget, key: Qt.Key, text: str = "") -> None:
    """A key, pressed and let go."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))


def enter_text(widget: QWidget, text: str) -> None:
    """Types into a field, in place of what it holds, and presses Enter. A number that is dragged opens its field with Enter."""
    widget.setFocus(Qt.FocusReason.OtherFocusReason)
    field = widget if isinstance(widget, QLineEdit) else None
    if field is None:
        press(widget, Qt.Key.Key_Return)
        field = next((child for child in widgets_within(widget) if isinstance(child, QLineEdit) and child.isVisible()), None)
    if field is None:
        return
    field.selectAll()
    for letter in text:
        press(field, Qt.Key.Key_unknown, letter)
    press(field, Qt.Key.Key_Return)


def choose_option(widget: QWidget, value: str) -> bool:
    """Chooses an entry of a list or one of several words by its text; False when there is none of that name."""
    if isinstance(widget, QComboBox):
        place = next((k for k in range(widget.count()) if value in (widget.itemText(k), widget.itemData(k))), None)
        if place is None:
            return False
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        while widget.currentIndex() != place:
            before = widget.currentIndex()
            press(widget, Qt.Key.Key_Down if place > before else Qt.Key.Key_Up)
            if widget.currentIndex() == before:
                return False
        return True
    buttons = [b for b in widgets_within(widget) if isinstance(b, QAbstractButton) and value in (b.text(), b.accessibleName())]
    if isinstance(widget, QAbstractButton) and not buttons:
        buttons = [widget]
    if not buttons:
        return False
    click(buttons[0])
    return True
