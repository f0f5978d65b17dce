"""The glyph of an operator: an activation's is the graph of its own function, computed by its own kernel."""

from __future__ import annotations

from functools import cache

import numpy as np

from nnlab.core.operator import Operator, operators
from nnlab.engine.kernel_curve import values
from nnlab.ui.look.glyphs import DRAWINGS, Glyph, drawing, function_curve


@cache
def operator_glyph(name: str) -> Glyph:
    kind = operators[name]
    if name in DRAWINGS or not kind.is_activation:
        return drawing(name)
    return function_curve(lambda x: curve_of(kind, x))


def curve_of(kind: Operator, x: np.ndarray) -> np.ndarray:
    """y of an activation with its default settings for a vector x, by the kernel that training uses and its cached machine code."""
    return values(kind, {setting.name: setting.default for setting in kind.settings}, x, "float32").astype(np.float64)
