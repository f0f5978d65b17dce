"""A low-rank adapter (LoRA) of one layer, as a value: W = W₀ + s B A with A (rank, inputs) and B (units, rank).

Hu et al. 2021, LoRA: Low-Rank Adaptation of Large Language Models (arXiv 2106.09685), with the names, defaults and formulas of Hugging
Face PEFT. s is alpha / rank, with `rslora` alpha / √rank (Kalajdzievski 2023, arXiv 2312.03732), times the weight it has in a blend.
With `dora` the rows of W₀ + s B A are brought to learned lengths m (Liu et al. 2024, arXiv 2402.09353). With `init` "pissa" A and B start
as the largest singular directions of W₀ (Meng et al. 2024, arXiv 2404.02948); what they start as, A₀ and B₀, is kept and taken away
again, W = W₀ - s B₀ A₀ + s B A, so that W₀ itself stays as it is whatever is attached to it.

A node carries its adapters (`Node.adapters`). Their tensors are tensors of the node, named "lora_A.task_b" as PEFT names them, so that
whatever knows tensors of nodes (shapes, axes, files, what is carried over) knows them too.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

from nnlab.core.setting import Setting, Value
from nnlab.core.tensor import Parameter, Tensor

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_-]{0,63}")
_RESERVED = re.compile(r"(?i)lora|weight|con|prn|aux|nul|com\d|lpt\d")  # PEFT's own words, and names that Windows keeps

INITS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "kaiming": ("lora_kaiming", "zeros"), "gaussian": ("lora_gaussian", "zeros"), "orthogonal": ("orthogonal", "zeros"),
        "pissa": ("lora_pissa_A", "lora_pissa_B"),
    }
)  # fmt: skip
ADAPTER_SETTINGS = (
    Setting("rank", 4, "Rank", "Rows of A and columns of B: how many directions the update can have", minimum=1, maximum=65536),
    Setting("alpha", 8.0, "Alpha", "The update is scaled by alpha / rank", minimum=-1e6, maximum=1e6),
    Setting("dropout", 0.0, "Dropout", "Share of the inputs of A set to 0 in every training iteration", minimum=0.0, maximum=1.0),
    Setting(
        "init", "kaiming", "Initialiser", "Draws the initial A; B starts at 0, except with PiSSA", choices=tuple(INITS),
        choice_titles=("Kaiming uniform", "Gaussian", "Orthogonal", "PiSSA"),
    ),
    Setting("rslora", False, "rsLoRA", "Scales by alpha / √rank, so that large ranks learn as fast as small ones"),
    Setting("dora", False, "DoRA", "Learns the length of every row of W besides its direction"),
)  # fmt: skip
BLEND = Setting("weight", 1.0, "Weight", "How much of the update is added", minimum=-100.0, maximum=100.0)
KEPT = "merged_weight"  # the tensor of a layer that holds W₀ with what was merged into it; W₀ stays under its own name
BASE_OUTPUT = "base_y"  # what the layer itself gives, before its adapters add to it


@dataclass(frozen=True)
class LoraAdapter:
    """One adapter on one layer. Adapters of one name on several layers are one to a person; `nnlab.graph.adapters` edits them together.

    `enabled`: it takes part in what is computed and, unless it is frozen or merged, learns. `weight` is its factor in a blend. `merged`:
    its update stands in the layer's weight, formed once, instead of beside it. `copied_from`: the adapter on the same layer whose numbers
    it takes over where it is new itself (duplicated, renamed). `base_sha256` is of W₀ when it was frozen, if that was known.
    """

    name: str
    rank: int = 4
    alpha: float = 8.0
    dropout: float = 0.0
    init: str = "kaiming"
    rslora: bool = False
    dora: bool = False
    enabled: bool = True
    weight: float = 1.0
    merged: bool = False
    copied_from: str = ""
    base_sha256: str = ""

    @property
    def scaling(self) -> float:
        """s of the full update: alpha / rank, or alpha / √rank."""
        return self.alpha / (math.sqrt(self.rank) if self.rslora else self.rank)

    @property
    def scale(self) -> float:
        """s with its weight in the blend."""
        return self.weight * self.scaling

    @property
    def is_beside(self) -> bool:
        """Whether it is computed beside the layer's weight: enabled and not merged into it."""
        return self.enabled and not self.merged

    @property
    def is_merged(self) -> bool:
        """Whether its update is part of the weight that the layer computes with."""
        return self.enabled and self.merged

    @property
    def has_start(self) -> bool:
        """Whether what A and B started as is taken away from W₀."""
        return self.init == "pissa"

    @property
    def rank_symbol(self) -> str:
        return f"rank.{self.name}"

    def tensor(self, part: str) -> str:
        """The name of one of its tensors within the layer: "lora_A" → "lora_A.task_b"."""
        return f"{part}.{self.name}"

    def parameters(self, marked: bool = False) -> tuple[Parameter, ...]:
        """A (rank, inputs), B (units, rank), with DoRA m (units), with PiSSA A₀ and B₀. `marked`: their letters tell whose they are."""
        of = f" {self.name}" if marked else ""
        rank, (init_a, init_b) = self.rank_symbol, INITS[self.init]
        found = [
            Parameter(self.tensor("lora_A"), f"{rank} inputs", init=init_a, symbol=f"A{of}"),
            Parameter(self.tensor("lora_B"), f"units {rank}", init=init_b, symbol=f"B{of}"),
        ]
        if self.has_start:
            found.append(Parameter(self.tensor("lora_A_start"), f"{rank} inputs", init=init_a, symbol=f"A₀{of}"))
            found.append(Parameter(self.tensor("lora_B_start"), f"units {rank}", init=init_b, symbol=f"B₀{of}"))
        if self.dora:
            found.append(Parameter(self.tensor("lora_magnitude_vector"), "units", init="lora_magnitude", symbol=f"m{of}"))
        return tuple(found)

    @property
    def learning(self) -> tuple[str, ...]:
        """Names of the parameters that learn while it is enabled beside the layer: not what A and B started as."""
        return tuple(p.name for p in self.parameters() if "_start." not in p.name)

    @property
    def values(self) -> tuple[Tensor, ...]:
        """What is computed on the way through it, besides the layer's own output."""
        wide, narrow = "... inputs", f"... {self.rank_symbol}"
        letters = {
            "lora_h": "h", "lora_scaled": "s h", "lora_x": "x", "lora_mask": "mask", "lora_h_start": "A₀ x", "lora_scaled_start": "−s A₀ x",
            "lora_rest": "z rest", "lora_norm": "n", "lora_direction": "V", "lora_update": "s B h", "lora_plain": "W x", "lora_y": "z",
        }  # fmt: skip
        parts = [("lora_h", narrow), ("lora_scaled", narrow)]
        if self.dropout:
            parts += [("lora_x", wide), ("lora_mask", wide)]
        if self.has_start:
            parts += [("lora_h_start", narrow), ("lora_scaled_start", narrow), ("lora_rest", "... units")]
        if self.dora:
            parts += [("lora_norm", "units"), ("lora_direction", "units inputs"), ("lora_update", "... units")]
        if self.dora and self.dropout:
            parts += [("lora_plain", "... units"), ("lora_rest_plain", "... units")]
            parts += [("lora_h_plain", narrow), ("lora_scaled_plain", narrow)]
        parts.append(("lora_y", "... units"))
        return tuple(Tensor(self.tensor(name), shape, symbol=letters.get(name, "")) for name, shape in parts)

    @property
    def settings(self) -> Mapping[str, Value]:
        """What `ADAPTER_SETTINGS` declares, by name."""
        return {setting.name: getattr(self, setting.name) for setting in ADAPTER_SETTINGS}


FIELDS = tuple(field.name for field in fields(LoraAdapter))


def name_problem(name: object) -> str | None:
    """Why this cannot name an adapter, or None: a folder's name on every system, which means nothing else to PEFT."""
    if not isinstance(name, str) or not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        return f"{str(name)[:80]!r} cannot name an adapter; use up to 64 letters, digits, - and _, and not a reserved word"
    return None
