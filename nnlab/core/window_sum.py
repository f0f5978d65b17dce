"""What one number of a sliding window is made of: the cells of one image, those of another, and their products.

A convolution's output is a sum over channels of what the window sees there times the filter; the gradient of a filter's weight a sum over
samples of an upstream gradient times the input under it; the gradient of an input a sum over filters. A `WindowSum` names the cells; the
numbers are read from the tensors of the moment, so whoever shows them shows the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from nnlab.core.tensor import Index


@dataclass(frozen=True, eq=False)
class WindowCells:
    """Cells of one image of a tensor, the image at `place` of its leading axes. Those outside the image are padding, read as 0."""

    tensor: str
    place: Index
    rows: np.ndarray  # int, of the image
    columns: np.ndarray

    def read(self, tensors: Mapping[str, Any]) -> np.ndarray:
        """The numbers, float64 (rows, columns)."""
        image = np.asarray(tensors[self.tensor], dtype=np.float64)[self.place]
        inside_rows, inside_columns = (self.rows >= 0) & (self.rows < image.shape[0]), (self.columns >= 0) & (self.columns < image.shape[1])
        found = np.zeros((len(self.rows), len(self.columns)))
        found[np.ix_(inside_rows, inside_columns)] = image[np.ix_(self.rows[inside_rows], self.columns[inside_columns])]
        return found


@dataclass(frozen=True, eq=False)
class WindowSum:
    """The terms of an explained element: for `k` along `word` (of `count`), the cells `left(k)`, times `right(k)` where there is another.

    `bias` is the element of a tensor that is added. `combined` says how one window's numbers become one: "sum", "max" or "mean".
    """

    word: str  # "channel", "sample", "filter"
    count: int
    left: Callable[[int], WindowCells]
    right: Callable[[int], WindowCells] | None = None
    bias: tuple[str, Index] | None = None
    combined: str = "sum"

    def products(self, tensors: Mapping[str, Any], k: int) -> np.ndarray:
        """The numbers of term `k`, float64 (rows, columns): products, or what the window sees where nothing is multiplied."""
        left = self.left(k).read(tensors)
        return left if self.right is None else left * self.right(k).read(tensors)

    def sums(self, tensors: Mapping[str, Any]) -> np.ndarray:
        """The sum of every term's products, float64 (count,)."""
        return np.array([self.products(tensors, k).sum() for k in range(self.count)])
