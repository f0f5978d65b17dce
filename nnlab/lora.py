"""Low-rank adapters (LoRA) for Python: `nnlab.lora.attach(graph, ["hidden"], rank=4, alpha=8, name="task_b")`, and the edits that follow.

Every function takes a graph and returns another; see `nnlab.graph.adapters`. `Session` has the same by name, with the numbers.
"""

from __future__ import annotations

from nnlab.graph.adapters import (
    adaptable,
    adapted,
    attach,
    blend,
    configure_adapter,
    detach,
    duplicate_adapter,
    enable,
    learn,
    merge,
    rename_adapter,
    switch,
    unmerge,
)
from nnlab.graph.lora_adapter import LoraAdapter

__all__ = [
    "LoraAdapter", "adaptable", "adapted", "attach", "blend", "configure_adapter", "detach", "duplicate_adapter", "enable", "learn",
    "merge", "rename_adapter", "switch", "unmerge",
]  # fmt: skip
