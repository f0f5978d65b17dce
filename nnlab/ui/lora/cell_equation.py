"""How one number of the layer comes about, in words that can be coloured: a cell of W, its row of z, or the gradients that meet in it.

    weights      W = W₀ + s × (B row · A column), with what DoRA and other adapters make of it
    activations  z = z₀ + s × (B row · h) of the row
    gradients    the lengths of the column of ∂L/∂A and of the row of ∂L/∂B
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnlab.ui.look import numbers
from nnlab.ui.lora.layer_flow import LayerActivations, LayerGradients
from nnlab.ui.lora.matrices_picture import MatricesPicture


@dataclass(frozen=True)
class CellTerm:
    """A number with its `value`, whose sign has a colour, and a label below; or, without a value, what stands between numbers."""

    text: str
    value: float | None = None
    label: str = ""


@dataclass(frozen=True)
class CellEquation:
    """The terms in their order; the last is what the others make."""

    terms: tuple[CellTerm, ...]

    @property
    def words(self) -> str:
        """As it is read out."""
        *parts, last = self.terms
        made = " ".join(term.text for term in parts if term.text != "=")
        if not any(term.text == "=" for term in parts):  # no sum: each by its name
            return ", ".join(f"{term.label} {term.text}" for term in self.terms)
        return f"{made}, {last.label} {last.text}"


def cell_equation(picture: MatricesPicture, row: int, column: int) -> CellEquation:
    if picture.gradients is not None:
        return CellEquation(_gradient_terms(picture.gradients, row, column))
    if picture.activations is not None:
        return CellEquation(_activation_terms(picture, picture.activations, row))
    return CellEquation(_weight_terms(picture, row, column))


def _weight_terms(picture: MatricesPicture, row: int, column: int) -> tuple[CellTerm, ...]:
    """An adapter that takes no part has neither scale nor product in it."""
    adapter = picture.adapter
    base, applied = float(picture.layer.base[row, column]), float(picture.layer.applied[row, column])
    update = float(adapter.update[row, column])
    stretch = float(adapter.stretch[row]) if adapter.stretch is not None else None
    terms: tuple[CellTerm, ...] = (_number(base, "W₀"),)
    own = base
    if picture.takes_part:
        own = (base + update) * (1.0 if stretch is None else stretch)
        terms = (*terms, *_scaled(adapter.scale, update / adapter.scale if adapter.scale else 0.0, "B row · A col"))
        if stretch is not None:
            terms = (CellTerm(numbers.fixed(stretch, 4), None, "m / n"), CellTerm("× ("), *terms, CellTerm(")"))
    if picture.others:
        terms = (*terms, CellTerm("+"), _number(applied - own, "others"))
    return (*terms, CellTerm("="), _number(applied, "W"))


def _activation_terms(picture: MatricesPicture, flow: LayerActivations, row: int) -> tuple[CellTerm, ...]:
    z, adapter = float(flow.z[row]), picture.adapter
    if flow.base is None:  # everything is merged, or off
        return (_number(z, "z"),)
    base = float(flow.base[row])
    terms: tuple[CellTerm, ...] = (_number(base, "z₀"),)
    if flow.h is not None and not picture.others and adapter.stretch is None:
        product = float(adapter.b[row].astype(np.float64) @ flow.h.astype(np.float64))
        terms = (*terms, *_scaled(adapter.scale, product, "B row · h"))
    else:
        terms = (*terms, CellTerm("+"), _number(z - base, "adapters"))
    return (*terms, CellTerm("="), _number(z, "z"))


def _gradient_terms(gradients: LayerGradients, row: int, column: int) -> tuple[CellTerm, ...]:
    parts = (("A", gradients.a, lambda d: d[:, column], f"column {column + 1}"), ("B", gradients.b, lambda d: d[row], f"row {row + 1}"))
    found = []
    for letter, values, part, place in parts:
        length = "none" if values is None else numbers.number(float(np.linalg.norm(part(values).astype(np.float64))), 3)
        found.append(CellTerm(length, None, f"‖∂L/∂{letter}‖, {place}"))
    return tuple(found)


def _number(value: float, label: str) -> CellTerm:
    return CellTerm(numbers.fixed(value, 4), value, label)


def _scaled(scale: float, product: float, label: str) -> tuple[CellTerm, CellTerm]:
    return CellTerm(f"+ {scale:.3g} ×".replace("-", "−")), _number(product, label)
