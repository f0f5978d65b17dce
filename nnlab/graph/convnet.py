"""Convolutional networks as textbooks draw them: blocks of convolution, ReLU and pooling, then a dense layer and the head.

LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition". Each block has twice the filters of the one before, as its
image has a quarter of the pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnlab.core.dataset import Target
from nnlab.graph.annotation import group_nodes
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.mlp import HiddenLayer, end, hidden_layer


@dataclass(frozen=True)
class ConvnetShape:
    """`filters` of the first block; `units` of the dense layer behind the blocks, whose outputs are dropped with probability `dropout`."""

    blocks: int = 2
    filters: int = 16
    kernel_size: int = 3
    units: int = 32
    dropout: float = 0.2


def halvings(height: int, width: int) -> int:
    """How often an image can be halved before a side is gone: the most blocks there can be."""
    return min(height, width).bit_length() - 1


def convnet_graph(planes: tuple[int, int, int], target: Target, shape: ConvnetShape) -> Graph:
    """A network for images of `planes` (channels, height, width), its nodes placed; at most `halvings` blocks."""
    channels, height, width = planes
    builder = GraphBuilder()
    image = builder.reshape(builder.input(features=channels * height * width), shape=f"{channels}, {height}, {width}")
    parts = []
    for k in range(1, shape.blocks + 1):
        maps = builder.conv2d(
            image, filters=shape.filters * 2 ** (k - 1), kernel_size=shape.kernel_size, padding=shape.kernel_size // 2, init="he_uniform",
            id=f"conv_{k}",
        )  # fmt: skip
        bent = builder.relu(maps)
        image = builder.max_pool2d(bent, id=f"pool_{k}")
        parts.append([f"conv_{k}", bent.node_id, f"pool_{k}"])
    features = hidden_layer(builder, builder.flatten(image), HiddenLayer(shape.units, "relu"), "read")
    if shape.dropout > 0.0:
        features = builder.dropout(features, p=shape.dropout)
    end(builder, features, target, "head")
    graph = builder.build()
    for k, names in enumerate(parts, 1):
        graph = group_nodes(graph, names, f"Block {k}")
    return arrange(graph)
