"""The light around a control: two rings beside it, never over it. Nothing of the window is covered or caught."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QMargins, QObject, QPoint, QRect, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.seen import is_seen

GAP, RING, OUTER, FAINT = 5, 2, 5, 0.30  # pixels from the control to the ring, its width, to the second ring, the alpha of that
PULSE = 600  # milliseconds


MOVES = (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide)


class Spotlight(QWidget):
    """Stands around one widget of the window, or a part of it, and follows it with everything it lies in.

    `stirred` when any of that has moved: a part may be elsewhere in its widget now, which only who lit it can tell.
    """

    stirred = Signal()

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._target: QWidget | None = None
        self._part: QRect | None = None
        self._watched: list[QWidget] = []  # the target and what it lies in: it moves with each of them, and is told of none
        self._strength = 1.0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_NoSystemBackground)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._pulse = QVariantAnimation(self)
        self._pulse.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._pulse.setStartValue(0.0)
        self._pulse.setEndValue(1.0)
        self._pulse.valueChanged.connect(self._beat)
        self.hide()
        follow(theme, self)

    @property
    def target(self) -> QWidget | None:
        return self._target

    @property
    def around(self) -> QRect:
        """What the rings stand around, in the window; it holds while they are seen."""
        reach = GAP + RING + OUTER + RING
        return self.geometry().adjusted(reach, reach, -reach, -reach)

    @property
    def lights_part(self) -> bool:
        return self._part is not None

    def light(self, target: QWidget | None, part: QRect | None = None) -> None:
        """Lights a widget, or a part of it in its own coordinates; None: nothing."""
        if target is self._target and part == self._part and self.isVisible():
            self.follow_target()
            return
        is_same = target is self._target
        self._target, self._part = target, part
        self._watch(target)
        if target is None:
            self.hide()
            return
        self.follow_target()
        if is_same:  # it has moved: that is no news
            return
        duration = self._theme.duration(PULSE)
        if duration:
            self._pulse.setDuration(duration)
            self._pulse.start()

    def _watch(self, target: QWidget | None) -> None:
        for widget in self._watched:
            if isValid(widget):  # one that goes with its form says nothing
                widget.removeEventFilter(self)
        self._watched = []
        while target is not None:
            target.installEventFilter(self)
            self._watched.append(target)
            target = target.parentWidget() if target is not self._window else None

    def follow_target(self) -> None:
        """Where the control is now; hidden while that cannot be seen, or stands in a window of its own."""
        target = self._target
        if target is None or not isValid(target) or not is_seen(target) or not self._window.isAncestorOf(target):
            self.hide()
            return
        around = self._seen_part(target)
        if around.isEmpty():
            self.hide()
            return
        reach = GAP + RING + OUTER + RING
        outer = around.adjusted(-reach, -reach, reach, reach)
        self.setGeometry(outer)
        inner = QRect(QPoint(reach - GAP, reach - GAP), around.size().grownBy(QMargins(GAP, GAP, GAP, GAP)))
        self.setMask(QRegion(self.rect()) - QRegion(inner))
        self.show()
        self.raise_()

    def _seen_part(self, target: QWidget) -> QRect:
        """What is lit, in the window, without what is scrolled away."""
        rect = self._part if self._part is not None else target.rect()
        around = QRect(target.mapTo(self._window, rect.topLeft()), rect.size())
        for widget in self._watched:
            around &= QRect(widget.mapTo(self._window, QPoint()), widget.size())
        return around

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in MOVES:
            self.follow_target()
            self.stirred.emit()
        elif event.type() == QEvent.Type.LayoutRequest:
            self.stirred.emit()
        elif event.type() == QEvent.Type.DeferredDelete and watched is self._target:
            self._target = None
            self.hide()
        return False

    def apply_metrics(self) -> None:
        self.update()

    def _beat(self, value: object) -> None:
        self._strength = float(value)  # type: ignore[arg-type]
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        faint = QColor(self._theme.tokens.accent)
        faint.setAlphaF(FAINT + (1 - FAINT) * (1 - self._strength))
        for inset, color in ((RING / 2, faint), (OUTER + RING * 1.5, self._theme.tokens.accent)):
            painter.setPen(QPen(color, RING))
            painter.drawRoundedRect(self.rect().toRectF().adjusted(inset, inset, -inset, -inset), 8, 8)
        painter.end()
