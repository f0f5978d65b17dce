"""The phases of an iteration as the window shows them: one table of words, arrows, colours and meanings.

The words are the engine's own (`nnlab.engine.program.PHASES`), so that a message of the engine and the picture beside it say the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.engine.program import PHASES


@dataclass(frozen=True)
class PhaseLook:
    """One phase. `arrow` is the way numbers flow through the network, `color` the name of a token."""

    word: str
    arrow: str
    color: str
    meaning: str

    @property
    def title(self) -> str:
        return self.word.capitalize()


_LOOKS = {
    "forward": ("→", "Forward pass: compute the network's predictions for this batch."),
    "loss": ("", "Loss: measure how far the predictions are from the targets."),
    "backward": ("←", "Backward pass: compute the gradient of the loss for every weight."),
    "update": ("", "Update: the optimiser changes the weights."),
}
PHASE_LOOKS = tuple(PhaseLook(name, _LOOKS[name][0], f"phase_{name}", _LOOKS[name][1]) for name in PHASES)  # by FORWARD … UPDATE
