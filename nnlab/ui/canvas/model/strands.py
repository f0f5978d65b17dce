"""The learning strand of a layer with an adapter: its tensors by name, and which of its parts one instruction is about.

A value goes in, down through A to r numbers (h), up through B, is scaled and added to what the frozen weights gave; a gradient goes the
same way backwards. In the stepper just those parts are lit that the instruction reads or writes, and that follows from names alone.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from nnlab.graph.graph import Node
from nnlab.graph.lora_adapter import LoraAdapter

WAY_IN, A, H, B, SCALE, ADD, LENGTHS = "way in", "A", "h", "B", "scale", "add", "lengths"
_PARTS = {
    "lora_x": WAY_IN, "lora_mask": WAY_IN, "lora_A": A, "lora_A_start": A, "lora_h": H, "lora_h_start": H, "lora_h_plain": H,
    "lora_B": B, "lora_B_start": B, "lora_scaled": SCALE, "lora_scaled_start": SCALE, "lora_scaled_plain": SCALE,
    "lora_magnitude_vector": LENGTHS, "lora_norm": LENGTHS, "lora_direction": LENGTHS, "lora_update": ADD,
}  # fmt: skip
_SUMS = ("lora_y", "lora_rest", "lora_rest_plain")


@dataclass(frozen=True)
class StrandMoment:
    """What of an adapter's strand one instruction is about. `of_start`: of PiSSA's A₀ and B₀, which are taken away."""

    strand: str
    parts: frozenset[str]
    is_backward: bool = False
    of_start: bool = False


@dataclass(frozen=True)
class Strand:
    """One adapter that takes part in a layer: A (rank, inputs), B (units, rank), the factor of BA, and DoRA's lengths (units)."""

    layer: str
    name: str
    rank: int
    scale: float
    learns: bool
    is_merged: bool
    has_lengths: bool = False
    size: int = 0  # how many numbers it has

    def tensors(self, overlay: str, of_start: bool = False) -> tuple[str, ...]:
        """What stands in the places of A, B and m: the tensors themselves, or their gradients; `of_start`: of A₀ and B₀."""
        parts = ["lora_A_start", "lora_B_start"] if of_start else ["lora_A", "lora_B"]
        parts += ["lora_magnitude_vector"] if self.has_lengths else []
        gradient = "d_" if overlay == "gradients" and not of_start else ""
        return tuple(f"{self.layer}.{gradient}{part}.{self.name}" for part in parts)

    def moment(self, reads: Collection[str], writes: Collection[str]) -> StrandMoment | None:
        """What of it an instruction reads or writes; None where nothing of it."""
        touched = {self._own(name) for name in (*reads, *writes)} - {""}
        parts = {_PARTS[name] for name in touched if name in _PARTS}
        if not parts:
            return None
        sums = {f"{self.layer}.{gradient}y" for gradient in ("", "d_")}
        if B in parts and (touched & {*_SUMS} or sums & {*reads, *writes}):
            parts |= {SCALE, ADD}
        is_backward = any(name.partition(".")[2].startswith("d_") for name in writes)
        return StrandMoment(self.name, frozenset(parts), is_backward, bool(touched & _STARTS) and not touched & _LEARNED)

    def _own(self, tensor: str) -> str:
        """"dense_1.d_lora_A.task_b" → "lora_A"; "" for a tensor that is not of this adapter."""
        layer, _, name = tensor.partition(".")
        part, _, adapter = name.removeprefix("d_").partition(".")
        return part if layer == self.layer and adapter == self.name else ""


_STARTS, _LEARNED = {"lora_A_start", "lora_B_start"}, {"lora_A", "lora_B"}


def moment_of(strands: Collection[Strand], reads: Collection[str], writes: Collection[str]) -> StrandMoment | None:
    """What of a card's strands an instruction is about; None where it is about none of them."""
    return next((found for strand in strands if (found := strand.moment(reads, writes)) is not None), None)


def strand_of(node: Node, adapter: LoraAdapter, size: int = 0) -> Strand:
    learns = bool({parameter.name for parameter in node.trained} & set(adapter.learning))
    return Strand(node.id, adapter.name, adapter.rank, adapter.scale, learns, adapter.merged, adapter.dora, size)


def strands_of(node: Node) -> tuple[Strand, ...]:
    """Those that take part."""
    return tuple(strand_of(node, adapter) for adapter in node.adapters if adapter.enabled)
