"""Labels: text in one of the theme's font roles and colours, and one that shortens itself to the room it has."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QFontMetrics, QHelpEvent, QHideEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolTip, QWidget

from nnlab.ui.look.theme import FontRole, Theme, follow
from nnlab.ui.widgets.explained import explain


class Label(QLabel):
    """Text in a font role and the colour of a token.

    It draws its text itself: a palette of its own would be put back by the application's style sheet whenever that changes. One that wraps
    is never lower than its lines: layouts guess a height before they know the width, and cut the last line of a sentence.
    """

    def __init__(self, theme: Theme, text: str = "", role: FontRole = "body", color: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._theme, self._role, self._color = theme, role, color
        self.setTextFormat(Qt.TextFormat.PlainText)
        follow(theme, self)

    @property
    def color(self) -> str:
        """The token its text is drawn in."""
        return self._color

    def set_color(self, token: str) -> None:
        if token != self._color:
            self._color = token
            self.update()

    def set_role(self, role: FontRole) -> None:
        if role != self._role:
            self._role = role
            self.setFont(self._theme.font(role))

    def apply_metrics(self) -> None:
        self.setFont(self._theme.font(self._role))
        self._keep_whole()

    def setText(self, text: str) -> None:
        super().setText(text)
        self._keep_whole()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_whole()

    def _keep_whole(self) -> None:
        if self.wordWrap():  # `heightForWidth` is never less than the minimum it would set here
            room, flags = self.contentsRect(), int(Qt.TextFlag.TextWordWrap)
            lines = QFontMetrics(self.font()).boundingRect(QRect(0, 0, room.width(), 100_000), flags, self.text()).height()
            # A page that waits in a stack was never given its width: measured at another, it would hold its whole panel open.
            is_measured = self.text() and self.isVisible()
            self.setMinimumHeight(lines + self.height() - room.height() if is_measured else 0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._keep_whole()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._keep_whole()

    def changeEvent(self, event: QEvent) -> None:
        """Keeps the font: with another parent a style sheet gives back the one from before the interface was scaled."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:  # a change of the theme brings four others, too, to hundreds of labels
            now, wanted = self.font(), self._theme.font(self._role)
            if (now.pixelSize(), now.weight()) != (wanted.pixelSize(), wanted.weight()):
                self.setFont(wanted)

    @property
    def shown(self) -> str:
        """The text as drawn."""
        return self.text()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(getattr(self._theme.tokens, self._color))
        flags = int(self.alignment()) | (int(Qt.TextFlag.TextWordWrap) if self.wordWrap() else 0)
        painter.drawText(self.contentsRect(), flags, self.shown)
        painter.end()


class ElidedLabel(Label):
    """One line that ends in … where there is no room; its tooltip then begins with the whole text."""

    def __init__(self, theme: Theme, text: str = "", role: FontRole = "body", color: str = "text", parent: QWidget | None = None) -> None:
        super().__init__(theme, text, role, color, parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> str:
        """The text as shortened to the present width."""
        return QFontMetrics(self.font()).elidedText(self.text(), Qt.TextElideMode.ElideRight, self.contentsRect().width())

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(24), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        if explain(self, self.text(), event):
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            parts = [self.text()] if self.shown != self.text() else []
            QToolTip.showText(event.globalPos(), "\n".join([*parts, *([self.toolTip()] if self.toolTip() else [])]), self)
            return True
        return super().event(event)


class FittingLabel(ElidedLabel):
    """One line in the first of several wordings that fits; the last of them ends in … where even that does not."""

    _shorter: tuple[str, ...] = ()

    def set_wordings(self, longest: str, *shorter: str) -> None:
        """From the longest, which the tooltip says, to the shortest."""
        self._shorter = shorter
        self.setText(longest)
        self.update()

    @property
    def shown(self) -> str:
        """The wording for the present width."""
        metrics = QFontMetrics(self.font())
        for text in (self.text(), *self._shorter):
            if metrics.horizontalAdvance(text) <= self.contentsRect().width():
                return text
        last = self._shorter[-1] if self._shorter else self.text()
        return metrics.elidedText(last, Qt.TextElideMode.ElideRight, self.contentsRect().width())


class TwoLineLabel(ElidedLabel):
    """A name that goes on below where one line is too short for it, broken at a space."""

    @property
    def shown(self) -> str:
        """The text in one line or two, each shortened to the present width."""
        metrics, words = QFontMetrics(self.font()), self.text().split(" ")
        if len(words) == 1 or metrics.horizontalAdvance(self.text()) <= self.contentsRect().width():
            return super().shown
        breaks = [(" ".join(words[:k]), " ".join(words[k:])) for k in range(1, len(words))]
        lines = min(breaks, key=lambda pair: max(metrics.horizontalAdvance(line) for line in pair))
        return "\n".join(metrics.elidedText(line, Qt.TextElideMode.ElideRight, self.contentsRect().width()) for line in lines)
