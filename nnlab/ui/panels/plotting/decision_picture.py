"""What the network answers over the plane, as colours.

Two classes: p − ½ through the sign map at half strength, so that points stand out and the border is where the map is at its zero.
A number: the value itself through the sign map, scaled by the largest target. More classes: the colour of the likeliest one, the
paler the less certain.
"""

from __future__ import annotations

import numpy as np

from nnlab.core.dataset import Target
from nnlab.training.metrics import probabilities
from nnlab.ui.look.colormaps import sign_pixels
from nnlab.ui.look.tokens import DARK, LIGHT
from nnlab.ui.panels.plotting.class_colors import class_colors

STRENGTH = 0.6  # share of a class's own colour where the network is certain


def decision_pixels(outputs: np.ndarray, target: Target, link: str, limit: float, dark: bool) -> np.ndarray:
    """Outputs (rows, columns, k) as pixels 0xffrrggbb (rows, columns), row 0 of the result on top (the highest second feature).

    `limit` is the value at full strength for a continuous target.
    """
    upright = outputs[::-1]
    if target.kind == "continuous":
        return sign_pixels(upright[..., 0], 2.0 * limit, dark)
    if target.kind == "binary":
        return sign_pixels(probabilities(upright, link)[..., 1] - 0.5, 1.0, dark)
    shares = probabilities(upright, link)
    best = np.where(np.isnan(shares).any(axis=-1), 0, np.argmax(shares, axis=-1))
    least = 1.0 / shares.shape[-1]
    certainty = np.clip((np.nan_to_num(shares.max(axis=-1)) - least) / (1.0 - least), 0.0, 1.0)
    canvas = (DARK if dark else LIGHT).canvas
    ground = np.array([canvas.red(), canvas.green(), canvas.blue()], dtype=np.float64)
    colors = np.array(class_colors(shares.shape[-1], dark), dtype=np.float64)[best]
    rgb = np.rint(ground + (colors - ground) * (STRENGTH * certainty)[..., None]).astype(np.uint32)
    return np.uint32(0xFF000000) | rgb[..., 0] << np.uint32(16) | rgb[..., 1] << np.uint32(8) | rgb[..., 2]
