from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from pytestqt.qtbot import QtBot
from views import with_curves

from nnlab.core.preparation import DataSettings
from nnlab.engine.history import Curves
from nnlab.ui.look import numbers
from nnlab.ui.panels.plotting.plot import Plot
from nnlab.ui.run.live_runs import LiveRuns
from nnlab.ui.run.live_view import Mark


def line(curve) -> tuple[np.ndarray, np.ndarray]:  # type: ignore[no-untyped-def]
    x, y = curve.getData()
    return x, y


def test_it_says_what_will_appear_until_training_has_begun(studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    s.view()
    assert panel.is_empty
    s.train(5)
    assert not panel.is_empty


def test_lines_and_labels_are_the_engines_numbers(studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    view = s.train(200)
    curves = view.curves
    x, y = line(panel.plot.batches)
    assert np.array_equal(x, curves.iterations)
    assert np.allclose(10.0**y, curves.smoothed)
    x, y = line(panel.plot.train)
    assert np.array_equal(x, curves.validation_iterations)
    assert np.allclose(10.0**y, curves.training_losses)
    labels = {label.name: label.text for label in panel.plot.end_labels()}
    losses = view.losses
    assert labels == {name: numbers.number(value) for name, value in (
        ("smoothed", curves.smoothed[-1]), ("train", losses.training), ("val", losses.validation)
    )}  # fmt: skip
    assert panel.plot.x_range == (0.0, 200.0)
    assert numbers.number(losses.smoothed) in panel.plot.accessibleDescription()


def test_the_band_reaches_from_the_true_minimum_to_the_true_maximum(studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    view = s.train(300)
    low, high = view.curves.minimum.copy(), view.curves.maximum.copy()
    high[150] = 50.0  # one batch, far above all others
    panel.show_view(with_curves(view, minimum=low, maximum=high))
    plot = panel.plot
    assert plot.y_range[1] > math.log10(50.0)
    image = plot.band.image
    column = int(151 / 300 * image.width()) - 1
    tops = [next(y for y in range(image.height()) if image.pixelColor(x, y).alpha()) for x in range(column - 2, column + 3)]
    expected = (plot.y_range[1] - math.log10(50.0)) / (plot.y_range[1] - plot.y_range[0]) * image.height()
    assert min(tops) == pytest.approx(expected, abs=1.5)


def test_the_switch_changes_the_axis_and_not_the_numbers(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    view = s.train(50)
    qtbot.mouseClick(panel.scale.button("linear"), Qt.MouseButton.LeftButton)
    assert not panel.plot.logarithmic
    assert np.allclose(line(panel.plot.batches)[1], view.curves.smoothed)
    assert panel.plot.y_range[0] <= 0.0 and panel.plot.y_range[1] >= view.curves.maximum.max()
    qtbot.mouseClick(panel.scale.button("log"), Qt.MouseButton.LeftButton)
    assert np.allclose(10.0 ** line(panel.plot.batches)[1], view.curves.smoothed)


@pytest.mark.parametrize(("width", "written"), [(600, "train (24 of 96)"), (300, "train (part)")])
def test_the_training_line_says_of_how_many_samples_it_is(studio: Callable, width: int, written: str) -> None:
    """It is the loss on as many training samples as there are for validation: 24 of 120 are a fifth."""
    s = studio(DataSettings("spiral", {"samples": 120}, validation_share=0.2))
    panel = s.panel("loss", width, 260)
    s.train(20)
    label = next(label for label in panel.plot.end_labels() if label.name == "train")
    assert label.name + label.part == written
    metrics = QFontMetricsF(panel.plot._theme.font("caption_strong"))
    assert metrics.horizontalAdvance(written) <= panel.plot._name_width()
    assert panel.plot.picture.width() >= (0.4 * width if width > 300 else 80)
    assert " on 24 of 96 samples, validation " in panel.plot.accessibleDescription()


def test_a_training_line_of_all_samples_says_nothing_of_them(studio: Callable) -> None:
    s = studio(DataSettings("spiral", {"samples": 120}, validation_share=0.5))
    panel = s.panel("loss", 600, 260)
    s.train(20)
    assert [label.part for label in panel.plot.end_labels()] == ["", "", ""]
    assert " samples" not in panel.plot.accessibleDescription()


def test_no_validation_data_no_validation_line(studio: Callable) -> None:
    s = studio(DataSettings("spiral", validation_share=0.0))
    panel = s.panel("loss")
    s.train(50)
    assert [label.name for label in panel.plot.end_labels()] == ["smoothed"]
    assert not len(panel.plot.validation.getData()[0])
    assert len(panel.plot.readings(20)) == 1


def awkward(curves: Curves) -> dict[str, dict[str, object]]:
    count = len(curves.mean)
    holes = curves.mean.copy()
    holes[::30] = np.nan
    nothing = np.full(count, np.nan)
    return {
        "holes": {"mean": holes},
        "not a number": dict.fromkeys(("minimum", "maximum", "mean"), nothing),
        "infinite": dict.fromkeys(("maximum", "mean"), np.full(count, np.inf)),
        "zero": dict.fromkeys(("minimum", "maximum", "mean"), np.zeros(count)),
        "negative": {"minimum": curves.minimum - 5.0},
        "constant": dict.fromkeys(("minimum", "maximum", "mean"), np.full(count, 0.25)),
        "validation is not a number": {"validation_losses": np.full(len(curves.validation_losses), np.nan)},
    }


@pytest.mark.parametrize("scale", ["log", "linear"])
def test_it_survives_numbers_that_cannot_be_drawn(studio: Callable, scale: str) -> None:
    s = studio()
    panel = s.panel("loss")
    view = s.train(60)
    panel.plot.set_logarithmic(scale == "log")
    for changes in awkward(view.curves).values():
        panel.show_view(with_curves(view, **changes))
        panel.grab()
        assert all(map(math.isfinite, (*panel.plot.x_range, *panel.plot.y_range)))


def test_a_hole_in_the_curve_is_a_gap(studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    view = s.train(60)
    mean = view.curves.mean.copy()
    mean[30] = np.nan  # its window holds no other
    panel.show_view(with_curves(view, mean=mean))
    assert np.isnan(line(panel.plot.batches)[1]).sum() == 1


def test_changed_settings_are_marked(studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    s.train(100)
    before = panel.grab().toImage()
    project = s.document.project
    s.document.edit("Learning rate", replace(project, training=replace(project.training, learning_rate=0.004)))
    view = s.train(100)
    assert view.marks == (Mark(100, "rate 0.01 → 0.004"),) == panel.plot.marks
    image = panel.grab().toImage()
    x = round(float(panel.plot.x_pixels(100)))
    text2 = s.services.theme.tokens.text2

    def dots(picture) -> int:  # type: ignore[no-untyped-def]
        top = panel.plot.mapTo(panel, QPoint(0, 0)).y()
        return sum(
            QColor(picture.pixel(x, top + y)) == text2 for y in range(int(panel.plot.picture.top()) + 20, int(panel.plot.picture.bottom()))
        )

    assert dots(image) > 20 > dots(before)


def test_the_crosshair_reads_the_numbers_of_its_iteration_in_every_plot(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    loss, flow = s.panel("loss"), s.panel("gradient_flow")
    view = s.train(200)
    plot = loss.plot
    qtbot.mouseMove(plot.viewport(), QPoint(round(float(plot.x_pixels(120))), round(plot.picture.center().y())))
    qtbot.waitUntil(lambda: s.services.crosshair.iteration is not None)
    iteration = s.services.crosshair.iteration
    assert abs(iteration - 120) <= 1
    assert plot.readings(iteration)[0][1] == numbers.number(float(view.curves.smoothed[iteration - 1]))
    known = view.curves.validation_iterations <= iteration
    assert plot.readings(iteration)[1][1] == numbers.number(float(view.curves.validation_losses[known][-1]))
    assert flow.plot.shown_crosshair == iteration
    assert np.array_equal(flow.plot.values(), view.curves.norms[iteration - 1])
    loss.grab()
    flow.grab()


def test_the_crosshair_follows_the_arrow_keys(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    s.train(100)
    crosshair = s.services.crosshair
    qtbot.keyClick(panel.plot, Qt.Key.Key_Left)
    assert crosshair.iteration == 99
    qtbot.keyClick(panel.plot, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert crosshair.iteration == 89
    qtbot.keyClick(panel.plot, Qt.Key.Key_Right)
    assert crosshair.iteration == 90
    qtbot.keyClick(panel.plot, Qt.Key.Key_Escape)
    assert crosshair.iteration is None


def test_ticks_near_the_pill_are_hidden(studio: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    s = studio()
    panel = s.panel("loss")
    panel.resize(900, 300)  # the pill leaves room for what is not near it
    s.train(200)
    painted: list[str] = []
    monkeypatch.setattr(Plot, "paint_x_ticks", lambda self, painter, ticks: painted.extend(tick.text for tick in ticks))
    panel.grab()
    assert "100" in painted
    painted.clear()
    s.services.crosshair.set(98)
    panel.grab()
    assert "100" not in painted and "200" in painted  # 0 may lie under the pill of where a verdict began


def test_zooming_shows_detail_and_a_double_click_shows_everything_again(qtbot: QtBot, studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    s.train(2000)
    plot = panel.plot
    plot.view.scaleBy(x=0.05, y=1.0)
    plot.view.sigRangeChangedManually.emit([True, True])
    assert not plot.is_following
    low, high = plot.x_range
    x, _ = line(plot.batches)
    assert x[0] >= low - 3 and x[-1] <= high + 3 and np.all(np.diff(x) == 1)  # every iteration by itself
    s.train(50)
    assert plot.x_range == (low, high)
    qtbot.mouseDClick(plot.viewport(), Qt.MouseButton.LeftButton)
    assert plot.is_following and plot.x_range == (0.0, 2050.0)
    plot.view.sigRangeChangedManually.emit([True, True])
    qtbot.keyClick(plot, Qt.Key.Key_A)
    assert plot.is_following


def test_it_follows_theme_and_sizes(studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    s.train(50)
    for mode in ("light", "dark"):
        s.services.theme.set_mode(mode)
        image = panel.grab().toImage()
        assert QColor(image.pixel(3, image.height() - 3)) == s.services.theme.tokens.panel
        assert panel.plot.train.opts["pen"].color() == s.services.theme.tokens.text
    small = panel.plot.margins()
    s.services.theme.set_scale(1.6)
    assert panel.plot.margins().left > small.left
    assert panel.plot.picture.left() == round(panel.plot.margins().left)


def test_the_data_is_every_block_with_every_digit(studio: Callable) -> None:
    s = studio()
    panel = s.panel("loss")
    view = s.train(120)
    table = panel.table()
    columns = dict(zip(table.names, table.columns, strict=True))
    assert np.array_equal(columns["iteration"], view.curves.iterations)
    assert np.array_equal(columns["smoothed_loss"], view.curves.smoothed)
    measured = columns["training_loss"][~np.isnan(columns["training_loss"])]
    assert np.array_equal(measured, view.curves.training_losses)
    measured = columns["validation_loss"][~np.isnan(columns["validation_loss"])]
    assert np.array_equal(measured, view.curves.validation_losses)
    texts = [action.text() for action in panel.context_menu().actions() if action.text()]
    assert texts == ["Copy picture", "Save picture as PNG…", "Save picture as SVG…", "Copy data", "Save data as CSV…"]


def test_a_plateau_is_marked_over_the_iterations_it_is_about(studio: Callable, qtbot: QtBot) -> None:
    s = studio()
    panel = s.panel("loss")
    view = s.train(40)
    falling = np.exp(-np.arange(2000) / 500.0)
    mean = np.append(falling, np.full(6000, falling[-1]))
    shown = with_curves(
        view, minimum=mean, maximum=mean, mean=mean, norms=np.zeros((len(mean), 1)), names=("w",), validation_iterations=np.empty(0),
        validation_losses=np.empty(0), training_losses=np.empty(0),
    )  # fmt: skip
    panel.show_view(replace(shown, frame=replace(view.frame, iteration=8000)))
    qtbot.waitUntil(lambda: panel.chip.text().startswith("Plateau"))
    found = panel.plot.curves.convergence
    assert panel.chip.text() == f"Plateau since {found.since:,}"
    assert panel.chip.isVisible()
    assert found.sentence in panel.chip.accessibleDescription()
    rect = panel.plot.bracket.rect()
    assert rect.left() == pytest.approx(panel.plot.x_pixels(found.since), abs=1)
    assert rect.right() == pytest.approx(panel.plot.x_pixels(8000), abs=1)
    assert found.since in panel.plot.written_iterations()
    text = panel.plot.bracket.text_at(rect.center())
    assert found.test in text
    assert numbers.number(found.figures["percent_per_1000_iterations"]) in text
    assert panel.plot.bracket.text_at(QPointF(rect.center().x(), panel.plot.picture.bottom())) == ""
    panel.plot.view.setXRange(0.0, found.since / 2, padding=0.0)
    assert panel.plot.bracket.rect() is None


def test_where_training_stopped_early_is_marked_with_where_the_best_weights_are_from(qtbot: QtBot, studio: Callable) -> None:
    s = studio(DataSettings("spiral"), patience=2)
    panel, told = s.panel("loss"), []
    s.session.debugging.stopped.connect(told.append)
    s.services.shared(LiveRuns)
    s.session.play()
    qtbot.waitUntil(lambda: bool(told) and not s.session.is_playing and len(panel.plot.marks) == 2)
    best, stopped = panel.plot.marks
    assert (best.text, stopped.text) == ("lowest val", "stopped early") and best.iteration < stopped.iteration == s.session.iteration
    assert f"iteration {stopped.iteration:,}: no lower validation loss for 2 epochs" in told[0]
    assert f"those of iteration {best.iteration:,}" in told[0]
