"""The plot of the losses: smoothed batch loss, training and validation, and the band from the lowest to the highest batch loss.

The band is composed as one small image, column by column: Qt fills a polygon of a thousand corners in ten milliseconds, the image
takes less than one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from nnlab.engine.history import Curves, Losses
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.branch_lines import BranchLines
from nnlab.ui.panels.plotting.crosshair import Crosshair
from nnlab.ui.panels.plotting.items import PictureItem
from nnlab.ui.panels.plotting.iteration_plot import IterationPlot
from nnlab.ui.panels.plotting.label_places import push_apart
from nnlab.ui.panels.plotting.plot import DASHES, FADED, Margins, dashes, line_pen, make_line, thicker
from nnlab.ui.panels.plotting.seed_bands import SeedBands, band_image
from nnlab.ui.panels.plotting.thinning import ThinnedLoss, block_at, positive_logarithm, sample_columns, thin_loss
from nnlab.ui.panels.plotting.verdict_bracket import VerdictBracket
from nnlab.ui.widgets.painting import fill_rounded

RUN_DASHES = ((9.0, 3.0, 2.0, 3.0), (2.0, 4.0), (14.0, 4.0), (5.0, 3.0))  # of the other runs: told apart by dash, since hue means sign
SAMPLE = 24  # length of a line before its name
LABEL_GAP = 18.0  # pixels between the texts at the lines' ends
WIDEST_VALUE = "00.0000"
LEAST_PICTURE = 0.4  # of the width, that the curves have before a line's name is shortened
PART = " (part)"  # after the name of a line that is of some samples, where there is no room to say of how many
SMOOTHED = "smoothed"  # the name of the line of smoothed batch losses, where no run beside it needs another


@dataclass(frozen=True)
class EndLabel:
    """A line's name and newest value, and where the line ends."""

    name: str
    value: float
    y: float  # in the axis' coordinates
    is_strong: bool
    dash: tuple[float, ...] = ()  # of the line, in pixels; a solid one has none
    part: str = ""  # of how many samples it is, where that is not all; written after the name

    @property
    def text(self) -> str:
        return numbers.number(self.value)


@dataclass(frozen=True, eq=False)
class OtherCurves:
    """The curves of a run that is overlaid, and the name at its end.

    `seeds`: those of the same run from several seeds, drawn as a band. One that stands out is `strong`, beside others that do not.
    """

    name: str
    curves: Curves
    seeds: tuple[Curves, ...] = ()
    is_strong: bool = False


