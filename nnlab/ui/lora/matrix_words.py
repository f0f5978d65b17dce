"""The words around the matrices of an adapted layer: letters, shapes, counts, the proof of W₀, and the equation of a cell."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import sign_table
from nnlab.ui.look.icons import glyph
from nnlab.ui.look.theme import FontRole, Theme
from nnlab.ui.lora.cell_equation import CellEquation
from nnlab.ui.lora.layer_flow import GRADIENTS
from nnlab.ui.lora.matrices_picture import MatricesPicture
from nnlab.ui.lora.matrix_places import MatrixPlaces
from nnlab.ui.widgets.painting import fill_rounded


def short_hash(hexadecimal: str) -> str:
    """The first eight and the last four digits."""
    return f"{hexadecimal[:4]} {hexadecimal[4:8]} … {hexadecimal[-4:]}" if hexadecimal else "not known"


class MatrixWords:
    """Paints with the sizes and colours of the theme."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def paint(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture, room: QRect, bound: float) -> None:
        px, (units, inputs), rank = self._theme.metrics.px, picture.layer.base.shape, len(picture.adapter.a)
        scale = f"{picture.adapter.scale:.3g}".replace("-", "−")
        above = px(9)
        name = "W₀" if not picture.is_merged else f"W₀ + {scale} BA"
        what = f"{units} × {inputs}, frozen"
        if picture.mode == GRADIENTS:
            what = "no gradient"
        end = self._caption(painter, QPointF(places.base.left(), places.base.top() - above), name, what)
        end_of_base = end + px(31)
        glyph("frozen").draw(painter, QRectF(end + px(6), places.base.top() - above - px(13), px(15), px(15)), self._theme.tokens.text)
        formed = "merged" if picture.is_merged else "never formed in the run"
        room_of_words = places.plus.x() - px(16) - places.update.left()
        words = f"rank {rank}, {formed}" if room_of_words > px(250) else f"rank {rank}"
        self._caption(painter, QPointF(places.update.left(), places.update.top() - above), f"+ {scale} BA", words)
        of_b, of_a = f"{units} × {rank}", f"{rank} × {inputs}"
        if picture.gradients is not None:
            of_b = "" if picture.gradients.b is not None else "none"  # the shape has no room beside so long a letter
            of_a = of_a if picture.gradients.a is not None else "none is computed"
        letter_b, letter_a = ("∂L/∂B", "∂L/∂A") if picture.mode == GRADIENTS else ("B", "A")
        self._caption(painter, QPointF(places.b.right() + px(8), places.b.top() + px(14)), letter_b, of_b)
        end = self._caption(painter, QPointF(places.a.left(), places.a.bottom() + px(19)), letter_a, of_a)
        learning, frozen = picture.adapter.a.size + picture.adapter.b.size, picture.layer.base.size
        learning += picture.adapter.stretch.size if picture.adapter.stretch is not None else 0  # DoRA's m, one a row
        words = f"{numbers.count(learning)} learn, {numbers.count(frozen)} frozen"
        width = QFontMetricsF(self._theme.font("caption")).horizontalAdvance(words)
        at = QPointF(max(end + px(14), places.a.right() - width), places.a.bottom() + px(19))
        if places.is_beside:  # on a line of its own: the proof stands at its right
            at = QPointF(places.a.left(), places.a.bottom() + px(35))
        self._text(painter, at, words, "caption", "text2")
        free, measure = room.width() - places.applied.left() - px(40), QFontMetricsF(self._theme.font("caption"))
        said = ("rows brought to the lengths m", "rows to length m") if picture.adapter.stretch is not None else ()
        said = said if said and picture.takes_part else ("what the layer now applies", "as applied now")
        applied = next((w for w in said if measure.horizontalAdvance(w) <= free), "applied")
        if picture.others:
            applied = measure.elidedText(f"with {', '.join(picture.others)}", Qt.TextElideMode.ElideRight, free)
        self._caption(painter, QPointF(places.applied.left(), places.applied.top() - above), "= W", applied)
        self._source(painter, places, picture.source)
        self._proof(painter, places, picture, room, end_of_base)
        scale_of = {GRADIENTS: "one scale for ∂L/∂A and ∂L/∂B of the last batch"}.get(picture.mode, "one scale for all five")
        if picture.activations is not None:
            scale_of += f";   x, h and z of sample {picture.activations.sample + 1:,}, each on its own"
        self._legend(painter, room, bound, scale_of)

    def paint_equation(
        self, painter: QPainter, places: MatrixPlaces, room: QRect, cell: tuple[int, int], equation: CellEquation | None
    ) -> None:
        """How W comes about in one cell, in the signs' colours."""
        if equation is None:
            return
        px = self._theme.metrics.px
        top = places.applied.bottom() + (px(16) if places.is_beside else px(26))  # beside, the proof stands below
        down = (px(22), px(37)) if places.is_beside else (px(26), px(44))
        pieces = [(term.text, self._sign(term.value), term.label) for term in equation.terms]
        small, room_of_words = QFontMetricsF(self._theme.font("caption")), room.width() - px(8) - places.applied.left()
        roles: tuple[FontRole, ...] = ("title", "name") if places.is_beside else ("number", "title", "name")
        for role in roles:
            font = self._theme.font(role)
            measure = QFontMetricsF(font)
            widths = [max(measure.horizontalAdvance(text), small.horizontalAdvance(label)) + px(8) for text, _, label in pieces]
            if sum(widths) <= room_of_words:
                break
        x = max(float(px(8)), min(places.applied.left(), room.width() - px(8) - sum(widths)))
        self._text(painter, QPointF(x, top), f"row {cell[0] + 1}, column {cell[1] + 1}", "caption", "text2")
        for (text, color, label), width in zip(pieces, widths, strict=True):
            painter.setFont(font)
            painter.setPen(color)
            painter.drawText(QPointF(x, top + down[0]), text)
            if label:
                self._text(painter, QPointF(x, top + down[1]), label, "caption", "text2")
            x += width

    def _sign(self, value: float | None) -> QColor:
        tokens = self._theme.tokens
        return tokens.text if not value else tokens.pos if value > 0 else tokens.neg

    def _caption(self, painter: QPainter, at: QPointF, letter: str, words: str) -> float:
        """A letter and words beside it on one base line; returns where they end."""
        self._text(painter, at, letter, "title", "text")
        x = at.x() + QFontMetricsF(self._theme.font("title")).horizontalAdvance(letter) + self._theme.metrics.px(7)
        self._text(painter, QPointF(x, at.y()), words, "caption", "text2")
        return x + QFontMetricsF(self._theme.font("caption")).horizontalAdvance(words)

    def _text(self, painter: QPainter, at: QPointF, text: str, role: FontRole, token: str) -> None:
        painter.setFont(self._theme.font(role))
        painter.setPen(getattr(self._theme.tokens, token))
        painter.drawText(at, text)

    def _source(self, painter: QPainter, places: MatrixPlaces, name: str) -> None:
        fill_rounded(painter, places.source, self._theme.metrics.radius_button, self._theme.tokens.card)
        painter.setFont(self._theme.font("name"))
        painter.setPen(self._theme.tokens.text)
        words = QFontMetricsF(painter.font()).elidedText(name, Qt.TextElideMode.ElideRight, places.source.width() - 8)
        painter.drawText(places.source, Qt.AlignmentFlag.AlignCenter, words)

    def _proof(self, painter: QPainter, places: MatrixPlaces, picture: MatricesPicture, room: QRect, free: float) -> None:
        proof, px, tokens = picture.proof, self._theme.metrics.px, self._theme.tokens
        if proof is None:
            return
        same = proof.is_unchanged
        words = {True: "Unchanged since the freeze", False: "W₀ has changed since the freeze", None: "Nothing known of the freeze"}[same]
        line = px(18)
        if same and places.is_beside:
            counts = QFontMetricsF(self._theme.font("caption")).horizontalAdvance("00,000 learn, 000,000 frozen")
            if places.a.left() + counts + px(32) + QFontMetricsF(self._theme.font("name")).horizontalAdvance(words) > room.width():
                words = "Unchanged"
        hashes = px(54) + QFontMetricsF(self._theme.font("caption")).horizontalAdvance(short_hash(proof.now))
        width = max(px(20) + QFontMetricsF(self._theme.font("name")).horizontalAdvance(words), hashes)
        left = max(places.base.right() + px(22), free) if not places.is_beside else places.applied.left()
        top = places.base.top() + px(2) if not places.is_beside else min(places.applied.bottom() + px(66), room.height() - px(62))
        right = places.applied.right()
        if not places.is_beside:
            left = min(left, max(places.base.left(), right - width))
            top = min(top, places.applied.top() - px(28) - 3 * line) if left + width > places.applied.left() else top
        top, left, lines = max(top, float(px(2))), min(left, room.width() - width - px(8)), 3
        caption = places.base.top() - px(9) - px(16)  # the top of the words over W₀
        if not places.is_beside and left < free and top + 3 * line > caption:  # it stands above them, whole or in one line
            lines = 3 if caption - 3 * line >= px(2) else 1
            top = max(caption - lines * line, 0.0)
        role = "check" if same else "error" if same is False else "info"
        color = tokens.accent if same else tokens.error if same is False else tokens.text2
        glyph(role).draw(painter, QRectF(left, top, px(15), px(15)), color)
        self._text(painter, QPointF(left + px(20), top + px(12)), words, "name", "text" if same is not False else "error")
        for k, (word, text) in enumerate((("then", proof.frozen), ("now", proof.now))[: lines - 1], 1):
            self._text(painter, QPointF(left + px(20), top + px(12) + k * line), word, "caption", "text2")
            self._text(painter, QPointF(left + px(54), top + px(12) + k * line), short_hash(text), "caption", "text")

    def _legend(self, painter: QPainter, room: QRect, bound: float, scale_of: str) -> None:
        px, y = self._theme.metrics.px, room.height() - self._theme.metrics.px(9)
        text = f"−{bound:g}"
        self._text(painter, QPointF(px(20), y), text, "caption", "text2")
        x = px(20) + QFontMetricsF(self._theme.font("caption")).horizontalAdvance(text) + px(6)
        table, steps = sign_table(self._theme.is_dark), 16
        for k in range(steps):
            red, green, blue, _ = table[round(k * (len(table) - 1) / (steps - 1))].tolist()
            painter.fillRect(QRectF(x + k * px(6), y - px(8), px(6), px(8)), QColor(red, green, blue))
        end = x + steps * px(6) + px(6)
        self._text(painter, QPointF(end, y), f"+{bound:g}   {scale_of}", "caption", "text2")
