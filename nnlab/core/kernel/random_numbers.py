"""Random numbers as a function of (seed, stream, counter): any iteration can be replayed from its number alone.

SplitMix64's output function (Steele, Lea, Flood 2014) over a mixed key. Statistical quality is ample for shuffles and
dropout masks; the point is that no state has to be saved.
"""

from __future__ import annotations

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
import numpy as np

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


@numba.njit(nogil=True)
def mix(value):  # type: ignore[no-untyped-def]
    """A bijective scrambling of 64 bits."""
    z = (value ^ (value >> np.uint64(30))) * _MIX_1
    z = (z ^ (z >> np.uint64(27))) * _MIX_2
    return z ^ (z >> np.uint64(31))


@numba.njit(nogil=True)
def random_bits(seed, stream, counter):  # type: ignore[no-untyped-def]
    """64 random bits for (seed, stream, counter), all int64."""
    key = mix(np.uint64(seed) + _GOLDEN) ^ mix(np.uint64(stream) * _GOLDEN + _MIX_1)
    return mix(key + np.uint64(counter) * _GOLDEN)


@numba.njit(nogil=True)
def uniform(key, counter):  # type: ignore[no-untyped-def]
    """A float32 in [0, 1), a multiple of 2**-24: number `counter` of the sequence that starts at `key`.

    The key is what `random_bits` returns, say for the seed, the node's stream and the iteration; it is made once for many numbers.
    """
    bits = mix(key + np.uint64(counter) * _GOLDEN)
    return np.float32(np.int32(bits >> np.uint64(40))) * np.float32(2.0**-24)


@numba.njit(nogil=True)
def shuffle(order, seed, epoch):  # type: ignore[no-untyped-def]
    """Fisher-Yates shuffle of 0 .. n-1 into `order`, a function of (seed, epoch) only."""
    n = order.size
    for i in range(n):
        order[i] = i
    for i in range(n - 1, 0, -1):
        # The high half of bits * (i + 1) is uniform enough: its bias is below n / 2**32.
        j = np.int64(((random_bits(seed, epoch, i) >> np.uint64(32)) * np.uint64(i + 1)) >> np.uint64(32))
        order[i], order[j] = order[j], order[i]
