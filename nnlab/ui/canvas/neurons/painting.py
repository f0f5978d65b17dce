"""The inside of a neuron, painted into its tile once the tile is large enough: the nearest stage of the one continuous zoom.

From OPENS to OPEN pixels a side the tile's picture fades into the table of products, the activation's curve and the output. Text stays
at its size as meant up to a tile of GROWS pixels, then grows more slowly than the tile, so that a projector gains too. What there is to
show is chosen by the room there is: see `Inside`.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPen

from nnlab.ui.canvas.neurons import parts
from nnlab.ui.canvas.neurons.neuron import Neuron
from nnlab.ui.canvas.neurons.parts import LEFT, RIGHT, Header, HeaderLine, ProductTable, first_that_fits, row_height, rows_of, say
from nnlab.ui.canvas.painting import matrix as matrix_painting
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.colormaps import symmetric_limit
from nnlab.ui.look.numbers import number
from nnlab.ui.look.theme import FontRole

OPENS, OPEN = 220.0, 300.0  # pixels a side at which a tile begins to show its inside, and shows it alone
SHARE_OPENS, SHARE_OPEN = 310.0, 380.0  # the same for a loss card's width
GROWS = 380.0  # pixels a side from which text grows, with this power of the tile's side
POWER = 0.8
MOST = 750.0  # a tile is laid out for at most so many pixels of text a side; a larger one is the same, larger
PADDING, GAP = 12.0, 16.0
LEAST_PLOT = 130.0  # width of a curve beside the table
GOOD_PLOT = 190.0  # and the width it has before products get bars
LEAST_STRIP = 70.0  # height of one below it


def unit(kit: PaintKit) -> float:
    """How much larger than in a small window at 100 % everything is."""
    return kit.font("caption").pixelSize() / 12.0


def openness(side: float, kit: PaintKit) -> float:
    """How far a tile of `side` screen pixels shows its inside, 0…1."""
    return float(np.clip((side / unit(kit) - OPENS) / (OPEN - OPENS), 0.0, 1.0))


def share_openness(width: float, kit: PaintKit) -> float:
    """How far a loss card `width` screen pixels wide shows one sample's share, 0…1."""
    return float(np.clip((width / unit(kit) - SHARE_OPENS) / (SHARE_OPEN - SHARE_OPENS), 0.0, 1.0))


def growth(side: float, kit: PaintKit) -> float:
    """Screen pixels for a pixel of text inside a tile of `side` screen pixels."""
    size = side / unit(kit)
    return max(1.0, (size / GROWS) ** POWER, size / MOST)


