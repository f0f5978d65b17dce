"""A neuron's inside at every size a tile can have: what is shown, that nothing is cut off, and that painting survives any number."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from nnlab.core.operator import operators
from nnlab.engine.kernel_curve import curve
from nnlab.ui.canvas.neurons.neuron import Activation, Neuron, Products, Share
from nnlab.ui.canvas.neurons.painting import Inside, growth, openness, unit
from nnlab.ui.canvas.neurons.parts import Header, ProductTable, row_height, rows_of
from nnlab.ui.canvas.neurons.share import ShareTable, share_rows
from nnlab.ui.canvas.painting.paint_kit import PaintKit

RNG = np.random.default_rng(5)
SIDES = (220, 240, 300, 360, 408, 520, 680, 900, 1360, 1500, 2880)
HEADER = Header("sample 1,217", ", 12 of 128 in the batch")


@pytest.fixture(scope="module", params=[1.0, 1.6], ids=["100 %", "160 %"])
def kit(theme, request):
    theme.set_scale(request.param)
    yield PaintKit(theme)
    theme.set_scale(1.0)


IRIS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "the length of a petal as measured by hand (cm)")


def activation(name="tanh", z=0.7):
    x = np.linspace(-3, 3, 241)
    y, _ = curve(operators[name], {}, x, "float64")
    return Activation(operators[name].title, z, float(np.interp(z, x, y)), 0.6, x, y)


def neuron(inputs=8, scale=1.0, **changes):
    products = Products(RNG.normal(size=inputs) * scale, RNG.normal(size=inputs) * scale)
    values = {"products": products, "bias": -0.05, "z": products.total - 0.05, "activation": activation()} | changes
    return Neuron("dense_12, neuron 128", "neuron 128", 127, "a", 0.6, **values)


NEURONS = {
    "two inputs": neuron(2), "eight": neuron(8), "pixels": neuron(784, image_shape=(28, 28)), "large": neuron(64, 4000.0),
    "small": neuron(64, 1e-4), "linear": neuron(8, activation=None), "no bias": neuron(8, bias=None),
    "alone": Neuron("tanh_1, neuron 1", "neuron 1", 0, "a", 0.6, z=0.7, activation=activation(), reads=(("dense_1", 0.7),)),
    "sum": Neuron("add_1, neuron 1", "neuron 1", 0, "y", 0.6, words="Add", reads=(("a_long_name_of_a_layer", 0.7), ("b", -1.0))),
    "reads nothing": Neuron("flatten_1, neuron 1", "neuron 1", 0, "y", 0.6, words="Flatten"),
    "softmax": neuron(8, activation=None, words="softmax of all units"),
    "named": neuron(4, products=Products(RNG.normal(size=4), RNG.normal(size=4), "x", IRIS), z=0.3),
}  # fmt: skip


@pytest.mark.parametrize("shown", NEURONS.values(), ids=NEURONS.keys())
@pytest.mark.parametrize("side", SIDES)
def test_everything_lies_within_the_tile_and_nothing_overlaps(kit, shown, side):
    inside = Inside(kit, shown, HEADER, side * unit(kit))
    tile = QRectF(0, 0, inside.side + 0.01, inside.side + 0.01)
    header = inside.header
    assert tile.contains(header.back) and tile.contains(header.forward) and tile.contains(header.sample_at)
    assert header.room.left() + kit.text_width(header.title, "name") <= header.back.left() + 1
    table = inside.table
    if not shown.reads and shown.products is None:
        assert table is None
        return
    assert table is not None
    room = QRectF(inside.table_at.x(), inside.table_at.y(), table.width, table.height)
    assert tile.contains(room)
    assert room.top() >= header.room.bottom()
    assert not room.intersects(inside.rest.adjusted(0, 0.5, 0, 0)) or inside.rest.height() <= 0
    assert not inside.strip.intersects(room)


@pytest.mark.parametrize("side", SIDES)
def test_text_is_never_smaller_than_meant_and_grows_slowly(kit, side):
    sizes = [growth(s * unit(kit), kit) for s in (side, side + 1)]
    assert sizes[0] >= 1.0
    assert 0 <= sizes[1] - sizes[0] < 0.01


def test_a_tile_opens_continuously(kit):
    shares = [openness(side * unit(kit), kit) for side in range(200, 320)]
    assert shares[0] == 0.0
    assert shares[-1] == 1.0
    assert all(0 <= b - a < 0.02 for a, b in itertools.pairwise(shares))


def test_columns_share_one_decimal_point(kit):
    rows = rows_of(neuron(8), 20)
    assert len({len(row.text.partition(".")[2]) for row in rows}) == 1
    for place in (0, 1):
        assert len({len(row.factors[place].partition(".")[2]) for row in rows if row.factors}) == 1


@pytest.mark.parametrize("side", SIDES[2:])
def test_long_names_cost_no_factors(kit, side):
    """A name is shortened to its column; the numbers beside it are those that go without names."""
    x, w = RNG.normal(size=(2, 4))
    named, plain = (neuron(products=Products(x, w, "x", names), z=0.3) for names in (IRIS, ()))
    tables = [Inside(kit, shown, HEADER, side * unit(kit)).table for shown in (named, plain)]
    assert tables[0].shows_factors == tables[1].shows_factors
    assert [row.factors for row in tables[0].rows] == [row.factors for row in tables[1].rows]
    assert [row.label for row in tables[0].rows][:4] == list(IRIS)


def test_rows_are_products_rest_sum_bias_and_z(kit):
    labels = [row.label for row in rows_of(neuron(64), 12)]
    assert labels[-4:] == ["… 56 more", "sum", "+ bias b", "z"]
    assert len(labels) == 12
    assert [row.label for row in rows_of(neuron(2), 4)] == ["x₁", "x₂", "+ bias b", "z"]


@pytest.mark.parametrize("capacity", range(3, 24))
def test_rows_never_take_more_than_there_is_room_for(kit, capacity):
    for shown in NEURONS.values():
        assert len(rows_of(shown, capacity)) <= capacity


def test_factors_and_bars_go_before_text_is_cut(kit):
    rows = rows_of(neuron(8), 20)
    wide = ProductTable(kit, rows, 1000 * unit(kit))
    least = wide.width - wide.bars - 1.5 * ProductTable.GAP
    middle, narrow = ProductTable(kit, rows, least + 1.0), ProductTable(kit, rows, least - 2.0)
    assert (wide.shows_factors, wide.bars > 0) == (True, True)
    assert (middle.shows_factors, middle.bars) == (True, 0.0)
    assert not narrow.shows_factors


def test_inputs_are_found_at_their_rows(kit):
    heights, rest = Inside(kit, neuron(64), HEADER, 600 * unit(kit)).input_heights()
    assert len(heights) == 8
    assert sorted(heights.values()) == list(heights.values())
    assert rest > max(heights.values())


@pytest.mark.parametrize("value", [0.0, np.nan, np.inf, -1e30, 1e-30])
def test_any_number_is_painted(kit, value):
    strange = activation()
    strange = Activation(strange.title, value, value, value, strange.x, strange.y)
    products = Products(np.full(8, value), np.ones(8))
    shown = Neuron("dense_1, neuron 1", "neuron 1", 0, "a", value, products, value, value, strange)
    feature = Neuron("x, x₁", "x₁", 0, "x", value, column=np.full(30, value))
    image = Neuron("digits", "digits", 0, "x", value, image=np.full((8, 8), value))
    for each, side in itertools.product((shown, feature, image), (230, 500, 1400)):
        assert paint(kit, each, side).pixelColor(5, side // 2) == kit.tokens.canvas


def paint(kit, shown, side):
    inside = Inside(kit, shown, HEADER, side)
    image = QImage(side, side, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.scale(inside.growth, inside.growth)
    inside.paint(painter, None, QRectF(0, 0, inside.side, inside.side))
    painter.end()
    return image


def test_the_point_is_where_the_numbers_say(kit):
    """The accent of the point is found to the right of the curve's middle for a positive z, to the left for a negative one."""
    found = []
    for z in (-2.0, 2.0):
        image = paint(kit, neuron(2, activation=activation(z=z)), 700)
        pixels = np.frombuffer(image.constBits(), np.uint32).reshape(700, 700) & 0xFFFFFF
        accent = kit.tokens.accent.rgb() & 0xFFFFFF
        found.append(np.argwhere(pixels == accent)[:, 1].mean())
    assert found[1] - found[0] > 60


class TestShare:
    def test_the_true_class_and_the_likeliest_others(self, kit):
        part = Share(np.array([1.0, 3.0, -2.0, 0.5]), np.array([0.1, 0.8, 0.0, 0.1]), np.array(2.0), True, 5.1)
        heads, rows = share_rows(part, 2)
        assert heads == ("", "logit", "p")
        assert [(texts[0], true) for texts, true in rows] == [("class 1", False), ("class 2", True)]

    def test_answers_beside_their_targets(self, kit):
        part = Share(np.array([0.25]), None, np.array([1.0]), False, 0.5625)
        assert share_rows(part, 5) == (("", "answer", "target"), [(("y", "0.250", "1.000"), True)])

    @pytest.mark.parametrize("width", [120, 300])
    def test_it_keeps_within_its_height(self, kit, width):
        part = Share(RNG.normal(size=40), RNG.random(40), np.array(39.0), True, 1.0)
        table = ShareTable(kit, part, HEADER, width * unit(kit), 20 * row_height(kit))
        assert table.height <= 20 * row_height(kit)
        assert QRectF(0, 0, table.width, table.height).contains(table.forward)
