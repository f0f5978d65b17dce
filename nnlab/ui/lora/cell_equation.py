"""How one number of W comes about: W₀ + s × (B row · A column) = W, with what DoRA and other adapters make of it."""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.ui.look import numbers
from nnlab.ui.lora.matrices_picture import MatricesPicture


@dataclass(frozen=True)
class CellTerm:
    """A number with its `value`, whose sign has a colour, and a label below; or, without a value, what stands between numbers."""

    text: str
    value: float | None = None
    label: str = ""


@dataclass(frozen=True)
class CellEquation:
    """W = `stretch` · (W₀ + `scale` · `product`) + `others`. `stretch`: None without DoRA; `others`: what other adapters add, None without.

    An adapter that takes no part has neither scale nor product in it.
    """

    base: float
    scale: float
    product: float
    applied: float
    stretch: float | None = None
    others: float | None = None
    takes_part: bool = True

    def terms(self) -> tuple[CellTerm, ...]:
        own: tuple[CellTerm, ...] = (CellTerm(numbers.fixed(self.base, 4), self.base, "W₀"),)
        if self.takes_part:
            times = f"+ {self.scale:.3g} ×".replace("-", "−")
            own = (*own, CellTerm(times), CellTerm(numbers.fixed(self.product, 4), self.product, "B row · A col"))
            if self.stretch is not None:
                own = (CellTerm(numbers.fixed(self.stretch, 4), None, "m / n"), CellTerm("× ("), *own, CellTerm(")"))
        if self.others is not None:
            own = (*own, CellTerm("+"), CellTerm(numbers.fixed(self.others, 4), self.others, "others"))
        return (*own, CellTerm("="), CellTerm(numbers.fixed(self.applied, 4), self.applied, "W"))

    @property
    def words(self) -> str:
        """As it is read out."""
        return f"{' '.join(term.text for term in self.terms()[:-2])}, W {numbers.fixed(self.applied, 4)}"


def cell_equation(picture: MatricesPicture, row: int, column: int) -> CellEquation:
    adapter = picture.adapter
    base, applied = float(picture.layer.base[row, column]), float(picture.layer.applied[row, column])
    update = float(adapter.update[row, column])
    stretch = float(adapter.stretch[row]) if adapter.stretch is not None else None
    own = base if not picture.takes_part else (base + update) * (1.0 if stretch is None else stretch)
    others = applied - own if picture.others else None
    product = update / adapter.scale if adapter.scale else 0.0
    return CellEquation(base, adapter.scale, product, applied, stretch, others, picture.takes_part)
