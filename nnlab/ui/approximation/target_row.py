"""The row above the picture: which function is to be approximated, where, and from how many samples."""

from __future__ import annotations

import re

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from nnlab.core.errors import NNLabError
from nnlab.core.expression import compile_expression
from nnlab.core.setting import Setting
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import glyph, icon
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.widgets.buttons import IconButton
from nnlab.ui.widgets.label import Label
from nnlab.ui.widgets.number_field import NumberField
from nnlab.ui.widgets.painting import fill_rounded, outline_rounded
from nnlab.ui.widgets.segmented import Option, Segmented
from nnlab.ui.widgets.text_undo import share_undo

VARIABLES = {1: ("x",), 2: ("x", "y")}
_BETWEEN = re.compile(r"\s*(?:…|\.\.\.?|to|,|;|:|\s)\s*")


class FormulaField(QLineEdit):
    """A formula of x, or of x and y, judged at every key: a tick while it is one, else an error and `problem` says what and where."""

    typed = Signal(str)
    judged = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        share_undo(self)
        self._theme, self._dimensions, self.problem = theme, 1, ""
        self._document_text = ""
        self.setAccessibleName("Formula of the target")
        self.setToolTip("The function to be approximated: sin, exp, abs, where(x > 0, 1, −1) and other usual functions; Enter takes it")
        self.textEdited.connect(self._judge)
        self.returnPressed.connect(self._take)
        self.editingFinished.connect(self._leave)
        follow(theme, self)

    def apply_metrics(self) -> None:
        px = self._theme.metrics.px
        width = round(QFontMetricsF(self.font()).horizontalAdvance(self.prefix))
        self.setTextMargins(width + px(6), 0, px(20), 0)
        self.update()

    @property
    def prefix(self) -> str:
        return "f(x) =" if self._dimensions == 1 else "f(x, y) ="

    def show_formula(self, text: str, dimensions: int) -> None:
        """The document's target; what is being typed is not disturbed by it."""
        self._dimensions = dimensions
        if text != self._document_text or not self.hasFocus():
            self._document_text = text
            self.setText(text)
            self.setCursorPosition(0)
            self._judge(text)
        self.apply_metrics()

    def say(self, problem: str) -> None:
        """An error that only trying the formula brought to light."""
        self.problem = problem
        self.setProperty("invalid", bool(problem))
        self.style().polish(self)
        self.setAccessibleDescription(problem)
        self.judged.emit()
        self.update()

    def _judge(self, text: str) -> None:
        if not text.strip():
            self.say("" if text == self._document_text else "Type a formula, for example sin(2x) + 0.3 cos(5x).")
            return
        try:
            compile_expression(text, VARIABLES[self._dimensions])
        except NNLabError as error:
            self.say(str(error))
        else:
            self.say("")

    def _take(self) -> None:
        self._judge(self.text())
        if not self.problem and self.text() != self._document_text:
            self.typed.emit(self.text())

    def _leave(self) -> None:
        """Leaving takes a formula that is one, and gives up what is none."""
        if self.hasFocus():
            return
        if self.problem:
            self.setText(self._document_text)
            self._judge(self._document_text)
        else:
            self._take()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        px, tokens = self._theme.metrics.px, self._theme.tokens
        painter = QPainter(self)
        painter.setPen(tokens.text2)
        painter.drawText(QRectF(px(9), 0, self.width(), self.height()), Qt.AlignmentFlag.AlignVCenter, self.prefix)
        if self.text().strip():
            side = px(16)
            place = QRectF(self.width() - side - px(7), (self.height() - side) / 2, side, side)
            glyph("error" if self.problem else "check").draw(painter, place, tokens.error if self.problem else tokens.text)
        painter.end()


class IntervalField(QLineEdit):
    """An interval of x: "-3 … 3", "-3, 3" or "-3 to 3". `typed(low, high)` when two numbers are."""

    typed = Signal(float, float)
    refused = Signal(str)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        share_undo(self)
        self._theme, self._interval = theme, (0.0, 1.0)
        self.setAccessibleName("Domain of the target")
        self.setToolTip("Where the samples lie, from … to")
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.editingFinished.connect(self._take)
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFixedWidth(self._theme.metrics.px(84))

    def show_interval(self, low: float, high: float) -> None:
        self._interval = low, high
        self.setText(f"{numbers.short(low)} … {numbers.short(high)}")
        self.setCursorPosition(0)
        self._mark("")

    def _mark(self, problem: str) -> None:
        self.setProperty("invalid", bool(problem))
        self.style().polish(self)
        self.refused.emit(problem)

    def _take(self) -> None:
        if not self.isModified():
            return
        self.setModified(False)
        found = interval(self.text())
        if found is None:
            self._mark(f"{self.text()!r} is no interval; type two numbers, such as -3 … 3.")
        elif found[0] >= found[1]:
            self._mark(
                f"The domain runs from {numbers.short(found[0])} to {numbers.short(found[1])}; its end must be larger than its start."
            )
        else:
            self._mark("")
            self.typed.emit(*found)


