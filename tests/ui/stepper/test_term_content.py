"""What is said of the last term of a sum: how far the kernel's own number is from the sum in double precision."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nnlab.core.explanation import ExplanationContext
from nnlab.core.operator import operators
from nnlab.core.term_sum import TermEntries, TermSum
from nnlab.ui.stepper.levels import ELEMENT, TERM
from nnlab.ui.stepper.matrix_forms import Form, Matrix
from nnlab.ui.stepper.term_content import MOST_CELLS, TermTable, _name, _words, cell_of, edge_of, with_term


def table_of(terms: list[float], written: float) -> TermTable:
    products, factors = np.array(terms), tuple((value,) for value in terms)
    names, total = (("a",),) * len(terms), float(products.sum())
    return TermTable("y", names, factors, products, np.cumsum(products), len(terms), "", total, written, "")


@pytest.mark.parametrize(
    ("terms", "written", "end"),
    [
        ([1.0, 2.0], 3.0, "The kernel wrote the same."),
        ([1.0, 2.0], 3.5, "what it wrote differs by 0.50."),
        ([3e38, 3e38], float("inf"), "order of its own: it wrote ∞."),
        ([1.0, float("inf")], float("inf"), "The kernel wrote the same."),
        ([1.0, float("nan")], float("nan"), "The kernel wrote the same."),
    ],
)
def test_the_last_term_tells_what_the_kernel_wrote(terms: list[float], written: float, end: str) -> None:
    assert _words(table_of(terms, written), "float32").endswith(end)


def at(terms: list[tuple[float, ...]], done: int, then: str = "", made: float | None = None) -> TermTable:
    """The table after `done` terms, with factors a, b, …"""
    products = np.array([np.prod(factors) for factors in terms])
    names = tuple(tuple("ab"[: len(factors)]) for factors in terms)
    total = float(products.sum()) if made is None else made
    return TermTable("y", names, tuple(terms), products, np.cumsum(products), done, then, total, total, "")


def test_a_term_is_said_with_its_factors_and_the_sum_so_far() -> None:
    terms = [(2.0, 3.0), (4.0, 0.5), (-1.0,)]
    first, second, third = (_words(at(terms, done), "float32") for done in (1, 2, 3))
    assert first == "Term 1 of 3: a = 2.000 times b = 3.000, so 6.000, begins the sum; so far 6.000."
    assert second == "Term 2 of 3: a = 4.000 times b = 0.5000, so 2.000, is added to 6.000; so far 8.000."
    assert third == "Term 3 of 3: a = −1.000 is added to 8.000; so far 7.000. The kernel wrote the same."
    assert [at(terms, done).is_complete for done in (1, 2, 3)] == [False, False, True]
    assert [at(terms, done).so_far for done in (1, 2, 3)] == [6.0, 8.0, 7.0]


def test_what_is_done_with_the_sum_is_said_behind_its_last_term() -> None:
    table = at([(2.0,), (6.0,)], 2, "times 1/4", 2.0)
    assert _words(table, "float64").endswith("so far 8.000. Then times 1/4: 2.000. The kernel wrote the same.")
    assert "Then" not in _words(replace(table, done=1), "float64")
    differs = _words(replace(table, written=2.25), "float64")
    assert differs.endswith("The kernel adds in float64 and in an order of its own: what it wrote differs by 0.25.")


# Cells


def matrix(rows: int, columns: int, argument: str = "x", **fields: Any) -> Matrix:
    values = np.arange(float(rows * columns)).reshape(rows, columns)
    return Matrix("x", "", values, argument, fields.pop("index", lambda r, c: (r, c)), **fields)


@pytest.mark.parametrize(
    ("shown", "index", "cell"),
    [
        (matrix(3, 4), (2, 3), (2, 3)), (matrix(3, 4), (3, 0), None), (matrix(3, 4), (0, 4), None),
        (matrix(3, 4, row=1), (2, 3), (2, 3)),  # outside of what is outlined it is found as well
        (matrix(3, 4, index=lambda r, c: (c,)), (2,), (0, 2)),  # the first of several
        (matrix(3, 4, index=lambda r, c: (c,), row=2), (2,), (2, 2)),  # … within the outlined row
        (matrix(3, 4, index=lambda r, c: (r,), column=3), (1,), (1, 3)),
        (matrix(3, 4, index=lambda r, c: (), window=(1, 2, 2, 2)), (), (1, 2)),
        (matrix(3, 4, index=lambda r, c: (), window=(-1, -1, 2, 2)), (), (0, 0)),  # it begins in the padding
        (matrix(3, 4, index=lambda r, c: (c,), window=(2, 3, 5, 5)), (3,), (2, 3)),  # … and may end there
    ],
)  # fmt: skip
def test_where_an_element_stands(shown: Matrix, index: tuple[int, ...], cell: tuple[int, int] | None) -> None:
    assert cell_of(shown, index) == cell


def test_a_large_matrix_is_searched_where_it_is_outlined_alone() -> None:
    assert MOST_CELLS == 4096
    assert cell_of(matrix(64, 64, row=0), (63, 63)) == (63, 63)
    assert cell_of(matrix(64, 65, row=0), (63, 63)) is None
    assert cell_of(matrix(64, 65, row=63), (63, 63)) == (63, 63)


# The term in the form


X, W = np.array([[2.0, 5.0]]), np.array([[3.0, 7.0]])  # one sample, one unit: z = 6 + 35 = 41


def walked(term: int, former: float = 0.0, scale: float = 1.0, target: str = "y") -> tuple[Any, Any]:
    """A model and its levels at a term of z = scale (x₁ w₁ + x₂ w₂)."""
    places = np.arange(2)
    terms = TermSum((TermEntries.of("weight", 0, places), TermEntries.of("x", 0, places)), scale=scale)
    tensors = {"x": X, "weight": W}
    result = former * target.startswith("d_") + scale * 41.0
    moment = ExplanationContext(tensors | {target: np.array([[former]])}, tensors | {target: np.array([[result]])}, target, (0, 0))
    operands = [SimpleNamespace(argument=SimpleNamespace(name=name), tensor=f"dense_1.{name}") for name in ("x", "weight", target)]
    program = SimpleNamespace(parameters=[SimpleNamespace(name="dense_1.weight")])
    model = SimpleNamespace(moment=moment, instruction=SimpleNamespace(operands=operands), program=program)
    return model, SimpleNamespace(level=TERM, terms=terms, term=term)


def form(target: str = "y") -> Form:
    result = Matrix("z", "", np.array([[41.0]]), target, lambda r, c: (r, c), written=True)
    return Form((result, matrix(1, 2, "weight"), matrix(1, 2, "x"), matrix(1, 2, "bias")), ("",) * 4)


@pytest.mark.parametrize(
    ("term", "former", "scale", "target", "so_far"),
    [
        (0, 0.0, 1.0, "y", 6.0), (1, 0.0, 1.0, "y", 41.0), (0, 9.0, 1.0, "y", 6.0), (0, 9.0, 1.0, "d_y", 15.0), (0, 0.0, 0.5, "y", 3.0),
        (1, 9.0, 1.0, "d_y", 50.0),
    ],
)  # fmt: skip
def test_the_written_cell_is_the_sum_so_far_and_factors_are_marked(
    term: int, former: float, scale: float, target: str, so_far: float
) -> None:
    model, levels = walked(term, former, scale, target)
    result, weight, x, bias = with_term(form(target), model, levels).matrices
    assert result.values.tolist() == [[so_far]]
    assert (weight.mark, x.mark, bias.mark) == ((0, term), (0, term), None)


def test_on_other_levels_the_form_stays() -> None:
    model, levels = walked(0)
    given = form()
    assert with_term(given, model, SimpleNamespace(level=ELEMENT, terms=levels.terms, term=0)) is given
    assert with_term(given, model, SimpleNamespace(level=TERM, terms=None, term=0)) is given
    assert with_term(given, model, SimpleNamespace(level=TERM, terms=levels.terms, term=None)) is given
    assert with_term(given, SimpleNamespace(moment=None), levels) is given


def test_the_weight_of_a_term_is_lit_with_what_it_adds() -> None:
    for term, adds in ((0, 6.0), (1, 35.0)):
        model, levels = walked(term)
        edge = edge_of(model, levels)
        assert edge is not None
        assert (edge.parameter, edge.cell, edge.adds) == ("dense_1.weight", (0, term), adds)
    model.program = SimpleNamespace(parameters=[])
    assert edge_of(model, levels) is None
    assert edge_of(model, SimpleNamespace(terms=levels.terms, term=None)) is None


# Names of elements


@pytest.mark.parametrize(
    ("argument", "index", "name"),
    [
        ("x", (0, 2), "x₃"), ("d_x", (0, 2), "∂x₃"), ("weight", (1, 2), "w₂₃"), ("d_weight", (1, 2), "∂w₂₃"), ("bias", (1,), "b₂"),
        ("y", (0, 1), "z₂"), ("d_y", (0, 1), "∂z₂"), ("x", (0, 11), "x₁₂"), ("weight", (11, 2), "w₁₂,₃"),
        ("low_rank", (1, 0), "low rank₂₁"),
    ],
)  # fmt: skip
def test_an_element_is_named_as_in_the_formula(argument: str, index: tuple[int, ...], name: str) -> None:
    """Of a dense layer, whose output is z; the sample is left out where the terms run over other things."""
    assert _name(layer_model(), TermSum((TermEntries.of("x", 0, np.arange(3)),)), argument, index) == name


def test_the_sample_is_named_where_the_terms_run_over_samples() -> None:
    over = TermSum((TermEntries.of("d_y", np.arange(3), 1), TermEntries.of("x", np.arange(3), 2)))
    assert _name(layer_model(), over, "x", (1, 2)) == "x₂₃"
    assert _name(layer_model(), over, "d_y", (1, 1)) == "∂z₂₂"
    one = TermSum((TermEntries.of("d_y", np.zeros(1, dtype=int), 1), TermEntries.of("x", np.zeros(1, dtype=int), 2)))
    assert _name(layer_model(), one, "x", (0, 2)) == "x₃", "of a single sample there is none to tell it from"


def layer_model() -> Any:
    batched = {"x", "d_x", "y", "d_y"}
    return SimpleNamespace(
        instruction=SimpleNamespace(kind=operators["dense"], node_id="dense_1"), graph={},
        layout=lambda name: SimpleNamespace(has_batch=name in batched),
    )  # fmt: skip


def test_what_else_is_written_or_is_read_of_the_same_tensor_stays_as_it_is() -> None:
    model, levels = walked(0)
    given = form()
    mask = Matrix("m", "", np.array([[5.0]]), "mask", lambda r, c: (r, c), written=True)
    read = Matrix("z", "", np.array([[8.0]]), "y", lambda r, c: (r, c))
    found = with_term(replace(given, matrices=(*given.matrices, mask, read)), model, levels).matrices
    assert [m.values.tolist() for m in found[-2:]] == [[[5.0]], [[8.0]]] and found[0].values.tolist() == [[6.0]]
