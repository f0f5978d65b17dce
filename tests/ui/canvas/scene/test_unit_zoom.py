"""Going to a neuron and back, by mouse and by keys."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from nnlab.graph.builder import GraphBuilder
from nnlab.ui.canvas.edges.weight_layer import WeightCurves, WeightMatrix
from nnlab.ui.canvas.neurons.painting import share_openness
from nnlab.ui.canvas.overlays.minimap import Minimap
from nnlab.ui.canvas.scene.hit import EDGE, Hit, hit
from nnlab.ui.canvas.scene.tooltips import tooltip

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture(autouse=True)
def _still(theme):
    theme.reduced_motion = True
    yield
    theme.reduced_motion = False
    theme.set_scale(1.0)


@pytest.fixture
def desk(bench, chain):
    return bench(chain, expanded=True)


def tile(desk, card, unit):
    item = desk.canvas.scene.items_by_card[card]
    rect = next(t.rect for t in item.geometry.tiles if t.unit == unit)
    return rect.translated(item.position)


def double_click(desk, card, unit):
    view = desk.canvas.view
    QTest.mouseDClick(view.viewport(), LEFT, NONE, view.mapFromScene(tile(desk, card, unit).center()))


def shown(desk, card, unit):
    """Where a tile is in the viewport."""
    return desk.canvas.view.mapFromScene(tile(desk, card, unit)).boundingRect()


def test_a_double_click_goes_to_the_neuron_and_another_back(desk):
    view = desk.canvas.view
    fitted = view.zoom
    double_click(desk, "dense_1", 2)
    assert view.units.present[0] == "dense_1"
    assert view.units.present[1].unit == 2
    place = shown(desk, "dense_1", 2)
    assert view.room.toRect().adjusted(-2, -2, 2, 2).contains(place)
    assert max(place.width() / view.room.width(), place.height() / view.room.height()) > 0.9
    double_click(desk, "dense_1", 2)
    assert view.zoom == pytest.approx(fitted)
    assert view.units.present is None


def test_the_picture_glides_there(desk, theme, qtbot):
    theme.reduced_motion = False
    view = desk.canvas.view
    zooms = []
    view.zoomed.connect(zooms.append)
    assert view.zoom_to_unit("dense_1", 5)
    qtbot.waitUntil(lambda: view.units.present is not None and view.units.present[1].unit == 5 and len(zooms) > 1, timeout=2000)
    qtbot.waitUntil(lambda: abs(shown(desk, "dense_1", 5).center().x() - view.room.center().x()) <= 2, timeout=2000)
    assert zooms == sorted(zooms)


def test_the_wheel_takes_over_from_a_glide(desk, theme, qtbot):
    theme.reduced_motion = False
    view = desk.canvas.view
    view.zoom_to_unit("dense_1", 5)
    view.units.stop()
    zoom = view.zoom
    qtbot.wait(200)
    assert view.zoom == zoom


@pytest.mark.parametrize("key", [Qt.Key.Key_F, Qt.Key.Key_Home, Qt.Key.Key_Z])
def test_keys_lead_to_a_neuron_to_its_neighbours_and_back(desk, key):
    view = desk.canvas.view
    fitted = view.zoom
    desk.selection.set(["dense_1"])
    desk.key(Qt.Key.Key_Z)
    assert view.units.present[1].unit == 0
    before = desk.graph
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Down)
    desk.key(Qt.Key.Key_Up)
    assert view.units.present[1].unit == 1
    for _ in range(3):
        desk.key(Qt.Key.Key_Up)
    assert view.units.present[1].unit == 0
    assert desk.graph == before  # nothing was nudged
    desk.key(key)
    assert view.zoom == pytest.approx(fitted)


def test_a_unit_without_a_tile_gets_one(bench):
    b = GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=2), units=40)), units=1))
    desk = bench(b.build(), expanded=True)
    assert desk.canvas.view.zoom_to_unit("dense_1", 20)
    tiles = desk.canvas.scene.items_by_card["dense_1"].geometry.tiles
    assert [t.unit for t in tiles] == [0, 1, 2, 3, 4, 20, 38, 39]
    assert desk.canvas.view.units.present[1].unit == 20
    desk.key(Qt.Key.Key_Down)
    assert desk.canvas.view.units.present[1].unit == 21


def test_compact_cards_spread_on_the_way(bench, chain):
    desk = bench(chain)
    assert not desk.canvas.scene.items_by_card["dense_1"].geometry.tiles
    assert desk.canvas.view.zoom_to_unit("dense_1", 3)
    assert desk.canvas.view.units.present[1].unit == 3


def test_an_operator_on_images_has_no_units_but_filters(bench):
    b = GraphBuilder()
    image = b.reshape(b.input(features=64), shape="1, 8, 8")
    b.cross_entropy(b.dense(b.flatten(b.conv2d(image, filters=4, kernel_size=3)), units=3))
    desk = bench(b.build(), expanded=True)
    view, card = desk.canvas.view, desk.canvas.scene.items_by_card["conv2d_1"]
    zoom = view.zoom
    assert not view.zoom_to_unit("conv2d_1", 0)
    assert view.zoom == zoom
    assert view.largest_zoom(card.position) == 4.0  # nothing is known yet that one could zoom in to
    weight = np.random.default_rng(0).normal(size=(4, 1, 3, 3)).astype(np.float32)
    desk.canvas.set_values({"conv2d_1.weight": weight}.get)
    cells, shape = desk.canvas._live.neurons.filters(card)
    assert shape == (3, 3)
    assert cells.values.shape in ((6, 6), (3, 12))
    assert np.array_equal(cells.values[:3, 3:6], weight[1, 0])  # the second filter beside the first
    assert view.largest_zoom(card.position) > 4.0
    view.show_at(4.0, card.position)
    before = view.grab().toImage()
    desk.canvas.set_values({"conv2d_1.weight": -weight}.get)
    desk.canvas._live.neurons.show_anew()
    assert view.grab().toImage() != before


def test_inside_a_neuron_a_drag_looks_around_and_moves_nothing(desk):
    double_click(desk, "dense_1", 2)
    before, place = desk.graph, shown(desk, "dense_1", 2)
    desk.drag(place.center(), place.center() + QPoint(60, 20))
    assert desk.graph == before
    moved = shown(desk, "dense_1", 2).topLeft() - place.topLeft()
    assert (moved - QPoint(60, 20)).manhattanLength() <= 4


def test_plus_and_minus_zoom_about_the_selected_card(desk):
    view = desk.canvas.view
    desk.selection.set(["mse_1"])
    item = desk.canvas.scene.items_by_card["mse_1"]
    place = view.mapFromScene(item.position)
    desk.key(Qt.Key.Key_Plus)
    desk.key(Qt.Key.Key_Plus)
    assert (view.mapFromScene(item.position) - place).manhattanLength() <= 3
    desk.key(Qt.Key.Key_Minus)
    assert (view.mapFromScene(item.position) - place).manhattanLength() <= 3


def test_over_a_matrix_one_goes_on_to_single_cells(bench):
    b = GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=64), units=32)), units=1))
    desk = bench(b.build(), expanded=True)
    desk.canvas.set_values({"dense_1.weight": np.random.default_rng(0).normal(size=(32, 64))}.get)
    view = desk.canvas.view
    matrix = next(i for i in desk.canvas.scene.edges.items.values() if isinstance(i, WeightMatrix))
    view.show_at(3.0, matrix.picture.center())
    for _ in range(60):
        view.zoom_at(1.2, view.room.center().toPoint())
    cell = matrix.picture.width() / 64 * view.zoom, matrix.picture.height() / 32 * view.zoom
    assert cell[0] >= 88
    assert cell[1] >= 36
    largest = view.zoom
    view.show_at(largest, QPointF(tile(desk, "dense_1", 0).center()))  # away from it one cannot go further in, only out
    view.zoom_at(1.2)
    assert view.zoom == pytest.approx(largest)
    view.zoom_at(1 / 1.2)
    assert view.zoom == pytest.approx(largest / 1.2)


class TestPainting:
    @pytest.fixture
    def values(self, desk):
        rng = np.random.default_rng(3)
        names = {"input_1.y": (4, 2), "dense_1.weight": (8, 2), "dense_1.bias": (8,), "dense_1.y": (4, 8), "tanh_1.y": (4, 8),
                 "dense_2.weight": (1, 8), "dense_2.bias": (1,), "dense_2.y": (4, 1)}  # fmt: skip
        found = {name: rng.normal(size=shape).astype(np.float32) for name, shape in names.items()}
        desk.canvas.set_values(found.get)
        return found

    def into(self, desk, target) -> WeightCurves:
        return next(item for edge, item in desk.canvas.scene.edges.items.items() if edge.target == target)

    def test_curves_end_at_the_rows_of_their_products(self, desk, values):
        desk.canvas.view.zoom_to_unit("dense_2", 0)
        desk.canvas.view.grab()
        ends = self.into(desk, "dense_2")._ends()[0]
        rows = tile(desk, "dense_2", 0)
        assert np.all(np.diff(ends) > 0)
        assert rows.top() < ends[0] < ends[-1] < rows.bottom()

    def test_curves_that_leave_the_middle_are_not_cut_off(self, desk, values):
        """The rows of the uppermost tile lie above every tile's middle."""
        desk.canvas.view.zoom_to_unit("dense_1", 0)
        desk.canvas.view.grab()
        item = self.into(desk, "dense_1")
        ends = item._ends()[0]
        assert ends.min() < item._drawn.top() + 8.0
        assert item.boundingRect().top() <= ends.min()

    def test_far_away_they_end_at_the_middle_and_nothing_is_computed(self, desk, values, monkeypatch):
        asked = []
        neurons = desk.canvas._live.neurons
        monkeypatch.setattr(neurons, "neuron", lambda *unit: asked.append(unit))
        desk.canvas.view.grab()
        assert asked == []
        assert len(set(self.into(desk, "dense_2")._ends()[0].tolist())) == 1

    def test_only_tiles_on_the_screen_are_worked_out(self, desk, values):
        desk.canvas.view.zoom_to_unit("dense_1", 0)
        desk.canvas.view.grab()
        assert set(desk.canvas._live.neurons._neurons) <= {("dense_1", 0), ("dense_1", 1)}

    def test_new_values_are_shown_at_a_readable_pace(self, desk, values, qtbot):
        neurons = desk.canvas._live.neurons
        desk.canvas.view.zoom_to_unit("dense_1", 0)
        desk.canvas.view.grab()
        read = []
        for _ in range(5):
            values["dense_1.y"] = values["dense_1.y"] + 1.0
            desk.canvas.set_values(values.get)
            desk.canvas.view.grab()
            read.append(neurons.neuron("dense_1", 0).z)
        assert len(set(read)) <= 2  # five frames within milliseconds
        newest = float(values["dense_1.y"][0, 0])

        def is_newest() -> bool:
            desk.canvas.view.grab()
            return neurons.neuron("dense_1", 0).z == pytest.approx(newest)

        qtbot.waitUntil(is_newest, timeout=1000)


