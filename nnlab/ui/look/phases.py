"""The phases of an iteration as the window shows them: one table of words, arrows, colours and meanings.

The words are the engine's own (`nnlab.engine.program.PHASES`), so that a message of the engine and the picture beside it say the same. The
cycle over the canvas, which everybody sees first, says what each phase does instead: predict, measure, gradients, update.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.engine.program import PHASES


@dataclass(frozen=True)
class PhaseLook:
    """One phase. `word` is its technical name, `cycle` what it does; `arrow` is the way numbers flow, `color` the name of a token."""

    word: str
    cycle: str
    arrow: str
    color: str
    meaning: str

    @property
    def title(self) -> str:
        return self.word.capitalize()


_LOOKS = {
    "forward": ("predict", "→", "Forward pass: compute the network's predictions for this batch."),
    "loss": ("measure", "", "Loss: measure how far the predictions are from the targets."),
    "backward": ("gradients", "←", "Backward pass: compute the gradient of the loss for every weight."),
    "update": ("update", "", "Update: the optimiser changes the weights."),
}


def _look(name: str) -> PhaseLook:
    cycle, arrow, meaning = _LOOKS[name]
    return PhaseLook(name, cycle, arrow, f"phase_{name}", meaning)


PHASE_LOOKS = tuple(map(_look, PHASES))  # by FORWARD … UPDATE
