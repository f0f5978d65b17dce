"""What an operator itself says of settings that do nothing: told exactly where it holds, and never of defaults."""

from __future__ import annotations

from typing import Any

import pytest

from nnlab.core.operator import operators
from nnlab.core.tensor import Shape


def doubt(name: str, shape: Shape = (4,), **settings: Any) -> str:
    kind = operators[name]
    values = {setting.name: setting.default for setting in kind.settings} | settings
    found = kind.doubt(values, {"x": shape})
    if found is None:
        return ""
    if found.remedy:
        assert kind.doubt({**values, **found.remedy}, {"x": shape}) is None
    return found.sentence


@pytest.mark.parametrize(
    ("name", "shape", "settings", "words"),
    [
        ("layer_norm", (1,), {}, "normalises a single feature"), ("layer_norm", (3, 1), {}, "normalises a single feature"),
        ("softmax", (1,), {}, "always 1"), ("log_softmax", (1,), {}, "always 0"), ("cross_entropy", (1,), {}, "the loss is always 0"),
        ("cross_entropy", (3,), {"label_smoothing": 1.0}, "nothing is left"),
        ("binary_cross_entropy", (1,), {"label_smoothing": 1.0}, "nothing is left"),
        ("batch_norm", (4,), {"momentum": 0.0}, "never updates"), ("leaky_relu", (4,), {"negative_slope": 1.0}, "passes every input"),
        ("embedding", (4,), {"vocabulary": 1}, "a single row"), ("max_pool2d", (1, 4, 4), {"kernel_size": 1}, "unchanged"),
        ("average_pool2d", (1, 4, 4), {"kernel_size": 1, "stride": 1}, "unchanged"),
    ],
)  # fmt: skip
def test_said(name: str, shape: Shape, settings: dict[str, Any], words: str) -> None:
    assert words in doubt(name, shape, **settings)


@pytest.mark.parametrize("name", [o.name for o in operators if len(o.inputs) == 1])
@pytest.mark.parametrize("shape", [(4,), (3, 4), (2, 4, 4)])
def test_not_said_of_defaults(name: str, shape: Shape) -> None:
    assert doubt(name, shape) == ""


def test_a_window_of_one_that_leaves_cells_out_does_something() -> None:
    assert doubt("max_pool2d", (1, 4, 4), kernel_size=1, stride=2) == ""
