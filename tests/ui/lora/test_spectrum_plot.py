"""Bars of singular values: in words, in pixels, and on an axis that stands still while they grow."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from nnlab.training.probes.adapter_spectra import Spectrum
from nnlab.ui.look.numbers import percent
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.full_spectrum import FullSpectrum
from nnlab.ui.lora.spectrum_plot import MOST_BARS, SpectrumPlot


@pytest.fixture
def plot(theme: Theme, qtbot: QtBot) -> SpectrumPlot:
    found = SpectrumPlot(theme)
    qtbot.addWidget(found)
    found.resize(300, 200)
    return found


def spectrum(*values: float, side: int = 8) -> Spectrum:
    return Spectrum("dense_1", "task_a", np.array(values), side)


def full(*values: float, layer: str = "dense_1") -> FullSpectrum:
    return FullSpectrum(layer, "full", 10, np.array(values))


def test_words_say_how_many_directions_there_are(plot: SpectrumPlot) -> None:
    assert plot.words == ""
    plot.show_spectrum(spectrum(0.0, 0.0))
    assert plot.words == "None yet: B is 0. At most 2 of 8"
    plot.show_spectrum(spectrum(2.0, 1.0))
    assert plot.words == plot.accessibleDescription() == "2 of 8; the other 6 are 0, whatever it learns"
    plot.show_full(full(4.0, 2.0, 2.0, 1.0))  # (16 + 4) / (16 + 4 + 4 + 1)
    assert plot.words == f"2 of 8; full 4, its first 2 make {percent(0.8)}"
    plot.show_full(full(1.0, layer="dense_2"))
    assert "full" not in plot.words, "that of another layer does not stand behind"


def test_the_axis_stands_still_while_bars_grow_within_it(plot: SpectrumPlot) -> None:
    def top() -> float:
        return float(plot.view.viewRange()[1][1])

    plot.show_spectrum(spectrum(1.0, 0.5))
    first = top()
    assert first == pytest.approx(1.15)
    plot.show_spectrum(spectrum(1.1, 0.5))
    assert top() == first
    plot.show_spectrum(spectrum(2.0, 0.5))
    assert top() == pytest.approx(2.3)
    plot.show_spectrum(spectrum(0.1, 0.05))
    assert top() == pytest.approx(0.115)


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_bars_of_the_adapter_stand_in_front_and_are_as_high_as_their_values(plot: SpectrumPlot, theme: Theme, mode: str) -> None:
    theme.set_mode(mode)
    plot.show_full(full(1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0))
    plot.show_spectrum(spectrum(1.0, 0.5))
    image = plot.grab().toImage()
    accent = theme.tokens.accent.rgb()
    heights = [_height(image, round(float(plot.x_pixels(float(k)))) + 6, accent) for k in (1, 2, 3)]
    assert heights[1] == pytest.approx(heights[0] / 2, abs=2) and heights[0] > 50 and heights[2] == 0


def _height(image: QImage, x: int, colour: int) -> int:
    return sum(image.pixelColor(x, y).rgb() == colour for y in range(image.height()))


def test_of_a_large_layer_the_first_bars_are_shown(plot: SpectrumPlot) -> None:
    plot.show_spectrum(Spectrum("dense_1", "task_a", np.linspace(1, 0.1, 300), 300))
    assert plot.view.viewRange()[0][1] == MOST_BARS + 0.5
    assert [tick.text for tick in plot.x_ticks()][-1:] == ["128"]
