from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtGui import QColor, QPainter
from views import with_curves

from nnlab.core.preparation import DataSettings
from nnlab.files.examples import load_example
from nnlab.graph import edits
from nnlab.graph.builder import GraphBuilder
from nnlab.ui.look.colormaps import magnitude_pixels
from nnlab.ui.panels.plotting.heat_map_plot import rows_of
from nnlab.ui.panels.plotting.ticks import power_of_ten


def test_rows_are_named_after_node_and_symbol() -> None:
    b = GraphBuilder()
    b.mse(b.layer_norm(b.dense(b.input(features=2), units=2), id="norm"))
    rows = rows_of(("dense_1.weight", "dense_1.bias", "norm.gain", "gone.inner_weight"), b.build())
    assert [(row.node, row.symbol, row.is_first) for row in rows] == [
        ("dense_1", "W", True), ("dense_1", "b", False), ("norm", "γ", True), ("gone", "inner weight", True),
    ]  # fmt: skip


def test_the_newest_norms_stand_at_the_right_and_the_colours_are_theirs(studio: Callable) -> None:
    s = studio()
    panel = s.panel("gradient_flow")
    assert panel.is_empty and panel.color_bar.isHidden()
    view = s.train(60)
    plot, curves = panel.plot, view.curves
    assert [row.name for row in plot.rows] == list(curves.names)
    assert np.array_equal(plot.values(), curves.norms[-1])
    image, edges = plot.map.image, plot.row_edges()
    column = image.width() - 1
    expected = magnitude_pixels(np.log10(curves.norms[-1].astype(np.float64)), *plot.decades, True)
    for k in range(len(plot.rows)):
        middle = int(edges[k] + edges[k + 1]) // 2
        assert image.pixel(column, middle) == int(expected[k])
    low, high = np.percentile(curves.norms, [1, 99])
    assert 10.0 ** plot.decades[0] <= low <= high <= 10.0 ** plot.decades[1]
    assert panel.color_bar.ends == tuple(power_of_ten(decade) for decade in plot.decades) and not panel.color_bar.isHidden()


def test_layers_are_four_pixels_apart_and_weights_from_biases_one(studio: Callable) -> None:
    s = studio()
    panel = s.panel("gradient_flow")
    s.train(60)
    plot, image = panel.plot, panel.plot.map.image
    background = s.services.theme.tokens.panel
    edges = plot.row_edges()

    def gap(edge: int) -> int:
        return sum(QColor(image.pixel(5, y)) == background for y in range(edge - 6, edge + 6))

    assert [gap(int(edge)) for edge in edges[1:-1]] == [1, 4, 1]


def test_numbers_that_cannot_be_drawn_do_no_harm(studio: Callable) -> None:
    s = studio()
    panel = s.panel("gradient_flow")
    view = s.train(40)
    for norms in (np.full_like(view.curves.norms, np.nan), np.zeros_like(view.curves.norms), np.full_like(view.curves.norms, np.inf)):
        panel.show_view(with_curves(view, norms=norms))
        panel.grab()
    half = view.curves.norms.copy()
    half[:, 0] = np.nan  # a layer that was added a moment ago
    panel.show_view(with_curves(view, norms=half))
    panel.grab()
    assert np.isnan(panel.plot.values()[0])


def test_many_layers_in_little_room_keep_texts_apart(studio: Callable) -> None:
    s = studio()
    panel = s.panel("gradient_flow", 380, 150)
    view = s.train(40)
    names = tuple(f"dense_{k}.{tensor}" for k in range(40) for tensor in ("weight", "bias"))
    norms = np.repeat(view.curves.norms[:, :1], len(names), axis=1)
    panel.show_view(with_curves(view, norms=norms, names=names))
    panel.grab()
    assert len(panel.plot.rows) == 80


def test_an_edited_network_gets_its_rows(studio: Callable) -> None:
    s = studio()
    panel = s.panel("gradient_flow")
    s.train(20)
    s.document.apply("Rename", edits.rename_node(s.document.graph, "dense_1", "hidden"))
    s.train(20)
    assert panel.plot.rows[0].node == "hidden"


def test_a_click_in_the_map_moves_the_crosshair_of_all(qtbot, studio: Callable) -> None:  # type: ignore[no-untyped-def]
    s = studio(DataSettings("xor"))
    panel = s.panel("gradient_flow")
    view = s.train(100)
    qtbot.mouseMove(panel.plot.viewport(), QPoint(round(float(panel.plot.x_pixels(40))), 60))
    qtbot.waitUntil(lambda: s.services.crosshair.iteration is not None)
    iteration = s.services.crosshair.iteration
    assert abs(iteration - 40) <= 1 and np.array_equal(panel.plot.values(), view.curves.norms[iteration - 1])


def test_the_data_has_a_column_for_every_gradient(studio: Callable) -> None:
    s = studio()
    panel = s.panel("gradient_flow")
    view = s.train(30)
    table = panel.table()
    assert table.names == ("iteration", *view.curves.names)
    assert np.array_equal(np.stack(table.columns[1:], axis=1), view.curves.norms)


def test_the_underscore_of_a_name_that_just_fits_is_there(studio: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Qt clips what is wider than its place on all sides: of conv2d_1 the underscore was gone."""
    s = studio(load_example("digits_convnet"))
    panel = s.panel("gradient_flow", 440, 240)
    s.train(3)
    found: dict[str, bool] = {}
    draw = QPainter.drawText

    def noted(painter: QPainter, *arguments: object) -> object:
        place, text = arguments[0], arguments[-1]
        if isinstance(place, QRectF) and isinstance(text, str):
            found[text] = painter.fontMetrics().horizontalAdvance(text) <= place.width()
        return draw(painter, *arguments)

    monkeypatch.setattr(QPainter, "drawText", noted)
    panel.grab()
    assert {"conv2d_1", "conv2d_2", "dense_1"} <= found.keys()
    assert [text for text, fits in found.items() if not fits] == []
