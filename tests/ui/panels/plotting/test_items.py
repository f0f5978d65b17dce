"""Marks of samples: smaller as there are more for the room, and the validation part visible among any number of training samples."""

from __future__ import annotations

import time

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnlab.ui.look.theme import Theme
from nnlab.ui.panels.plotting import items
from nnlab.ui.panels.plotting.items import MANY, RING_ROOM, SMALLEST, Points, PointsItem, mark_radius, shares
from nnlab.ui.panels.plotting.plot import Plot

GROUND, TRAINING, VALIDATION = QColor("#000000"), QColor("#ff0000"), QColor("#00ff00")


class SamplesPlot(Plot):
    samples: PointsItem
    page: QWidget


def test_the_radius_follows_from_count_and_area() -> None:
    # 0.2 of the side of the square that each mark has to itself: sqrt(30000 / 300) = 10 pixels.
    assert mark_radius(300, 30_000.0, 5.0) == pytest.approx(2.0)
    assert mark_radius(300, 120_000.0, 5.0) == pytest.approx(4.0)
    assert mark_radius(20, 30_000.0, 3.4) == 3.4 and mark_radius(1_000_000, 30_000.0, 3.4) == SMALLEST
    assert mark_radius(0, 30_000.0, 2.0) == 2.0
    radii = [mark_radius(count, 30_000.0, 3.4) for count in (10, 150, 1000, 10_000)]
    assert radii == sorted(radii, reverse=True) and radii[1] > radii[2] > radii[3]


def test_rings_have_room_for_each() -> None:
    assert shares([30, 20], 100) == [30, 20]
    assert shares([300, 100], 100) == [75, 25]
    assert shares([], 100) == []


def samples_plot(qtbot: QtBot, theme: Theme) -> SamplesPlot:
    page = QWidget()  # pyqtgraph takes a plot apart that is closed by itself
    qtbot.addWidget(page)
    plot = SamplesPlot(theme, "Samples", page)
    plot.resize(240, 240)
    page.resize(240, 240)
    page.show()
    plot.set_range((0.0, 1.0), (0.0, 1.0))
    plot.samples, plot.page = PointsItem(), page  # kept as long as the plot
    plot.view.addItem(plot.samples, ignoreBounds=True)
    return plot


def test_the_largest_data_set_is_painted_within_a_frame_or_two(qtbot: QtBot, theme: Theme) -> None:
    """100,000 points, the most that a generator makes: one by one they took the window's thread a second."""
    plot, rng = samples_plot(qtbot, theme), np.random.default_rng(0)
    x, y = rng.uniform(0.0, 1.0, (2, 100_000))
    plot.samples.show_points([Points(x, y, TRAINING)], 2.0, GROUND)
    began = time.thread_time()
    plot.grab()
    assert time.thread_time() - began < 0.2


@pytest.mark.parametrize("radius", [0.8, 1.5, 3.0])
def test_copies_of_one_mark_cover_what_marks_drawn_one_by_one_cover(
    qtbot: QtBot, theme: Theme, monkeypatch: pytest.MonkeyPatch, radius: float
) -> None:
    """A copy lies in whole pixels, at most half of one from its place: so do the sums of what is covered, within a pixel's row."""
    plot, rng = samples_plot(qtbot, theme), np.random.default_rng(0)
    x, y = rng.uniform(0.1, 0.9, (2, MANY))
    monkeypatch.setattr(items, "SMALLEST", radius)
    pictures = []
    for many in (MANY, MANY + 1):
        monkeypatch.setattr(items, "MANY", many)
        plot.samples.show_points([Points(x, y, TRAINING)], radius, GROUND)
        image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
        pictures.append(np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()] >> 16 & 255)
    copied, drawn = (picture.astype(float) for picture in pictures)
    assert not np.array_equal(copied, drawn), "both ways were taken"
    assert copied.sum() == pytest.approx(drawn.sum(), rel=0.1)
    blocks = [picture[:240, :240].reshape(24, 10, 24, 10).mean((1, 3)) for picture in (copied, drawn)]
    assert np.corrcoef(blocks[0].ravel(), blocks[1].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("count", [150, 1000, 10_000])
def test_validation_is_seen_among_any_number_of_samples(qtbot: QtBot, theme: Theme, count: int) -> None:
    """Both parts lie on the same arm of a spiral, where a dense training part would cover the validation part."""
    plot = samples_plot(qtbot, theme)
    rng = np.random.default_rng(0)
    shares_of_arm = [rng.uniform(0.0, 1.0, size) for size in (count, count // 5)]
    (x, y), (vx, vy) = ((0.5 + 0.45 * t * np.cos(11 * t), 0.5 + 0.45 * t * np.sin(11 * t)) for t in shares_of_arm)
    groups = [Points(vx, vy, VALIDATION, True), Points(x, y, TRAINING)]
    plot.samples.show_points(groups, 2.0, GROUND)
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)[:, : image.width()]
    red, green = ((pixels >> shift & 255).astype(int) for shift in (16, 8))
    seen = {"validation": int((green > red + 60).sum()), "training": int((red > green + 60).sum())}
    assert seen["validation"] > 200 and seen["training"] > 60, seen
    view = plot.view.geometry()
    assert (red > green + 60).sum() < 0.03 * view.width() * view.height(), "no band"
    assert RING_ROOM > 100