def interval(text: str) -> tuple[float, float] | None:
    """The two numbers of an interval as people write it, None for anything else."""
    parts = [part for part in _BETWEEN.split(text.strip().replace(numbers.MINUS, "-")) if part]
    values = [numbers.parse_number(part) for part in parts]
    if len(values) != 2 or values[0] is None or values[1] is None:
        return None
    return values[0], values[1]


class TargetRow(QWidget):
    """Formula, library, drawing, table, domain, samples, noise, and whether there are one or two inputs."""

    def __init__(self, theme: Theme, samples: Setting, noise: Setting, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.caption = Label(theme, "Target", "body", "text2")
        self.formula = FormulaField(theme)
        self.library = IconButton.of(theme, icon(theme, "library"), "Library of targets", "Targets from smooth to nasty")
        self.draw = IconButton.of(theme, icon(theme, "draw"), "Draw the target", "Draw the target with the mouse, from left to right")
        self.draw.setCheckable(True)
        self.table = IconButton.of(theme, icon(theme, "table"), "Two columns of a table", "Takes x and y from two columns of your own CSV")
        self.domain_caption = Label(theme, "domain", "body", "text2")
        self.domain = IntervalField(theme)
        self.samples_caption = Label(theme, "samples", "body", "text2")
        self.samples = NumberField(theme, samples, arrows=False)
        self.noise_caption = Label(theme, "noise %", "body", "text2")
        self.noise = NumberField(theme, noise, arrows=False)
        self.dimensions = Segmented(
            theme, (Option("1", "1-D", "One input: a curve"), Option("2", "2-D", "Two inputs: a surface")), "Number of inputs"
        )
        self.sentence = Sentence(theme)
        self.formula.judged.connect(self._say)
        self.domain.refused.connect(self._say_of_domain)
        self.samples.refused.connect(self._say_of_samples)
        self.noise.refused.connect(self._say_of_noise)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.caption)
        self._row.addWidget(self.formula, 3)
        self._others = QHBoxLayout()  # where a target comes from besides a formula; close together in a narrow window
        for button in (self.library, self.draw, self.table):
            self._others.addWidget(button)
        self._row.addLayout(self._others)
        self._row.addStretch(1)
        for field in (
            self.domain_caption, self.domain, self.samples_caption, self.samples, self.noise_caption, self.noise, self.dimensions,
        ):  # fmt: skip
            self._row.addWidget(field)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        px = metrics.px
        self._row.setContentsMargins(metrics.padding, 0, metrics.px(10), 0)
        self._row.setSpacing(px(8))
        self.formula.setMinimumWidth(px(150))
        self.formula.setMaximumWidth(px(320))
        self.formula.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.samples.setFixedWidth(px(52))
        self.noise.setFixedWidth(px(40))
        self.setFixedHeight(px(48))

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(760), self._theme.metrics.px(48))

    def show_formula(self, text: str | None, name: str, dimensions: int) -> None:
        """The formula of the target; a target without one is named instead, and typing a formula replaces it."""
        self.formula.show_formula(text or "", dimensions)
        self.formula.setPlaceholderText(name if text is None else "")
        self.dimensions.choose(str(dimensions))

    def resizeEvent(self, event: object) -> None:
        """Captions give way first: what the fields hold, their tooltips say too."""
        narrow = self.width() < self._theme.metrics.px(800)
        for caption in (self.caption, self.domain_caption):
            caption.setVisible(not narrow)
        self._others.setSpacing(0 if narrow else self._theme.metrics.px(8))
        self._say()

    def _say(self) -> None:
        self.sentence.say(self.formula.problem, self.formula)

    def _say_of_domain(self, problem: str) -> None:
        self.sentence.say(problem, self.domain)

    def _say_of_samples(self, problem: str) -> None:
        self.sentence.say(problem, self.samples)

    def _say_of_noise(self, problem: str) -> None:
        self.sentence.say(problem, self.noise)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.tokens.canvas)
        painter.end()


class Sentence(QWidget):
    """What is wrong with a field, under it and over whatever is there; it moves nothing. Its parent is the page it lies on."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.text = Label(theme, "", "caption", "error", self)
        self.text.setWordWrap(True)
        self.hide()

    def say(self, problem: str, field: QWidget) -> None:
        page = self.parentWidget()
        self.text.setText(problem)
        self.setVisible(bool(problem) and page is not None)
        if not problem or page is None:
            return
        px = self._theme.metrics.px
        width = min(px(380), page.width() - px(16))
        room = QRectF(0, 0, width - px(20), 1000)
        height = QFontMetricsF(self.text.font()).boundingRect(room, int(Qt.TextFlag.TextWordWrap), problem).height()
        at = field.mapTo(page, QPoint(0, field.height() + px(4)))
        self.setGeometry(min(at.x(), page.width() - width - px(8)), at.y(), width, round(height) + px(14))
        self.text.setGeometry(px(10), px(7), width - px(20), round(height) + 1)
        self.raise_()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        fill_rounded(painter, self.rect(), self._theme.metrics.radius_field, self._theme.tokens.raised)
        outline_rounded(painter, QRectF(self.rect()), self._theme.metrics.radius_field, self._theme.tokens.error, 1)
        painter.end()
