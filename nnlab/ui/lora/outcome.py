"""What an adapter does for the answers: a bar for each task with a tick where the base alone stands, and what merging changes."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnlab.training.adapter_effects import AdapterEffects, TaskScore
from nnlab.ui.look import numbers
from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import FontRole, Theme, follow
from nnlab.ui.lora.matrix_words import short_hash
from nnlab.ui.widgets.painting import fill_rounded

HEADINGS = {"accuracy": "Accuracy, %", "r2": "R²"}
BAR, LINE = 8, 22


class AdapterOutcome(QWidget):
    """Painted; hidden while nothing is known."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.shown: AdapterEffects | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("What the adapter does")
        theme.changed.connect(self.update)
        follow(theme, self)
        self.hide()

    def apply_metrics(self) -> None:
        self.updateGeometry()
        self.update()

    def show_effects(self, effects: AdapterEffects | None) -> None:
        self.shown = effects
        self.setVisible(effects is not None)
        if effects is not None:
            scores = [f"{s.title} {_written(s.measure, s.now)}, base alone {_written(s.measure, s.base)}" for s in effects.scores]
            self.setAccessibleDescription("; ".join([*scores, *(" ".join(row) for row in self.rows)]))
            self.setToolTip(self._hashes())
        self.updateGeometry()
        self.update()

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """What merging does, as (words, value)."""
        if self.shown is None:
            return ()
        found, proofs = self.shown.merging, self.shown.proofs
        changed = [proof.layer for proof in proofs if proof.is_unchanged is False]
        hashes = short_hash(proofs[0].now) if len(proofs) == 1 else f"{len(proofs)} layers"
        kept = "W₀ kept" if all(proof.is_unchanged is not None for proof in proofs) else "W₀ is now"
        return (
            ("Merging moves outputs", numbers.number(found.largest_difference, 2)),
            ("Predictions changed", f"{numbers.count(found.changed_predictions)} of {numbers.count(found.samples)}"),
            (f"W₀ of {changed[0]} has changed" if changed else kept, hashes),
        )

    def _hashes(self) -> str:
        """Every layer's, then and now."""
        if self.shown is None:
            return ""
        lines = [f"{proof.layer}: then {short_hash(proof.frozen)}, now {short_hash(proof.now)}" for proof in self.shown.proofs]
        return "\n".join(["The largest difference of any output over these samples, and SHA-256 of W₀", *lines])

    def sizeHint(self) -> QSize:
        lines = 0 if self.shown is None else 1 + len(self.shown.scores) + len(self.rows)
        return QSize(self._theme.metrics.px(200), lines * self._theme.metrics.px(LINE) + self._theme.metrics.px(10))

    def minimumSizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(160), self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.shown is None:
            return
        painter, line = QPainter(self), float(self._theme.metrics.px(LINE))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        scores = self.shown.scores
        self._paint_heading(painter, QRectF(0, 0, self.width(), line), scores[0].measure)
        for k, score in enumerate(scores, 1):
            self._paint_score(painter, QRectF(0, k * line, self.width(), line), score)
        top = (1 + len(scores)) * line + self._theme.metrics.px(6)
        painter.setPen(QPen(self._theme.tokens.stroke, 1))
        painter.drawLine(QPointF(0, top - self._theme.metrics.px(3)), QPointF(self.width(), top - self._theme.metrics.px(3)))
        for k, (words, value) in enumerate(self.rows):
            self._paint_row(painter, QRectF(0, top + k * line, self.width(), line), words, value)
        painter.end()

    def _paint_heading(self, painter: QPainter, place: QRectF, measure: str) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, HEADINGS[measure])
        painter.drawText(place.adjusted(0, 0, -px(8), 0), Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, "base alone")
        painter.setPen(QPen(tokens.text, 2))
        x = place.right() - px(2)
        painter.drawLine(QPointF(x, place.center().y() - px(6)), QPointF(x, place.center().y() + px(6)))

    def _paint_score(self, painter: QPainter, place: QRectF, score: TaskScore) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setFont(self._theme.font("body"))
        measure = QFontMetricsF(painter.font())
        value = _written(score.measure, score.now)
        names = max(measure.horizontalAdvance(each.title) for each in self.shown.scores) if self.shown is not None else 0.0
        left = min(names, 0.48 * place.width()) + px(10)
        painter.setPen(tokens.text)
        title = measure.elidedText(score.title, Qt.TextElideMode.ElideRight, left - px(8))
        painter.drawText(place, middle, title)
        painter.setFont(self._theme.font("name"))
        painter.drawText(place, middle | Qt.AlignmentFlag.AlignRight, value)
        room = place.width() - left - px(44)
        bar = QRectF(place.left() + left, place.center().y() - px(BAR) / 2, room, px(BAR))
        width = max(2.0, room * min(max(score.now, 0.0), 1.0))
        fill_rounded(painter, QRectF(bar.left(), bar.top(), width, bar.height()), 2, tokens.text2)
        x = bar.left() + room * min(max(score.base, 0.0), 1.0)
        painter.setPen(QPen(tokens.canvas, 4))
        painter.drawLine(QPointF(x, bar.top() - px(3)), QPointF(x, bar.bottom() + px(3)))
        painter.setPen(QPen(tokens.text, 2))
        painter.drawLine(QPointF(x, bar.top() - px(3)), QPointF(x, bar.bottom() + px(3)))

    def _paint_row(self, painter: QPainter, place: QRectF, words: str, value: str) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        is_proof = words.startswith("W₀")
        if is_proof:
            known = [proof.is_unchanged for proof in self.shown.proofs] if self.shown is not None else []
            mark = QRectF(place.left(), place.center().y() - px(7), px(15), px(15))
            shape, colour = ("info", tokens.text2) if None in known else ("check", tokens.accent)
            if False in known:
                shape, colour = "error", tokens.error
            glyph(shape).draw(painter, mark, colour)
            place = place.adjusted(px(21), 0, 0, 0)
        role: FontRole = "caption" if is_proof else "name"
        room = place.width() - QFontMetricsF(self._theme.font(role)).horizontalAdvance(value) - px(8)
        painter.setFont(self._theme.font("body"))
        painter.setPen(tokens.text2)
        words = QFontMetricsF(painter.font()).elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, words)
        painter.setPen(tokens.text)
        painter.setFont(self._theme.font(role))
        painter.drawText(place, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, value)


def _written(measure: str, value: float) -> str:
    return numbers.fixed(100 * value, 1) if measure == "accuracy" else numbers.fixed(value, 3)
