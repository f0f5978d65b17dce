"""Numbers of an adapter that follow from the layer it is attached to, or that the layer computes with because of it.

    lora_pissa_A, _B    the largest singular directions of W₀ (Meng et al. 2024, arXiv 2404.02948, as PEFT's pissa_init)
    lora_magnitude      the lengths of the rows of W₀ + s B A, as DoRA starts
    merged_weight       W₀ with the updates of the adapters that are merged into it, formed once

Each is worked out from the numbers that stand in the arena already.
"""

from __future__ import annotations

import numpy as np

from nnlab.core.operator import inner_operators
from nnlab.engine.program import ParameterInfo, Program
from nnlab.engine.second_parts import NO_PARTS
from nnlab.engine.step import tensor_name
from nnlab.graph.graph import Node
from nnlab.graph.lora_adapter import KEPT, LoraAdapter

FROM_OTHERS = frozenset({"lora_pissa_A", "lora_pissa_B", "lora_magnitude", KEPT})
FOLLOWS = frozenset({KEPT})  # of these, what is no more than a consequence: never carried over, always worked out again


def from_others(program: Program, arena: np.ndarray, info: ParameterInfo) -> np.ndarray:
    """The values of a parameter or buffer whose initialiser is one of `FROM_OTHERS`."""
    node = program.graph[info.node_id]
    if info.init == KEPT:
        return merged(program, arena, node)
    adapter = node.adapter(info.name.rpartition(".")[2])
    assert adapter is not None
    if info.init == "lora_magnitude":
        return _lengths(program, arena, node, adapter)
    return _singular(program, arena, node, adapter)[info.init == "lora_pissa_B"]


def merged(program: Program, arena: np.ndarray, node: Node) -> np.ndarray:
    """W₀ with the updates of all merged adapters, one after the other; float64 rounded once."""
    weight = _number(program, arena, node, "weight").astype(np.float64)
    for adapter in node.adapters:
        if adapter.is_merged:
            update = adapter.scale * product(program, arena, node, adapter)
            weight = weight + update
            if adapter.dora:
                weight *= stretch(program, arena, node, adapter)[:, None]
    return weight


def stretch(program: Program, arena: np.ndarray, node: Node, adapter: LoraAdapter) -> np.ndarray:
    """Of DoRA: what the rows of W₀ + s B A are multiplied by to have the learned lengths m; (units,), float64."""
    lengths = _lengths(program, arena, node, adapter).astype(np.float64)
    learned = _number(program, arena, node, adapter.tensor("lora_magnitude_vector"))
    return np.asarray(learned / lengths)


def product(program: Program, arena: np.ndarray, node: Node, adapter: LoraAdapter) -> np.ndarray:
    """B A, less what they started as, in float64."""

    def number(part: str) -> np.ndarray:
        return _number(program, arena, node, adapter.tensor(part)).astype(np.float64)

    result = number("lora_B") @ number("lora_A")
    return result - number("lora_B_start") @ number("lora_A_start") if adapter.has_start else result


def _singular(program: Program, arena: np.ndarray, node: Node, adapter: LoraAdapter) -> tuple[np.ndarray, np.ndarray]:
    """(A, B) with s B A the best approximation of W₀ of this rank."""
    weight = _number(program, arena, node, "weight").astype(np.float64)
    left, sizes, right = np.linalg.svd(weight, full_matrices=False)
    rank = adapter.rank
    # α = 0 would leave nothing to divide by, and nothing of the adapter either.
    root = np.sqrt(sizes[:rank] / (adapter.scaling or 1.0)) if adapter.scaling >= 0 else np.zeros(rank)
    return root[:, None] * right[:rank], left[:, :rank] * root


def _lengths(program: Program, arena: np.ndarray, node: Node, adapter: LoraAdapter) -> np.ndarray:
    """The lengths of the rows, by the kernel that training measures them with: their ratio is then exactly 1 before the first update."""
    from nnlab.core.kernel import look_with
    from nnlab.core.kernel.structures import Network
    from nnlab.engine import machine

    adapter_of_kernel = inner_operators["lora_norm"].forward_adapter
    names = {"weight": "weight", "lora_A": adapter.tensor("lora_A"), "lora_B": adapter.tensor("lora_B")}
    if adapter.has_start:
        names |= {"lora_A_start": adapter.tensor("lora_A_start"), "lora_B_start": adapter.tensor("lora_B_start")}
    values = {short: _number(program, arena, node, name) for short, name in names.items()}
    units, inputs = values["weight"].shape
    values |= {"scale": np.full(1, adapter.scale), "direction": np.zeros((units, inputs)), "norm": np.zeros(units)}
    words, numbers, size = [], [], 0
    for argument in adapter_of_kernel.arguments:
        array = values.get(argument.name)
        if array is None:
            words += [0] * argument.words
            continue
        words += [size, *(array.shape if argument.kind == "tensor" else ())]
        numbers.append(array.ravel().astype(arena.dtype))
        size += array.size
    room = np.concatenate(numbers)
    network = Network(
        np.array([adapter_of_kernel.address(program.real)], dtype=np.int64), np.zeros((1, 3), dtype=np.int64),
        np.array(words, dtype=np.int64), room, np.zeros(16, dtype=np.int64), np.zeros(machine.LAYOUT_WORDS, dtype=np.int64),
        NO_PARTS.words(),
    )  # fmt: skip
    with look_with(6.0 * units * inputs * adapter.rank):
        machine.execute(network, 0, 1)
    return room[size - units :]


def _number(program: Program, arena: np.ndarray, node: Node, tensor: str) -> np.ndarray:
    return program.stored[tensor_name(node.id, tensor)].place.view(arena, 1)
