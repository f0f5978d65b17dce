"""Lookup: how everything on the canvas asks for the values of a tensor."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

Lookup = Callable[[str], np.ndarray | None]  # a tensor's values by its name, None when they are not known
