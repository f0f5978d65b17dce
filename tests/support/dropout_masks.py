"""The masks of dropout, computed a second time: SplitMix64 (Steele, Lea, Flood 2014) in NumPy, written from its definition."""

from __future__ import annotations

import zlib

import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def _scrambled(z: np.ndarray | np.uint64) -> np.ndarray | np.uint64:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def dropout_mask(shape: tuple[int, ...], p: float, node_id: str, seed: int, iteration: int) -> np.ndarray:
    """The mask of one iteration for x of `shape` (batch first): 0 with probability p, else 1 / (1 - p)."""
    with np.errstate(over="ignore"):  # the arithmetic is modulo 2**64
        stream = np.uint64(zlib.crc32(node_id.encode()))
        key = _scrambled(np.uint64(seed) + _GOLDEN) ^ _scrambled(stream * _GOLDEN + np.uint64(0xBF58476D1CE4E5B9))
        key = _scrambled(key + np.uint64(iteration) * _GOLDEN)
        bits = _scrambled(key + np.arange(np.prod(shape), dtype=np.uint64) * _GOLDEN)
    uniform = (np.asarray(bits) >> np.uint64(40)).astype(np.float64) / 2**24
    kept = 0.0 if p == 1.0 else 1.0 / (1.0 - p)
    return np.where(uniform.reshape(shape) >= p, kept, 0.0)
