"""Matrices beside one another: they multiply to what stands before the sign, and a click on a cell leads to the element it shows."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nnlab.core.explanation import Explanation, ExplanationContext, Factor
from nnlab.core.operator import inner_operators, operators
from nnlab.ui.stepper.elements import NamedAxis
from nnlab.ui.stepper.forms import form_of
from nnlab.ui.stepper.formula_content import content_of, unit_rows
from nnlab.ui.stepper.matrix_forms import AFFINE, Form, Matrix, _row_title, rows_of, update_form, without_written

RNG = np.random.default_rng(5)
X, W, B, UPSTREAM = RNG.normal(size=(4, 2)), RNG.normal(size=(3, 2)), RNG.normal(size=3), RNG.normal(size=(4, 3))
BEFORE = {"x": X, "weight": W, "bias": B, "d_y": UPSTREAM, "d_weight": 0 * W, "d_bias": 0 * B, "d_x": 0 * X, "y": 0 * UPSTREAM}
AFTER = BEFORE | {"y": X @ W.T + B, "d_weight": UPSTREAM.T @ X, "d_bias": UPSTREAM.sum(axis=0), "d_x": UPSTREAM @ W}


def moment(target: str, index: tuple[int, ...], without: str = "") -> ExplanationContext:
    return ExplanationContext(
        {k: v for k, v in BEFORE.items() if k != without}, {k: v for k, v in AFTER.items() if k != without}, target, index
    )


def check_cells(form: Form, tensors: dict[str, Any], changed: dict[str, Any]) -> None:
    """Every cell of every matrix shows the element that a click on it chooses."""
    for matrix in form.matrices:
        tensor = np.asarray((changed if matrix.written else tensors)[matrix.argument])
        for (row, column), value in np.ndenumerate(matrix.values):
            assert tensor[matrix.index(row, column)] == value, matrix.words


def outlined(matrix: Matrix) -> np.ndarray:
    rows = slice(None) if matrix.row is None else slice(matrix.row, matrix.row + 1)
    return matrix.values[rows, slice(None) if matrix.column is None else slice(matrix.column, matrix.column + 1)]


@pytest.mark.parametrize(
    ("target", "index", "signs"),
    [("y", (2, 1), ("", "=", "·", "+")), ("d_weight", (2, 1), ("", "=", "·")), ("d_x", (3, 1), ("", "=", "·"))],
)
def test_factors_multiply_to_the_result_and_their_outlines_to_the_element(
    target: str, index: tuple[int, ...], signs: tuple[str, ...]
) -> None:
    form = AFFINE[target](moment(target, index))
    result, left, right, *added = form.matrices
    assert form.signs == signs and not form.stacked and [m.written for m in form.matrices] == [True, *[False] * (len(signs) - 1)]
    total = left.values @ right.values + sum(m.values for m in added)
    np.testing.assert_allclose(result.values, total)
    np.testing.assert_allclose(outlined(result), outlined(left) @ outlined(right) + sum(outlined(m) for m in added))
    assert outlined(result) == [[AFTER[target][index]]]
    check_cells(form, BEFORE, AFTER)
    assert [m.scale for m in form.matrices] == (["z", "", "", "z"] if target == "y" else [""] * 3)


def test_without_a_bias_there_is_none_to_add() -> None:
    form = AFFINE["y"](moment("y", (2, 1), without="bias"))
    assert form.signs == ("", "=", "·") and [m.argument for m in form.matrices] == ["y", "weight", "x"]
    assert "biases" not in form.description and "biases" in AFFINE["y"](moment("y", (2, 1))).description


def test_the_gradient_of_a_bias_is_the_sum_of_the_outlined_row() -> None:
    form = AFFINE["d_bias"](moment("d_bias", (2,)))
    result, upstream = form.matrices
    assert form.signs == ("", r"= \sum") and outlined(result) == [[AFTER["d_bias"][2]]]
    assert outlined(upstream).shape == (1, 4) and outlined(upstream).sum() == pytest.approx(AFTER["d_bias"][2])
    check_cells(form, BEFORE, AFTER)


def test_a_sequence_has_a_row_for_every_sample_and_place() -> None:
    x, upstream = RNG.normal(size=(2, 3, 2)), RNG.normal(size=(2, 3, 4))
    before = {"x": x, "d_y": upstream, "d_weight": np.zeros((4, 2))}
    after = before | {"d_weight": np.einsum("nsu,nsi->ui", upstream, x)}
    form = AFFINE["d_weight"](ExplanationContext(before, after, "d_weight", (3, 1)))
    np.testing.assert_allclose(form.matrices[0].values, form.matrices[1].values @ form.matrices[2].values)
    check_cells(form, before, after)


@pytest.mark.parametrize(
    ("shape", "index", "cells", "place"),
    [((3, 2), (2, 1), (3, 2), (2, 1)), ((3,), (2,), (3, 1), (2, 0)), ((2, 3, 2, 2), (1, 2, 0, 1), (2, 2), (0, 1))],
)
def test_an_update_shows_weights_gradient_and_what_the_optimiser_keeps(shape: tuple, index: tuple, cells: tuple, place: tuple) -> None:
    tensors = {name: RNG.normal(size=shape) for name in ("parameter", "gradient", "mean", "square", "delta_rms")}
    after = {name: values + 1 for name, values in tensors.items()} | {"step": np.array([3.0])}
    form = update_form(ExplanationContext(tensors, after, "parameter", index))
    assert [(m.argument, m.words) for m in form.matrices] == [
        ("parameter", "weights before"), ("gradient", "gradient"), ("mean", "Mean after"), ("square", "Square after"),
        ("delta_rms", "Delta rms after"), ("parameter", "weights after"),
    ]  # fmt: skip
    assert [m.symbol for m in form.matrices] == ["w", "g", r"\bar m", r"\bar v", "d", "w'"]
    assert form.signs == ("", "", "", "", "", r"\rightarrow") and [m.scale for m in form.matrices] == ["w", "g", "", "", "", "w"]
    assert all(m.values.shape == cells and (m.row, m.column) == place for m in form.matrices)
    assert form.matrices[0].values[place] == tensors["parameter"][index]
    check_cells(form, tensors, after)


def test_an_operation_without_a_form_shows_rows_of_the_sample(steps: Any) -> None:
    model = steps.panel.model
    for done in range(1, len(model.instructions) + 1):
        steps.to(done)
        form, rows, trace = form_of(model), rows_of(model), model.trace
        assert form is not None and rows is not None and trace is not None
        for found in (form, rows):
            for matrix in found.matrices:
                seen = trace.before if matrix.argument in trace.before and not matrix.written else trace.after
                tensor = np.asarray(seen[matrix.argument])
                for (row, column), value in np.ndenumerate(matrix.values):
                    assert tensor[matrix.index(row, column)] == value, (done, matrix.words)
        assert rows.stacked and set(rows.signs) == {""}
        for matrix in rows.matrices:
            assert (matrix.row, matrix.values.shape[0]) == (0, 1)
            assert matrix.index(0, matrix.column) == model.index(matrix.argument)
            assert matrix.words.endswith(", written" if matrix.written else ", read")


def product_of(factors: list[Factor], added: tuple[float, float], target: str = "d_x") -> Any:
    """A model whose moment is explained by a product; `added` is what was there before and after."""
    context = ExplanationContext({target: np.array([added[0]])}, {target: np.array([added[1]])}, target, (0,))
    explanation = Explanation(target, r"\partial z_{<0>} = a \cdot b", lambda m: "2 \\cdot 3", lambda m: "A product.", tuple(factors))
    return SimpleNamespace(moment=context, explanation=explanation)


def factor(label: str, numbers: str, value: float, constant: bool = False) -> Factor:
    return Factor(label, label[0], lambda m: numbers, lambda m: value, constant)


def test_a_formula_says_what_was_added_and_the_total() -> None:
    content = content_of(product_of([factor("upstream", "2", 2.0), factor("slope", "3", 3.0)], (0.5, 6.5)))
    assert content is not None
    assert (content.left, content.relation, content.left_label) == (r"\partial z_{1}", "=", "downstream")
    assert (content.result, content.result_text, content.total) == (6.0, "6.000", "added to 0.5000, now 6.500")
    assert (content.words, content.title) == ("A product.", r"6.000, from 2 \cdot 3")
    assert content.latex == r"\partial z_{1} = a \cdot b = 2 \cdot 3 = 6.000"
    assert content_of(product_of([factor("upstream", "2", 2.0)], (0.0, 6.0))).total == ""
    assert content_of(product_of([factor("a", "2", 2.0)], (0.0, 6.0), "y")).left_label == "", "a value is passed on to nobody by itself"
    assert content_of(product_of([], (0.0, 6.0))).left_label == ""
    assert content_of(product_of([factor("upstream", "2", 2.0)], (0.5, 6.0), "y")).total == "", "a value is written, not added to"


@pytest.mark.parametrize(
    ("numbers", "is_number"), [("2", True), ("(-0.25)", True), (r"4.87\cdot 10^{-4}", True), (r"(-4.87\cdot 10^{-4})", True),
    ("1 - 0.3^2", False)]
)  # fmt: skip
def test_a_number_that_leads_a_product_stands_without_brackets(numbers: str, is_number: bool) -> None:
    content = content_of(product_of([factor("a", numbers, 2.0), factor("b", numbers, 3.0, constant=True)], (0.0, 6.0)))
    first, second = content.columns
    assert (first.numbers, second.numbers) == (numbers.strip("()") if is_number else numbers, numbers)
    assert (first.is_number, first.is_read, second.is_read, content.shows_values) == (is_number, True, False, not is_number)
    assert (first.label, first.symbols, first.value) == ("a", "a", 2.0)
    assert content_of(product_of([factor("a", "2", 2.0), factor("b", numbers, 3.0)], (0.0, 6.0))).shows_values != is_number


def test_an_exponent_is_written_as_a_power_for_the_clipboard() -> None:
    content = content_of(product_of([factor("a", "1", 1.0)], (0.0, -4.87e-7)))
    assert content.latex.endswith(r"= -4.87\cdot 10^{-7}")
    plain = content_of(SimpleNamespace(moment=moment("y", (2, 1)), explanation=None))
    assert (plain.left, plain.result) == (r"\mathrm{y}", AFTER["y"][2, 1])
    assert content_of(SimpleNamespace(moment=None, explanation=None)) is None


def test_factors_for_all_units_of_a_sample(steps: Any) -> None:
    """In the 2-8-8-1 network: the backward pass of the two activations, 8 units each. Of the chosen sample, the third."""
    model = steps.panel.model
    found = 0
    for done in range(1, len(model.instructions) + 1):
        steps.to(done)
        if len(model.layout(model.target).axes) == 2:
            model.choose_place(model.layout(model.target).axes[0], 2)
        form, trace = unit_rows(model), model.trace
        if form is None:
            continue
        assert model.index(model.target)[0] == 2
        found += 1
        *factors, result = form.matrices
        axes = model.layout(model.target).axes
        assert form.stacked and result.values.shape == (1, axes[-1].length) and 2 <= axes[-1].length <= 16
        np.testing.assert_allclose(np.prod([m.values for m in factors], axis=0), result.values, rtol=1e-4, atol=1e-9)
        sample = model.place(axes[0])
        added = np.asarray(trace.after[model.target])[sample] - np.asarray(trace.before[model.target])[sample]
        np.testing.assert_allclose(
            result.values[0], added if model.target.startswith("d_") else trace.after[model.target][sample], rtol=1e-6
        )
        assert all((m.row, m.column) == (0, model.place(axes[1])) for m in form.matrices)
        assert [m.index(0, 5) for m in form.matrices] == [(sample, 5)] * len(form.matrices)
        assert unit_rows(model, most=7) is None and unit_rows(model, most=8) is not None
        assert result.symbol == ("downstream" if model.target.startswith("d_") else "result")
        assert (factors[0].symbol, factors[0].is_magnitude) == ("upstream", False), "a number with a sign"
        assert [m.is_magnitude for m in factors[1:]] == [True], "the slope of tanh, 1 - a², is never negative"
    assert found >= 2


def layer_of(slopes: list[float], target: str = "y") -> Any:
    """A model of a layer with so many units and two samples, whose product has these local slopes for the second sample."""
    axes = (SimpleNamespace(length=2), SimpleNamespace(length=len(slopes)))
    values = np.array([[9.0] * len(slopes), slopes])
    layout = SimpleNamespace(axes=axes, index=lambda place: tuple(place(axis) for axis in axes))

    def moment_at(name: str, index: tuple[int, ...]) -> ExplanationContext:
        return ExplanationContext({name: 0 * values}, {name: 2 * values}, name, index)

    def slope(context: ExplanationContext) -> float:
        return float(values[context.index])

    explanation = Explanation(target, "y = a b", lambda m: "", factors=(
        Factor("upstream", "u", lambda m: "2", lambda m: 2.0), Factor("slope", "s", lambda m: "(1 - 3)", slope),
    ))  # fmt: skip
    return SimpleNamespace(
        moment=moment_at(target, (1, 0)), explanation=explanation, trace=SimpleNamespace(moment=moment_at), layout=lambda name: layout,
        place=lambda axis: 1 if axis is axes[0] else 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("slopes", "is_magnitude"), [([0.5, 2.0, 0.0], True), ([0.5, -2.0, 3.0], False), ([-0.5, -2.0, -1.0], False), ([-1.0, 2.0], False)]
)
def test_a_slope_is_a_magnitude_only_where_no_unit_has_a_negative_one(slopes: list[float], is_magnitude: bool) -> None:
    form = unit_rows(layer_of(slopes))
    assert form is not None
    assert [m.values.tolist() for m in form.matrices] == [[[2.0] * len(slopes)], [slopes], [[2.0 * slope for slope in slopes]]]
    assert [m.is_magnitude for m in form.matrices] == [False, is_magnitude, False], "a number by itself has a sign"
    assert [m.index(0, 1) for m in form.matrices] == [(1, 1)] * 3 and [m.written for m in form.matrices] == [False, False, True]


def test_rows_of_units_are_for_two_to_sixteen() -> None:
    assert [unit_rows(layer_of([1.0] * units)) is not None for units in (1, 2, 16, 17)] == [False, True, True, False]


def test_a_cell_is_named_along_the_axes_of_its_tensor() -> None:
    from nnlab.ui.stepper.elements import NamedAxis

    axes = (NamedAxis("sample", 4), NamedAxis("feature", 2, None, ("alcohol", "ash")))
    cell = Matrix("x", "", np.zeros((4, 2)), "x", lambda r, c: (r, c), axes=axes)
    assert cell.place_words(2, 1) == "sample 3, feature ash"
    assert Matrix("x", "", np.zeros((4, 2)), "x", lambda r, c: (r,), axes=axes).place_words(2, 1) == "", "fewer places than axes"
    assert Matrix("x", "", np.zeros((4, 2)), "x", lambda r, c: (r, c)).place_words(2, 1) == "", "nobody named them"


def test_a_cell_is_named_by_what_its_axes_count() -> None:
    axes = (NamedAxis("channel", 2), NamedAxis("row", 3), NamedAxis("column", 4))
    matrix = Matrix("x", "", np.zeros((3, 4)), "x", lambda r, c: (1, r, c), axes=axes)
    assert matrix.place_words(2, 0) == "channel 2, row 3, column 1"
    assert replace(matrix, axes=axes[1:]).place_words(2, 0) == replace(matrix, axes=()).place_words(2, 0) == ""


def test_before_it_is_predicted_what_was_written_or_worked_out_is_dashed() -> None:
    def of(symbol: str, written: bool) -> Matrix:
        return Matrix(symbol, "", np.ones((2, 3)), "x", lambda r, c: (r, c), written=written, note="a note", mark=(0, 1))

    given, result, products = without_written(Form((of("x", False), of("y", True), of("", False)), ("",) * 3)).matrices
    assert (given.ghost, given.note, given.mark) == ((0, 0), "a note", (0, 1))
    for hidden in (result, products):
        assert (hidden.ghost, hidden.note, hidden.mark) == ((2, 3), "", None)


@pytest.mark.parametrize(
    ("operator", "argument", "title"),
    [
        (None, "mean", "mean"), ("tanh", "x", "x"), ("tanh", "d_x", "d_x"), ("lora_down", "stream", "stream"),
        ("lora_down", "x", inner_operators["lora_down"].tensors["x"].letter),
        ("lora_down", "d_x", "∂" + inner_operators["lora_down"].tensors["x"].letter),
    ],
)  # fmt: skip
def test_inside_a_layer_rows_have_the_letters_of_the_formula(operator: str | None, argument: str, title: str) -> None:
    kind = None if operator is None else inner_operators[operator] if operator in inner_operators else operators[operator]
    assert _row_title(SimpleNamespace(kind=kind), argument) == title  # type: ignore[arg-type]
