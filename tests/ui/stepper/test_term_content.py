"""What is said of the last term of a sum: how far the kernel's own number is from the sum in double precision."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.ui.stepper.term_content import TermTable, _words


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
