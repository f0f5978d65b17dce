"""A map of the plane: pixels and points of the plane are each other's inverse, and mouse and keys move cut and ridge in its numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from nnlab.studies.approximation.unit_handles import RidgeUnit
from nnlab.ui.approximation.plane_grips import PlaneGrip
from nnlab.ui.approximation.plane_map import KEY_STEP, KEY_TURN, PlaneMap, PlanePicture
from nnlab.ui.look.theme import Theme

PICTURE = PlanePicture(
    np.linspace(-1.0, 1.0, 9).reshape(3, 3), (-2.0, 2.0), (0.0, 8.0), ((-1.0, 1.0), (2.0, 6.0)), 1.0,
    ridge=RidgeUnit((2.0, 0.0), -2.0, 1.0), cut=((-1.5, 2.0), (0.5, 3.0)),
)  # fmt: skip


@pytest.fixture
def plane(shown: Callable, theme: Theme) -> PlaneMap:
    made = PlaneMap(theme, "target")
    shown(made, 462, 402)
    made.show_picture(PICTURE)
    return made


@pytest.fixture
def said(plane: PlaneMap) -> list[tuple[object, ...]]:
    found: list[tuple[object, ...]] = []
    plane.grabbed.connect(lambda grip: found.append((grip,)))
    plane.dragged.connect(lambda *where: found.append(where))
    plane.let_go.connect(lambda: found.append(()))
    return found


def test_a_square_whose_second_input_runs_upwards(plane: PlaneMap) -> None:
    square = plane.square
    assert square.width() == square.height() == 400
    assert plane.place(-2.0, 8.0) == square.topLeft() and plane.place(2.0, 0.0) == square.bottomRight()
    assert plane.point(plane.place(0.3, 5.5)) == pytest.approx((0.3, 5.5))
    assert plane.point(QPointF(-50, 9999)) == (-2.0, 0.0), "never beyond what is shown"


def test_colours_have_the_sign_of_the_values(plane: PlaneMap) -> None:
    plane.show_picture(
        replace(PICTURE, values=np.array([[-1.0, -1.0], [1.0, 1.0]]), ridge=None, cut=None, domain=((-2.0, 2.0), (0.0, 8.0)))
    )
    image = plane.grab().toImage()
    scale = image.width() / plane.width()
    upper, lower = (image.pixelColor(round(200 * scale), round(y * scale)) for y in (40, 360))
    assert abs(upper.hue() - plane._theme.tokens.pos.hue()) < 25 and abs(lower.hue() - plane._theme.tokens.neg.hue()) < 25


def test_where_only_samples_are_known_each_is_a_dot_in_the_colour_of_its_value(plane: PlaneMap) -> None:
    samples = np.array([[-1.0, 6.0], [1.0, 2.0]]), np.array([1.0, -1.0])
    plane.show_picture(replace(PICTURE, values=None, ridge=None, cut=None, domain=((-2.0, 2.0), (0.0, 8.0)), samples=samples))
    image, tokens = plane.grab().toImage(), plane._theme.tokens
    scale = image.width() / plane.width()
    found = [image.pixelColor((plane.place(x, y) * scale).toPoint()) for x, y in (*samples[0].tolist(), (0.0, 4.0))]
    assert abs(found[0].hue() - tokens.pos.hue()) < 25 and abs(found[1].hue() - tokens.neg.hue()) < 25
    assert found[2].saturation() < 60  # nothing between them


def test_the_mouse_takes_the_ridge_and_drags_it(plane: PlaneMap, said: list[tuple[object, ...]]) -> None:
    at = plane.place(1.0, 4.0).toPoint()  # of the line x = 1, nearest to the middle of the domain
    QTest.mousePress(plane, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(plane, at + QPoint(50, 0))
    QTest.mouseRelease(plane, Qt.MouseButton.LeftButton, pos=at + QPoint(50, 0))
    assert said[0] == (PlaneGrip.RIDGE,) and said[-1] == ()
    assert said[-2][1:] == pytest.approx((1.5, 4.0), abs=0.02)  # 100 pixels to a unit of x
    assert plane.grips.ridge is not None and plane.grips.ridge.reference == pytest.approx((1.5, 4.0), abs=0.02)


def test_keys_move_the_cut_and_turn_the_unit(plane: PlaneMap, said: list[tuple[object, ...]]) -> None:
    QTest.keyClick(plane, Qt.Key.Key_Right)
    assert said[1:3] == [(PlaneGrip.CUT, -0.5, 2.5), (PlaneGrip.CUT, pytest.approx(-0.5 + 4.0 * KEY_STEP), 2.5)]
    said.clear()
    QTest.keyClick(plane, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    moved = next(entry for entry in reversed(said) if len(entry) == 3)
    assert moved == (PlaneGrip.RIDGE, 1.0, pytest.approx(4.0 + 8.0 * KEY_STEP))
    said.clear()
    arm = plane.grips.arm()
    QTest.keyClick(plane, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ShiftModifier)
    turned = next(entry for entry in reversed(said) if len(entry) == 3)
    assert turned[0] == PlaneGrip.DIRECTION
    across, up = (float(turned[1]) - 1.0) / arm, (float(turned[2]) - 4.0) / arm  # type: ignore[arg-type]
    assert (across, up) == pytest.approx((2 * np.cos(KEY_TURN), 2 * np.sin(KEY_TURN))), "w turns by 5 degrees and keeps its length"


def test_words_beside_a_point_cover_no_handle_and_stay_in_the_square(plane: PlaneMap) -> None:
    plane.show_picture(replace(PICTURE, ridge=None, cut=((-2.0, 4.0), (1.0, 4.0))))  # an end at 300 pixels from the left
    middle, gap = plane.place(0.0, 4.0), plane._theme.metrics.px(9)
    assert plane.beside(middle, 40.0, 20.0).left() == middle.x() + gap, "there is room before the handle"
    over = plane.beside(middle, 100.0, 20.0)
    assert over.right() == middle.x() - gap and over.center().y() == middle.y()
    plane.show_picture(replace(PICTURE, ridge=None, cut=((-1.0, 4.0), (1.0, 4.0))))
    assert plane.beside(middle, 150.0, 20.0).bottom() == middle.y() - gap, "a handle at either side"
    corner = plane.beside(plane.square.topLeft(), 50.0, 20.0)
    assert corner.left() == gap and corner.top() == plane.square.top()
