"""Initial values of parameters, each a function of (shape, generator).

For a weight of shape (units, inputs), fan_in = inputs and fan_out = units (PyTorch's convention; further axes of a
convolution count into both).
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

Initializer = Callable[[tuple[int, ...], np.random.Generator], np.ndarray]


def fans(shape: tuple[int, ...]) -> tuple[int, int]:
    """(fan_in, fan_out) of a parameter's shape."""
    if len(shape) < 2:
        size = shape[0] if shape else 1
        return size, size
    receptive = math.prod(shape[2:])
    return shape[1] * receptive, shape[0] * receptive


def _uniform(bound: Callable[[int, int], float]) -> Initializer:
    return lambda shape, generator: generator.uniform(-1.0, 1.0, shape) * bound(*fans(shape))


def _normal(deviation: Callable[[int, int], float]) -> Initializer:
    return lambda shape, generator: generator.standard_normal(shape) * deviation(*fans(shape))


# Glorot and Bengio 2010 (xavier); He et al. 2015 (he, for ReLU).
initializers: Mapping[str, Initializer] = MappingProxyType(
    {
        "xavier_uniform": _uniform(lambda i, o: math.sqrt(6.0 / (i + o))),
        "xavier_normal": _normal(lambda i, o: math.sqrt(2.0 / (i + o))),
        "he_uniform": _uniform(lambda i, o: math.sqrt(6.0 / i)),
        "he_normal": _normal(lambda i, o: math.sqrt(2.0 / i)),
        "normal": _normal(lambda i, o: 0.1),
        "zeros": lambda shape, generator: np.zeros(shape),
        "ones": lambda shape, generator: np.ones(shape),
    }
)
TITLES = MappingProxyType(
    {
        "xavier_uniform": "Xavier uniform",
        "xavier_normal": "Xavier normal",
        "he_uniform": "He uniform",
        "he_normal": "He normal",
        "normal": "Normal",
        "zeros": "Zeros",
        "ones": "Ones",
    }
)


def initial_values(name: str, shape: tuple[int, ...], seed: int, owner: str) -> np.ndarray:
    """Float64 values for parameter `owner` ("dense_1.weight"): a function of (seed, owner), so other nodes do not disturb it."""
    generator = np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, zlib.crc32(owner.encode())])))
    return np.asarray(initializers[name](shape, generator), dtype=np.float64)
