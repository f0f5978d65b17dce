"""What stands on an empty canvas: how to begin, in words and as buttons."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QBoxLayout, QMenu, QPushButton, QVBoxLayout, QWidget

from nnlab.ui.look.theme import Theme
from nnlab.ui.widgets.buttons import PressButton, plain_text
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.required import layout_of, parent_of

HOW = (
    "Double-click or press Tab to add an operator, or drag one here from the palette.\n"
    "Ctrl+V takes a TensorFlow Playground address, or a line such as 2-8-8-1 tanh."
)

WIDTH = 560  # pixels at 100 %


class EmptyHint(QWidget):
    """Words over a row of buttons; `set_starts` says which. A child of the view: what the mouse does between the buttons is the view's."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName("Empty canvas")
        self._theme = theme
        title = Label(theme, "The canvas is empty", role="title", parent=self)
        words = Label(theme, HOW, role="body", color="text2", parent=self)
        words.setWordWrap(True)
        self._labels = (title, words)
        for label in self._labels:
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._buttons: list[QPushButton] = []
        self._fitted: tuple[object, ...] = ()  # what it was made to fit
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._row.setSpacing(theme.metrics.grid)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.metrics.px(14))
        column.addWidget(title)
        column.addWidget(words)
        column.addLayout(self._row)

    def set_starts(self, starts: Sequence[QAction | QMenu]) -> None:
        """A button for each: an action runs, a menu opens."""
        self._row.addStretch(1)
        for start in starts:
            made = PressButton(plain_text(start) if isinstance(start, QAction) else f"{start.title()}…")
            made.setToolTip(start.toolTip())
            if isinstance(start, QAction):
                made.clicked.connect(start.trigger)
            else:
                made.clicked.connect(lambda checked=False, made=made, menu=start: menu.popup(made.mapToGlobal(made.rect().bottomLeft())))
            self._row.addWidget(made)
            made.show()  # Qt would do it later, and until then its place counts as empty
            self._buttons.append(made)
        self._row.addStretch(1)

    def fit(self) -> None:
        """Lies in the middle of its parent: words wrap, and where it is too narrow or too low the buttons matter most."""
        room, margin = parent_of(self).size(), 2 * self._theme.metrics.grid
        widest = max((button.sizeHint().width() for button in self._buttons), default=1)
        width = max(min(room.width() - 2 * margin, self._theme.metrics.px(WIDTH)), min(widest, room.width()), 1)
        needed = sum(button.sizeHint().width() + self._row.spacing() for button in self._buttons)
        self._row.setDirection(QBoxLayout.Direction.LeftToRight if needed <= width else QBoxLayout.Direction.TopToBottom)
        most, layout = room.height() - 2 * margin, layout_of(self)
        for hidden in (0, 1, 2):  # the words go first, then the title
            for place, label in enumerate(self._labels):
                label.setVisible(place < len(self._labels) - hidden)
            layout.invalidate()
            height = layout.totalHeightForWidth(width) if layout.hasHeightForWidth() else layout.totalSizeHint().height()
            if height <= most:
                break
        self.setGeometry((room.width() - width) // 2, (room.height() - height) // 2, width, height)
        layout.activate()
        self._fitted = self._needs()

    def _needs(self) -> tuple[object, ...]:
        """What decides how it lies; not what fitting it changes."""
        return (
            parent_of(self).size().toTuple(), self._theme.metrics, *(button.sizeHint().toTuple() for button in self._buttons),
            *(label.sizeHint().toTuple() for label in self._labels),
        )  # fmt: skip

    def event(self, event: QEvent) -> bool:
        # The buttons have grown, say, with the interface. To fit asks for a layout itself: without the comparison it would go on for ever.
        if event.type() == QEvent.Type.LayoutRequest and self._needs() != self._fitted:
            self.fit()
        return super().event(event)
