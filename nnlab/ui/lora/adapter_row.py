"""One adapter in the list: its key, name and rank, whether it takes part, and its weight in the blend."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QStackedWidget, QVBoxLayout, QWidget

from nnlab.graph.lora_adapter import BLEND
from nnlab.training.session_adapters import AdapterSummary
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.check import Check
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.painting import fill_rounded
from nnlab.ui.widgets.slider import NumberSlider

MOST = 1.5  # right end of the slider; the field goes further
_gestures = itertools.count(1)


class AdapterRow(QWidget):
    """Says what the person wants; shows what it is given. `weighed(weight, gesture)`: moves of one gesture carry the same word."""

    chosen = Signal()
    toggled = Signal(bool)
    weighed = Signal(float, str)
    renamed = Signal(str)
    menu_wanted = Signal()

    def __init__(self, theme: Theme, key: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._key = theme, key
        self._is_current = False
        self._gesture = ""
        self.summary: AdapterSummary | None = None
        self.name = ElidedLabel(theme, "", "name")
        self.editor = QLineEdit()
        self.editor.setAccessibleName("New name of the adapter")
        self.editor.returnPressed.connect(self._take_name)
        self.editor.installEventFilter(self)
        self._names = QStackedWidget()
        self._names.addWidget(self.name)
        self._names.addWidget(self.editor)
        self.rank = Label(theme, "", "caption", "text2")
        self.more = IconButton.of(theme, icon(theme, "more", color="text2"), "More", "Rename, duplicate, train, merge, save or delete it")
        self.more.clicked.connect(self.menu_wanted)
        self.check = Check(theme)
        self.check.clicked.connect(self.toggled)
        self.slider = NumberSlider(theme, 0.0, MOST)
        self.slider.moved.connect(self._slide)
        self.slider.sliderPressed.connect(self._begin)
        self.slider.sliderReleased.connect(self._end)
        self.value = NumberField(theme, BLEND, arrows=False)
        self.value.previewed.connect(self._slide)
        self.value.committed.connect(self._commit)
        self._top, self._bottom = QHBoxLayout(), QHBoxLayout()
        for widget, share in ((self._names, 1), (self.rank, 0), (self.more, 0), (self.check, 0)):
            self._top.addWidget(widget, share)
        self._bottom.addWidget(self.slider, 1)
        self._bottom.addWidget(self.value)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._top)
        self._column.addLayout(self._bottom)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(metrics.padding + metrics.px(24), metrics.px(3), metrics.padding, metrics.px(5))
        self._column.setSpacing(0)
        self._top.setSpacing(metrics.px(6))
        self._bottom.setSpacing(metrics.px(10))
        self.value.setFixedWidth(metrics.px(52))
        self._names.setFixedHeight(metrics.field)
        self.update()

    def show_adapter(self, summary: AdapterSummary, is_current: bool) -> None:
        self.summary, self._is_current = summary, is_current
        ranks = sorted(set(summary.ranks.values()))
        self.name.setText(summary.name)
        words = f"r {ranks[0]}" if len(ranks) == 1 else f"r {ranks[0]} to {ranks[-1]}"
        self.rank.setText(f"{words}, merged" if summary.merged else words if summary.learns or not summary.enabled else f"{words}, kept")
        self.check.setChecked(summary.enabled)
        self.check.setAccessibleName(f"{summary.name} takes part")
        self.check.setToolTip("Whether it takes part in what the network computes")
        for widget, what in ((self.slider, "Weight"), (self.value, "Weight in numbers")):
            widget.setAccessibleName(f"{what} of {summary.name}")
            widget.setToolTip("How much of its update is added: 1 is what it has learned")
        if not self.slider.isSliderDown():
            self.slider.set_number(summary.weight)
        if not self.value.is_busy:
            self.value.set_value(summary.weight)
        self.name.set_color("text" if summary.enabled else "text3")
        self.rank.set_color("text2" if summary.enabled else "text3")
        self.setAccessibleName(f"Adapter {summary.name}, {self.rank.text()}, {'on' if summary.enabled else 'off'}")
        self.update()

    # Weight

    def _begin(self) -> None:
        if not self._gesture:
            self._gesture = f"adapter weight {next(_gestures)}"

    def _end(self) -> None:
        self._gesture = ""

    def _slide(self, value: float) -> None:
        """By the mouse until it is let go, by keys until something else is done: one step."""
        self._begin()
        self.weighed.emit(round(value, 3), self._gesture)

    def _commit(self, value: float) -> None:
        self._begin()
        self.weighed.emit(float(value), self._gesture)
        self._end()

    # Name

    def edit_name(self) -> None:
        self.editor.setText(self.name.text())
        self._names.setCurrentWidget(self.editor)
        self.editor.selectAll()
        self.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def _take_name(self) -> None:
        text = self.editor.text().strip()
        self._leave_name()
        if self.summary is not None and text != self.summary.name:
            self.renamed.emit(text)

    def _leave_name(self) -> None:
        if self._names.currentWidget() is self.editor:
            self._names.setCurrentWidget(self.name)
            parent = self.parentWidget()
            if parent is not None:
                parent.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.editor and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._leave_name()
                return True
        elif watched is self.editor and event.type() == QEvent.Type.FocusOut:
            self._names.setCurrentWidget(self.name)
        return False

    # Mouse and painting

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit()
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._names.geometry().contains(event.position().toPoint()):
            self.edit_name()

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, metrics = self._theme.tokens, self._theme.metrics
        painter = QPainter(self)
        if self._is_current:
            painter.fillRect(self.rect(), tokens.sel)
        chip = QRectF(metrics.padding, metrics.px(6), metrics.px(17), metrics.px(19))
        if self._key <= 9:
            fill_rounded(painter, chip, metrics.radius_cell + 1, tokens.raised)
            painter.setFont(self._theme.font("caption"))
            painter.setPen(tokens.text2 if self.summary is not None and self.summary.enabled else tokens.text3)
            painter.drawText(chip, Qt.AlignmentFlag.AlignCenter, str(self._key))
        painter.end()
