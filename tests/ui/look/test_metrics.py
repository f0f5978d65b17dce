from dataclasses import fields

import pytest

from nnlab.ui.look.metrics import LARGE, SCALES, SMALL, Metrics, metrics

FONTS = ("caption", "body", "counter", "number", "loss", "result", "formula", "formula_chain", "formula_small")


def test_large_windows_have_the_large_sizes() -> None:
    assert metrics(1280) == SMALL
    assert metrics(1999) == SMALL
    assert metrics(2000) == LARGE
    assert (SMALL.caption, LARGE.caption) == (12, 13)
    assert (SMALL.transport, LARGE.transport) == (56, 64)


def test_nothing_is_smaller_in_a_large_window() -> None:
    for field in fields(Metrics):
        assert getattr(LARGE, field.name) >= getattr(SMALL, field.name), field.name


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("width", [1024, 2560])
def test_no_text_is_below_twelve_pixels(width: int, scale: float) -> None:
    sizes = metrics(width, scale)
    assert min(getattr(sizes, name) for name in FONTS) >= 12


def test_scaling_multiplies_every_size() -> None:
    double = metrics(1280, 2.0)
    assert double.body == 26
    assert double.main_button == (96, 80)
    assert double.port == 10.0
    assert double.px(7) == 14
    assert SMALL.px(7) == 7
