"""Windows that slide over an image: how many places they have, and what they see from each.

A window of k x k cells moves by `stride` cells over an image that `padding` cells of zeros surround. Along an axis of n cells it has
floor((n + 2 padding - k) / stride) + 1 places (Dumoulin, Visin, A Guide to Convolution Arithmetic for Deep Learning (2016),
relationship 6), as in PyTorch. Convolution and pooling share this.
"""

from __future__ import annotations

from nnlab.core.errors import GraphError
from nnlab.core.tensor import Sizes


def output_sizes(sizes: Sizes, kernel_size: int, stride: int, padding: int) -> Sizes:
    """`out_height` and `out_width` for an image of `height` x `width`; raises GraphError when the window is larger than that."""
    found = {axis: _length(sizes[axis]) + 2 * padding for axis in ("height", "width")}
    if min(found.values()) < kernel_size:
        border = f" with a padding of {padding}" if padding else ""
        raise GraphError(
            f"a window of {kernel_size} × {kernel_size} is larger than the image of {sizes['height']} × {sizes['width']}{border}; "
            "choose a smaller kernel_size or more padding."
        )
    return {f"out_{axis}": (length - kernel_size) // stride + 1 for axis, length in found.items()}


def pooling_sizes(sizes: Sizes, kernel_size: int, stride: int, padding: int) -> Sizes:
    """`output_sizes` for a pooling window, whose stride of 0 stands for its own size and which may not lie in the padding alone."""
    if 2 * padding > kernel_size:
        raise GraphError(f"padding is {padding}, but a window of {kernel_size} × {kernel_size} allows a padding of at most half its size.")
    return output_sizes(sizes, kernel_size, stride or kernel_size, padding)


def seen(place: int, kernel_size: int, stride: int, padding: int, length: int) -> tuple[slice, slice]:
    """What the window sees from `place` along an axis of `length` cells: the cells of the image, and the window's own over them."""
    start = place * stride - padding
    low, high = max(start, 0), min(start + kernel_size, length)
    return slice(low, high), slice(low - start, high - start)


def _length(size: object) -> int:
    assert isinstance(size, int)
    return size
