"""The next card stands where there is room, and what flows is painted where its numbers are."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from nnlab.training.probes.adapter_matrices import AdapterMatrices, LayerMatrices
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.layer_flow import LayerActivations, LayerGradients
from nnlab.ui.lora.matrices_picture import MatricesPicture
from nnlab.ui.lora.matrices_view import MatricesView

A, B, W = np.full((2, 8), 0.5), np.full((4, 2), -0.5), np.full((4, 8), 0.25)
ADAPTER = AdapterMatrices("one", 2.0, A, B, 2.0 * B @ A)
PICTURE = MatricesPicture(LayerMatrices("dense_1", W, W, (ADAPTER,)), ADAPTER, None, False, True, "input_1")


@pytest.fixture
def view(theme: Theme, qtbot: QtBot) -> MatricesView:
    found = MatricesView(theme)
    qtbot.addWidget(found)
    found.resize(1000, 420)
    return found


def image(view: MatricesView, picture: MatricesPicture) -> QImage:
    view.show_picture(picture)
    return view.grab().toImage()


def test_the_next_card_takes_room_from_the_left_and_gives_way_where_there_is_none(view: MatricesView) -> None:
    follows = replace(PICTURE, following=("tanh_1", "dense_2"))
    wide, with_card = image(view, PICTURE), image(view, follows)
    assert wide != with_card
    view.resize(620, 420)
    image(view, PICTURE)
    left, applied = view.places().source.left(), view.places().applied.right()
    image(view, follows)
    assert view.places().source.left() <= left and view.places().source.left() >= 0
    view.resize(480, 420)
    assert image(view, PICTURE) == image(view, follows), "no room: nothing is cut"
    assert applied > 0


def test_of_what_has_no_gradient_the_colours_are_faint(view: MatricesView) -> None:
    def distance(found: QImage) -> int:
        middle, ground = view.places().base.center().toPoint(), found.pixelColor(2, 2)
        colour = found.pixelColor(middle)
        return abs(colour.red() - ground.red()) + abs(colour.blue() - ground.blue())

    weights = distance(image(view, PICTURE))
    gradients = distance(image(view, replace(PICTURE, gradients=LayerGradients(A, B, 1.0))))
    assert 0.3 * weights < gradients < 0.5 * weights
    assert view.gradient_bound == 0.5


def test_numbers_of_the_sample_lie_beside_their_rows_and_columns(view: MatricesView) -> None:
    x, z = np.array([1.0] + [0.0] * 7), np.array([0.0, 0.0, 0.0, 1.0])
    found = image(view, replace(PICTURE, activations=LayerActivations(0, x, z, np.ones(2), z)))
    places = view.places()
    cell = places.base.width() / 8
    under = [found.pixelColor(round(places.base.left() + (k + 0.5) * cell), round(places.base.bottom()) + 6) for k in (0, 5)]
    across, row = round(places.applied.right()) + 6, places.applied.height() / 4
    beside = [found.pixelColor(across, round(places.applied.top() + (k + 0.5) * row)) for k in (3, 1)]
    assert under[0] == beside[0] and under[1] == beside[1] and under[0] != under[1]