class Inside:
    """One neuron laid out for a tile of `side` screen pixels. `paint` wants a painter whose unit is a pixel of text.

    Wide tiles have table and curve side by side, small ones above each other; a unit without a curve of its own has its picture there.
    """

    def __init__(self, kit: PaintKit, neuron: Neuron, header: Header, side: float, has_picture: bool = False) -> None:
        """`has_picture` is whether there is a picture of what the unit has learned, to be shown where no curve is."""
        self.kit, self.neuron = kit, neuron
        self.wants_picture = has_picture and neuron.activation is None and neuron.result != "x"
        self.growth = growth(side, kit)
        self.side = side / self.growth
        line = row_height(kit)
        room = QRectF(PADDING, 6.0, self.side - 2 * PADDING, line + 4.0)
        self.header = HeaderLine(kit, (neuron.title, neuron.short), header, room)
        self.body = QRectF(PADDING, room.bottom() + 4.0, self.side - 2 * PADDING, 0.0)
        self.body.setBottom(self.side - PADDING)
        self.strip = QRectF()  # pictures of an image's products, over everything else
        if neuron.image_shape is not None and self.side >= OPEN * unit(kit):
            height = parts.pictures_height(kit, self.body)
            self.strip = QRectF(self.body.left(), self.body.top(), self.body.width(), height)
            self.body.setTop(self.strip.bottom() + 6.0)
        self.rest = QRectF(self.body)  # what the table leaves
        self.table: ProductTable | None = None
        self.table_at = QPointF()
        if neuron.result == "y":
            self._lay_out_reads(line)
        elif neuron.products is not None or neuron.reads:
            self._lay_out_table(line)

    def _lay_out_table(self, line: float) -> None:
        neuron, body = self.neuron, self.body
        has_more = neuron.activation is not None or bool(neuron.words) or self.wants_picture
        good, least = (plot * unit(self.kit) + GAP for plot in (GOOD_PLOT, LEAST_PLOT))
        rows = rows_of(neuron, int(body.height() / line))
        table = ProductTable(self.kit, rows, body.width() - good)
        if neuron.products is not None and not table.shows_factors:
            table = ProductTable(self.kit, rows, 0.0, with_factors=True)
        if has_more and self.side >= OPEN * unit(self.kit) and table.width + least <= body.width():
            self.table_at = QPointF(body.left(), body.center().y() - table.height / 2)
            self.rest = body.adjusted(table.width + GAP, 0, 0, 0)
        else:
            below = LEAST_STRIP * unit(self.kit) if has_more else 0.0
            rows = rows_of(neuron, max(3, int((body.height() - below) / line)))
            table = ProductTable(self.kit, rows, body.width())
            self.table_at = QPointF(body.left(), body.top() if has_more else body.center().y() - table.height / 2)
            self.rest = body.adjusted(0, table.height + 4.0 if has_more else body.height(), 0, 0)
        self.table = table

    def _lay_out_reads(self, line: float) -> None:
        """What any other operator reads, below its output."""
        top = self.kit.font("loss").pixelSize() * 1.4 + line + 8.0
        rows = rows_of(self.neuron, 0)[: max(0, int((self.body.height() - top) / line))]
        self.table = ProductTable(self.kit, rows, self.body.width()) if rows else None
        self.table_at = QPointF(self.body.left(), self.body.top() + top)
        self.rest = QRectF(self.body.bottomLeft(), self.body.bottomRight())

    @property
    def is_wide(self) -> bool:
        """Whether the rest lies beside the table."""
        return self.rest.top() == self.body.top()

    def input_heights(self) -> tuple[dict[int, float], float]:
        """Where the row of each listed input lies, and the row of all others, as shares of the tile's side."""
        if self.table is None:
            return {}, 0.5
        heights, rest = self.table.heights(self.table_at.y())
        return {index: y / self.side for index, y in heights.items()}, rest / self.side

    # Painting

    def paint(self, painter: QPainter, picture: QImage | None, visible: QRectF) -> None:
        """`picture` is what the tile shows when it is smaller; `visible` the part of the tile on the screen."""
        neuron = self.neuron
        painter.setPen(QPen(self.kit.tokens.line, 1.0 / self.growth))
        painter.setBrush(self.kit.tokens.canvas)
        painter.drawRect(QRectF(0, 0, self.side, self.side))
        if neuron.image is not None:
            self._paint_image(painter, neuron.image, visible)
        self.header.paint(painter)
        if self.table is not None:
            self.table.paint(painter, self.table_at)
        if not self.strip.isEmpty() and neuron.products is not None and neuron.image_shape is not None:
            parts.paint_pictures(painter, self.kit, neuron.products, neuron.image_shape, self.strip)
        if neuron.result in ("x", "y") and neuron.image is None:
            self._paint_value(painter)
        elif neuron.image is None:
            self._paint_rest(painter, picture)

    def _paint_value(self, painter: QPainter) -> None:
        """An input's value among those of the data, or what any other operator makes of what it reads."""
        neuron, body, kit = self.neuron, self.body, self.kit
        height = kit.font("loss").pixelSize() * 1.4
        name = neuron.short if neuron.result == "x" else "y"
        text = first_that_fits(kit, (f"{name} = {number(neuron.output)}", number(neuron.output)), "loss", body.width())
        say(painter, kit, text, QRectF(body.left(), body.top(), body.width(), height), LEFT, "loss")
        if neuron.column is not None:
            parts.paint_histogram(painter, kit, neuron.column, neuron.output, body.adjusted(0, height + 4.0, 0, 0))
        if neuron.words:
            below = QRectF(body.left(), body.top() + height, body.width(), row_height(kit))
            say(painter, kit, neuron.words, below, LEFT, "caption", kit.tokens.text2)

    def _paint_rest(self, painter: QPainter, picture: QImage | None) -> None:
        """Beside or below the table: the curve or the unit's picture, and the output."""
        neuron, kit = self.neuron, self.kit
        rest = QRectF(self.rest)
        line = row_height(kit)
        if rest.height() < 2 * line or rest.width() < 60.0:
            return
        if neuron.activation is None and not neuron.words:
            self._paint_picture(painter, picture, rest)
            return
        if neuron.activation is not None:
            if self.is_wide:  # curve and words are one group in the middle
                height = min(rest.height(), rest.width() + 2.5 * line)
                rest = QRectF(rest.left(), rest.center().y() - height / 2, rest.width(), height)
            rest = self._paint_output(painter, rest)
            parts.paint_curve(painter, kit, neuron.activation, rest)
        else:
            rest = self._paint_output(painter, rest)
            self._paint_picture(painter, picture, rest)

    def _paint_output(self, painter: QPainter, rest: QRectF) -> QRectF:
        """Writes the output below the curve (beside it in a strip); what is left for the curve."""
        neuron, kit = self.neuron, self.kit
        line = row_height(kit)
        value = number(neuron.output)
        if neuron.activation is None:
            say(painter, kit, neuron.words, QRectF(rest.left(), rest.top(), rest.width(), line), LEFT, "caption", kit.tokens.text2)
            if neuron.result != "a":
                return rest.adjusted(0, line + 4.0, 0, 0)
            say(painter, kit, f"a = {value}", QRectF(rest.left(), rest.top() + line, rest.width(), line * 1.4), LEFT, "title")
            return rest.adjusted(0, line * 2.6, 0, 0)
        name, z = neuron.activation.title, number(neuron.activation.z)
        if self.is_wide:
            texts = (f"a = {name}({z}) = {value}", f"a = {name}(z) = {value}", f"a = {value}")
            role: FontRole = "title" if kit.text_width(texts[0], "title") <= rest.width() else "name"
            text = first_that_fits(kit, texts, role, rest.width())
            say(painter, kit, text, QRectF(rest.left(), rest.bottom() - line * 1.5, rest.width(), line * 1.5), RIGHT, role)
            slope = f"slope {number(neuron.activation.slope, 3)}"
            above = QRectF(rest.left(), rest.top(), rest.width(), line)
            words = first_that_fits(kit, (f"{name}: {slope}", slope, ""), "caption", rest.width())
            say(painter, kit, words, above, RIGHT, "caption", kit.tokens.text2)
            return rest.adjusted(0, line, 0, -line * 1.5)
        reads = f"a = {name}(z)"
        width = max(kit.text_width(reads, "caption"), kit.text_width(value, "title")) + 4.0
        place = QRectF(rest.right() - width, rest.center().y() - line * 1.2, width, line)
        say(painter, kit, reads, place, LEFT, "caption", kit.tokens.text2)
        say(painter, kit, value, place.translated(0, line).adjusted(0, 0, 0, line * 0.4), LEFT, "title")
        return rest.adjusted(0, 0, -width - 8.0, 0)

    def _paint_picture(self, painter: QPainter, picture: QImage | None, rest: QRectF) -> None:
        """What the unit has learned, as its tile showed it, where nothing else is to be shown."""
        side = min(rest.width(), rest.height(), 240.0 * unit(self.kit))
        if picture is None or side < 48.0:
            return
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left = rest.left() + (rest.width() - side) / 2
        painter.drawImage(QRectF(left, rest.top() + (rest.height() - side) / 2, side, side), picture)

    def _paint_image(self, painter: QPainter, image: np.ndarray, visible: QRectF) -> None:
        """The sample as large as its tile allows, with its numbers where they can be read."""
        rows, columns = image.shape
        cell = min(self.body.width() / columns, self.body.height() / rows)
        width, height = cell * columns, cell * rows
        left = self.body.left() + (self.body.width() - width) / 2
        rect = QRectF(left, self.body.top() + (self.body.height() - height) / 2, width, height)
        cells = matrix_painting.Cells(image, symmetric_limit(image), self.kit)
        cells.paint(painter, rect, visible, 1.0)
