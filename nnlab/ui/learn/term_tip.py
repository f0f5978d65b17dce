"""What a term means, beside whatever names it: a sentence, a formula, and the lesson that shows it.

It comes when one pauses over a label that names a term, and goes when the mouse leaves both; asked for by the command palette or a link, it
stands in the middle, has the keyboard, and closes by Escape.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QCursor, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar, QVBoxLayout, QWidget
from shiboken6 import isValid

from nnlab.lessons.glossary import GlossaryTerm, glossary
from nnlab.ui.look.formula import FormulaLabel
from nnlab.ui.look.icons import icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import ElidedButton
from nnlab.ui.widgets.explained import HOOK
from nnlab.ui.widgets.focus import focused_within
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded
from nnlab.ui.widgets.required import application

WIDTH, NEAR, BELOW = 340, 14, 20  # pixels: of the card, how far the mouse may stray from it, how far under the mouse it stands
_GONE = frozenset({QEvent.Type.Wheel, QEvent.Type.WindowDeactivate})


class TermTip(QWidget):
    """`lesson_asked(name)` for the lesson of the term that is shown."""

    lesson_asked = Signal(str)

    def __init__(self, theme: Theme, window: QWidget) -> None:
        super().__init__(window)
        self._theme = theme
        self._about: QWidget | None = None
        self._before: QWidget | None = None
        self.term: GlossaryTerm | None = None
        self.title = Label(theme, "", "name")
        self.own = Label(theme, "", "body", "text2")  # what the label says of itself
        self.sentence = Label(theme, "", "body")
        for words in (self.own, self.sentence):
            words.setWordWrap(True)
        self.formula = FormulaLabel(theme, size="formula_small")
        self.lesson_button = ElidedButton()
        self.lesson_button.setIcon(icon(theme, "library"))
        self.lesson_button.clicked.connect(self._ask_for_lesson)
        self._column = QVBoxLayout(self)
        for part in (self.title, self.own, self.sentence, self.formula):
            self._column.addWidget(part)
        self._column.addWidget(self.lesson_button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()
        setattr(window, HOOK, self.explain)
        window.installEventFilter(self)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self._column.setContentsMargins(metrics.padding, metrics.px(10), metrics.padding, metrics.px(10))
        self._column.setSpacing(metrics.px(6))
        self.setFixedWidth(min(metrics.px(WIDTH), max(metrics.px(200), self._window.width() - 32)))

    @property
    def _window(self) -> QWidget:
        window = self.parentWidget()
        assert window is not None
        return window

    # Showing

    def explain(self, widget: QWidget, words: str, event: QHelpEvent) -> bool:
        """Beside a label whose words name a term; False where they do not."""
        term = glossary().within(words)
        if term is None:
            return False
        own = widget.toolTip() if widget.toolTip() != words else ""
        self._fill(term, own)
        self._about = widget
        self._show_at(self._window.mapFromGlobal(event.globalPos()) + QPoint(0, BELOW))
        return True

    def open_term(self, term: GlossaryTerm) -> None:
        """In the middle of the window, with the keyboard."""
        self._fill(term, "")
        self._about = None
        self._before = focused_within(self._window)
        self._show_at(QPoint((self._window.width() - self.width()) // 2, self._window.height() // 4))
        self.lesson_button.setFocus(Qt.FocusReason.PopupFocusReason)

    def _fill(self, term: GlossaryTerm, own: str) -> None:
        self.term = term
        self.title.setText(term.title)
        self.own.setText(own)
        self.own.setVisible(bool(own))
        self.sentence.setText(term.sentence)
        self.formula.set_text(term.formula)
        title = _lesson_title(term.lesson)
        self.lesson_button.set_words(title)
        self.lesson_button.setAccessibleName(f"Lesson: {title}")
        self.lesson_button.setVisible(bool(title))
        self.setAccessibleName(f"{term.title}: {term.sentence}")
        self.setAccessibleDescription(term.formula)

    def _show_at(self, place: QPoint) -> None:
        self.apply_metrics()
        self.show()
        self.raise_()
        self._column.activate()
        size = self.sizeHint().expandedTo(self.minimumSizeHint())
        height = max(size.height(), self._column.totalHeightForWidth(self.width()))
        room = self._window.rect().adjusted(8, 8, -8, -8)
        left = max(room.left(), min(place.x(), room.right() - self.width()))
        below = place.y() + height <= room.bottom()
        top = place.y() if below else max(room.top(), place.y() - height - 2 * BELOW)
        self.setGeometry(left, top, self.width(), height)
        application().installEventFilter(self)

    def close_tip(self) -> None:
        if self.isHidden():
            return
        application().removeEventFilter(self)
        had_focus = focused_within(self) is not None
        self.hide()
        before, self._before = self._before, None
        if had_focus and before is not None and isValid(before):
            before.setFocus(Qt.FocusReason.PopupFocusReason)

    def _ask_for_lesson(self) -> None:
        term = self.term
        self.close_tip()
        if term is not None:
            self.lesson_asked.emit(term.lesson)

    # Following the mouse and the keyboard

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.ToolTip and watched is self._window and isinstance(event, QHelpEvent):
            return self._explain_below(event)
        if self.isHidden():
            return False
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            self.close_tip()
            return True
        if (
            kind in _GONE
            or (kind == QEvent.Type.MouseButtonPress and isinstance(event, QMouseEvent) and not self._is_over(event))
            or (kind == QEvent.Type.MouseMove and self._about is not None and isinstance(event, QMouseEvent) and not self._is_near())
        ):
            self.close_tip()
        return False

    def _explain_below(self, event: QHelpEvent) -> bool:
        """What has no tooltip of its own passes the event up to the window: a label, a tab, a button."""
        place = self._window.mapFromGlobal(event.globalPos())
        widget = self._window.childAt(place)
        if widget is None or self.isAncestorOf(widget):
            return False
        return self.explain(widget, _words_of(widget, event.globalPos()), event)

    def _is_over(self, event: QMouseEvent) -> bool:
        return self.rect().contains(self.mapFromGlobal(event.globalPosition().toPoint()))

    def _is_near(self) -> bool:
        at = QCursor.pos()
        rects = [QRect(self.mapToGlobal(QPoint()), self.size())]
        if self._about is not None and isValid(self._about):
            rects.append(QRect(self._about.mapToGlobal(QPoint()), self._about.size()))
        return any(rect.adjusted(-NEAR, -BELOW - NEAR, NEAR, BELOW + NEAR).contains(at) for rect in rects)

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, radius = self._theme.tokens, self._theme.metrics.radius_card
        painter = QPainter(self)
        fill_rounded(painter, self.rect(), radius, tokens.raised)
        outline_rounded(painter, self.rect(), radius, tokens.stroke)
        painter.end()


def _words_of(widget: QWidget, place: QPoint) -> str:
    if isinstance(widget, QLabel | QAbstractButton):
        return widget.text()
    if isinstance(widget, QTabBar):
        return widget.tabText(widget.tabAt(widget.mapFromGlobal(place)))
    return ""


def _lesson_title(name: str) -> str:
    from nnlab.lessons.library import shipped

    return next((lesson.title for lesson in shipped() if lesson.id == name), "")
