"""By hand: what a squared error and a cross-entropy are, on three numbers one can drag.

Where there is little height the lengths give way, then the squares as well: they open over the window, and both results stay in sight.
"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QContextMenuEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from nnlab.ui.comparison.hand_legend import HandLegend
from nnlab.ui.comparison.lengths_plot import LengthsPlot
from nnlab.ui.comparison.squares_plot import SquaresPlot
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting import export
from nnlab.ui.widgets.buttons import IconButton, PressButton
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.overlay import Overlay

POPOVER = 340, 420  # pixels wide and high


class HandPopover(Overlay):
    """The whole of it over the window, beside the panel that it belongs to."""

    def __init__(self, theme: Theme, panel: ByHandPanel) -> None:
        super().__init__(theme, panel.window(), "Losses by hand")
        self._panel = panel

    def box_rect(self) -> QRect:
        px, parent = self._theme.metrics.px, self.window()
        width, height = min(px(POPOVER[0]), parent.width() - px(16)), min(px(POPOVER[1]), parent.height() - px(16))
        corner = self._panel.mapTo(parent, QPoint(self._panel.width(), self._panel.height()))
        return QRect(max(px(8), corner.x() - width - px(8)), max(px(8), corner.y() - height - px(8)), width, height)

    def close_box(self) -> None:
        super().close_box()
        self._panel.take_back()


class ByHandPanel(LivePanel):
    """Opens on targets 3, 5, 2 and predictions 4, 2, 3."""

    name = "by_hand"
    title = "By hand"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        theme = services.theme
        self._popover: HandPopover | None = None
        self.squares, self.lengths = SquaresPlot(theme), LengthsPlot(theme)
        self.reset_button = IconButton.of(theme, icon(theme, "restore"), "Back to 3, 5, 2", "Puts every number back to where it began")
        self.reset_button.clicked.connect(self.reset)
        self.open_button = PressButton("Drag the predictions…")
        self.open_button.setToolTip("Squares and lengths of the losses, which one drags, over the window")
        self.open_button.clicked.connect(self.open)
        self.add_option(HandLegend(theme))
        self.add_option(self.reset_button)
        self.mse_words, self.mse = ElidedLabel(theme, "", "body", "text2"), Label(theme, "", "name")
        self.entropy_words, self.entropy = ElidedLabel(theme, "", "body", "text2"), Label(theme, "", "name")
        self.length_title = Label(theme, "−log p is a length; p on a log axis", "caption", "text2")
        self._page, self._place = QWidget(), QWidget()
        self._stack = QVBoxLayout(self._page)
        self._stack.addWidget(self.squares, 5)
        self._stack.addLayout(_row(self.mse_words, self.mse))
        self._stack.addWidget(self.length_title)
        self._stack.addWidget(self.lengths, 4)
        self._stack.addLayout(_row(self.entropy_words, self.entropy))
        self._stack.addWidget(self.open_button)
        self._column = QVBoxLayout(self._place)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._page)
        self.set_content(self._place)
        self.apply_metrics()
        for plot in (self.squares, self.lengths):
            plot.moved.connect(self._write)

    def showEvent(self, event: QShowEvent) -> None:
        """The first time it is seen the engine is asked; a window that opens elsewhere does not wait for that."""
        super().showEvent(event)
        if not self.mse.text():
            for plot in (self.squares, self.lengths):
                plot.tell()
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def apply_metrics(self) -> None:
        super().apply_metrics()
        if hasattr(self, "_column"):
            metrics = self._theme.metrics
            self._stack.setContentsMargins(metrics.padding, 0, metrics.padding, metrics.px(10))
            self._stack.setSpacing(metrics.px(6))
            # The page asks for little, whatever it shows: it is what gives way.
            self._place.setMinimumHeight(self._height_of(has_squares=False, has_lengths=False))
            self._fit()

    def _height_of(self, has_squares: bool, has_lengths: bool) -> int:
        """The least height of the page when it shows these."""
        metrics = self._theme.metrics
        rows = [self.mse.sizeHint().height(), self.entropy.sizeHint().height()]
        rows += [self.squares.minimumSizeHint().height()] if has_squares else []
        rows += [self.length_title.sizeHint().height(), self.lengths.minimumSizeHint().height()] if has_lengths else []
        rows += [] if has_lengths else [self.open_button.sizeHint().height()]
        return sum(rows) + metrics.px(6) * (len(rows) - 1) + metrics.px(10)

    def _fit(self) -> None:
        """Shows as much as there is height for."""
        if self.is_open:
            return
        room = self.height() - (self.header.height() if self.header.parent() is self else 0)
        self._show_parts(
            has_squares=room >= self._height_of(has_squares=True, has_lengths=False),
            has_lengths=room >= self._height_of(has_squares=True, has_lengths=True),
        )

    def _show_parts(self, has_squares: bool, has_lengths: bool) -> None:
        self.squares.setVisible(has_squares)
        for widget in (self.length_title, self.lengths):
            widget.setVisible(has_lengths)
        self.open_button.setVisible(not has_lengths and not self.is_open)

    @property
    def is_open(self) -> bool:
        """Whether it lies over the window."""
        return self._popover is not None and self._page.parentWidget() is not self._place

    def open(self) -> None:
        """Shows the whole of it over the window."""
        if self._popover is None:
            self._popover = HandPopover(self._theme, self)
        self._popover.column.addWidget(self._page)
        self._show_parts(has_squares=True, has_lengths=True)
        self._page.show()
        self._popover.open_box(self.squares)

    def take_back(self) -> None:
        """What lay over the window stands in the panel again."""
        self._column.addWidget(self._page)
        self._page.show()
        self._fit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = export.picture_menu(self, self._theme, event)
        if menu is None:
            event.ignore()
            return
        menu.exec(event.globalPos())
        menu.deleteLater()

    def reset(self) -> None:
        self.squares.reset()
        self.lengths.reset()

    def minimumSizeHint(self) -> QSize:
        return QSize(super().minimumSizeHint().width(), self._height_of(has_squares=False, has_lengths=False))

    def _write(self) -> None:
        self.mse_words.setText(f"MSE  {self.squares.written()}")
        self.mse.setText(numbers.number(self.squares.results[1]))
        self.entropy_words.setText(f"cross-entropy  {self.lengths.written()}")
        self.entropy.setText(numbers.number(self.lengths.results[1]))


def _row(words: ElidedLabel, value: Label) -> QHBoxLayout:
    row = QHBoxLayout()
    value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    row.addWidget(words, 1)
    row.addWidget(value)
    return row
