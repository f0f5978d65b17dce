"""Literals of a kernel take its floating-point type when it is compiled; its source is not read before."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.kernel import decorators, kernel


@kernel
def _lost(x, y):
    for i in range(x.size):
        y[i] = (x[i] + 0.1) - x[i]


def test_a_literal_has_the_type_of_the_first_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    rewritten: list[str] = []
    plain = decorators._with_typed_literals

    def counted(function):  # type: ignore[no-untyped-def]
        rewritten.append(function.__name__)
        return plain(function)

    monkeypatch.setattr(decorators, "_with_typed_literals", counted)
    for real in (np.float32, np.float64):
        x, y = np.full(3, 1000, real), np.zeros(3, real)
        _lost(x, y)
        assert (y == (real(1000) + real(0.1)) - real(1000)).all()  # with a literal of float64 the float32 sum would be nearer to 0.1
    assert rewritten == ["_lost"]  # once for both, and not when it was defined
