"""Rows and tiles of the welcome page: a lesson with its progress, an example with a picture of its data, a file."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from nnlab.core.preparation import Data
from nnlab.lessons.play import DONE, OPEN, SHOWN
from nnlab.ui.learn.experiment_picture import ExperimentPicture
from nnlab.ui.learn.lesson_parts import StepSegments
from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.widgets.buttons import PressedByKeys
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.painting import draw_focus, fill_rounded

POINTS = 220  # of a data set that are drawn
TILE, LARGE_TILE = 104, 168  # height of an example's picture with its name, at 100 %, and in a large window


class LessonsGround(QWidget):
    """What the lessons stand on: the colour of the canvas, as what is beside it is a panel."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), self._theme.tokens
        painter.fillRect(self.rect(), tokens.canvas)
        painter.setPen(tokens.line)
        painter.drawLine(self.rect().topRight(), self.rect().bottomRight())
        painter.end()


class WelcomeRow(PressedByKeys, QAbstractButton):
    """A row that is clicked as a whole, by mouse, Enter or Space."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.is_current = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, painter = self._theme.tokens, QPainter(self)
        if self.is_current or self.underMouse():
            ground = tokens.sel if self.is_current else mix(tokens.card, tokens.text2, 0.08)
            fill_rounded(painter, self.rect(), self._theme.metrics.radius_button, ground)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_button, tokens)
        painter.end()


class LessonRow(WelcomeRow):
    """A lesson: its title over what it is about, and at the right its steps or how far one came."""

    def __init__(self, theme: Theme, name: str, title: str, summary: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.name = name
        self._title = Label(theme, title, "option")
        self._summary = Label(theme, summary, "body", "text2")
        self._summary.setWordWrap(True)
        self.words = Label(theme, "", "caption", "text2")
        self.segments = StepSegments(theme, width=8)
        self._row = QHBoxLayout(self)
        self._lines = QVBoxLayout()
        self._lines.addWidget(self._title)
        self._lines.addWidget(self._summary)
        self._row.addLayout(self._lines, 1)
        self._row.addWidget(self.segments)
        self._row.addWidget(self.words)
        for part in (self._title, self._summary, self.words, self.segments):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        follow(theme, self)

    def show_progress(self, states: Sequence[str], at: int, minutes: int, is_current: bool) -> None:
        """`at`: the step to go on with, −1 for one that was never begun."""
        passed, count = sum(state != OPEN for state in states), len(states)
        is_done = passed == count
        words = "✓ done" if is_done else f"step {at + 1} of {count}" if at >= 0 else f"{count} steps, {minutes} min"
        self.words.setText(words)
        self.segments.show_steps(states, at if not is_done else -1)
        self.segments.setVisible(at >= 0)
        self.is_current = is_current
        done = sum(state in (DONE, SHOWN) for state in states)
        self.setAccessibleName(f"Lesson {self._title.text()}: {self._summary.text()} {words}, {done} done")
        self.update()

    def take_button(self, button: QPushButton) -> None:
        """The page's main button stands at the end of this row."""
        self._row.addWidget(button)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._row.setContentsMargins(metrics.px(10), metrics.px(4), metrics.px(10), metrics.px(5))
        self._row.setSpacing(metrics.px(12))
        self._lines.setSpacing(0)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        """As high as its lines are at the present width."""
        px = self._theme.metrics.px
        return QSize(px(360), max(px(44), self._row.minimumSize().height()))


