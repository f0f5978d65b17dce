from dataclasses import fields
from itertools import pairwise

import pytest

from nnlab.ui.look.metrics import LARGE, SCALES, SMALL, Metrics, metrics

FONTS = ("caption", "body", "counter", "number", "loss", "result", "formula", "formula_chain", "formula_small")


def test_large_windows_have_the_large_sizes() -> None:
    assert metrics(1280) == SMALL
    assert metrics(1999) == SMALL
    assert metrics(2000) == LARGE
    assert (SMALL.caption, LARGE.caption) == (12, 13)
    assert (SMALL.transport, LARGE.transport) == (56, 64)


DESIGNED = {  # what the design says: in a small window, in a large one
    "caption": (12, 13), "body": (13, 14), "counter": (15, 17), "number": (20, 32), "loss": (22, 32), "result": (28, 44),
    "formula": (30, 48), "formula_chain": (14, 24), "formula_small": (14, 20),
    "grid": (8, 8), "padding": (16, 16), "canvas_margin": (24, 56), "row": (28, 34), "form_row": (32, 38), "fraction": (56, 66),
    "header": (36, 36), "icon": (18, 18), "radius_card": (10, 10), "radius_button": (8, 8), "radius_field": (6, 6), "radius_cell": (3, 3),
    "top_bar": (40, 48), "command_field": (208, 208), "palette": (168, 216), "inspector": (264, 336), "dock": (240, 408),
    "transport": (56, 64), "side_column": (336, 520), "formula_panel": (288, 584), "scrubber": (80, 112), "problems": (152, 208),
    "button": (36, 44), "button_icon": (22, 26), "main_button": ((48, 40), (60, 48)), "speed_slider": (128, 240),
    "card_width": (92, 152), "card_header": (48, 60), "card_foot": (14, 18), "tile": (34, 72), "tile_gap": (6, 12), "step_tile": (27, 56),
    "output_tile": (72, 136), "loss_card": ((136, 196), (224, 324)), "collapsed_card": ((120, 80), (200, 120)), "port": (5.0, 6.0),
}  # fmt: skip


@pytest.mark.parametrize("name", DESIGNED)
def test_sizes_are_those_of_the_design(name: str) -> None:
    assert (getattr(metrics(1280), name), getattr(metrics(2560), name)) == DESIGNED[name]


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
    assert metrics(1280, 1.1).form_row == round(32 * 1.1) == 35 and metrics(1280, 1.25).main_button == (60, 50)
    assert metrics(1280).scale == 1.0 and metrics(2560, 1.6).scale == 1.6
    assert SMALL.px(7) == 7


def test_the_interface_grows_from_its_size_to_twice_that_in_small_steps() -> None:
    """A step of a seventh or so, as browsers have them; a projector wants twice the size."""
    assert (SCALES[0], SCALES[-1]) == (1.0, 2.0)
    assert all(1.05 < after / before < 1.15 for before, after in pairwise(SCALES))


def test_on_a_projector_type_is_a_quarter_larger_and_lines_are_thicker() -> None:
    plain, projected = metrics(1280), metrics(1280, is_projected=True)
    assert (projected.body, projected.caption, projected.row) == (round(1.25 * plain.body), round(1.25 * plain.caption), 35)
    assert (plain.stroke, plain.is_outlined, projected.is_outlined) == (1.0, False, True)
    assert 1.5 * plain.stroke < projected.stroke <= 2 * plain.stroke
    assert metrics(1280, 2.0, is_projected=True).body == metrics(1280, 2.0).body, "never beyond the largest scale"
    assert metrics(1280, 1.4, is_projected=True).body == round(1.75 * plain.body)
