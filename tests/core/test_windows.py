"""Windows over images: their places, and what they see from each."""

from __future__ import annotations

import numpy as np
import pytest

from nnlab.core.errors import GraphError
from nnlab.core.windows import output_sizes, pooling_sizes, seen


@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "expected"),
    # figures 2.1, 2.2, 2.3 and 2.6 of Dumoulin and Visin (2016), for images of 4, 5, 5 and 5 cells
    [(3, 1, 0, {4: 2}), (4, 1, 2, {5: 6}), (3, 1, 1, {5: 5}), (3, 2, 1, {5: 3, 6: 3})],
)
def test_places(kernel_size: int, stride: int, padding: int, expected: dict[int, int]) -> None:
    for length, places in expected.items():
        found = output_sizes({"height": length, "width": 9}, kernel_size, stride, padding)
        assert found["out_height"] == places


def test_a_window_larger_than_the_image_is_an_error_in_words() -> None:
    with pytest.raises(
        GraphError, match="a window of 5 × 5 is larger than the image of 3 × 8; choose a smaller kernel_size or more padding."
    ):
        output_sizes({"height": 3, "width": 8}, 5, 1, 0)
    assert output_sizes({"height": 3, "width": 8}, 5, 1, 1) == {"out_height": 1, "out_width": 6}


def test_pooling_windows_step_by_their_own_size_and_never_see_padding_alone() -> None:
    assert pooling_sizes({"height": 8, "width": 7}, 2, 0, 0) == {"out_height": 4, "out_width": 3}
    with pytest.raises(GraphError, match="padding is 2, but a window of 3 × 3 allows a padding of at most half its size"):
        pooling_sizes({"height": 8, "width": 7}, 3, 1, 2)


def test_what_is_seen_is_what_a_padded_image_shows() -> None:
    image, kernel_size, stride, padding = np.arange(1, 8), 3, 2, 1
    padded = np.pad(image, padding)
    for place in range(4):
        cells, window = seen(place, kernel_size, stride, padding, len(image))
        shown = np.zeros(kernel_size, dtype=int)
        shown[window] = image[cells]
        assert shown.tolist() == padded[place * stride : place * stride + kernel_size].tolist()