class ExperimentBlock(QWidget):
    """An experiment: its picture, number and title, and its lessons under that."""

    def __init__(self, theme: Theme, experiment: int, title: str, rows: Sequence[LessonRow], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.picture = ExperimentPicture(theme, experiment)
        self._number = Label(theme, str(experiment), "counter", "text2")
        self._title = Label(theme, title, "title")
        self._block, self._lines, self._head = QHBoxLayout(self), QVBoxLayout(), QHBoxLayout()
        self._head.addWidget(self._number)
        self._head.addWidget(self._title, 1)
        self._lines.addLayout(self._head)
        for row in rows:
            self._lines.addWidget(row)
        self._lines.addStretch(1)
        self._block.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        self._block.addLayout(self._lines, 1)
        self.setAccessibleName(f"Experiment {experiment}: {title}, {len(rows)} lessons")
        follow(theme, self)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._block.setContentsMargins(0, px(5), 0, px(5))
        self._block.setSpacing(px(8))
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(0)
        self._head.setContentsMargins(px(10), 0, px(10), px(2))
        self._head.setSpacing(px(10))


class TableWell(WelcomeRow):
    """Where a table of one's own is dropped, or opened by a click."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self._title = Label(theme, "Drop a table here", "name")
        self._words = Label(theme, "Its columns suggest a network and a loss.", "body", "text2")
        self._words.setWordWrap(True)
        self._row, self._lines = QHBoxLayout(self), QVBoxLayout()
        self._lines.addWidget(self._title)
        self._lines.addWidget(self._words)
        self._row.addSpacing(0)
        self._row.addLayout(self._lines, 1)
        for part in (self._title, self._words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Open a table, a project or a lesson; or drop one on the window")
        self.setToolTip("CSV, Excel, OpenDocument or Parquet; a project or a lesson, too")
        follow(theme, self)

    def add_button(self, button: QPushButton) -> None:
        self._row.addWidget(button)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        self._row.setContentsMargins(px(64), px(10), px(16), px(10))
        self._lines.setSpacing(px(2))
        self.setFixedHeight(px(76))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(360), self._theme.metrics.px(76))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(tokens.text if self.underMouse() else tokens.stroke, 1.5)
        pen.setDashPattern([3, 3])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 8, 8)
        glyph("table").draw(painter, QRectF(px(20), (self.height() - px(28)) / 2, px(28), px(28)), tokens.text2)
        if self.hasFocus():
            draw_focus(painter, self.rect(), 8, tokens)
        painter.end()


class ExampleTile(WelcomeRow):
    """An example: a picture of its data over its name."""

    def __init__(self, theme: Theme, name: str, title: str, tip: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.name = name
        self._title, self._of = title, ""
        self._points: np.ndarray | None = None
        self._classes: np.ndarray | None = None
        self._image: QImage | None = None
        self._tall = TILE
        self._grown = 1.0  # share of the points that are there, while they come
        self.setToolTip(tip)
        self.setAccessibleName(f"Example {title}: {tip}")
        follow(theme, self)

    def show_data(self, data: Data) -> None:
        """The first two features of the samples, or the first against the target; of images the first few."""
        x, y = data.x[:POINTS], data.y[:POINTS].ravel()
        kinds = max(2, data.target.classes) if data.target.kind in ("binary", "classes") else 0
        self._of = f"{kinds} classes" if kinds else "a curve" if x.shape[1] == 1 else "a surface" if x.shape[1] == 2 else "a number"
        if data.image_shape is not None:
            self._image = _digits(data)
        elif x.shape[1] == 1:
            order = np.argsort(x[:, 0])
            self._points, self._classes = np.stack([x[order, 0], y[order]], axis=1), None
        else:
            self._points = x[:, :2].astype(float)
            self._classes = y if data.target.kind in ("binary", "classes") else (y > np.median(y)).astype(float)
        self.update()

    def show_share(self, share: float) -> None:
        """How many of the points are there: a picture that is looked at comes to life."""
        if share != self._grown:
            self._grown = share
            self.update()

    @property
    def has_data(self) -> bool:
        return self._points is not None or self._image is not None

    def apply_metrics(self) -> None:
        self.setFixedHeight(self._theme.metrics.px(self._tall))
        self.update()

    def set_tall(self, is_tall: bool) -> None:
        """Where the window is large, a picture keeps its shape."""
        self._tall = LARGE_TILE if is_tall else TILE
        self.apply_metrics()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(116), self._theme.metrics.px(self._tall))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(84), self._theme.metrics.px(self._tall))

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        room = QRectF(0, 0, self.width(), self.height() - px(22))
        fill_rounded(painter, room, self._theme.metrics.radius_field, tokens.card if self.underMouse() else tokens.canvas)
        inner = room.adjusted(px(10), px(8), -px(10), -px(8))
        if self._image is not None:
            side = min(inner.width(), inner.height() * 2)
            painter.drawImage(QRectF(inner.center().x() - side / 2, inner.center().y() - side / 4, side, side / 2), self._image)
        elif self._points is not None:
            self._paint_points(painter, inner)
        painter.setPen(tokens.text)
        painter.setFont(self._theme.font("body"))
        text = QRectF(2, self.height() - px(20), self.width() - 2, px(20))
        flags, shown = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, painter.fontMetrics()
        title = shown.elidedText(self._title, Qt.TextElideMode.ElideRight, int(text.width()))
        painter.drawText(text, flags, title)
        text.setLeft(text.left() + shown.horizontalAdvance(title) + px(8))
        painter.setPen(tokens.text2)
        painter.setFont(self._theme.font("caption"))
        if painter.fontMetrics().horizontalAdvance(self._of) <= text.width():
            painter.drawText(text, flags, self._of)
        if self.hasFocus():
            draw_focus(painter, self.rect(), self._theme.metrics.radius_field, tokens)
        painter.end()

    def _paint_points(self, painter: QPainter, room: QRectF) -> None:
        points = self._points
        assert points is not None
        tokens = self._theme.tokens
        low, span = points.min(axis=0), np.maximum(np.ptp(points, axis=0), 1e-9)
        at = (points - low) / span
        shown = max(2, round(len(at) * self._grown))
        places = [QPointF(room.left() + u * room.width(), room.bottom() - v * room.height()) for u, v in at[:shown]]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._classes is None:
            painter.setPen(QPen(tokens.text, 1.6))
            painter.drawPolyline(places)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        for place, kind in zip(places, self._classes, strict=False):
            painter.setBrush(_class_color(tokens.neg, tokens.pos, tokens.text2, int(kind)))
            if int(kind) % 2:
                painter.drawRect(QRectF(place.x() - 1.6, place.y() - 1.6, 3.2, 3.2))  # classes are told by shape, too
            else:
                painter.drawEllipse(place, 1.9, 1.9)


def _class_color(first: QColor, second: QColor, third: QColor, kind: int) -> QColor:
    return (first, second, third)[min(kind, 2)]


def _digits(data: Data) -> QImage:
    """The first eight images in two rows."""
    height, width = data.image_shape[-2:]  # type: ignore[index]
    rows = [np.hstack([data.x[k].reshape(-1, height, width)[0] for k in range(4 * r, 4 * r + 4)]) for r in range(2)]
    pixels = np.vstack(rows).astype(float)
    pixels = (pixels - pixels.min()) / max(float(np.ptp(pixels)), 1e-9)
    bytes_ = np.ascontiguousarray((pixels * 235 + 20).astype(np.uint8))
    return QImage(bytes_.data, bytes_.shape[1], bytes_.shape[0], bytes_.shape[1], QImage.Format.Format_Grayscale8).copy()
