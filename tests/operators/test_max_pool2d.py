"""Max pooling, cell by cell: against a search through every window, with equal numbers, NaN and infinities among them."""

import numpy as np
import pytest
from kept_kernels import keep

from nnlab.operators.max_pool2d import forward

keep(forward)


def largest(window: np.ndarray) -> int:
    """Position of the largest number, row by row: the last NaN if there is one, else the first of equal ones."""
    nan = np.flatnonzero(np.isnan(window))
    return int(nan[-1]) if nan.size else int(np.argmax(window))


@pytest.mark.parametrize("real", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("size", "stride", "padding", "height", "width"),
    [(2, 0, 0, 8, 34), (2, 2, 0, 7, 9), (2, 1, 0, 5, 6), (2, 2, 1, 6, 6), (3, 2, 1, 7, 8), (3, 0, 0, 9, 10), (1, 0, 0, 3, 3)],
)
def test_the_largest_number_of_every_window_and_its_place(size, stride, padding, height, width, real):
    step = stride or size
    generator = np.random.default_rng(3)
    values = np.array([-np.inf, -1.0, -0.0, 0.0, 0.5, 2.0, np.inf, np.nan], dtype=real)  # few values: most windows hold equal ones
    x = generator.choice(values, size=(2, 3, height, width))
    rows, columns = (height + 2 * padding - size) // step + 1, (width + 2 * padding - size) // step + 1
    y, place = np.empty((2, 3, rows, columns), real), np.empty((2, 3, rows, columns), real)
    forward(x, real(size), real(stride), real(padding), place, y)
    for n, c, r, s in np.ndindex(y.shape):
        top, left = r * step - padding, s * step - padding
        h, w = range(max(top, 0), min(top + size, height)), range(max(left, 0), min(left + size, width))
        at = largest(x[n, c][np.ix_(h, w)].ravel())
        row, column = h[at // len(w)], w[at % len(w)]
        assert place[n, c, r, s] == row * width + column
        assert y[n, c, r, s].tobytes() == x[n, c, row, column].tobytes()
