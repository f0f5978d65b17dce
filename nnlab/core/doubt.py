"""A doubt: settings that certainly do not do what they are for, though nothing keeps them from running.

Whoever declares settings declares what is doubtful among them (`Operator.doubt`, `Optimizer.doubt`, `Schedule.doubt`): only what holds for
all data and weights, never a matter of taste.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from nnlab.core.setting import Value


@dataclass(frozen=True)
class Doubt:
    """`sentence` says why; of an operator it goes on from the node's name. `remedy`: settings with which it is gone, if there are such."""

    sentence: str
    remedy: Mapping[str, Value] = field(default_factory=dict)
