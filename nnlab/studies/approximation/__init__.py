"""Approximation: what a network with one hidden layer can express, what training finds of it, and how large the difference is.

    import nnlab
    session, bound = nnlab.studies.approximation.interpolant("sin(x)", (0, 6.28), knots=16)
    nnlab.studies.approximation.contributions(session, x)

Names are loaded on first use.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

_EXPORTS = {
    "contributions": "nnlab.studies.approximation.sums",
    "interpolant": "nnlab.studies.approximation.constructions",
}
__all__ = ["contributions", "interpolant"]

if TYPE_CHECKING:
    from nnlab.studies.approximation.constructions import interpolant
    from nnlab.studies.approximation.sums import contributions


def __getattr__(name: str) -> Any:
    if name not in _EXPORTS:
        raise AttributeError(f"module 'nnlab.studies.approximation' has no attribute {name!r}")
    return getattr(importlib.import_module(_EXPORTS[name]), name)