class LossPlot(IterationPlot):
    """Shows `Curves`, and of runs that train beside it the smoothed batch loss; `logarithmic` decides the y axis.

    `explanation` says what the lines are, for who rests on their names.
    """

    def __init__(self, theme: Theme, crosshair: Crosshair, parent: QWidget | None = None) -> None:
        self._curves: Curves | None = None
        self._name = SMOOTHED
        self._parts: tuple[str, ...] = ("",)  # what can be written after "train", from the longest
        self._part = ""
        self.explanation = ""
        self.others: tuple[OtherCurves, ...] = ()
        super().__init__(theme, "Loss over iterations", crosshair, parent)
        self.logarithmic = True
        self.bracket = VerdictBracket(self)
        self.band = PictureItem()
        self.validation = make_line(theme.tokens.text, 1.5)
        self.train = make_line(theme.tokens.text, 2.0)
        self.batches = make_line(theme.tokens.text2, 1.5)
        self.seed_bands = SeedBands(len(RUN_DASHES))
        self.other_lines = [make_line(theme.tokens.text, 1.5) for _ in RUN_DASHES]
        self.branches = BranchLines(theme, self, lambda item: self.view.addItem(item, ignoreBounds=True))
        for item in (*self.seed_bands.items, self.band, *self.other_lines, self.batches, self.validation, self.train):
            self.view.addItem(item, ignoreBounds=True)
        self.range_changed.connect(self._draw)
        self.all_wanted.connect(self._show_everything)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        around = px(52) + px(8) + self._sample_width() + px(12) + self._value_width() + px(16)
        for part in self._parts:
            self._part = part
            if self.width() - around - self._name_width() >= LEAST_PICTURE * self.width():
                break
        return Margins(px(52), px(10), around - px(52) + self._name_width(), px(28))

    def _name_width(self) -> float:
        metrics = QFontMetricsF(self._theme.font("caption_strong"))
        names = (SMOOTHED, self._name, f"train{self._part}", *(other.name for other in self.others))
        return max(metrics.horizontalAdvance(name) for name in names)

    def _sample_width(self) -> float:
        """Room for a piece of each line before its name, where names are more than the two everybody knows."""
        return self._theme.metrics.px(SAMPLE + 6) if self.others else 0.0

    def _value_width(self) -> float:
        return QFontMetricsF(self._theme.font("caption_strong")).horizontalAdvance(WIDEST_VALUE)

    # Data

    @property
    def curves(self) -> Curves | None:
        return self._curves

    def show_curves(self, curves: Curves, last: int) -> None:
        """`last` is the iteration reached, which may be ahead of the newest whole block."""
        self._curves = curves
        if self.is_following:
            ends = [int(other.curves.iterations[-1]) for other in self.others if len(other.curves.mean)]
            self.set_range((curves.origin, max(last, curves.origin + 1, *ends)), self.full_y_range(curves))
        self._draw()
        self.repaint_around()

    def set_others(self, name: str, others: Sequence[OtherCurves]) -> None:
        """Other runs at the same iteration, and the `name` that tells the plot's own from them; shown with the next curves."""
        name = name if others else SMOOTHED
        names = [other.name for other in self.others]
        is_same = (name, [other.name for other in others]) == (self._name, names)
        self._name, self.others = name, tuple(others)
        if not is_same:
            self._place()  # the names' width decides the margin

    def set_samples(self, evaluated: int, of: int) -> None:
        """Of how many of all training samples the line "train" is; its name says so where that is a part of them."""
        is_whole = not 0 < evaluated < of
        parts = ("",) if is_whole else (f" ({numbers.count(evaluated)} of {numbers.count(of)})", PART)
        if parts != self._parts:
            self._parts = parts
            self._place()

    def set_logarithmic(self, logarithmic: bool) -> None:
        self.logarithmic = logarithmic
        self.show_all()

    def _show_everything(self) -> None:
        if self._curves is not None:
            self.show_curves(self._curves, self._last)

    def full_y_range(self, curves: Curves) -> tuple[float, float]:
        """What shows the whole run: everything for an even axis. A logarithmic one ends a decade below the lowest whole decade of

        the lines: single batches may come as near to zero as they like.
        """
        lines = np.concatenate(
            [curves.smoothed, curves.training_losses, curves.validation_losses, *(other.curves.smoothed for other in self.others),
             *self.branches.values]
        )  # fmt: skip
        everything = np.concatenate([curves.minimum, curves.maximum, lines])
        everything = everything[np.isfinite(everything)]
        if not self.logarithmic:
            if not everything.size:
                return 0.0, 1.0
            low, high = min(0.0, float(everything.min())), float(everything.max())
            return low, high + 0.03 * max(high - low, 1e-12)
        usable, lines = everything[everything > 0], lines[np.isfinite(lines) & (lines > 0)]
        if not usable.size:
            return -1.0, 0.0
        lowest, top = math.log10(usable.min()), math.log10(usable.max())
        bottom = max(lowest, math.floor(math.log10(lines.min())) - 1.0) if lines.size else lowest
        pad = 0.03 * max(top - bottom, 0.1)
        return bottom - pad, top + pad

    def on_axis(self, values: np.ndarray) -> np.ndarray:
        """Losses in the coordinates of the y axis."""
        return positive_logarithm(values) if self.logarithmic else np.asarray(values, dtype=np.float64)

    def _draw(self) -> None:
        if self._curves is None or self.picture.width() < 2:
            return
        curves, (low, high) = self._curves, self.x_range
        thinned = thin_loss(curves, low, high, int(self.picture.width()))
        color = self._theme.tokens.text
        self.train.setPen(line_pen(color, 2.0))
        self.validation.setPen(line_pen(color, 1.5))
        self.batches.setPen(line_pen(self._theme.tokens.text2, 1.5))
        self.batches.setData(thinned.iterations, self.on_axis(thinned.smoothed))
        scale = (self.picture.width() / (high - low), self.picture.height() / (self.y_range[1] - self.y_range[0]))
        checks = self._evaluations(curves, low, high)
        x = curves.validation_iterations[checks]
        self.train.setData(x, self.on_axis(curves.training_losses[checks]))
        self.validation.setData(*dashes(x, self.on_axis(curves.validation_losses[checks]), scale), connect="pairs")
        self._draw_others(scale)
        self.branches.draw(self.on_axis, scale)
        self._draw_band(thinned)

    def _draw_others(self, scale: tuple[float, float]) -> None:
        (low, high), width = self.x_range, int(self.picture.width())
        area = QRectF(low, self.y_range[0], high - low, self.y_range[1] - self.y_range[0])
        size, color = (width, max(1, int(self.picture.height()))), self._theme.tokens.text2
        self.seed_bands.draw([other.seeds for other in self.others], area, size, self.on_axis, color)
        for k, (line, pattern) in enumerate(zip(self.other_lines, RUN_DASHES, strict=True)):
            if k < len(self.others):
                other = self.others[k]
                line.setPen(line_pen(self._theme.tokens.text, 3.0 if other.is_strong else 1.5))
                thinned = thin_loss(other.curves, low, high, width)
                line.setData(*dashes(thinned.iterations, self.on_axis(thinned.smoothed), scale, pattern), connect="pairs")
            else:
                line.setData([], [])

    def _evaluations(self, curves: Curves, low: float, high: float) -> np.ndarray:
        """Which evaluations lie within the view, with one beyond on each side; not more than pixels."""
        x = curves.validation_iterations
        start = max(0, int(np.searchsorted(x, low)) - 1)
        stop = min(len(x), int(np.searchsorted(x, high)) + 1)
        stride = max(1, (stop - start) // max(1, int(self.picture.width())))
        return np.unique(np.append(np.arange(start, stop, stride), stop - 1)) if stop > start else np.empty(0, dtype=np.int64)

    def _draw_band(self, thinned: ThinnedLoss) -> None:
        (x0, x1), (y0, y1) = self.x_range, self.y_range
        width, height = int(self.picture.width()), int(self.picture.height())
        if not len(thinned.iterations) or width < 2 or height < 2:
            self.band.show_image(None, QRectF())
            return
        low, high = self.on_axis(thinned.minimum), self.on_axis(thinned.maximum)
        if self.logarithmic:
            low = np.where(np.isnan(low) & np.isfinite(high), -np.inf, low)  # a loss of zero lies below every axis
        at = x0 + (np.arange(width) + 0.5) / width * (x1 - x0)
        if 2 * len(low) > width:
            group = sample_columns(thinned.iterations, at)
            low, high = low[group], high[group]
        else:
            low = np.interp(at, thinned.iterations, np.maximum(low, y0))
            high = np.interp(at, thinned.iterations, high)
        assert self._curves is not None
        outside = (at > thinned.iterations[-1]) | (at < self._curves.origin)
        to_rows = height / (y1 - y0)
        top, bottom = (y1 - np.where(outside, np.nan, high)) * to_rows, (y1 - low) * to_rows
        color = QColor(self._theme.tokens.text2)
        color.setAlpha(FADED)
        self.band.show_image(band_image(top, bottom, height, color), QRectF(x0, y0, x1 - x0, y1 - y0))

    # Painting

    def paint_above(self, painter: QPainter) -> None:
        self.branches.paint(painter, self.on_axis)
        self.bracket.paint(painter, self._theme)
        super().paint_above(painter)

    def written_iterations(self) -> list[int]:
        return [*super().written_iterations(), *self.bracket.written_iterations()]

    def end_labels(self) -> list[EndLabel]:
        curves = self._curves
        if curves is None or not len(curves.mean):
            return []
        losses = self._losses_now(curves)
        found = []
        if not math.isnan(losses.validation):
            found.append(self._label("val", losses.validation, False, DASHES))
            found.append(replace(self._label("train", losses.training, True), part=self._part))
        found.append(self._label(self._name, losses.smoothed, math.isnan(losses.validation)))
        for other, dash in zip(self.others, RUN_DASHES, strict=False):
            found.append(self._label(other.name, self._losses_now(other.curves).smoothed, False, dash))
        return found

    def _losses_now(self, curves: Curves) -> Losses:
        """Where the run stands, also in the past."""
        return (curves if self.now is None else curves.until(self.now)).losses

    def _label(self, name: str, value: float, is_strong: bool, dash: tuple[float, ...] = ()) -> EndLabel:
        return EndLabel(name, value, float(self.on_axis(np.array([value]))[0]), is_strong, dash)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            over_names = event.pos().x() > self.picture.right()
            text = self.explanation if over_names else self.bracket.text_at(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return bool(super().viewportEvent(event))

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        labels = self.end_labels()
        if not labels:
            return
        picture, px, tokens = self.picture, self._theme.metrics.px, self._theme.tokens
        wanted = [float(self.y_pixels(label.y)) if math.isfinite(label.y) else picture.bottom() for label in labels]
        half = QFontMetricsF(self._theme.font("caption_strong")).height() / 2
        places = push_apart(wanted, max(LABEL_GAP, 2 * half), picture.top() + half, picture.bottom() - half)
        left = picture.right() + px(8) + self._sample_width()
        for label, y in zip(labels, places, strict=True):
            if self.others:
                self._paint_sample(painter, label, picture.right() + px(8), y)
            painter.setFont(self._theme.font("caption_strong" if label.is_strong else "caption"))
            painter.setPen(tokens.text if label.is_strong else tokens.text2)
            name = QRectF(left, y - half, self._name_width() + 2, 2 * half)
            painter.drawText(name, Qt.AlignmentFlag.AlignVCenter, label.name + label.part)
            painter.setPen(tokens.text)
            value = QRectF(self.width() - px(16) - self._value_width() - px(12), y - half, self._value_width() + px(12), 2 * half)
            painter.drawText(value, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label.text)

    def _paint_sample(self, painter: QPainter, label: EndLabel, left: float, y: float) -> None:
        """A piece of the line, as it is dashed."""
        tokens = self._theme.tokens
        pen = line_pen(tokens.text2 if label.name == self._name else tokens.text, 2.0 if label.is_strong else 1.5)
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        if label.dash:
            pen.setDashPattern([length / pen.widthF() for length in label.dash])  # Qt counts in widths of the pen
        painter.setPen(thicker(pen, self.stroke))
        painter.drawLine(QPointF(left, round(y)), QPointF(left + self._theme.metrics.px(SAMPLE), round(y)))

    def readings(self, iteration: int) -> list[tuple[float, str]]:
        """(y on the axis, text) of the smoothed loss at an iteration, of the losses last evaluated by then, of the other runs."""
        curves = self._curves
        block = block_at(curves, iteration) if curves is not None else None
        if curves is None or block is None:
            return []
        values = [float(curves.smoothed[block])]
        known = int(np.searchsorted(curves.validation_iterations, iteration, side="right"))
        if known:
            values += [float(curves.validation_losses[known - 1]), float(curves.training_losses[known - 1])]
        for other in self.others:
            theirs = block_at(other.curves, iteration)
            if theirs is not None:
                values.append(float(other.curves.smoothed[theirs]))
        places = self.on_axis(np.array(values))
        return [(float(y), numbers.number(v)) for y, v in zip(places, values, strict=True) if math.isfinite(y)]

    def paint_readings(self, painter: QPainter, iteration: int, x: float) -> None:
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self.picture
        shown = [(float(self.y_pixels(y)), text) for y, text in self.readings(iteration)]
        shown = [(y, text) for y, text in shown if picture.top() <= y <= picture.bottom()]
        font = self._theme.font("caption")
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = push_apart(
            [y for y, _ in shown], metrics.height(), picture.top() + metrics.height() / 2, picture.bottom() - metrics.height() / 2
        )
        for (y, text), place in zip(shown, places, strict=True):
            painter.setPen(QPen(tokens.panel, 1.5))
            painter.setBrush(tokens.text)
            painter.drawEllipse(QPointF(x + 0.5, y), 4.0, 4.0)
            width = metrics.horizontalAdvance(text)
            left = x + px(10) if x + px(14) + width <= picture.right() else x - px(10) - width
            ground = QColor(tokens.panel)
            ground.setAlpha(215)
            box = QRectF(left - px(3), place - metrics.height() / 2, width + px(6), metrics.height())
            fill_rounded(painter, box, self._theme.metrics.radius_cell, ground)
            painter.setPen(tokens.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
