"""Windows of 3 x 3 over images with one cell of padding, against SciPy's correlation, for shapes that fill no vector evenly."""

from __future__ import annotations

import numpy as np
import pytest
from kept_kernels import keep

from nnlab.core.kernel import small_windows

keep(small_windows.forward, small_windows.backward)

NONE = np.zeros((0, 0, 0, 0))
# samples, filters, height, width
SHAPES = ((1, 8, 6, 6), (5, 8, 7, 9), (4, 16, 13, 30), (9, 8, 28, 28), (3, 24, 1, 33), (6, 8, 4, 4), (5, 8, 3, 3))


def correlated(image: np.ndarray, window: np.ndarray) -> np.ndarray:
    """One channel, one filter, zeros around."""
    return inside(np.pad(image, 1), window)


def inside(image: np.ndarray, window: np.ndarray) -> np.ndarray:
    """SciPy's correlation, where the window lies whole on the image; imported here, for it takes a second that only these tests need."""
    from scipy.signal import correlate2d

    found: np.ndarray = correlate2d(image, window, mode="valid")
    return found


def expected(x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.stack([[sum(correlated(a, k) for a, k in zip(image, f, strict=True)) + c for f, c in zip(w, b, strict=True)] for image in x])


def drawn(samples: int, filters: int, height: int, width: int, channels: int, real: type) -> list[np.ndarray]:
    generator = np.random.default_rng(filters * width + channels)
    shapes = ((samples, channels, height, width), (filters, channels, 3, 3), (filters,), (samples, filters, height, width))
    return [generator.standard_normal(shape).astype(real) for shape in shapes]


def room(filters: int, channels: int, height: int, width: int, real: type) -> np.ndarray:
    """Full of NaN, with a fence behind it: nothing is read before it is written, and nothing is written outside."""
    return np.full(small_windows.room_for(filters, channels, height, width), np.nan, real)


@pytest.mark.parametrize("real", [np.float32, np.float64])
@pytest.mark.parametrize("channels", [1, 3, 8])
@pytest.mark.parametrize("shape", SHAPES)
def test_outputs_and_gradients_are_those_of_correlations(shape: tuple[int, int, int, int], channels: int, real: type) -> None:
    x, w, b, d_y = drawn(*shape, channels, real)
    size, tolerance = (shape[1], channels, *shape[2:]), 2e-5 if real is np.float32 else 1e-12
    fence = np.concatenate([room(*size, real), np.full(64, 7.0, real)])
    y = np.full_like(d_y, np.nan)
    small_windows.forward(x, w, b, fence[:-64], y)
    wide = [a.astype(np.float64) for a in (x, w, b, d_y)]
    assert np.allclose(y, expected(*wide[:3]), rtol=0, atol=tolerance * 10)

    fence[:-64] = np.nan
    d_x, d_w, d_b = np.ones_like(x) if channels == 8 else NONE.astype(real), np.ones_like(w), np.ones_like(b)
    small_windows.backward(x, w, fence[:-64], d_y, d_x, d_w, d_b)
    scale = np.sqrt(x[0, 0].size * len(x))
    assert np.allclose(d_b - 1, wide[3].sum(axis=(0, 2, 3)), rtol=0, atol=tolerance * scale)
    for f in range(0, len(w), 5):
        for c in range(channels):
            told = sum(inside(np.pad(image[c], 1), up[f]) for image, up in zip(wide[0], wide[3], strict=True))
            assert np.allclose(d_w[f, c] - 1, told, rtol=0, atol=tolerance * scale)
    if d_x.size:
        turned = wide[1][:, :, ::-1, ::-1].swapaxes(0, 1)
        assert np.allclose(d_x - 1, expected(wide[3], turned, np.zeros(channels)), rtol=0, atol=tolerance * 20)
    assert np.all(fence[-64:] == 7.0)


def test_a_number_that_is_none_stays_in_its_channel_and_its_sample() -> None:
    x, w, b, d_y = drawn(4, 8, 12, 14, 8, np.float32)
    x[1, 2, 3, 4] = np.nan
    space = room(8, 8, 12, 14, np.float32)
    y, d_w = np.zeros_like(d_y), np.zeros_like(w)
    small_windows.forward(x, w, b, space, y)
    touched = np.isnan(y).any(axis=1)
    assert touched[1, 2:5, 3:6].all() and touched.sum() == 9
    small_windows.backward(x, w, space, d_y, NONE.astype(np.float32), d_w, np.zeros_like(b))
    assert sorted(set(np.argwhere(np.isnan(d_w))[:, 1].tolist())) == [2]


@pytest.mark.parametrize(
    ("settings", "taken"),
    [((8, 3, 1, 1, 6), True), ((12, 3, 1, 1, 28), False), ((8, 5, 1, 1, 28), False), ((8, 3, 2, 1, 28), False), ((8, 3, 1, 0, 28), False),
     ((8, 3, 1, 1, 3), True), ((8, 3, 1, 1, 2), False)],
)  # fmt: skip
def test_only_the_usual_shape_is_taken(settings: tuple[int, int, int, int, int], taken: bool) -> None:
    assert small_windows.takes(*settings) is taken
