"""Views whose curves are set by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nnlab.engine.history import Curves
from nnlab.ui.run.live_view import LiveView


@dataclass(frozen=True)
class FixedHistory:
    """A history that never changes."""

    fixed: Curves

    def curves(self) -> Curves:
        return self.fixed


def with_curves(view: LiveView, **changes: Any) -> LiveView:
    """The same view with some of its curves replaced."""
    losses = view.losses._replace(**{name: changes[name] for name in ("last", "running_mean") if name in changes})
    return replace(view, history=FixedHistory(replace(view.curves, **changes)), losses=losses)
