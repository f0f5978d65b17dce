"""Convolution and pooling: against other libraries and known numbers, at the borders, with equal numbers and with NaN."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import correlate2d

import nnlab
from nnlab.engine.compile import Update, compile
from nnlab.graph.graph import Edge
from nnlab.graph.validation import insert_neutral


def on_images(operator: str, channels: int, height: int, width: int, **settings: object) -> nnlab.Graph:
    b = nnlab.GraphBuilder()
    image = b.reshape(b.input(features=channels * height * width), shape=f"{channels}, {height}, {width}")
    b.mse(b.node(operator, image, **settings))
    return b.build()


def applied(images: np.ndarray, operator: str, **settings: object) -> np.ndarray:
    """The operator's output for images (batch, channels, height, width), each as one row."""
    session = nnlab.Session(on_images(operator, *images.shape[1:], **settings), dtype="float64")
    return session.predict(images.reshape(len(images), -1))


@pytest.mark.parametrize(("padding", "stride"), [(0, 1), (1, 1), (2, 2), (0, 3), (4, 1)])
def test_convolution_is_the_sum_of_correlations_over_the_channels(padding: int, stride: int) -> None:
    generator = np.random.default_rng(0)
    x, weight, bias = generator.standard_normal((2, 3, 6, 7)), generator.standard_normal((4, 3, 3, 3)), generator.standard_normal(4)
    session = nnlab.Session(on_images("conv2d", 3, 6, 7, filters=4, kernel_size=3, padding=padding, stride=stride), dtype="float64")
    session.set_parameters({"conv2d_1.weight": weight, "conv2d_1.bias": bias})
    padded = np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    expected = [
        [sum(correlate2d(image[c], weight[f, c], mode="valid") for c in range(3))[::stride, ::stride] + bias[f] for f in range(4)]
        for image in padded
    ]
    np.testing.assert_allclose(session.predict(x.reshape(2, -1)), np.reshape(expected, (2, -1)), rtol=1e-12, atol=1e-12)


def test_a_convolution_inserted_into_a_network_changes_nothing_at_first() -> None:
    graph = on_images("max_pool2d", 2, 4, 5)
    edge = next(edge for edge in graph.edges if edge.target == "max_pool2d_1")
    assert isinstance(edge, Edge)
    wider = insert_neutral(graph, edge, "conv2d", (0.0, 0.0))
    x = np.random.default_rng(0).standard_normal((3, 40))
    np.testing.assert_allclose(
        nnlab.Session(wider, dtype="float64").predict(x), nnlab.Session(graph, dtype="float64").predict(x), rtol=1e-12
    )


def test_the_gradient_of_the_pixels_is_not_computed() -> None:
    program = compile(on_images("conv2d", 1, 4, 4), 8, update=Update())
    assert "reshape_1.d_y" not in program.places
    assert "conv2d_1.d_weight" in program.places


@pytest.mark.parametrize(
    ("operator", "settings", "message"),
    [
        (
            "conv2d",
            {"kernel_size": 5},
            "conv2d_1: a window of 5 × 5 is larger than the image of 3 × 4; choose a smaller kernel_size or more padding.",
        ),
        ("max_pool2d", {"kernel_size": 4}, "max_pool2d_1: a window of 4 × 4 is larger than the image of 3 × 4"),
        (
            "average_pool2d",
            {"padding": 2},
            "average_pool2d_1: padding is 2, but a window of 2 × 2 allows a padding of at most half its size.",
        ),
        ("conv2d", {"kernel_size": 0}, "conv2d_1: kernel_size is 0; it must be from 1 to 64."),
    ],
)
def test_what_cannot_be_is_refused_in_words(operator: str, settings: dict[str, object], message: str) -> None:
    with pytest.raises(nnlab.NNLabError) as caught:
        on_images(operator, 1, 3, 4, **settings)
    assert message in str(caught.value)


def test_a_row_of_numbers_is_no_image() -> None:
    b = nnlab.GraphBuilder()
    b.mse(b.conv2d(b.input(features=64)))
    with pytest.raises(nnlab.NNLabError, match=r"conv2d_1: x must have the form \(N, channels, height, width\), but got \(N, 64\)"):
        b.build()


def test_pooling_of_known_numbers() -> None:
    image = np.array([[1.0, 2, 5, 0], [3, -4, 1, 1], [0, 0, -1, -2], [0, 8, -3, -4]]).reshape(1, 1, 4, 4)
    assert applied(image, "max_pool2d").tolist() == [[3, 5, 8, -1]]
    assert applied(image, "average_pool2d").tolist() == [[0.5, 1.75, 2, -2.5]]
    assert applied(image, "max_pool2d", kernel_size=3, stride=1).tolist() == [[5, 5, 8, 8]]
    # windows that stand out of the image: padding is never the largest number, and counts as zeros in a mean or not at all
    assert applied(-np.ones((1, 1, 2, 2)), "max_pool2d", padding=1).tolist() == [[-1, -1, -1, -1]]
    assert applied(np.ones((1, 1, 2, 2)), "average_pool2d", padding=1).tolist() == [[0.25] * 4]
    assert applied(np.ones((1, 1, 2, 2)), "average_pool2d", padding=1, count_include_pad=False).tolist() == [[1] * 4]


def test_of_equal_numbers_the_first_receives_the_gradient() -> None:
    b = nnlab.GraphBuilder()
    image = b.reshape(b.dense(b.input(features=1), units=9, init="zeros"), shape="1, 3, 3")
    b.mse(b.max_pool2d(image, kernel_size=2, stride=1))
    _, gradients = nnlab.Session(b.build(), dtype="float64").gradients([[1.0]], -np.ones((1, 4)))
    # four windows with the gradient 2 / 4 each, whose first cells are the four at the top left
    assert gradients["dense_1.bias"].tolist() == [0.5, 0.5, 0, 0.5, 0.5, 0, 0, 0, 0]


@pytest.mark.parametrize("operator", ["conv2d", "max_pool2d", "average_pool2d"])
def test_a_nan_reaches_every_window_that_sees_it_and_no_other(operator: str) -> None:
    image = np.arange(16.0).reshape(1, 1, 4, 4)
    image[0, 0, 1, 0] = np.nan
    settings = {"filters": 1, "kernel_size": 2, "stride": 2} if operator == "conv2d" else {}
    assert np.isnan(applied(image, operator, **settings)).tolist() == [[True, False, False, False]]
