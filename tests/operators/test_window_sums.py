"""The cells that a window's explanation names, against PyTorch in float64: their products add up to every output and every gradient."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnlab.core.explanation import Explanation, ExplanationContext
from nnlab.core.operator import operators

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

CASES = [(3, 1, 1), (3, 1, 0), (2, 2, 0), (3, 2, 1), (3, 3, 2), (1, 1, 0)]  # kernel size, stride, padding


def explanation(name: str, target: str) -> Explanation:
    kind = operators[name]
    return next(e for e in (*kind.explain_forward, *kind.explain_backward) if e.target == target)


def convolution(kernel_size: int, stride: int, padding: int) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """(the tensors of a moment, what PyTorch makes of them)."""
    torch.manual_seed(kernel_size * 100 + stride * 10 + padding)
    x = torch.randn(3, 2, 6, 5, dtype=torch.float64, requires_grad=True)
    weight = torch.randn(4, 2, kernel_size, kernel_size, dtype=torch.float64, requires_grad=True)
    bias = torch.randn(4, dtype=torch.float64, requires_grad=True)
    y = torch.nn.functional.conv2d(x, weight, bias, stride=stride, padding=padding)
    upstream = torch.randn_like(y)
    y.backward(upstream)
    moment = {"x": x, "weight": weight, "bias": bias, "d_y": upstream}
    tensors: dict[str, Any] = {name: value.detach().numpy() for name, value in moment.items()}
    found = {"y": y.detach().numpy(), "d_x": x.grad.numpy(), "d_weight": weight.grad.numpy(), "d_bias": bias.grad.numpy()}
    return tensors | {"stride": float(stride), "padding": float(padding)}, found


@pytest.mark.parametrize("target", ["y", "d_x", "d_weight", "d_bias"])
@pytest.mark.parametrize(("kernel_size", "stride", "padding"), CASES)
def test_the_products_and_the_bias_add_up_to_every_element(target: str, kernel_size: int, stride: int, padding: int) -> None:
    tensors, expected = convolution(kernel_size, stride, padding)
    found = explanation("conv2d", target)
    assert found.window is not None
    for index in np.ndindex(expected[target].shape):
        terms = found.window(ExplanationContext(tensors, tensors | expected, target, index))
        total = terms.sums(tensors).sum()
        if terms.bias is not None:
            total += tensors[terms.bias[0]][terms.bias[1]]
        assert total == pytest.approx(expected[target][index], rel=1e-12, abs=1e-12)


def test_a_term_is_one_channel_one_sample_or_one_filter() -> None:
    tensors, expected = convolution(3, 2, 1)
    x, weight, upstream = (torch.tensor(tensors[name]) for name in ("x", "weight", "d_y"))
    window = explanation("conv2d", "y").window
    assert window is not None
    terms = window(ExplanationContext(tensors, expected, "y", (1, 2, 0, 1)))
    assert (terms.word, terms.count) == ("channel", 2)
    only = torch.nn.functional.conv2d(x[:, 1:], weight[:, 1:], stride=2, padding=1)  # the second channel alone
    assert terms.sums(tensors)[1] == pytest.approx(float(only[1, 2, 0, 1]), rel=1e-12)
    assert terms.products(tensors, 1).shape == (3, 3)
    window = explanation("conv2d", "d_weight").window
    assert window is not None
    terms = window(ExplanationContext(tensors, expected, "d_weight", (2, 1, 0, 2)))
    assert (terms.word, terms.count) == ("sample", 3)
    own = torch.nn.functional.grad.conv2d_weight(x[2:], weight.shape, upstream[2:], stride=2, padding=1)  # the third sample alone
    assert terms.sums(tensors)[2] == pytest.approx(float(own[2, 1, 0, 2]), rel=1e-12)


@pytest.mark.parametrize(("size", "stride", "padding"), [(2, 0, 0), (3, 1, 1), (3, 2, 0)])
def test_pooling_windows_hold_the_largest_and_the_mean(size: int, stride: int, padding: int) -> None:
    torch.manual_seed(size)
    x = torch.randn(2, 3, 6, 7, dtype=torch.float64)
    step = stride or size
    largest = torch.nn.functional.max_pool2d(x, size, step, padding).numpy()
    mean = torch.nn.functional.avg_pool2d(x, size, step, padding, count_include_pad=False).numpy()
    settings = {"kernel_size": float(size), "stride": float(stride), "padding": float(padding), "count_include_pad": 0.0}
    tensors = {"x": x.numpy(), **settings}
    for name, expected, combine in (("max_pool2d", largest, np.max), ("average_pool2d", mean, np.mean)):
        window = explanation(name, "y").window
        assert window is not None
        for index in np.ndindex(expected.shape):
            terms = window(ExplanationContext(tensors, {"y": expected}, "y", index))
            assert combine(terms.products(tensors, 0)) == pytest.approx(expected[index], rel=1e-12)