def test_a_cell_tells_which_pixel_its_weight_belongs_to(bench):
    b = GraphBuilder()
    b.mse(b.dense(b.tanh(b.dense(b.input(features=64), units=32)), units=1))
    desk = bench(b.build(), expanded=True)
    desk.canvas.set_data_title("digits", "target y", (), (8, 8))
    desk.canvas.set_values({"dense_1.weight": np.full((32, 64), 0.25)}.get)
    edge, matrix = next((e, i) for e, i in desk.canvas.scene.edges.items.items() if isinstance(i, WeightMatrix))
    found = hit(desk.canvas.scene, matrix.picture.center())
    assert found == Hit(EDGE, edge=edge, weight=(16, 32))
    text = tooltip(desk.canvas.scene, desk.canvas._live, found)
    assert "unit 17, input 33 (pixel in row 5, column 1)" in text
    assert "w = 0.2500" in text


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("size", [(632, 327), (847, 463)])
def test_going_to_a_loss_card_shows_its_numbers_at_every_scale(desk, theme, size, scale):
    desk.canvas.resize(*size)
    theme.set_scale(scale)
    desk.canvas.fit()
    view = desk.canvas.view
    assert view.units.to_card("mse_1")
    item = desk.canvas.scene.items_by_card["mse_1"]
    assert share_openness(item.outline.width() * view.zoom, item.kit) > 0.9
    shown = view.mapFromScene(item.outline).boundingRect()
    room = view.room
    assert shown.bottom() <= room.bottom() + 1  # the numbers are at the foot
    assert shown.left() >= room.left() - 8
    assert shown.right() <= room.right() + 8
    minimap = desk.canvas.findChild(Minimap)
    assert not (minimap.isVisible() and minimap.geometry().intersects(shown))
