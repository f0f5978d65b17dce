"""The equation of a cell holds, whatever the adapter is and whoever else takes part."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnlab.training.probes.adapter_matrices import AdapterMatrices, LayerMatrices
from nnlab.ui.lora.cell_equation import cell_equation
from nnlab.ui.lora.layer_flow import LayerActivations, LayerGradients
from nnlab.ui.lora.matrices_picture import MatricesPicture

BASE = np.array([[1.0, -2.0], [0.5, 0.25]])
A, B = np.array([[2.0, -1.0]]), np.array([[0.5], [-0.25]])


def picture(stretch: bool = False, others: float = 0.0, takes_part: bool = True) -> MatricesPicture:
    update = 4.0 * (B @ A)
    ratio = np.array([0.5, 2.0]) if stretch else None
    own = BASE if not takes_part else (BASE + update) * (1.0 if ratio is None else ratio[:, None])
    adapter = AdapterMatrices("one", 4.0, A, B, update, ratio)
    layer = LayerMatrices("dense_1", BASE, own + others, (adapter,))
    return MatricesPicture(layer, adapter, None, False, takes_part, "input_1", ("two",) if others else ())


@pytest.mark.parametrize(("shown", "words"), [
    (picture(), "1.0000 + 4 × 1.0000, W 5.0000"),
    (picture(stretch=True), "0.5000 × ( 1.0000 + 4 × 1.0000 ), W 2.5000"),
    (picture(others=0.75), "1.0000 + 4 × 1.0000 + 0.7500, W 5.7500"),
    (picture(stretch=True, others=-0.5), "0.5000 × ( 1.0000 + 4 × 1.0000 ) + −0.5000, W 2.0000"),
    (picture(takes_part=False), "1.0000, W 1.0000"),
    (picture(takes_part=False, others=0.25), "1.0000 + 0.2500, W 1.2500"),
])  # fmt: skip
def test_it_is_written_as_it_is(shown: MatricesPicture, words: str) -> None:
    found = cell_equation(shown, 0, 0)
    assert found.words == words
    for row, column in np.ndindex(2, 2):
        one = cell_equation(shown, row, column)
        left, right = " ".join(term.text for term in one.terms).replace("−", "-").replace("×", "*").split("=")
        assert eval(left) == pytest.approx(float(right))


def test_numbers_have_their_names_below() -> None:
    terms = cell_equation(picture(stretch=True, others=1.0), 1, 1).terms
    assert [term.label for term in terms if term.label] == ["m / n", "W₀", "B row · A col", "others", "W"]


def test_gradients_are_told_by_their_lengths() -> None:
    flow = LayerGradients(np.array([[3.0, 0.0], [4.0, 1.0]]), None)
    assert cell_equation(replace(picture(), gradients=flow), 1, 0).words == "‖∂L/∂A‖, column 1 5.00, ‖∂L/∂B‖, row 2 none"


def test_a_row_of_z_is_what_both_paths_give() -> None:
    x, h = np.array([1.0, 2.0]), A @ np.array([1.0, 2.0])  # h = 0
    h = h + 0.5
    z0 = BASE @ x
    flow = LayerActivations(3, x, z0 + 4.0 * (B @ h), h, z0)
    assert cell_equation(replace(picture(), activations=flow), 0, 1).words == "−3.0000 + 4 × 0.2500, z −2.0000"
    other = replace(picture(others=1.0), activations=replace(flow, z=flow.z + 1.0))
    assert cell_equation(other, 0, 1).words == "−3.0000 + 2.0000, z −1.0000"
    assert cell_equation(replace(picture(), activations=LayerActivations(3, x, z0)), 0, 0).words == "z −3.0000"
