"""Residual MLP: blocks that add something to what they receive, instead of replacing it.

He et al. 2016, "Deep Residual Learning": y = x + F(x), so gradients reach the first layer along the sum unchanged, however many blocks
there are. The last layer of every F starts at zero (Goyal et al. 2017, section 5.1): at first each block lets everything through, and a
deep network starts as tame as a shallow one.
"""

from __future__ import annotations

from nnlab.core.preparation import Data
from nnlab.core.setting import Setting
from nnlab.graph.annotation import group_nodes
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.mlp import HiddenLayer, counted, end, hidden_layer, outputs_for
from nnlab.templates.template import Settings, Template, activation_setting, register, width_setting


def build(settings: Settings, data: Data) -> Graph:
    units, activation = int(settings["units"]), str(settings["activation"])
    builder = GraphBuilder()
    stream = hidden_layer(builder, builder.input(features=data.x.shape[1]), HiddenLayer(units), "widen")
    blocks = []
    for k in range(1, int(settings["blocks"]) + 1):
        inner = builder.layer_norm(stream, id=f"norm_{k}") if settings["layer_norm"] else stream
        bent = hidden_layer(builder, inner, HiddenLayer(units, activation), f"bend_{k}")
        change = builder.dense(bent, units=units, init="zeros", id=f"change_{k}")
        stream = builder.add(stream, change, id=f"sum_{k}")
        blocks.append((f"norm_{k}", f"bend_{k}", bent.node_id, f"change_{k}", stream.node_id))
    end(builder, stream, data.target, "head")
    graph = builder.build()
    for k, names in enumerate(blocks, 1):
        graph = group_nodes(graph, [name for name in dict.fromkeys(names) if name in graph], f"Block {k}")
    return arrange(graph)


def label(settings: Settings, data: Data) -> str:
    blocks = counted(int(settings["blocks"]), "block")
    return f"Residual MLP {data.x.shape[1]}-{settings['units']}-{outputs_for(data.target)}, {blocks}"


register(
    Template(
        name="residual_mlp",
        title="Residual MLP",
        description="Blocks with skip connections, so that gradients reach the first layer of a deep network.",
        build=build,
        label=label,
        settings=(
            width_setting(16, tip="Width of the residual stream, to which all blocks add."),
            Setting("blocks", 2, "Blocks", "Number of blocks.", minimum=1, maximum=32),
            activation_setting(),
            Setting("layer_norm", False, "LayerNorm", "Whether every block normalises its input."),
        ),
        order=3,
    )
)
