"""Panel: a titled part of the window. A header with the title and, at its right, a few options; below it the content.

A panel that has nothing to show says what will appear and how to make it appear, instead of being empty.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QSpacerItem, QStackedLayout, QVBoxLayout, QWidget

from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.label import ElidedLabel, Label

TITLE = 100  # pixels that a title keeps, whatever stands beside it


class _Title(ElidedLabel):
    """The title, which what stands beside it leaves whole; only a long one is shortened."""

    def minimumSizeHint(self) -> QSize:
        whole = QFontMetrics(self.font()).horizontalAdvance(self.text()) + 1
        return QSize(min(whole, self._theme.metrics.px(TITLE)), super().minimumSizeHint().height())


class Panel(QWidget):
    """Title, options, content. Without content, or while `set_empty` holds, the empty text stands in its place.

    `height_changed` when it shows so much more, or less, that the panels above and below it are to be shared out again.
    """

    height_changed = Signal()

    def __init__(self, theme: Theme, title: str, empty: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName(title)
        self._title = _Title(theme, title, "name")
        self._header = QWidget()
        self._header_row = QHBoxLayout(self._header)
        # A dock that takes the header as its title bar asks for its size hint, for every panel at every layout: a spacer of the header's
        # height answers without a word of Python.
        self._header_height = QSpacerItem(0, 0)
        self._header_row.addSpacerItem(self._header_height)
        self._header_row.addWidget(self._title, 1)
        self._readings = QWidget()
        self._readings_row = QHBoxLayout(self._readings)
        self._readings_row.setContentsMargins(0, 0, 0, 0)
        self._readings.hide()
        self._options = QHBoxLayout()
        self._header_row.addWidget(self._readings)
        self._header_row.addLayout(self._options)
        self._empty = Label(theme, empty, "body", "text2")
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
        self._empty_page = QWidget(self)  # a page without a parent would be a window of its own for a moment, and take the keyboard
        self._around_empty = QVBoxLayout(self._empty_page)  # its margins last; those of a label a style sheet takes away
        self._around_empty.addWidget(self._empty)
        self._content: QWidget | None = None
        self._body = QStackedLayout()
        self._body.addWidget(self._empty_page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._header)
        column.addLayout(self._body, 1)
        follow(theme, self)

    @property
    def title(self) -> str:
        return self._title.text()

    def set_title(self, title: str) -> None:
        self._title.setText(title)
        self.setAccessibleName(title)

    @property
    def header(self) -> QWidget:
        """The row with title and options; a dock takes it as its title bar."""
        return self._header

    def add_option(self, widget: QWidget) -> None:
        """Puts a widget at the right of the header, after those already there."""
        self._options.addWidget(widget)

    def add_reading(self, widget: QWidget) -> None:
        """Puts a widget before the options that is about the content alone (a count, a choice of layer): gone while the panel is empty."""
        self._readings_row.addWidget(widget)
        self._readings.setVisible(not self.is_empty)

    @property
    def content(self) -> QWidget | None:
        return self._content

    def set_content(self, widget: QWidget) -> None:
        """Shows a widget below the header; one that was there is given up."""
        if self._content is not None:
            self._body.removeWidget(self._content)
            self._content.setParent(None)
        self._content = widget
        self._body.addWidget(widget)
        self._bring_forward(widget)

    @property
    def is_empty(self) -> bool:
        """Whether the empty text is shown."""
        return self._body.currentWidget() is self._empty_page

    def set_empty(self, text: str | None) -> None:
        """Shows in the content's place what will appear there and how; None shows the content again, if there is any."""
        if text is not None:
            self._empty.setText(text)
            self._bring_forward(self._empty_page)
        elif self._content is not None:
            self._bring_forward(self._content)

    def _bring_forward(self, page: QWidget) -> None:
        if self._body.currentWidget() is not page:  # Qt lays out again for the page that is shown already, too
            self._body.setCurrentWidget(page)
        self._readings.setVisible(page is not self._empty_page and self._readings_row.count() > 0)

    def set_low(self, is_low: bool) -> None:
        """The window is low, or is not any more: a panel that can say the same in less height does so then."""

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._header.setFixedHeight(metrics.header)
        self._header_height.changeSize(0, metrics.header, QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._header_row.invalidate()
        self._header_row.setContentsMargins(metrics.padding, 0, metrics.padding, 0)
        self._header_row.setSpacing(metrics.grid)
        self._options.setSpacing(metrics.px(12))
        self._readings_row.setSpacing(metrics.px(12))
        self._around_empty.setContentsMargins(metrics.padding * 2, 0, metrics.padding * 2, metrics.padding)

    @property
    def ground(self) -> QColor:
        """What it stands on."""
        return self._theme.tokens.panel

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self.ground)
        painter.end()
