"""One finding about a run: what is wrong and its decisive figure; while it is the chosen one, the evidence and the remedies below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnlab.training.diagnosis import FindingChart, Remedy
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.panels.controls.finding_bars import FindingBars
from nnlab.ui.widgets.buttons import ElidedButton
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.painting import draw_focus
from nnlab.ui.widgets.picked_row import PickedRow

_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


@dataclass(frozen=True)
class ShownFinding:
    """What a row says. `tip`: the test it was found by."""

    title: str
    figure: str
    evidence: str
    tip: str
    node: str | None = None
    remedies: tuple[Remedy, ...] = field(default=(), compare=False)
    chart: FindingChart | None = None
    mark: str = ""  # what stands over the node on the canvas
    units: tuple[int, ...] = ()  # of the node, that are meant


class FindingRow(PickedRow):
    """`remedy_chosen(Remedy)` for a button."""

    remedy_chosen = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.finding = ShownFinding("", "", "", "")
        self._sign = QLabel()
        self._title = ElidedLabel(theme, "", "name")
        self._figure = Label(theme, "", "caption", "text2")
        self._evidence = Label(theme, "", "body", "text2")
        self._evidence.setWordWrap(True)
        self._buttons: list[ElidedButton] = []
        self._head = QHBoxLayout()
        for widget, stretch in ((self._sign, 0), (self._title, 1), (self._figure, 0)):
            self._head.addWidget(widget, stretch)
        self._below = QVBoxLayout()
        self._below.addWidget(self._evidence)
        self.bars = FindingBars(theme)
        self._below.addWidget(self.bars)
        self._column = QVBoxLayout(self)
        self._column.addLayout(self._head)
        self._column.addLayout(self._below)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        side, gap = metrics.icon, metrics.px(8)
        self._column.setContentsMargins(metrics.padding, gap, metrics.padding, gap)
        self._column.setSpacing(metrics.px(4))
        self._head.setSpacing(gap)
        self._below.setContentsMargins(side + gap, 0, 0, 0)
        self._below.setSpacing(gap)
        self._sign.setPixmap(icon(self._theme, "warning", color="warn").pixmap(QSize(side, side), self.devicePixelRatioF()))

    @property
    def told(self) -> tuple[QWidget, ...]:
        """What tells numbers: the decisive figure, the evidence and its bars."""
        return self._figure, self._evidence, self.bars

    @property
    def buttons(self) -> list[ElidedButton]:
        """Those of the remedies, the best first."""
        return self._buttons[: len(self.finding.remedies)]

    def show_finding(self, finding: ShownFinding, is_current: bool) -> None:
        """Buttons are kept, not made again: one that is pressed may not vanish under its own event."""
        self.finding, self.is_current = finding, is_current
        self._title.setText(finding.title)
        self._figure.setText(finding.figure)
        self._evidence.setText(finding.evidence)
        self.setToolTip(finding.tip)
        self.setAccessibleName(f"{finding.title}. {finding.evidence}")
        self.setAccessibleDescription(finding.tip)
        while len(self._buttons) < len(finding.remedies):
            self._add_button()
        for place, button in enumerate(self._buttons):
            if place < len(finding.remedies):
                remedy = finding.remedies[place]
                button.set_words(remedy.label)
                again = " The run begins again." if remedy.starts_over else ""
                button.setToolTip(f"{remedy.label}. {remedy.outlook}{again}\nCan be undone.")
                button.setAccessibleDescription(f"{remedy.outlook}{again} Can be undone.")
            button.setVisible(is_current and place < len(finding.remedies))
        self._evidence.setVisible(is_current)
        self.bars.show_chart(finding.chart)
        self.bars.setVisible(is_current and finding.chart is not None)
        self.update()

    def _add_button(self) -> None:
        button = ElidedButton(self)
        button.clicked.connect(self._press)
        self._buttons.append(button)
        self._below.addWidget(button)

    def _press(self) -> None:
        place = self._buttons.index(self.sender())  # type: ignore[arg-type]  # it is one of them
        if place < len(self.finding.remedies):
            self.remedy_chosen.emit(self.finding.remedies[place])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key in _ENTER:
            self.picked.emit()
        elif key in _STEPS:
            self.moved.emit(_STEPS[Qt.Key(key)])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _ENTER:
            event.accept()  # Space plays elsewhere
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), self._theme.tokens
        if self.is_current or self.underMouse():
            painter.fillRect(self.rect(), tokens.sel if self.is_current else tokens.card)
        painter.setPen(tokens.line)
        painter.drawLine(0, self.height() - 1, self.width(), self.height() - 1)
        if self.hasFocus():
            draw_focus(painter, self.rect().adjusted(2, 1, -2, -2), self._theme.metrics.radius_field, tokens)
        painter.end()


def shown_first(findings: Sequence[ShownFinding], chosen: ShownFinding | None) -> int:
    """Which of the findings is open: the one that was, as long as there is one about the same."""
    for place, finding in enumerate(findings):
        if chosen is not None and (finding.title, finding.node) == (chosen.title, chosen.node):
            return place
    return 0
