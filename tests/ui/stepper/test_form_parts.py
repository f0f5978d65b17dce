"""The parts of pictures of operations, on tensors of a few numbers: which cells are shown, how they are called, what a click chooses.

Whole forms beside a real run: test_forms.py.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nnlab.core.explanation import ExplanationContext
from nnlab.core.window_sum import WindowCells, WindowSum
from nnlab.graph.axes import TensorKind
from nnlab.ui.stepper import forms
from nnlab.ui.stepper.elements import Layout, NamedAxis
from nnlab.ui.stepper.matrix_forms import Form, Matrix

OWN: Any = "an axis of the network"
Words = str


def model_of(tensors: dict[str, tuple[np.ndarray, Words, tuple[int, ...]]], written: str = "", **more: Any) -> Any:
    """A model whose moment has these tensors: numbers, the words of its axes (batch first where it begins with "sample"), the element."""
    layouts = {}
    for name, (values, words, _) in tensors.items():
        axes = tuple(NamedAxis(word, n, None if word == "sample" else OWN) for word, n in zip(words.split(), values.shape, strict=True))
        inner = values.ndim - ("sample" in words)
        kind = TensorKind.IMAGE if inner == 3 else TensorKind.MATRIX if inner == 2 else TensorKind.NUMBER
        layouts[name] = Layout(values.shape, axes, kind)
    operands = [SimpleNamespace(argument=SimpleNamespace(name=name), tensor=f"node_1.{name}", written=name == written) for name in tensors]
    instruction = SimpleNamespace(operands=operands, node_id="node_1", kind=SimpleNamespace(tensors={}))
    after = {name: values for name, (values, _, _) in tensors.items()}
    return SimpleNamespace(
        trace=SimpleNamespace(after=after, instruction=instruction), instruction=instruction, graph=None, layout=layouts.__getitem__,
        index=lambda name: tensors[name][2], target=written, program=SimpleNamespace(scratch=()), **more,
    )  # fmt: skip


def moment_of(model: Any, target: str) -> ExplanationContext:
    return ExplanationContext(model.trace.after, model.trace.after, target, model.index(target))


def count(*shape: int) -> np.ndarray:
    """Numbers that are all different."""
    return np.arange(1.0, np.prod(shape) + 1).reshape(shape)


def check(matrix: Matrix, tensor: np.ndarray) -> None:
    """A click on a cell chooses the element that it shows."""
    for (row, column), value in np.ndenumerate(matrix.values):
        assert tensor[matrix.index(row, column)] == value


@pytest.mark.parametrize(
    ("name", "output", "letter"),
    [
        ("x", "y", "x"), ("y", "y", "y"), ("y", "z", "z"), ("weight", "y", "W"), ("bias", "y", "b"), ("d_x", "y", r"\partial x"),
        ("d_y", "z", r"\partial z"), ("d_weight", "y", r"\partial W"), ("mask", "y", r"\mathrm{mask}"),
        ("d_low_rank", "y", r"\partial \mathrm{low rank}"),
    ],
)  # fmt: skip
def test_letters(name: str, output: str, letter: str) -> None:
    assert forms.letter(name, output) == letter


# A tensor as what it is


def test_a_vector_is_one_column() -> None:
    model = model_of({"bias": (count(3), "neuron", (2,)), "x": (count(4, 3), "sample feature", (1, 2))}, written="bias")
    bias, x = forms.shown(model, "bias"), forms.shown(model, "x")
    assert (bias.values.tolist(), bias.row, bias.column, bias.symbol) == ([[1.0], [2.0], [3.0]], 2, 0, "b")
    assert (bias.words, bias.written, bias.row_names) == ("node_1.bias, written", True, ("1", "2", "3"))
    assert (x.values.ravel().tolist(), x.row, x.words, x.written) == ([4.0, 5.0, 6.0], 2, "node_1.x, read", False)
    other = forms.shown(model, "x", (3,))
    assert (other.values.ravel().tolist(), other.row) == ([10.0, 11.0, 12.0], 2)
    for matrix, tensor in ((bias, count(3)), (x, count(4, 3)), (other, count(4, 3))):
        check(matrix, tensor)


def test_tokens_are_rows_and_an_image_has_no_numbers_beside_it() -> None:
    tokens, image = count(2, 5, 3), count(2, 3, 4, 6)
    model = model_of({"x": (tokens, "sample token feature", (1, 4, 2)), "y": (image, "sample channel row column", (1, 2, 0, 3))})
    x, y = forms.shown(model, "x"), forms.shown(model, "y", output="z")
    assert (x.row, x.column, x.note) == (4, 2, "")
    assert (x.row_names, x.column_names) == (("1", "2", "3", "4", "5"), ("1", "2", "3"))
    np.testing.assert_array_equal(x.values, tokens[1])
    np.testing.assert_array_equal(y.values, image[1, 2])
    assert (y.row, y.column, y.note, y.symbol, y.row_names, y.column_names) == (0, 3, "channel 3", "z", (), ())
    assert [axis.word for axis in y.axes] == ["sample", "channel", "row", "column"]
    check(x, tokens)
    check(y, image)
    np.testing.assert_array_equal(forms.shown(model, "y", (0, 1)).values, image[0, 1])


def test_filters_say_which_one_is_shown_where_there_are_several() -> None:
    weight = count(5, 1, 2, 2)
    model = model_of({"weight": (weight, "filter channel row column", (3, 0, 1, 1))})
    shown = forms.shown(model, "weight")
    assert (shown.note, shown.symbol) == ("filter 4", "W")
    check(shown, weight)


@pytest.mark.parametrize(("length", "names"), [(0, 0), (1, 0), (2, 2), (24, 24), (25, 0)])
def test_two_to_twenty_four_rows_are_numbered(length: int, names: int) -> None:
    assert forms._names(length) == tuple(str(k) for k in range(1, names + 1))


# Products of matrices


def test_a_product_outlines_a_row_and_a_column() -> None:
    a, b = count(2, 3, 5), count(2, 5, 4)
    tensors = {"a": (a, "sample row column", (0, 0, 0)), "b": (b, "sample row column", (0, 0, 0)),
               "y": (a @ b, "sample row column", (1, 2, 3))}  # fmt: skip
    model = model_of(tensors, written="y")
    form = forms.TOKENS["matmul"]["y"](model, moment_of(model, "y"))
    assert form is not None
    y, left, right = form.matrices
    assert (form.signs, form.lines) == (("", "=", "·"), (3,))
    assert (y.row, y.column, left.row, left.column, right.row, right.column) == (2, 3, 2, None, None, 3)
    assert (left.note, right.note) == ("node_1", "node_1")
    np.testing.assert_array_equal(left.values @ right.values, y.values)
    for matrix, tensor in ((y, a @ b), (left, a), (right, b)):
        check(matrix, tensor)


@pytest.mark.parametrize(
    ("target", "names", "symbols"),
    [("d_a", ("d_y", "b"), (r"\partial y", "b^T")), ("d_b", ("a", "d_y"), ("a^T", r"\partial y"))],
)  # fmt: skip
def test_gradients_of_a_product_turn_one_of_its_factors(target: str, names: tuple[str, str], symbols: tuple[str, str]) -> None:
    a, b, up = count(2, 3, 5), count(2, 5, 4), count(2, 3, 4)
    made = {"d_a": up @ b.transpose(0, 2, 1), "d_b": a.transpose(0, 2, 1) @ up}[target]
    tensors = {"a": (a, "sample row column", (0, 0, 0)), "b": (b, "sample row column", (0, 0, 0)),
               "d_y": (up, "sample row column", (0, 0, 0)), target: (made, "sample row column", (1, 2, 3))}  # fmt: skip
    model = model_of(tensors, written=target)
    form = forms.TOKENS["matmul"][target](model, moment_of(model, target))
    assert form is not None
    result, left, right = form.matrices
    np.testing.assert_array_equal(left.values @ right.values, result.values)
    assert (left.symbol, right.symbol) == symbols
    assert (left.argument, right.argument) == names
    for matrix in (left, right):
        check(matrix, {"a": a, "b": b, "d_y": up}[matrix.argument])
    turned = left if target == "d_b" else right
    assert (len(turned.row_names), len(turned.column_names)) == turned.values.shape


def test_vectors_have_no_product_of_matrices() -> None:
    model = model_of({"d_y": (count(2, 3), "sample neuron", (0, 0)), "weight": (count(3, 4), "neuron input", (0, 0)),
                      "d_x": (count(2, 4), "sample input", (0, 0))})  # fmt: skip
    assert forms.TOKENS["dense"]["d_x"](model, moment_of(model, "d_x")) is None


def test_a_dense_layer_of_tokens_adds_its_biases() -> None:
    x, weight, bias = count(2, 3, 4), count(5, 4), count(5)
    y = x @ weight.T + bias
    tensors = {"x": (x, "sample token input", (0, 0, 0)), "weight": (weight, "neuron input", (0, 0)), "bias": (bias, "neuron", (0,)),
               "y": (y, "sample token neuron", (1, 2, 4))}  # fmt: skip
    model = model_of(tensors, written="y")
    form = forms.TOKENS["dense"]["y"](model, moment_of(model, "y"))
    assert form is not None
    z, left, right, added = form.matrices
    assert (form.signs, form.lines) == (("", "=", "·", "+"), (2, 2))
    assert [m.symbol for m in form.matrices] == ["z", "x", "W^T", "b"]
    np.testing.assert_array_equal(left.values @ right.values + added.values, z.values)
    assert (added.row, added.column, added.values.shape) == (0, 4, (1, 5))
    check(added, bias)
    model = model_of({name: each for name, each in tensors.items() if name != "bias"}, written="y")
    form = forms.TOKENS["dense"]["y"](model, moment_of(model, "y"))
    assert form is not None and (len(form.matrices), form.lines) == (3, (3,))


# Embeddings


def embedding(number: float, rows: int = 40) -> tuple[Form, np.ndarray]:
    """Two samples of three numbers each; the last of the second looks up its row of a table."""
    weight, x = count(rows, 2), np.zeros((2, 3))
    x[1, 2] = number
    tensors = {"x": (x, "sample token", (1, 2)), "weight": (weight, "entry feature", (0, 1)),
               "y": (count(2, 3, 2), "sample token feature", (1, 2, 1))}  # fmt: skip
    model = model_of(tensors, written="y")
    form = forms.TOKENS["embedding"]["y"](model, moment_of(model, "y"))
    assert form is not None
    return form, weight


@pytest.mark.parametrize(
    ("number", "rows", "first", "last", "row"),
    [
        (20, 40, 15, 26, 5), (5, 40, 0, 11, 5), (6, 40, 1, 12, 5), (39, 40, 28, 39, 11), (33, 40, 28, 39, 5), (0, 40, 0, 11, 0),
        (11, 12, 0, 11, 11), (40, 40, 0, 11, None), (-1, 40, 0, 11, None), (1.5, 40, 0, 11, None), (12, 13, 1, 12, 11),
    ],
)  # fmt: skip
def test_of_a_long_table_the_rows_around_the_one_looked_up(number: float, rows: int, first: int, last: int, row: int | None) -> None:
    form, weight = embedding(number, rows)
    tokens, table, result = form.matrices
    assert (form.signs, form.lines) == (("", r"\rightarrow", r"\rightarrow"), (3,))
    assert table.row_names == tuple(str(k) for k in range(first, last + 1))
    assert (table.row, table.column) == (row, None)
    assert table.note == ("" if rows == 12 else f"rows {first} to {last} of {rows}")
    np.testing.assert_array_equal(table.values, weight[first : last + 1])
    check(table, weight)
    assert (tokens.row, tokens.column, tokens.values.ravel().tolist()) == (2, 0, [0.0, 0.0, number])
    assert (result.row, result.column) == (2, 1)


def gathered(numbers: list[list[float]]) -> tuple[Form, np.ndarray]:
    x, up = np.array(numbers), count(len(numbers), len(numbers[0]), 2)
    tensors = {"x": (x, "sample token", (0, 0)), "d_y": (up, "sample token feature", (0, 0, 0)),
               "d_weight": (count(6, 2), "entry feature", (4, 1))}  # fmt: skip
    model = model_of(tensors, written="d_weight")
    form = forms.TOKENS["embedding"]["d_weight"](model, moment_of(model, "d_weight"))
    assert form is not None
    return form, up


def test_gradients_of_all_places_that_read_a_row_are_gathered() -> None:
    form, up = gathered([[4.0, 0.0, 4.0], [1.0, 4.0, 2.0]])
    places, table = form.matrices
    assert (form.signs, form.lines) == (("", r"\sum \rightarrow"), (2,))
    np.testing.assert_array_equal(places.values, [up[0, 0], up[0, 2], up[1, 1]])
    assert places.row_names == ("sample 1, token 1", "sample 1, token 3", "sample 2, token 2")
    assert (places.row, places.column, table.row, table.column) == (None, 1, 4, 1)
    check(places, up)
    many, _ = gathered([[4.0] * 20])
    assert len(many.matrices[0].values) == 12, "as many as of a long table"
    nobody, _ = gathered([[0.0, 1.0]])
    assert (len(nobody.matrices), nobody.lines, nobody.matrices[0].column) == (1, (1,), 1)


# Windows


def cells(tensor: str, rows: range, columns: range, *place: int) -> WindowCells:
    return WindowCells(tensor, place, np.array(rows, dtype=int), np.array(columns, dtype=int))


@pytest.mark.parametrize(
    ("rows", "columns", "is_whole"),
    [(range(4), range(5), True), (range(3), range(5), False), (range(4), range(4), False), (range(1, 5), range(5), False)],
)
def test_what_is_its_whole_image(rows: range, columns: range, is_whole: bool) -> None:
    assert forms._is_whole({"x": count(2, 4, 5)}, cells("x", rows, columns, 1)) == is_whole


def test_a_window_is_outlined_on_its_image_also_into_the_padding() -> None:
    model = model_of({"x": (count(2, 3, 4, 5), "sample channel row column", (0, 0, 0, 0))})
    image = forms._on_image(model, cells("x", range(-1, 2), range(2, 4), 1, 2), "y")
    assert (image.window, image.row, image.column, image.note) == ((-1, 2, 3, 2), None, None, "channel 3")
    np.testing.assert_array_equal(image.values, count(2, 3, 4, 5)[1, 2])
    assert forms._on_image(model, cells("x", range(0), range(2, 4), 1, 2), "y").window is None


def test_cells_under_a_window_lead_to_the_nearest_of_their_image() -> None:
    x = count(1, 1, 4, 5)
    seen = forms._seen({"x": x}, cells("x", range(2, 5), range(-1, 2), 0, 0), "y")
    np.testing.assert_array_equal(seen.values, [[0.0, *x[0, 0, 2, :2]], [0.0, *x[0, 0, 3, :2]], [0.0, 0.0, 0.0]])  # 0 in the padding
    assert [seen.index(0, 1), seen.index(0, 0), seen.index(2, 2)] == [(0, 0, 2, 0), (0, 0, 2, 0), (0, 0, 3, 1)]
    nothing = forms._seen({"x": x}, cells("x", range(0), range(0), 0, 0), "y")
    assert (nothing.values.tolist(), nothing.index(0, 0)) == ([[0.0]], (0, 0, 0, 0))


def terms_of(tensors: dict[str, np.ndarray], combined: str = "sum", two: bool = True, channels: int = 2) -> WindowSum:
    def left(k: int) -> WindowCells:
        return cells("x", range(1, 3), range(2), 0, k)

    def right(k: int) -> WindowCells:
        return cells("weight", range(2), range(2), 1, k)

    return WindowSum("channel", channels, left, right if two else None, combined=combined)


def window_form(combined: str = "sum", two: bool = True, channels: int = 2, term: int = 1) -> tuple[Form, dict[str, np.ndarray]]:
    x, weight, y = count(1, channels, 4, 5), count(2, channels, 2, 2), count(1, 2, 3, 4)
    tensors = {"x": (x, "sample channel row column", (0, 0, 0, 0)), "weight": (weight, "filter channel row column", (0, 0, 0, 0)),
               "y": (y, "sample channel row column", (0, 1, 1, 0))}  # fmt: skip
    model = model_of(tensors, written="y", term=lambda sums: term)
    named = {"x": x, "weight": weight, "y": y}
    return forms._window_form(model, moment_of(model, "y"), terms_of(named, combined, two, channels)), named


def test_a_window_times_its_weights_and_the_sums_of_all_channels() -> None:
    form, t = window_form()
    x, _, products, image, y, strip = form.matrices
    assert (form.signs, form.lines) == (("", r"\odot", "=", "", r"\rightarrow", ""), (3, 2, 1))
    np.testing.assert_array_equal(x.values, t["x"][0, 1, 1:3, :2])
    np.testing.assert_array_equal(products.values, t["x"][0, 1, 1:3, :2] * t["weight"][1, 1])
    assert products.note.startswith("products, sum ")
    assert (image.window, y.symbol, y.scale, y.row, y.column) == ((1, 0, 2, 2), "z", "result", 1, 0)
    sums = [(t["x"][0, k, 1:3, :2] * t["weight"][1, k]).sum() for k in range(2)]
    assert (strip.values.tolist(), strip.row, strip.column) == ([sums], 0, 1)
    assert strip.note == "sum for each channel: channel 2 is shown"
    assert [strip.index(0, 0), strip.index(0, 1)] == [(0,), (1,)]
    assert form.description == "What the window sees of channel 2, times its weights; the products of all 2 add up."


def test_a_single_channel_has_no_strip_and_without_weights_there_are_no_products() -> None:
    form, _ = window_form(channels=1, term=0)
    assert form.lines == (3, 2)
    form, _ = window_form(two=False)
    assert [m.argument for m in form.matrices] == ["x", "x", "y", "term"]
    assert form.description == "The upstream gradients of channel 2; those of all 2 add up."


def test_the_largest_of_a_window_is_marked_where_it_is() -> None:
    form, _ = window_form("max", two=False, channels=1, term=0)
    seen, image, y = form.matrices
    assert (seen.row, seen.column, seen.note) == (1, 1, "the largest")
    assert image.mark == (2, 1), "row 1 + 1, column 0 + 1 of the image"
    assert (y.symbol, form.description) == ("y", "The cells under the window, and the pixel they give.")


def test_the_mean_of_a_window_is_said() -> None:
    form, _ = window_form("mean", two=False, channels=1, term=0)
    assert form.matrices[0].note == "mean 17.00", "the fifth cell of the second image of twelve"


# Back through a pooling


def pooled_back(row: int, column: int, *, place: np.ndarray | None = None, stride: int = 2, padding: int = 0, pad: bool = True) -> Form:
    """3 × 3 windows on an image of 5 × 5, explained at a cell of it."""
    side = (5 + 2 * padding - 3) // stride + 1
    tensors = {"d_x": (count(1, 1, 5, 5), "sample channel row column", (0, 0, row, column)),
               "d_y": (count(1, 1, side, side), "sample channel row column", (0, 0, 0, 0))}  # fmt: skip
    if place is not None:
        tensors["place"] = (place, "sample channel row column", (0, 0, 0, 0))
    model = model_of(tensors, written="d_x")
    settings = {"kernel_size": 3, "stride": stride, "padding": padding, "count_include_pad": pad}
    model.graph = {"node_1": SimpleNamespace(settings=settings, parameters=(), kind=SimpleNamespace(outputs=(), is_activation=False))}
    found = forms.TOKENS["max_pool2d"]["d_x"](model, moment_of(model, "d_x"))
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def _plain_names(monkeypatch: pytest.MonkeyPatch) -> None:
    """The graph here has settings alone, no letters."""
    monkeypatch.setattr(forms, "name_in_words", lambda model, name: name)


@pytest.mark.parametrize(
    ("row", "column", "window", "note"),
    [
        (0, 0, (0, 0, 1, 1), "the window's gradient"), (2, 2, (0, 0, 2, 2), "4 windows cover the cell"),
        (2, 4, (0, 1, 2, 1), "2 windows cover the cell"), (4, 1, (1, 0, 1, 1), "the window's gradient"),
    ],
)  # fmt: skip
def test_all_windows_that_cover_a_cell_are_outlined(row: int, column: int, window: tuple[int, ...], note: str) -> None:
    cells_, upstream, picture = pooled_back(row, column).matrices
    assert (upstream.window, upstream.note, upstream.mark) == (window, note, window[:2])
    top, left = 2 * window[0], 2 * window[1]
    assert picture.window == (top, left, 3, 3)
    assert (cells_.row, cells_.column, cells_.written, cells_.mark) == (row - top, column - left, True, None)
    assert cells_.note == "every cell receives 1/9"
    np.testing.assert_array_equal(cells_.values, count(5, 5)[top : top + 3, left : left + 3])


def test_the_window_is_shown_whose_largest_cell_it_was() -> None:
    place = np.full((1, 1, 2, 2), 0)
    place[0, 0, 1, 0] = 2 * 5 + 2  # the lower left window was largest at (2, 2)
    form = pooled_back(2, 2, place=place)
    cells_, upstream, picture = form.matrices
    assert (upstream.mark, picture.window, picture.mark) == ((1, 0), (2, 0, 3, 3), (2, 2))
    assert (cells_.mark, cells_.note, cells_.row, cells_.column) == ((0, 2), "the marked cell was the largest", 0, 2)
    assert (form.signs, form.lines) == (("", "", r"\rightarrow"), (1, 2))
    assert form.description == "The gradient of a window goes back to its largest cell alone."
    none_won = pooled_back(1, 1, place=np.zeros((1, 1, 2, 2), dtype=int))
    assert none_won.matrices[0].mark == (0, 0)


def test_at_the_edge_a_padded_window_is_smaller_and_says_what_it_shares_by() -> None:
    cells_, upstream, picture = pooled_back(0, 0, stride=3, padding=1, pad=False).matrices
    assert (picture.window, cells_.note) == ((0, 0, 2, 2), "every cell receives 1/4")
    assert (cells_.row, cells_.column, upstream.window) == (0, 0, (0, 0, 1, 1))
    assert pooled_back(0, 0, stride=3, padding=1).matrices[0].note == "every cell receives 1/9"


@pytest.mark.parametrize(("row", "column"), [(3, 3), (3, 0), (0, 3)])  # in neither, in their columns, in their rows
def test_a_cell_between_windows_is_covered_by_none(row: int, column: int) -> None:
    form = pooled_back(row, column, stride=4)
    assert (form.description, form.lines, len(form.matrices)) == ("No window covers the cell.", (2,), 2)
    assert (form.matrices[0].row, form.matrices[0].window) == (None, None)


# Tensors as they are


def as_they_are(tensors: dict[str, tuple[np.ndarray, Words, tuple[int, ...]]], *also_written: str, **declared: Any) -> Form | None:
    """Of an operation that writes y, and these as well."""
    model = model_of(tensors, written="y")
    model.graph = object()
    model.instruction.kind.tensors.update(declared)
    for operand in model.instruction.operands:
        operand.written = operand.written or operand.argument.name in also_written
    return forms._as_they_are(model)


TOKENS = {"x": (count(2, 3, 4), "sample token feature", (1, 2, 0)), "y": (count(2, 3, 4), "sample token feature", (1, 2, 0))}


def test_what_is_read_leads_to_what_is_explained_and_what_else_is_written_is_left_out() -> None:
    form = as_they_are({**TOKENS, "mean": (count(2, 3), "sample token", (1, 2)), "gain": (count(4), "feature", (0,))}, "mean")
    assert form is not None
    assert ([m.argument for m in form.matrices], form.signs, form.lines) == (["x", "gain", "y"], ("", "", r"\rightarrow"), (3,))


def test_more_than_three_stand_in_two_lines() -> None:
    more = {name: (count(4), "feature", (0,)) for name in ("gain", "shift")}
    form = as_they_are({**TOKENS, **more})
    assert form is not None
    assert ([m.argument for m in form.matrices], form.signs, form.lines) == (["x", "gain", "shift", "y"], ("",) * 4, (3, 1))


def test_single_numbers_stand_behind_the_others_and_those_without_axes_nowhere() -> None:
    form = as_they_are({"factor": (count(1), "unit", (0,)), "rate": (np.array(2.0), "", ()), **TOKENS})
    assert form is not None and [m.argument for m in form.matrices] == ["x", "factor", "y"]


def test_where_an_element_depends_on_its_row_the_row_is_outlined() -> None:
    rows, cells = SimpleNamespace(symbols=("...", "features")), SimpleNamespace(symbols=("...",))
    form = as_they_are(TOKENS, x=rows, y=rows)
    assert form is not None and [(m.row, m.column) for m in form.matrices] == [(2, None), (2, 0)]
    form = as_they_are(TOKENS, x=cells)
    assert form is not None and [(m.row, m.column) for m in form.matrices] == [(2, 0), (2, 0)]


def test_vectors_and_parameters_alone_are_no_pictures() -> None:
    vector = (count(2, 4), "sample feature", (0, 0))
    assert as_they_are({"x": vector, "y": vector}) is None
    assert as_they_are({"x": vector, "weight": (count(4, 4), "neuron feature", (0, 0)), "y": vector}) is None, "a weight has no sample"


def test_every_place_that_is_chosen_is_said_but_of_axes_of_one() -> None:
    x = count(2, 3, 1, 4, 2, 2)
    model = model_of({"x": (x, "sample filter channel part row column", (1, 2, 0, 3, 1, 0))})
    assert forms.shown(model, "x").note == "filter 3, part 4"
    np.testing.assert_array_equal(forms.shown(model, "x").values, x[1, 2, 0, 3])
