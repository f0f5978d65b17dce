"""A step: one operator application, named tensors and all, and the names that tensors and gradients have in a program."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from nnlab.core.operator import Operator
from nnlab.core.tensor import Shape
from nnlab.graph.graph import Edge, Node
from nnlab.graph.lora_adapter import KEPT


@dataclass
class Step:
    """One operator application: tensor names by kernel argument.

    `flows_back`: a gradient reaches it and somebody before it needs one, so it has a backward instruction. A branch that does
    not reach the loss, or holds no parameter that is trained, has none.
    """

    node: Node
    kind: Operator
    names: dict[str, str]  # operator's tensor name -> name in the program; without parameters that the node does not have
    shapes: Mapping[str, Shape]
    flows_back: bool = False
    scalars: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    stream: str = ""

    @property
    def inputs(self) -> tuple[str, ...]:
        """Names of what it reads from other steps."""
        return tuple(self.names[name] for name in self.input_names)

    @property
    def input_names(self) -> tuple[str, ...]:
        """What it reads from other steps, as its kernels know it; an inner operator may do without some of its inputs."""
        return tuple(t.name for t in self.kind.inputs if t.name in self.names)

    @property
    def outputs(self) -> tuple[str, ...]:
        return tuple(self.names[t.name] for t in self.kind.outputs)

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names, as its kernels know them, of the parameters it reads."""
        return tuple(p.name for p in self.kind.parameters if p.name in self.names)

    @property
    def trains(self) -> bool:
        """Whether it has parameters that an optimiser changes."""
        return any(self.is_trained(name) for name in self.parameters)

    def is_trained(self, parameter: str) -> bool:
        """Whether an optimiser changes a parameter, named as its kernels know it."""
        own = self.names[parameter].split(".", 1)[1]
        return own not in self.node.kept and own != KEPT

    @property
    def stream_word(self) -> int:
        """What a kernel's `stream` is: by it the random numbers of two steps differ."""
        return zlib.crc32((self.stream or self.node.id).encode())

    def constant(self, setting: str) -> str:
        """The name of one of its settings among the program's constants."""
        return self.scalars.get(setting) or tensor_name(self.node.id, setting)


def source_name(edge: Edge) -> str:
    """The name of the tensor an edge carries."""
    return tensor_name(edge.source, edge.source_port)


def tensor_name(node_id: str, tensor: str) -> str:
    """The name of a tensor of a node. It is taken apart at its first dot: a node's id holds none, a tensor may ("lora_A.task_b")."""
    return f"{node_id}.{tensor}"


def gradient_name(name: str) -> str:
    """The name of the gradient of a tensor: "dense_1.weight" -> "dense_1.d_weight"."""
    return name.replace(".", ".d_", 1)  # a node's id holds no dot
