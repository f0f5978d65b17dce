"""The light around a control: two rings beside it, never over it. Nothing of the window is covered or caught."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QMargins, QObject, QPoint, QRect, Qt, QVariantAnimation
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QRegion
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.seen import is_seen

GAP, RING, OUTER, FAINT = 5, 2, 5, 0.30  # pixels from the control to the ring, its width, to the second ring, the alpha of that
PULSE = 600  # milliseconds


class Spotlight(QWidget):
    """Stands around one widget of the window, or a part of it, and follows it."""

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme, self._window = theme, window
        self._target: QWidget | None = None
        self._part: QRect | None = None
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

    def light(self, target: QWidget | None, part: QRect | None = None) -> None:
        """Lights a widget, or a part of it in its own coordinates; None: nothing."""
        if target is self._target and part == self._part and self.isVisible():
            self.follow_target()
            return
        if self._target is not None and isValid(self._target):  # one that goes with its form says nothing
            self._target.removeEventFilter(self)
        self._target, self._part = target, part
        if target is None:
            self.hide()
            return
        target.installEventFilter(self)
        self.follow_target()
        duration = self._theme.duration(PULSE)
        if duration:
            self._pulse.setDuration(duration)
            self._pulse.start()

    def follow_target(self) -> None:
        """Where the control is now; hidden while that cannot be seen."""
        target = self._target
        if target is None or not isValid(target) or not is_seen(target):
            self.hide()
            return
        rect = self._part if self._part is not None else target.rect()
        around = QRect(target.mapTo(self._window, rect.topLeft()) if self._window.isAncestorOf(target) else QPoint(), rect.size())
        reach = GAP + RING + OUTER + RING
        outer = around.adjusted(-reach, -reach, reach, reach)
        self.setGeometry(outer)
        inner = QRect(QPoint(reach - GAP, reach - GAP), around.size().grownBy(QMargins(GAP, GAP, GAP, GAP)))
        self.setMask(QRegion(self.rect()) - QRegion(inner))
        self.show()
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide):
            self.follow_target()
        elif event.type() == QEvent.Type.DeferredDelete:
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
