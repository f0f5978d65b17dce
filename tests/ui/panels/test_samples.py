from __future__ import annotations

import sys
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from nnlab.core.errors import DataError
from nnlab.core.preparation import DataSettings, prepare
from nnlab.ui.panels.controls.point_edits import added, drawable, erased, points_of, why_not
from nnlab.ui.run.chosen_sample import SampleId


def place(plot, x: float, y: float) -> QPoint:  # type: ignore[no-untyped-def]
    return QPoint(round(float(plot.x_pixels(x))), round(float(plot.y_pixels(y))))


def test_rows_stand_in_the_order_of_the_epoch_and_the_batch_is_lit(studio: Callable) -> None:
    s = studio(DataSettings("wine"))
    panel = s.panel("samples", 1000, 300)
    view = s.train(5)
    s.view("predictions", "sample_losses")
    model, table = panel.samples.samples, panel.samples
    batch = view.frame.samples.tolist()
    assert model.order[64:80].tolist() == batch and np.flatnonzero(model.lit).tolist() == sorted(batch)
    assert np.flatnonzero(model.passed).tolist() == sorted(model.order[:64].tolist())
    assert sorted(model.order[: len(view.data.x)].tolist()) == list(range(len(view.data.x)))
    assert "epoch 1, batch 5 of 9: places 65 to 80 of 142 · the last batch of an epoch has 14" in panel.words.text()
    assert panel.scatter.rings.ringed == 16
    row = model.order[64]
    assert model.written(row, 4) == "13.05" or float(model.written(row, 4)) == pytest.approx(view.data.raw_x[row, 0], rel=1e-3)
    loss = len(model.headings) - 1
    for _ in range(2):
        table.heading.sectionClicked.emit(loss)
    losses = model.column(loss)[model.order]
    assert (np.diff(losses) <= 0).all(), "a second click puts the greatest first"
    panel.chosen.choose(SampleId(3, True))
    assert model.order[table.current_row] == len(view.data.x) + 3 and "(validation) chosen" in panel.words.text()
    table.setCurrentIndex(model.index(0, 1))
    assert panel.chosen.sample == SampleId(int(model.order[0])) or panel.chosen.sample.is_validation
    table.heading.sectionClicked.emit(loss)
    assert model.order[64:80].tolist() == batch, "and a third gives the epoch's order back"
    assert panel.table().names[:3] == ("row", "part", "target")
    panel.page.button("statistics").click()
    assert panel.statistics.statistics[0].name == "alcohol" and panel.table().names[0] == "column"


@pytest.mark.parametrize("name", ["plane", "wine"])
def test_without_validation_samples_the_rows_are_the_training_samples(studio: Callable, name: str) -> None:
    s = studio(DataSettings(name, validation_share=0.0))
    panel = s.panel("samples", 1000, 300)
    view = s.train(1)
    model = panel.samples.samples
    assert len(model.targets) == len(model.rows) == len(view.data.x) and len(view.data.validation_x) == 0
    np.testing.assert_array_equal(model.targets, view.data.y.ravel())


def test_all_batches_of_an_update_are_lit(studio: Callable) -> None:
    s = studio(DataSettings("wine"), accumulate=4)  # 142 samples in batches of 16: four, four and one
    panel = s.panel("samples", 1000, 300)
    model = panel.samples.samples
    for updates, begin, end in ((1, 0, 64), (2, 64, 128), (3, 128, 142), (4, 0, 64)):
        view = s.train(1)
        lit = np.flatnonzero(model.lit).tolist()
        assert view.frame.iteration == updates and lit == sorted(model.order[begin:end].tolist())
        assert set(view.frame.samples.tolist()) <= set(lit) and panel.scatter.rings.ringed == end - begin
        assert f"lit: the {end - begin} samples of this update" in panel.words.text()
        assert np.flatnonzero(model.passed).tolist() == sorted(model.order[: end - len(view.frame.samples)].tolist())


def test_points_are_drawn_and_erased_each_stroke_one_undoable_step(studio: Callable) -> None:
    s = studio(DataSettings("points"))
    panel = s.panel("samples", 1000, 320)
    s.train(3)
    panel.tool.button("draw").click()
    plot, document = panel.scatter, s.document
    first = points_of(document.project.data).points
    QTest.mousePress(plot.viewport(), Qt.MouseButton.LeftButton, pos=place(plot, 5, 5))
    QTest.mouseRelease(plot.viewport(), Qt.MouseButton.LeftButton, pos=place(plot, 5, 5))
    x, y, kind = points_of(document.project.data).points[-1]
    assert abs(x - 5) < 0.1 and abs(y - 5) < 0.1 and kind == 0 and document.undo_stack.count() == 1
    QTest.keyClick(plot, Qt.Key.Key_3)
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Return):
        QTest.keyClick(plot, key)
    assert points_of(document.project.data).points[-1] == (0.32, 0.32, 2) and document.project.data.settings["classes"] == 3
    assert document.graph.losses[0].kind.name == "cross_entropy", "a third class asks for another loss, in the same step"
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.RightButton, pos=place(plot, x, y))
    assert len(points_of(document.project.data).points) == len(first) + 1
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(2, 2))
    assert "outside the plane from -8 to 8" in panel.words.text() and document.undo_stack.count() == 3
    for _ in range(3):
        document.undo()
    assert points_of(document.project.data).points == first


def test_generated_samples_become_points_and_what_cannot_be_drawn_says_why() -> None:
    spiral = DataSettings("spiral", {"samples": 40}, validation_share=0.25)
    data = prepare(spiral)
    points = drawable(spiral, data)
    found = prepare(added(points, [(7.5, -7.5, 1)]))
    assert len(found.x) + len(found.validation_x) == 41
    both = np.concatenate([found.raw_x, found.raw_validation_x])
    for sample in np.concatenate([data.raw_x, data.raw_validation_x]):
        assert np.abs(both - sample).max(axis=1).min() < 1e-3
    with pytest.raises(DataError, match="A point at 9, 0 lies outside the plane from -8 to 8; draw within it"):
        added(points, [(9.0, 0.0, 0)])
    with pytest.raises(DataError, match="the last point stays"):
        erased(points, 0, 0, 100, 100)
    wine = DataSettings("wine")
    assert "Wine is neither" in why_not(wine, prepare(wine))
    curve = DataSettings("function")
    assert drawable(curve, prepare(curve)).settings["task"] == "numbers"


def test_a_panel_that_cannot_draw_as_it_is_shown_says_so_and_the_window_lives(studio: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    s = studio(DataSettings("wine"))
    panel = s.panel("samples", 1000, 300)
    s.train(1)
    said: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: said.append(error))
    monkeypatch.setattr(panel, "draw", lambda view: 1 / 0)
    panel.hide()
    panel.show()
    assert [type(error) for error in said] == [ZeroDivisionError] and panel.isVisible()
