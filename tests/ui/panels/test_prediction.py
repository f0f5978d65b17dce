"""The prediction panel and its views: fit, predicted against true, decision, confusion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnlab.core.preparation import DataSettings
from nnlab.engine.weight_change import WeightChange
from nnlab.files.project import Project
from nnlab.graph.builder import GraphBuilder
from nnlab.training.domain import domain
from nnlab.training.metrics import predicted_classes, probabilities
from nnlab.training.settings import TrainingSettings
from nnlab.ui.look import numbers
from nnlab.ui.look.colormaps import to_image
from nnlab.ui.panels.confusion import ConfusionView
from nnlab.ui.panels.decision import DecisionView
from nnlab.ui.panels.fit import FitView, TruthView, grid_errors
from nnlab.ui.panels.plotting.decision_picture import decision_pixels
from nnlab.ui.panels.plotting.statistics import LegendEntry


def trained(studio: Callable, data: DataSettings, iterations: int = 40, **size: int):  # type: ignore[no-untyped-def]
    s = studio(data)
    panel = s.panel("prediction", **size)
    s.train(iterations)
    return s, panel, panel.view


@pytest.mark.parametrize(
    ("name", "kind", "title"),
    [
        ("function", FitView, "Fit"),
        ("spiral", DecisionView, "Decision"),
        ("multi_gaussian", DecisionView, "Decision"),
        ("iris", ConfusionView, "Predictions"),
        ("digits", ConfusionView, "Predictions"),
        ("diabetes", TruthView, "Predictions"),
    ],
)
def test_the_data_decides_what_is_shown(qtbot: QtBot, studio: Callable, name: str, kind: type, title: str) -> None:
    s = studio(DataSettings(name))
    panel = s.panel("prediction")
    qtbot.waitUntil(lambda: panel.current is not None and not panel.is_empty)
    assert type(panel.current) is kind
    assert panel.accessibleName() == title


# Decision


def test_the_picture_is_the_engines_decision(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("spiral"))
    decision, plot = view.probes["decision"], panel.current.plot
    expected = to_image(decision_pixels(decision.outputs, view.data.target, "sigmoid", 1.0, True))
    assert plot.map.image == expected
    assert (plot.x_range, plot.y_range) == (domain(view.data)[0], domain(view.data)[1])


def test_accuracy_and_wrong_answers_are_the_engines(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("spiral"))
    found, statistics = view.probes["predictions"], panel.current.statistics
    assert statistics.value("Accuracy", "train") == numbers.percent(found.metrics["accuracy"])
    assert statistics.value("Accuracy", "val") == numbers.percent(found.validation_metrics["accuracy"])
    assert statistics.value("Wrong", "val") == f"{found.validation_wrong} / {len(found.validation_outputs)}"


def test_points_are_painted_once_and_the_batch_is_ringed(studio: Callable) -> None:
    s, panel, view = trained(studio, DataSettings("spiral"))
    plot = panel.current.plot
    groups = plot.points.groups
    assert sum(len(group.x) for group in groups if not group.hollow) == len(view.data.x)
    assert sum(len(group.x) for group in groups if group.hollow) == len(view.data.validation_x)
    assert plot.rings.count == len(view.frame.samples) > 0
    s.train(5)
    assert plot.points.groups is groups
    s.services.theme.set_mode("light")
    assert plot.points.groups is not groups


def test_a_place_is_read_with_the_answer_there(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("spiral"))
    plot, outputs = panel.current.plot, view.probes["decision"].outputs
    share = float(probabilities(outputs[-1, 0], "sigmoid").max())
    assert numbers.percent(share) in plot.reading(-5.99, 5.99)
    assert plot.reading(-7.0, 0.0) == ""


@pytest.fixture
def tilted(studio: Callable):  # type: ignore[no-untyped-def]
    """The prediction panel over -6 … 6 of a network that answers x + 2 y, with its plot and a view."""
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=2), units=1))
    s = studio(Project(b.build(), DataSettings("plane"), TrainingSettings()))
    panel = s.panel("prediction", 640, 420)
    answer = {"dense_1.weight": np.array([[1.0, 2.0]]), "dense_1.bias": np.zeros(1)}
    s.document.set_weights("Set", WeightChange.between(s.session.parameters(answer), answer))
    view = s.view("decision", "predictions")
    return panel.current.plot, view


def test_every_place_reads_the_answer_of_the_cell_it_lies_in(tilted) -> None:  # type: ignore[no-untyped-def]
    """Domain by the samples, a tenth wider; the answer is that at the centre of the cell under the cursor."""
    plot, view = tilted
    (x0, x1), (y0, y1) = domain(view.data)
    width, height = (x1 - x0) / 100, (y1 - y0) / 100
    for column, row in ((0, 0), (99, 0), (0, 99), (37, 81)):
        x, y = x0 + (column + 0.5) * width, y0 + (row + 0.5) * height
        for dx, dy in ((0.0, 0.0), (0.45, -0.45), (-0.45, 0.45)):
            assert plot.reading(x + dx * width, y + dy * height).endswith(f": {view.data.target.names[0]} {numbers.number(x + 2 * y)}")


def test_the_picture_stands_the_right_way_up(tilted) -> None:  # type: ignore[no-untyped-def]
    """x + 2 y is positive (orange) at the upper left and negative (blue) at the lower right."""
    plot, view = tilted
    image = plot.grab().toImage()
    ratio = image.devicePixelRatio()

    def color(x: float, y: float) -> tuple[int, int, int]:
        point = plot.x_pixels(np.array([x]))[0], plot.y_pixels(np.array([y]))[0]
        return image.pixelColor(round(point[0] * ratio), round(point[1] * ratio)).getRgb()[:3]

    (x0, x1), (y0, y1) = domain(view.data)
    dx, dy = (x1 - x0) * 0.02, (y1 - y0) * 0.02
    for x, y, is_positive in ((x0 + dx, y1 - dy, True), (x1 - dx, y0 + dy, False), (x1 - dx, y1 - dy, True), (x0 + dx, y0 + dy, False)):
        red, _, blue = color(x, y)
        assert (red > blue) == is_positive, (x, y)


def test_the_exported_grid_holds_centres_and_answers(tilted) -> None:  # type: ignore[no-untyped-def]
    plot, view = tilted
    table = plot.parent().table()
    x, y, answer = (np.asarray(column) for column in table.columns)
    (x0, x1), (y0, y1) = domain(view.data)
    assert (x[0], y[0]) == pytest.approx((x0 + (x1 - x0) / 200, y0 + (y1 - y0) / 200))
    np.testing.assert_allclose(answer, x + 2 * y, rtol=1e-5, atol=1e-5)


def test_without_validation_data_only_training_is_counted(studio: Callable) -> None:
    _, panel, _ = trained(studio, DataSettings("xor", validation_share=0.0))
    statistics = panel.current.statistics
    assert statistics.value("Accuracy", "train")
    with pytest.raises(KeyError):
        statistics.value("Accuracy", "val")
    assert "validation" not in [line.text for line in statistics.lines if isinstance(line, LegendEntry)]


def test_a_narrow_panel_keeps_the_picture_and_gives_up_the_statistics(studio: Callable) -> None:
    _, panel, _ = trained(studio, DataSettings("spiral"), width=220)
    assert panel.current.statistics.isHidden() and panel.current.plot.isVisible()
    panel.resize(480, 260)
    assert not panel.current.statistics.isHidden()
    picture = panel.current.plot.picture
    assert abs(picture.width() - picture.height()) <= 1  # a square


# Fit


def test_the_fit_is_the_engines_curve_and_its_errors_are_measured_within_the_domain(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("function"))
    curve, fit = view.probes["curve"], panel.current
    x, y = fit.plot.fit.getData()
    assert np.array_equal(x, curve.x) and np.array_equal(y, curve.y)
    inside = (curve.x >= -6) & (curve.x <= 6)
    assert not inside.all()
    error = (curve.y - curve.truth)[inside]
    assert grid_errors(view.data, curve) == pytest.approx((np.sqrt((error**2).mean()), np.abs(error).max()))
    assert fit.statistics.value("On the grid", "RMS") == numbers.number(float(np.sqrt((error**2).mean())), 3)
    assert fit.statistics.value("On the grid", "largest") == numbers.number(float(np.abs(error).max()), 3)
    assert fit.statistics.value("Mean error", "val") == numbers.number(view.probes["predictions"].validation_metrics["mae"], 3)


def test_a_feature_without_an_exact_curve_shows_the_samples_residuals(studio: Callable, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "line.csv"
    path.write_text("x,y\n" + "".join(f"{k},{2.5 * k + 0.1}\n" for k in range(40)))
    _, panel, view = trained(studio, DataSettings("csv_file", {"path": str(path)}))
    fit = panel.current
    assert type(fit) is FitView and not len(fit.plot.target.getData()[0])
    assert sum(len(group.x) for group in fit.residual.points.groups) == len(view.data.x)
    with pytest.raises(KeyError):
        fit.statistics.value("On the grid", "RMS")
    assert panel.table().names == ("x", "fit")


def test_predicted_against_true_shows_every_sample(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("diabetes"))
    predictions, groups = view.probes["predictions"], panel.current.plot.points.groups
    shown = {group.hollow: group for group in groups}
    assert np.array_equal(shown[False].y, predictions.outputs[:, 0].astype(np.float64))
    assert np.array_equal(shown[True].x, view.data.validation_y[:, 0])
    assert panel.current.statistics.value("R²", "train") == numbers.number(predictions.metrics["r2"], 3)
    table = panel.table()
    assert table.names == ("part", "true disease progression", "predicted disease progression")
    assert len(table.columns[0]) == 442


# Confusion


def test_the_matrix_counts_what_the_engine_counted(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("iris"))
    matrix, found = panel.current.matrix, view.probes["predictions"]
    assert np.array_equal(matrix.counts, found.confusion)
    row = found.confusion[0]
    assert matrix.sentence(0, 0).startswith(f"True setosa, predicted setosa: {row[0]} of {row.sum()}")
    assert panel.current.statistics.value("Accuracy", "val") == numbers.percent(found.validation_metrics["accuracy"])
    assert panel.table().names == ("true", "predicted setosa", "predicted versicolor", "predicted virginica")
    panel.grab()


def test_a_picture_that_training_has_left_behind_says_of_which_iteration_it_is(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("iris"))
    plays = replace(view, playing=True, is_exact=False, iterations_per_second=100.0, probed_at={"predictions": 40})
    words = []
    for iteration, at in ((40, 40), (139, 40), (141, 40), (142, 142)):  # 0 s, 0.99 s and 1.01 s behind, then of this moment
        frame = replace(view.frame, iteration=iteration)
        panel.draw(replace(plays, frame=frame, probed_at={"predictions": at}))
        words.append(panel.note.text())
    panel.draw(view)
    assert [*words, panel.note.text()] == ["", "", "at iteration 40", "at iteration 142", ""]


def test_images_come_wrong_ones_first_and_a_click_shows_probabilities(qtbot: QtBot, studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("digits"), 150, width=760, height=320)
    images, found = panel.current.images, view.probes["predictions"]
    wrong = predicted_classes(found.validation_outputs, "softmax") != view.data.validation_y
    grid = images.grid
    assert wrong[grid.order[: wrong.sum()]].all() and not wrong[grid.order[wrong.sum() :]].any()
    assert panel.note.text() == f"{numbers.percent(found.validation_metrics['accuracy'])} right"
    first = int(grid.order[0])
    true, predicted = view.data.validation_y[first], predicted_classes(found.validation_outputs, "softmax")[first]
    assert grid.caption(first) == f"{true}→{predicted}"
    qtbot.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.place(0).center().toPoint())
    assert grid.current == first and images.bars.isVisible()
    assert images.bars.shares == pytest.approx(probabilities(found.validation_outputs[first], "softmax"))
    panel.grab()
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert grid.current == int(grid.order[1])
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.current is None and not images.bars.isVisible()


def test_in_a_narrow_panel_the_picked_image_takes_the_place_of_the_others(qtbot: QtBot, studio: Callable) -> None:
    _, panel, _ = trained(studio, DataSettings("digits"), width=352, height=240)
    images = panel.current.images
    images.grid.choose(int(images.grid.order[0]))
    assert images.bars.isVisible() and not images.grid.isVisible()
    qtbot.mouseClick(images.back, Qt.MouseButton.LeftButton)
    assert images.grid.isVisible() and not images.bars.isVisible()


def test_the_order_of_images_holds_still_while_training_runs(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("digits"), width=760)
    grid, found = panel.current.images.grid, view.probes["predictions"]
    before = grid.order.copy()
    shuffled = replace(found, validation_outputs=found.validation_outputs[:, ::-1])
    panel.draw(replace(view, playing=True, probes={"predictions": shuffled}))
    assert np.array_equal(grid.order, before)
    panel.draw(replace(view, playing=False, probes={"predictions": shuffled}))
    assert not np.array_equal(grid.order, before)


def test_the_matrix_is_read_by_keyboard_and_mouse(qtbot: QtBot, studio: Callable) -> None:
    _, panel, _ = trained(studio, DataSettings("wine"))
    matrix = panel.current.matrix
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down):
        qtbot.keyClick(matrix, key)
    assert matrix.accessibleDescription() == matrix.sentence(1, 1)  # the first key enters at the corner
    assert matrix.cell_at(QPointF(2, 2)) is None


# All of them


@pytest.mark.parametrize("name", ["function", "spiral", "multi_gaussian", "iris", "digits", "diabetes"])
def test_outputs_that_are_not_numbers_and_other_themes_do_no_harm(studio: Callable, name: str) -> None:
    s, panel, view = trained(studio, DataSettings(name))
    found = view.probes["predictions"]
    nothing = replace(
        found,
        outputs=np.full_like(found.outputs, np.nan),
        validation_outputs=np.full_like(found.validation_outputs, np.nan),
        metrics={key: float("nan") for key in found.metrics},
    )
    probes = {"predictions": nothing, "curve": view.probes["curve"], "decision": view.probes["decision"]}
    if probes["curve"] is not None:
        probes["curve"] = replace(probes["curve"], y=np.full_like(probes["curve"].y, np.nan))
    if probes["decision"] is not None:
        probes["decision"] = replace(probes["decision"], outputs=np.full_like(probes["decision"].outputs, np.nan))
    panel.show_view(replace(view, playing=False, probes=probes))
    panel.grab()
    for change in (lambda t: t.set_mode("light"), lambda t: t.set_window_width(2560), lambda t: t.set_scale(1.4)):
        change(s.services.theme)
        panel.grab()
    panel.show_view(replace(view, playing=False, probes={}))
    assert panel.is_empty
    panel.grab()


def test_another_data_set_brings_another_view(qtbot: QtBot, studio: Callable) -> None:
    s, panel, _ = trained(studio, DataSettings("spiral"))
    data = s.panel("data")
    data.choose("function")
    qtbot.waitUntil(lambda: isinstance(panel.current, FitView))
    s.document.undo()
    qtbot.waitUntil(lambda: isinstance(panel.current, DecisionView))


def test_a_low_plane_names_its_axes_and_its_colours_by_the_column(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("plane"), 2, height=240)
    assert panel.current.plot.has_names()
    names = [line.text for line in panel.current._legend(view) if isinstance(line, LegendEntry) and line.color in ("pos", "neg")]
    assert names == ["value above 0", "value below 0"]


# Misclassified samples


def test_misclassified_samples_are_gone_through_and_a_cell_asks_for_its_own(studio: Callable) -> None:
    s, panel, view = trained(studio, DataSettings("spiral"), 10)
    found, data = view.probes["predictions"], view.data
    listed = panel.mistakes.mistakes
    assert len(listed) == found.wrong + found.validation_wrong and panel.mistakes.count.text() == f"{len(listed)} wrong"
    assert panel.go_through_mistakes(True) == "" and panel.go_through_mistakes(True) == ""
    sample = panel.chosen.sample
    assert (sample.index, sample.is_validation) == (listed.index[1], listed.is_validation[1])
    raw = data.raw_validation_x if sample.is_validation else data.raw_x
    assert panel.current.plot.chosen.count == 1 and panel.current.plot.chosen._x[0] == raw[sample.index, 0]
    assert f"{listed.confidence[1] * 100:.1f} %" in panel.words.text().replace("\u202f", " ").replace("\u00a0", " ")
    assert panel.mistakes.count.text().startswith("2 of ")
    panel.mistakes.back.click()
    assert panel.chosen.sample.index == listed.index[0]
    plot = panel.current.plot
    place = QPointF(float(plot.x_pixels(data.raw_x[4, 0])), float(plot.y_pixels(data.raw_x[4, 1])))
    assert np.allclose(data.raw_x[plot.sample_at(place).index] if not plot.sample_at(place).is_validation else data.raw_x[4], data.raw_x[4])
    s.document.edit("other samples", replace(s.document.project, data=DataSettings("spiral", seed=4)))
    assert panel.chosen.sample is None, "other data has other samples"


def test_a_cell_of_the_matrix_lists_its_samples(studio: Callable) -> None:
    _, panel, view = trained(studio, DataSettings("digits"), 5, width=480, height=300)
    counts = view.probes["predictions"].confusion
    true, predicted = (int(k) for k in np.unravel_index(np.argmax(counts - np.diag(np.diag(counts))), counts.shape))
    panel.current.matrix.ask((true, predicted))
    assert len(panel.mistakes.mistakes) == counts[true, predicted] and panel.chosen.sample.is_validation
    assert panel.current.images.grid.current == panel.chosen.sample.index and panel.mistakes.count.text().endswith(f"{true} as {predicted}")
    panel.current.matrix.ask((true, predicted))
    assert panel.mistakes.count.text().endswith(" wrong")


def test_in_a_narrow_header_the_title_and_the_number_of_mistakes_stay_whole(studio) -> None:  # type: ignore[no-untyped-def]
    """At 1024 × 700 the title was “P…”."""
    _, panel, _ = trained(studio, DataSettings("digits"), 5, width=276, height=230)
    panel.header.setParent(None)
    panel.header.show()
    panel.header.resize(276, panel.header.height())
    QApplication.processEvents()
    title, count = panel._title, panel.mistakes.count
    assert title.shown == "Predictions" and not panel.note.isVisibleTo(panel.header)
    assert count.shown in (count.text(), count.text().removesuffix(" wrong"))
