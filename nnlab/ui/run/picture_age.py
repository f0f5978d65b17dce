"""Of which iteration a picture is, said where it matters: once training has left it a second behind, until training rests.

Pictures that are dear to compute come more seldom than the counters, and most where training wants every core.
"""

from __future__ import annotations

from nnlab.ui.look import numbers
from nnlab.ui.run.live_view import LiveView

OLD = 1.0  # seconds of training


class PictureAge:
    """Of what is drawn from a probe's results."""

    def __init__(self, probe: str) -> None:
        self._probe = probe
        self._is_behind = False  # whether training has left the picture behind since it went on

    def words(self, view: LiveView) -> str:
        """"at iteration 1,234", or nothing."""
        self._is_behind = view.playing and (self._is_behind or view.seconds_behind(self._probe) > OLD)
        at = view.probed_at.get(self._probe)
        return f"at iteration {numbers.count(at)}" if self._is_behind and at is not None else ""
