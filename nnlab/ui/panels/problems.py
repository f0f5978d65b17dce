"""Problems: what keeps the network from training, or will make it train badly, each with the button that mends it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from nnlab.core.errors import NNLabError
from nnlab.graph.validation import Diagnostic
from nnlab.ui.icons import icon
from nnlab.ui.panels.base import LivePanel, Services
from nnlab.ui.panels.plotting.export import Table
from nnlab.ui.theme import Theme, follow
from nnlab.ui.widgets.label import ElidedLabel, Label
from nnlab.ui.widgets.painting import draw_focus

NO_PROBLEMS = "No problems: this network can train."
NODE_WIDTH = 96
_SEVERITIES = {"error": ("error", "Error"), "warning": ("warn", "Warning")}
_ICONS = {"error": "error", "warning": "warning"}


class ProblemRow(QWidget):
    """One problem. A click, or Enter on it, is `picked`; its button is `mended`."""

    picked = Signal()
    mended = Signal()

    def __init__(self, theme: Theme, problem: Diagnostic) -> None:
        super().__init__()
        self._theme, self.problem = theme, problem
        color, word = _SEVERITIES.get(problem.severity, ("warn", "Warning"))
        self._icon = QLabel()
        self._symbol = icon(theme, _ICONS.get(problem.severity, "warning"), color=color)
        self._node = ElidedLabel(theme, problem.node_id or "", "option")
        self._sentence = ElidedLabel(theme, problem.message, "body", "text2")
        row = QHBoxLayout(self)
        row.addWidget(self._icon)
        row.addWidget(self._node)
        row.addWidget(self._sentence, 1)
        self._row = row
        self.button: QPushButton | None = None
        if problem.fixes:
            self.button = QPushButton(problem.fixes[0].label)
            self.button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            self.button.setToolTip(f"{problem.fixes[0].label}; can be undone")
            self.button.clicked.connect(self.mended)
            row.addWidget(self.button)
        self.setAccessibleName(f"{word}{f' in {problem.node_id}' if problem.node_id else ''}: {problem.message}")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor if problem.node_id else Qt.CursorShape.ArrowCursor)
        self.is_current = False
        theme.changed.connect(self.apply_metrics)
        follow(theme, self)

    def apply_metrics(self) -> None:
        metrics = self._theme.metrics
        self.setFixedHeight(metrics.form_row + metrics.px(4))
        self._row.setContentsMargins(metrics.padding, 0, metrics.padding, 0)
        self._row.setSpacing(metrics.px(12))
        self._node.setFixedWidth(metrics.px(NODE_WIDTH))
        self._icon.setPixmap(self._symbol.pixmap(QSize(metrics.icon, metrics.icon), self.devicePixelRatioF()))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = self._theme.tokens
        if self.is_current:
            painter.fillRect(self.rect(), tokens.sel)
        elif self.underMouse():
            painter.fillRect(self.rect(), tokens.card)
        if self.hasFocus():
            draw_focus(painter, self.rect().adjusted(2, 1, -2, -1), self._theme.metrics.radius_field, tokens)
        painter.end()

    def enterEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event) -> None:  # type: ignore[no-untyped-def]
        super().leaveEvent(event)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.picked.emit()
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit()
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self.focusNextPrevChild(event.key() == Qt.Key.Key_Down)
        else:
            super().keyPressEvent(event)


class ProblemsPanel(LivePanel):
    """The session's diagnostics, errors first, then what stopped the last run."""

    name = "problems"
    title = "Problems"

    def __init__(self, services: Services, parent: QWidget | None = None) -> None:
        super().__init__(services, "", parent)
        self._failure = ""
        self._shown: tuple[Diagnostic, ...] | None = None
        self.rows: list[ProblemRow] = []
        self.summary = Label(services.theme, "", "caption", "text2")
        self.add_option(self.summary)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(page)
        self.set_content(area)
        services.session.state_changed.connect(self.refresh)
        services.session.failed.connect(self._failed)
        services.selection.changed.connect(self._mark_current)
        self.refresh()

    def clear(self) -> None:
        """Another project: what stopped the last one is history."""
        self._failure = ""
        super().clear()
        self.refresh()

    def _render(self) -> None:
        """Nothing of a frame is shown here."""

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """What is to be shown now."""
        session = self._services.session
        found = sorted(session.diagnostics, key=lambda d: d.severity != "error")
        if session.data is None and session.reason:
            found.insert(0, Diagnostic("error", session.reason))
        if self._failure:
            found.insert(0, Diagnostic("error", self._failure))
        return tuple(found)

    def refresh(self) -> None:
        """Shows the session's diagnostics as they are now."""
        if self._services.session.is_playing:
            self._failure = ""
        problems = self.problems
        if self._shown is not None and _texts(problems) == _texts(self._shown):
            for row, problem in zip(self.rows, problems, strict=True):
                row.problem = problem  # its fixes belong to the newest graph
            return
        self._shown = problems
        for row in self.rows:
            self._column.removeWidget(row)
            row.deleteLater()
        self.rows = [self._make_row(problem) for problem in problems]
        for place, row in enumerate(self.rows):
            self._column.insertWidget(place, row)
        errors = sum(problem.severity == "error" for problem in problems)
        words = [_counted(errors, "error"), _counted(len(problems) - errors, "warning")]
        self.summary.setText("   ".join(word for word in words if word))
        self.set_empty(None if problems else NO_PROBLEMS)
        self._mark_current()

    def _make_row(self, problem: Diagnostic) -> ProblemRow:
        row = ProblemRow(self._services.theme, problem)
        row.picked.connect(lambda: self._pick(row))
        row.mended.connect(lambda: self.mend(row.problem))
        return row

    def _pick(self, row: ProblemRow) -> None:
        node_id = row.problem.node_id
        if node_id is not None and node_id in self._services.document.graph:
            self._services.selection.set([node_id])

    def mend(self, problem: Diagnostic) -> None:
        """Applies the first fix, as one undoable step. One that no longer fits the graph is told like a failed run."""
        fix = problem.fixes[0]
        try:
            self._services.document.attempt(fix.label, fix.apply)
        except NNLabError as error:
            self._failed(str(error), "")

    def _failed(self, message: str, _: str) -> None:
        self._failure = message
        self.refresh()

    def _mark_current(self) -> None:
        current = self._services.selection.current
        for row in self.rows:
            is_current = current is not None and row.problem.node_id == current
            if is_current != row.is_current:
                row.is_current = is_current
                row.update()

    def table(self) -> Table | None:
        """Severity, node and sentence of every problem."""
        problems = self.problems
        if not problems:
            return None
        return Table(
            ("severity", "node", "problem"),
            ([p.severity for p in problems], [p.node_id or "" for p in problems], [p.message for p in problems]),
        )


def _texts(problems: Sequence[Diagnostic]) -> list[tuple[str, str, str | None, tuple[str, ...]]]:
    return [(p.severity, p.message, p.node_id, tuple(fix.label for fix in p.fixes)) for p in problems]


def _counted(count: int, word: str) -> str:
    return "" if not count else f"{count} {word}{'s' if count > 1 else ''}"
