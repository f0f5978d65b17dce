"""Singular values of ΔW as bars over their number: how many directions an update has, and how far it goes in each."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from nnlab.training.probes.adapter_spectra import Spectrum
from nnlab.ui.look import numbers
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.full_spectrum import FullSpectrum
from nnlab.ui.panels.plotting.plot import Margins, Plot
from nnlab.ui.panels.plotting.ticks import Tick

MOST_BARS = 128


class SpectrumPlot(Plot):
    """The bars of one adapter on one layer."""

    def __init__(self, theme: Theme) -> None:
        self.shown: Spectrum | None = None
        self.full: FullSpectrum | None = None  # behind the adapter's
        self._top = 0.0
        super().__init__(theme, "Singular values of the update")
        self.view.setMouseEnabled(x=False, y=False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def margins(self) -> Margins:
        px = self._theme.metrics.px
        return Margins(px(44), px(10), px(16), px(24))

    @property
    def _count(self) -> int:
        return 0 if self.shown is None else min(self.shown.side, MOST_BARS)

    def show_full(self, full: FullSpectrum | None) -> None:
        """What full fine-tuning changed in the same layer, behind the bars of the adapter."""
        self.full = full
        self.show_spectrum(self.shown)

    @property
    def _beside(self) -> FullSpectrum | None:
        return self.full if self.full is not None and self.shown is not None and self.full.layer == self.shown.layer else None

    def show_spectrum(self, spectrum: Spectrum | None) -> None:
        is_other = spectrum is None or self.shown is None or (spectrum.layer, spectrum.name) != (self.shown.layer, self.shown.name)
        self.shown = spectrum
        most = float(spectrum.values.max(initial=0.0)) if spectrum is not None else 0.0
        if self._beside is not None:
            most = max(most, float(self._beside.values.max(initial=0.0)))
        if is_other or most > self._top or most < 0.3 * self._top:  # the axis stands still while the bars grow
            self._top = 1.15 * most
        self.set_range((0.5, self._count + 0.5), (0.0, self._top or 1.0))
        self.setAccessibleDescription(self.words)

    @property
    def words(self) -> str:
        """How many directions there are, and what the rest is."""
        if self.shown is None:
            return ""
        own = int(np.count_nonzero(self.shown.values > 0))
        if not own:
            return f"None yet: B is 0. At most {len(self.shown.values)} of {self.shown.side}"
        rest = self.shown.side - len(self.shown.values)
        if self._beside is not None:
            own = max(own, 1)
            return f"{own} of {self.shown.side}; full {self._beside.rank}, its first {own} make {numbers.percent(self._beside.share(own))}"
        return f"{own} of {self.shown.side}" + (f"; the other {rest} are 0, whatever it learns" if rest > 0 else "")

    def x_ticks(self) -> list[Tick]:
        count = self._count
        if not count:
            return []
        step = next((s for s in (1, 2, 4, 8, 16, 32) if count / s * self._theme.metrics.px(22) <= self.picture.width()), 64)
        return [Tick(float(k), str(k)) for k in (1, *range(step if step > 1 else 2, count + 1, step))]

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        if self.shown is None:
            return
        bottom = self.picture.bottom()
        step = self.picture.width() / max(self._count, 1)
        width = max(1.0, min(step * 0.75, self._theme.metrics.px(22)))
        if self._beside is not None:
            behind = QColor(self._theme.tokens.text3)
            behind.setAlphaF(0.55)
            for k, value in enumerate(self._beside.values[: self._count].tolist(), 1):
                x, y = float(self.x_pixels(float(k))), float(self.y_pixels(min(value, self._top)))
                painter.fillRect(QRectF(x - width / 2, y, width, bottom - y), behind)
        for k, value in enumerate(self.shown.values[: self._count].tolist(), 1):
            x, y = float(self.x_pixels(float(k))), float(self.y_pixels(min(value, self._top)))
            painter.fillRect(QRectF(x - width / 2, y, width, bottom - y), self._theme.tokens.accent)
        painter.setFont(self._theme.font("caption"))
        painter.setPen(self._theme.tokens.text)
        if step >= self._theme.metrics.px(44):
            for k, value in enumerate(self.shown.values[: self._count].tolist(), 1):
                x, y = float(self.x_pixels(float(k))), float(self.y_pixels(min(value, self._top)))
                place = QRectF(x - step / 2, y - self._theme.metrics.px(16), step, self._theme.metrics.px(15))
                painter.drawText(place, Qt.AlignmentFlag.AlignCenter, numbers.number(value, 3))
