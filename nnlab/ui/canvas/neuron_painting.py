"""The inside of a neuron, painted into its tile once the tile is large enough: the nearest stage of the one continuous zoom.

From OPENS to OPEN pixels a side the tile's picture fades into the table of products, the activation's curve and the output. Text stays
at its size as meant up to a tile of GROWS pixels, then grows with half the zoom's power, so that a projector gains too. What there is to
show is chosen by the room there is: see `Inside`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPolygonF

from nnlab.ui.canvas import matrix_painting
from nnlab.ui.canvas import neuron_parts as parts
from nnlab.ui.canvas.neuron import Neuron
from nnlab.ui.canvas.neuron_parts import CENTRED, LEFT, RIGHT, Table, first_that_fits, row_height, rows_of, say
from nnlab.ui.canvas.paint_kit import PaintKit
from nnlab.ui.colormaps import symmetric_limit
from nnlab.ui.numbers import number

OPENS, OPEN = 220.0, 300.0  # pixels a side at which a tile begins to show its inside, and shows it alone
GROWS = 460.0  # pixels a side from which text grows
MOST = 750.0  # a tile is laid out for at most so many pixels of text a side; a larger one is the same, larger
PADDING, GAP = 12.0, 16.0
LEAST_PLOT = 130.0  # width of a curve beside the table
LEAST_STRIP = 70.0  # height of one below it


def unit(kit: PaintKit) -> float:
    """How much larger than in a small window at 100 % everything is."""
    return kit.font("caption").pixelSize() / 12.0


def openness(side: float, kit: PaintKit) -> float:
    """How far a tile of `side` screen pixels shows its inside, 0…1."""
    return float(np.clip((side / unit(kit) - OPENS) / (OPEN - OPENS), 0.0, 1.0))


def growth(side: float, kit: PaintKit) -> float:
    """Screen pixels for a pixel of text inside a tile of `side` screen pixels."""
    size = side / unit(kit)
    return max(1.0, (size / GROWS) ** 0.5, size / MOST)


@dataclass(frozen=True)
class Header:
    """What is written at the top: which sample, "sample 217", and its longer form."""

    sample: str
    place: str = ""  # ", 3 of 10 in the batch"


class Inside:
    """One neuron laid out for a tile of `side` screen pixels. `paint` wants a painter whose unit is a pixel of text.

    Wide tiles have table and curve side by side, small ones above each other; a unit without a curve of its own has its picture there.
    """

    def __init__(self, kit: PaintKit, neuron: Neuron, header: Header, side: float) -> None:
        self.kit, self.neuron = kit, neuron
        self.growth = growth(side, kit)
        self.side = side / self.growth
        line = row_height(kit)
        self.header = QRectF(PADDING, 6.0, self.side - 2 * PADDING, line + 4.0)
        self.body = QRectF(PADDING, self.header.bottom() + 4.0, self.side - 2 * PADDING, 0.0)
        self.body.setBottom(self.side - PADDING)
        self._lay_out_header(header)
        self.rest = QRectF(self.body)  # what the table leaves
        self.table: Table | None = None
        self.table_at = QPointF()
        if neuron.products is not None or neuron.reads:
            self._lay_out_table(line)

    def _lay_out_header(self, header: Header) -> None:
        kit, room = self.kit, self.header
        arrow = room.height()
        titles = (self.neuron.title, self.neuron.short)
        samples = (header.sample + header.place, header.sample, header.sample.removeprefix("sample "))
        pairs = [(title, sample) for sample in samples for title in titles] if header.place else [(t, s) for s in samples for t in titles]
        free = room.width() - 2 * arrow - GAP

        def needed(pair: tuple[str, str]) -> float:
            return kit.text_width(pair[0], "name") + kit.text_width(pair[1], "caption")

        self.title, self.sample = next((pair for pair in pairs if needed(pair) <= free), pairs[-1])
        width = kit.text_width(self.sample, "caption")
        self.forward = QRectF(room.right() - arrow, room.top(), arrow, room.height())
        self.sample_at = QRectF(self.forward.left() - width, room.top(), width, room.height())
        self.back = QRectF(self.sample_at.left() - arrow, room.top(), arrow, room.height())

    def _lay_out_table(self, line: float) -> None:
        neuron, body = self.neuron, self.body
        has_curve = neuron.activation is not None or bool(neuron.words and neuron.result == "a")
        beside = Table(self.kit, rows_of(neuron, int(body.height() / line)), body.width() - GAP - LEAST_PLOT)
        table_room = body.width() * 0.62
        if self.side >= OPEN * unit(self.kit) and beside.width + GAP + LEAST_PLOT <= body.width() and (
            beside.shows_factors or neuron.products is None
        ):
            table = Table(self.kit, beside.rows, max(table_room, beside.width - beside.bars))
            if table.width + GAP + LEAST_PLOT > body.width():
                table = beside
            self.table_at = QPointF(body.left(), body.top() + max(0.0, min((body.height() - table.height) / 2, line * 3)))
            self.rest = body.adjusted(table.width + GAP, 0, 0, 0)
        else:
            below = LEAST_STRIP * unit(self.kit) if has_curve else 0.0
            rows = rows_of(neuron, max(3, int((body.height() - below) / line)))
            table = Table(self.kit, rows, body.width())
            self.table_at = body.topLeft()
            self.rest = body.adjusted(0, table.height + 4.0, 0, 0)
        self.table = table

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

    @property
    def wants_picture(self) -> bool:
        """Whether what the unit has learned is shown: where no curve takes its place."""
        neuron = self.neuron
        return neuron.activation is None and neuron.result != "x"

    # Painting

    def paint(self, painter: QPainter, picture: QImage | None, visible: QRectF) -> None:
        """`picture` is what the tile shows when it is smaller; `visible` the part of the tile on the screen."""
        neuron = self.neuron
        painter.setPen(QPen(self.kit.tokens.line, 1.0 / self.growth))
        painter.setBrush(self.kit.tokens.canvas)
        painter.drawRect(QRectF(0, 0, self.side, self.side))
        if neuron.image is not None:
            self._paint_image(painter, neuron.image, visible)
        self._paint_header(painter)
        if self.table is not None:
            self.table.paint(painter, self.table_at)
        if neuron.result == "x" and neuron.image is None:
            self._paint_input(painter)
        elif neuron.image is None:
            self._paint_rest(painter, picture)

    def _paint_header(self, painter: QPainter) -> None:
        kit, room = self.kit, self.header
        say(painter, kit, self.title, room.adjusted(0, 0, self.back.left() - room.right() - 4.0, 0), LEFT, "name")
        say(painter, kit, self.sample, self.sample_at, CENTRED, "caption", kit.tokens.text2)
        painter.setPen(QPen(kit.tokens.text2, 1.5))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for rect, way in ((self.back, -1), (self.forward, 1)):
            tip = rect.center() + QPointF(2.0 * way, 0)
            painter.drawPolyline(QPolygonF([tip + QPointF(-4.0 * way, -4.0), tip, tip + QPointF(-4.0 * way, 4.0)]))

    def _paint_input(self, painter: QPainter) -> None:
        neuron, body, kit = self.neuron, self.body, self.kit
        height = kit.font("loss").pixelSize() * 1.4
        text = first_that_fits(kit, (f"{neuron.short} = {number(neuron.output)}", number(neuron.output)), "loss", body.width())
        say(painter, kit, text, QRectF(body.left(), body.top(), body.width(), height), LEFT, "loss")
        if neuron.column is not None:
            parts.paint_histogram(painter, kit, neuron.column, neuron.output, body.adjusted(0, height + 4.0, 0, 0))

    def _paint_rest(self, painter: QPainter, picture: QImage | None) -> None:
        """Beside or below the table: pictures of an image's products, the curve or the unit's picture, and the output."""
        neuron, kit = self.neuron, self.kit
        rest = QRectF(self.rest)
        line = row_height(kit)
        if rest.height() < 2 * line or rest.width() < 60.0:
            return
        if neuron.image_shape is not None and neuron.products is not None and self.is_wide:
            strip = QRectF(rest.left(), rest.top(), rest.width(), parts.pictures_height(kit, rest))
            parts.paint_pictures(painter, kit, neuron.products, neuron.image_shape, strip)
            rest.setTop(strip.bottom() + 8.0)
        if neuron.activation is None and not neuron.words:
            self._paint_picture(painter, picture, rest)
            return
        rest = self._paint_output(painter, rest)
        if neuron.activation is not None:
            height = min(rest.height(), rest.width() * 1.0)
            plot = QRectF(rest.left(), rest.center().y() - height / 2 if self.is_wide else rest.top(), rest.width(), height)
            parts.paint_curve(painter, kit, neuron.activation, plot if self.is_wide else rest)
        else:
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
            role = "title" if kit.text_width(texts[0], "title") <= rest.width() else "name"
            text = first_that_fits(kit, texts, role, rest.width())
            say(painter, kit, text, QRectF(rest.left(), rest.bottom() - line * 1.5, rest.width(), line * 1.5), RIGHT, role)
            slope = f"slope there {number(neuron.activation.slope, 3)}"
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
