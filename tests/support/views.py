"""Views whose curves are set by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nnlab.engine.history import Curves, Losses
from nnlab.ui.run.live_view import LiveView


@dataclass(frozen=True)
class FixedHistory:
    """A history that never changes."""

    fixed: Curves

    def curves(self) -> Curves:
        return self.fixed

    def losses_at(self, iteration: int | None) -> Losses:
        return (self.fixed if iteration is None else self.fixed.until(iteration)).losses


def with_curves(view: LiveView, **changes: Any) -> LiveView:
    """The same view with some of its curves replaced."""
    return replace(view, history=FixedHistory(replace(view.curves, **changes)))
