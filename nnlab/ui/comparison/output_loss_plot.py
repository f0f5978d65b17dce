"""The losses of all runs over one axis, the probability given to the true class or the error, with every sample as a mark on its curve.

A run's samples stand on its own curve in full, and faint on those of the others: what they would be charged, or pulled by, there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QWidget

from nnlab.training.probes.output_losses import OutputLosses
from nnlab.ui.comparison.curve_names import places_of_names
from nnlab.ui.comparison.loss_formulas import formula_of
from nnlab.ui.comparison.run_keys import FAR, RunKey, paint_line, paint_mark, paint_marks
from nnlab.ui.comparison.run_losses import RunLosses, losses_table
from nnlab.ui.comparison.sample_focus import SampleFocus
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting.export import ExportTable
from nnlab.ui.panels.plotting.label_places import push_apart
from nnlab.ui.panels.plotting.plot import Margins, Plot
from nnlab.ui.panels.plotting.primitives import Stamps, polygon
from nnlab.ui.panels.plotting.ticks import Tick, linear_ticks, logarithmic_ticks
from nnlab.ui.widgets.painting import fill_rounded

MOST_LOSS = 5.0  # the axis of the loss of classes ends here; what lies above is counted in words
FIRST_P = 0.05  # where the crosshair starts
KEY_STEP = 0.01
ROW = 4 * FAR  # wider than any pixel's number, so that column and row make one number
UNLIKE = 20.0  # times that one run's values of an error may exceed another's before the axis is logarithmic
DECADES = 3.0  # that such an axis reaches down from the lowest curve's top
WIDEST_NAME = 0.6  # of the picture's width; where that is too little, a formula stands alone
REACH = 9.0  # pixels from a mark within which it is pointed at


class OutputLossPlot(Plot):
    """One of two plots that share the axis below: `of_gradient` shows |dL/dz|, else the loss. `read_at(x or None)`: the crosshair."""

    ground = "canvas"
    read_at = Signal(object)

    def __init__(self, theme: Theme, of_gradient: bool, focus: SampleFocus, parent: QWidget | None = None) -> None:
        self._runs: tuple[RunLosses, ...] = ()
        self._distinct: list[RunLosses] = []  # one run of each loss
        self._of_gradient, self._focus = of_gradient, focus
        self._stamps = Stamps()
        self._at: float | None = FIRST_P
        self._margins: Margins | None = None
        self._named: tuple[tuple[object, ...], list[tuple[str, QRectF]]] = ((), [])
        super().__init__(theme, "Gradient at the output over the probability" if of_gradient else "Loss over the probability", parent)
        self.view.setMouseEnabled(x=False, y=False)
        self.setMouseTracking(True)
        focus.changed.connect(self.repaint_around)

    @property
    def runs(self) -> tuple[RunLosses, ...]:
        return self._runs

    @property
    def at(self) -> float | None:
        """Where the curves are read."""
        return self._at

    def set_at(self, x: float | None) -> None:
        self._at = x
        self.repaint_around()

    def margins(self) -> Margins:
        px, metrics = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption"))
        widest = max((metrics.horizontalAdvance(tick.text) for tick in self._y_ticks(200.0)), default=0.0)
        return Margins(max(px(28), widest + px(9)), px(24), px(14), px(42) if self._of_gradient else px(22))

    def show_runs(self, runs: Sequence[RunLosses]) -> None:
        if [(run.name, run.key, run.found) for run in runs] == [(run.name, run.key, run.found) for run in self._runs]:
            return  # probes come at a pace of their own: nothing new since the last time
        self._runs = tuple(runs)
        self._distinct = self._one_of_each_loss()
        found = [run.found for run in self._distinct]
        if self._at == FIRST_P and not self.of_probability:
            self._at = None  # of an error nothing is special there
        elif self._at is None and self.of_probability:
            self._at = FIRST_P
        if found:
            low, high = (0.0, 1.0) if self.of_probability else (min(f.curve_x[0] for f in found), max(f.curve_x[-1] for f in found))
            self.set_range((float(low), float(high)), self._reach(found))
            if self.margins() != self._margins:
                self._margins = self.margins()
                self._place()
        self.setAccessibleDescription("; ".join(f"{name}: {text}" for name, text in self.readings()))

    def _reach(self, found: Sequence[OutputLosses]) -> tuple[float, float]:
        """The range of the y axis; where the runs' values of an error are of different sizes, it is logarithmic."""
        tops = [float(np.nanmax(self.curve(f))) for f in found]
        top, least = max(tops), min(tops)
        self.logarithmic = not self.of_probability and least > 0 and top > UNLIKE * least
        if self.logarithmic:
            return float(np.log10(least)) - DECADES, float(np.log10(top)) + 0.1
        if self.of_probability and not self._of_gradient:
            top = min(top, MOST_LOSS)
        return 0.0, top * 1.02 if top > 0 else 1.0

    @property
    def of_probability(self) -> bool:
        return all(run.found.of_probability for run in self._runs)

    def curve(self, found: OutputLosses) -> np.ndarray:
        return found.curve_gradients if self._of_gradient else found.curve_losses

    def values(self, found: OutputLosses) -> np.ndarray:
        return found.gradients if self._of_gradient else found.losses

    def heights(self, values: np.ndarray) -> np.ndarray:
        """Pixels of values; on a logarithmic axis nothing is below its lower end."""
        if self.logarithmic:
            values = np.log10(np.maximum(values, 10.0 ** self.y_range[0]))
        return np.asarray(self.y_pixels(values))

    def readings(self) -> list[tuple[str, str]]:
        """(run, value where the curves are read)."""
        if self._at is None:
            return []
        return [(run.name, numbers.number(self._read(run.found), 3)) for run in self._runs]

    def _read(self, found: OutputLosses) -> float:
        return float(np.interp(self._at or 0.0, found.curve_x, self.curve(found)))

    def beyond(self, run: RunLosses) -> int:
        """How many samples lie above the axis."""
        top = self.y_range[1]
        return int((self.values(run.found) > (10.0**top if self.logarithmic else top)).sum())

    def beside(self, run: RunLosses) -> int | None:
        """How many samples lie left of the crosshair, or further from 0 than it where the axis is an error; None without a crosshair."""
        x = run.found.x
        return None if self._at is None else int((x < self._at).sum() if self.of_probability else (np.abs(x) > abs(self._at)).sum())

    # Painting

    def x_ticks(self) -> list[Tick]:
        if not self._of_gradient:
            return []  # the plot below has them for both
        if self.of_probability:
            ticks = [Tick(x, f"{x:g}") for x in (0.0, 0.25, 0.5, 0.75, 1.0)]
        else:
            ticks = linear_ticks(*self.x_range, self.picture.width(), self._theme.metrics.px(56))
        pill = self._pill()
        if pill is None:
            return ticks
        clear = pill.width() / 2 + self._theme.metrics.px(14)
        return [tick for tick in ticks if abs(float(self.x_pixels(tick.position)) - pill.center().x()) > clear]

    def y_ticks(self) -> list[Tick]:
        return self._y_ticks(self.picture.height())

    def _y_ticks(self, height: float) -> list[Tick]:
        ticks = logarithmic_ticks if self.logarithmic else linear_ticks
        return ticks(*self.y_range, height, max(self._theme.metrics.px(44), height / 6))

    def _pill(self) -> QRectF | None:
        if self._at is None:
            return None
        px, metrics = self._theme.metrics.px, QFontMetricsF(self._theme.font("caption"))
        width = metrics.horizontalAdvance(self._where()) + px(12)
        left = min(max(float(self.x_pixels(self._at)) - width / 2, 1.0), self.width() - width - 1.0)
        return QRectF(left, self.picture.bottom() + px(4), width, metrics.height() + px(4))

    def _where(self) -> str:
        return numbers.number(self._at or 0.0, 2)

    def paint_below(self, painter: QPainter) -> None:
        super().paint_below(painter)
        tokens, px = self._theme.tokens, self._theme.metrics.px
        if not self._of_gradient:
            self._paint_counts(painter)
            return
        pill = self._pill()
        if pill is not None:
            fill_rounded(painter, pill, self._theme.metrics.radius_cell, tokens.text)
            painter.setPen(tokens.canvas)
            painter.drawText(pill, Qt.AlignmentFlag.AlignCenter, self._where())
        painter.setPen(tokens.text2)
        words = "p, the probability given to the true class" if self.of_probability else "error: prediction − target"
        if painter.fontMetrics().horizontalAdvance(words) > self.picture.width():
            words = "p of the true class" if self.of_probability else "error"
        below = QRectF(self.picture.left(), self.picture.bottom() + px(22), self.picture.width(), px(18))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, words)

    def _paint_counts(self, painter: QPainter) -> None:
        """How many samples of each run lie beside the crosshair."""
        counts = [(run.key, self.beside(run)) for run in self._runs]
        if self._at is None or not counts:
            return
        px = self._theme.metrics.px
        words = f"p < {self._where()}:" if self.of_probability else f"|error| > {numbers.number(abs(self._at), 2)}:"
        y = self.picture.bottom() + px(4)
        x = self._paint_marked(painter, self.picture.left(), y, words, [(key, count or 0) for key, count in counts])
        painter.drawText(QPointF(x, y + painter.fontMetrics().ascent()), f"of {numbers.count(len(self._runs[0].found.x))}")

    def _paint_marked(self, painter: QPainter, x: float, y: float, words: str, counts: Sequence[tuple[RunKey, int]]) -> float:
        """Words, then a number behind the mark of every run, from pixel (x, y); returns where they end."""
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter.setFont(self._theme.font("caption"))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics = painter.fontMetrics()
        painter.setPen(tokens.text2)
        painter.drawText(QPointF(x, y + metrics.ascent()), words)
        x += metrics.horizontalAdvance(words) + px(8)
        for key, count in counts:
            text = numbers.count(count)
            paint_mark(painter, QPointF(x + px(4), y + metrics.height() / 2), key, px(3.5), tokens.text2, tokens.canvas)
            painter.setPen(tokens.text2)
            painter.drawText(QPointF(x + px(12), y + metrics.ascent()), text)
            x += px(12) + metrics.horizontalAdvance(text) + px(9)
        return x

    def paint_above(self, painter: QPainter) -> None:
        tokens, picture = self._theme.tokens, self.picture
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(picture.adjusted(-5, -5, 5, 5))
        for run in self._distinct if len(self._distinct) > 1 else ():
            self._paint_faint(painter, run)
        for run in reversed(self._distinct):
            along, stroke = np.asarray(self.x_pixels(run.found.curve_x)), self.stroke
            paint_line(painter, along, self.heights(self.curve(run.found)), run.key, tokens.text, stroke)
        for run in reversed(self._runs):
            self._paint_samples(painter, run)
        painter.restore()
        if self._at is not None and picture.width() > 1:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            x = round(float(self.x_pixels(self._at)))
            painter.setPen(QPen(tokens.text, 1))
            painter.drawLine(QPointF(x, picture.top()), QPointF(x, picture.bottom()))
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_readings(painter, x)
        self._paint_names(painter)
        self._paint_focus(painter)
        super().paint_above(painter)

    def _one_of_each_loss(self) -> list[RunLosses]:
        """One run of each loss, with its curve as far as any run has samples: where losses are the same, so are their curves."""
        kept: list[RunLosses] = []
        for run in self._runs:
            same = next((k for k, other in enumerate(kept) if self._is_same(run.found, other.found)), None)
            if same is None:
                kept.append(run)
            elif run.found.curve_x[-1] > kept[same].found.curve_x[-1]:
                kept[same] = replace(run, key=kept[same].key, name=kept[same].name)
        return kept

    def _is_same(self, one: OutputLosses, other: OutputLosses) -> bool:
        """Whether two curves are one where both are known."""
        x, y = one.curve_x, self.curve(one)
        both = (x >= other.curve_x[0]) & (x <= other.curve_x[-1])
        scale = max(1.0, float(np.abs(self.curve(other)).max()))
        there = np.interp(x[both], other.curve_x, self.curve(other))
        return bool(both.any()) and np.allclose(there, y[both], rtol=1e-3, atol=1e-4 * scale)

    def _paint_samples(self, painter: QPainter, run: RunLosses) -> None:
        tokens, radius = self._theme.tokens, self._theme.metrics.px(3)
        xs, ys = self._places(run.found.x, self.values(run.found))
        paint_marks(painter, self._stamps, xs, ys, run.key, radius, tokens.text, tokens.canvas)

    def _paint_faint(self, painter: QPainter, run: RunLosses) -> None:
        """The other runs' samples on this run's curve."""
        tokens, radius = self._theme.tokens, self._theme.metrics.px(3) * 0.9
        for other in self._runs:
            if other is run:
                continue
            on_curve = np.interp(other.found.x, run.found.curve_x, self.curve(run.found), left=np.nan, right=np.nan)
            painter.setPen(QPen(tokens.stroke, 2 * radius, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawPoints(polygon(*self._places(other.found.x, on_curve)))

    def _places(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Where samples stand, in pixels; those that would cover each other exactly are drawn once."""
        xs, ys = np.rint(self.x_pixels(x)), np.rint(self.heights(y))
        near = (np.abs(xs) < FAR) & (np.abs(ys) < FAR)
        spots = np.unique(xs[near] * ROW + ys[near])  # one number for both, which is faster than unique rows
        rows = np.rint(spots / ROW)
        return rows, spots - rows * ROW

    def _paint_focus(self, painter: QPainter) -> None:
        """A ring around the sample that is pointed at, on every run's curve."""
        sample, tokens = self._focus.sample, self._theme.tokens
        for run in self._runs if sample is not None else ():
            if sample is None or sample >= len(run.found.x):
                continue
            x, y = float(self.x_pixels(run.found.x[sample])), float(self.heights(self.values(run.found)[sample : sample + 1])[0])
            if abs(y) < FAR and self.picture.adjusted(-9, -9, 9, 9).contains(QPointF(x, y)):
                painter.setBrush(Qt.BrushStyle.NoBrush)
                for width, color in ((4.0, tokens.canvas), (2.0, tokens.text)):
                    painter.setPen(QPen(color, width))
                    painter.drawEllipse(QPointF(x, y), 7.0, 7.0)

    def _paint_readings(self, painter: QPainter, x: float) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter.setFont(self._theme.font("caption_strong"))
        for text, y, key, box in self._read_boxes(x):
            paint_mark(painter, QPointF(x, y), key, px(4), tokens.text, tokens.canvas)
            painter.fillRect(box, tokens.canvas)
            painter.setPen(tokens.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _read_boxes(self, x: float) -> list[tuple[str, float, RunKey, QRectF]]:
        """What the crosshair reads: text, height of the curve, key, and where the text stands."""
        px, picture, metrics = self._theme.metrics.px, self.picture, QFontMetricsF(self._theme.font("caption_strong"))
        found = [(self._read(run.found), run.key) for run in self._distinct]
        heights = self.heights(np.array([value for value, _ in found])).tolist()
        shown = [(y, value, key) for y, (value, key) in zip(heights, found, strict=True) if y >= picture.top() - 1]
        half = metrics.height() / 2
        places = push_apart([y for y, _, _ in shown], metrics.height(), picture.top() + half, picture.bottom() - half)
        boxes = []
        for (y, value, key), place in zip(shown, places, strict=True):
            text = numbers.number(value, 3)
            width = metrics.horizontalAdvance(text)
            left = x + px(9) if x + px(12) + width < picture.right() else x - px(9) - width
            boxes.append((text, y, key, QRectF(left - px(2), place - half, width + px(4), metrics.height())))
        return boxes

    def _paint_names(self, painter: QPainter) -> None:
        """Title above the picture; names and formulas beside the curves; samples beyond the axis in words."""
        tokens, px, picture = self._theme.tokens, self._theme.metrics.px, self.picture
        painter.setFont(self._theme.font("name"))
        painter.setPen(tokens.text)
        title = f"gradient at the {'logit' if self.of_probability else 'output'}" if self._of_gradient else "loss"
        y = picture.top() - px(8)
        painter.drawText(QPointF(0, y), title)
        x = QFontMetricsF(self._theme.font("name")).horizontalAdvance(title) + px(10)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        words = "|∂L/∂z|" * self._of_gradient + " log" * self.logarithmic
        painter.drawText(QPointF(x, y), words)
        above = [(run.key, self.beyond(run)) for run in self._runs if self.beyond(run)]
        if above:
            x += painter.fontMetrics().horizontalAdvance(words) + (px(10) if words else 0)
            self._paint_marked(painter, x, y - painter.fontMetrics().ascent(), "above:", above)
        painter.setFont(self._theme.font("caption_strong"))
        for text, box in self._placed_names():
            painter.fillRect(box, tokens.canvas)
            painter.setPen(tokens.text)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)

    def _placed_names(self) -> list[tuple[str, QRectF]]:
        """Found again only when curves, range, size or crosshair are others."""
        runs = self._distinct
        key = (*(id(run.found.curve_x) for run in runs), *(run.loss for run in runs), *self.y_range, self.picture, self._at)
        if key != self._named[0]:
            metrics = QFontMetricsF(self._theme.font("caption_strong"))
            texts, curves = [], []
            for run in runs:
                formula = formula_of(run.found.curve_x, self.curve(run.found), run.found.of_probability)
                is_wide = metrics.horizontalAdvance(f"{run.loss} {formula}") > WIDEST_NAME * self.picture.width()
                texts.append(formula if is_wide and formula else f"{run.loss} {formula}".strip())
                curves.append((np.asarray(self.x_pixels(run.found.curve_x)), self.heights(self.curve(run.found))))
            sizes = [QSizeF(metrics.horizontalAdvance(text) + 4, metrics.height()) for text in texts]
            taken = []
            if self._at is not None:
                x = float(self.x_pixels(self._at))
                taken = [QRectF(x - 3, self.picture.top(), 6, self.picture.height()), *(box for *_, box in self._read_boxes(x))]
            self._named = key, list(zip(texts, places_of_names(curves, sizes, self.picture, taken), strict=True))
        return self._named[1]

    def table(self) -> ExportTable | None:
        """Every sample of every run: where it stands, and its own loss or gradient."""
        return losses_table(self._runs, self._of_gradient) if self._runs else None

    # Events

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        if self.picture.left() <= event.position().x() <= self.picture.right():
            self.read_at.emit(self.x_at(event.position().x()))
        self._focus.set(self.sample_at(event.position()))

    def sample_at(self, place: QPointF) -> int | None:
        """The training sample whose mark is nearest, of those within reach."""
        best, nearest = None, REACH
        for run in self._runs:
            away = np.hypot(np.asarray(self.x_pixels(run.found.x)) - place.x(), self.heights(self.values(run.found)) - place.y())
            k = int(np.argmin(away)) if len(away) else 0
            if len(away) and away[k] < nearest:
                best, nearest = k, float(away[k])
        return best

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._focus.set(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            low, high = self.x_range
            step = KEY_STEP * (high - low) * (1 if event.key() == Qt.Key.Key_Right else -1)
            at = self._at if self._at is not None else low
            self.read_at.emit(min(max(at + step, low), high))
            return
        super().keyPressEvent(event)
