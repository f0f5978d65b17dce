"""The glyph of an operator: an activation's is the graph of its own function, computed by its own kernel."""

from __future__ import annotations

from functools import cache

import numpy as np

from nnlab.core.operator import Operator, operators
from nnlab.ui.glyphs import DRAWINGS, Glyph, drawing, function_curve


@cache
def operator_glyph(name: str) -> Glyph:
    kind = operators[name]
    if name in DRAWINGS or not kind.is_activation:
        return drawing(name)
    return function_curve(lambda x: apply_elementwise(kind, x))


def apply_elementwise(kind: Operator, x: np.ndarray) -> np.ndarray:
    """y of an element-wise operator for a vector x, through its compiled kernel, with its default settings."""
    y = np.empty_like(x)
    settings = {setting.name: setting.default for setting in kind.settings}
    arguments = {"x": x, "y": y, **settings}
    kind.forward(*(arguments[a.name] for a in kind.forward_adapter.arguments))
    return y
