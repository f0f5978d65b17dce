"""Where a second or a fourth run will stand: what may differ in it, each a button that adds it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from nnlab.ui.comparison.statement import KEY_TITLES, Choices, titled
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import ElidedButton, PressButton
from nnlab.ui.widgets.label import Label

ROOMY = 220, 200  # pixels wide and high, from which on there is room for margins and words
OFFERED = ("loss", "learning_rate", "optimizer", "activation", "units", "seed")  # in this order, as many as there is room for
MORE = ("Something else…", "Other…", "…")  # the first that there is room for
CLASSIC = {"loss": ("mse", "binary_cross_entropy", "cross_entropy", "huber"), "optimizer": ("sgd", "adam"), "activation": ("relu", "tanh")}


class Invitation(QWidget):
    """`wanted(key, values)`: the project's own value, those that are compared with it, and one more. `choose_wanted`: something else."""

    wanted = Signal(str, list)
    choose_wanted = Signal()

    def __init__(self, theme: Theme, find_choices: Callable[[], Choices], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._find_choices = theme, find_choices
        self._is_stale = True
        self._offers: tuple[tuple[str, str, str], ...] = ()
        self._key = ""  # what is compared, see `set_compared`
        self._values: tuple[str, ...] = ()
        self.title = Label(theme, "Add a run beside it", "name")
        self.title.setWordWrap(True)
        self.words = Label(theme, "It starts from the same weights and sees the same batches; one thing differs.", "caption", "text2")
        self.words.setWordWrap(True)
        self.buttons = [PressButton() for _ in OFFERED]
        self.more = ElidedButton()
        self.more.setToolTip("Everything that can be compared")
        self.more.clicked.connect(self.choose_wanted)
        self._column = QVBoxLayout(self)
        self._column.addStretch(1)
        for widget in (self.title, self.words, *self.buttons, self.more):
            widget.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
            self._column.addWidget(widget)
        for place, button in enumerate(self.buttons):
            button.setIcon(icon(theme, "plus"))
            button.clicked.connect(lambda checked=False, place=place: self._take(place))
        self._column.addStretch(1)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self._column.setSpacing(self._theme.metrics.px(5))
        self._follow_size()

    def set_compared(self, key: str, values: tuple[str, ...]) -> None:
        """What the runs differ in, and their values from the project's own on; ("", ()) where there is one run alone.

        What may differ is found when it is seen next.
        """
        self._key, self._values = key, values
        self._is_stale = True
        if self.isVisible():
            self._find()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_stale:
            self._find()

    @property
    def offers(self) -> tuple[tuple[str, str, str], ...]:
        """(key, the project's own value, another)."""
        return self._offers

    def _find(self) -> None:
        self._is_stale = False
        found, own = self._find_choices()
        if self._key:
            others = [value for value in found.get(self._key, ()) if value not in self._values]
            self._offers = tuple((self._key, self._values[0], value) for value in others)
        else:
            self._offers = tuple(
                (key, own[key], value) for key in OFFERED if key in found and (value := _another(key, found[key], own[key])) is not None
            )
        self._show_offers()

    def _show_offers(self) -> None:
        is_first = not self._key
        self.title.setText("Add a run beside it" if is_first else "Add a run")
        self.setAccessibleName("A second run" if is_first else "One more run")
        has_words = is_first and self.height() >= self._theme.metrics.px(ROOMY[1])
        self.words.setVisible(has_words)
        room = self.height() - self._theme.metrics.px(110 if has_words else 88)
        most = max(1, room // max(1, self.buttons[0].sizeHint().height() + self._theme.metrics.px(5)))
        for place, button in enumerate(self.buttons):
            if place < len(self._offers):
                key, own, value = self._offers[place]
                title = KEY_TITLES.get(key, key)
                button.setText(f"{title}: {titled(key, value)}")
                button.setToolTip(f"Compares {title} {', '.join(titled(key, v) for v in self._values or (own,))} with {titled(key, value)}")
        across = self._column.contentsMargins().left() + self._column.contentsMargins().right()
        fitting = [b for b in self.buttons[: len(self._offers)] if b.sizeHint().width() <= self.width() - across]
        for button in self.buttons:
            button.setVisible(button in fitting[:most])
        self.more.setVisible(bool(self._offers or self._key))
        self.words.setText(
            "It starts from the same weights and sees the same batches; one thing differs."
            if self._offers else "As soon as the network can be trained on its data, a second run can stand here."
        )  # fmt: skip

    def resizeEvent(self, event: object) -> None:
        self._follow_size()

    def _follow_size(self) -> None:
        px = self._theme.metrics.px
        side = px(20) if self.width() >= px(ROOMY[0]) else px(8)
        self._column.setContentsMargins(side, px(10), side, px(10))
        self.more.set_words(next((words for words in MORE if self.more.width_of(words) <= self.width() - 2 * side), MORE[-1]))
        self.more.setAccessibleName(MORE[0])
        self._show_offers()

    def _take(self, place: int) -> None:
        key, own, value = self._offers[place]
        self.wanted.emit(key, [own, *self._values[1:], value])

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(self._theme.tokens.stroke, 1.5)
        pen.setDashPattern([4.0, 4.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = self._theme.metrics.radius_card
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), radius, radius)
        painter.end()


def _another(key: str, values: Sequence[str], own: str) -> str | None:
    """The value worth comparing with first: the best known other one, else the one behind the project's own."""
    classic = next((value for value in CLASSIC.get(key, ()) if value in values and value != own), None)
    if classic is not None:
        return classic
    behind = values[values.index(own) + 1 :] if own in values else ()
    return next((value for value in (*behind, *values) if value != own), None)
