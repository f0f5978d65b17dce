"""Attention block: every token looks at all others and takes from each as much as it matters to it.

Vaswani et al. 2017, "Attention Is All You Need", equation 1: softmax(Q Kᵀ / √d) V with one head, its result added to the stream as in a
transformer's block. The rows of an image are its tokens, or else every feature of a table is one. Attention itself does not know the
order of its tokens; the last layer, which reads all of them side by side, does.
"""

from __future__ import annotations

from nnlab.core.preparation import Data, DataSettings
from nnlab.core.setting import Setting
from nnlab.graph.annotation import group_nodes
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.mlp import end
from nnlab.templates.template import Settings, Template, register, width_setting

FEWEST = 4  # tokens, below which there is nothing to attend to
BLOCK = ("norm", "query", "key", "value", "key_transposed", "scores", "scaled", "attention", "mixed", "back", "stream")


def _tokens(data: Data) -> tuple[int, int]:
    """(tokens, numbers in each) of a sample."""
    return data.image_shape or (data.x.shape[1], 1)


def needs(data: Data) -> str:
    count = _tokens(data)[0]
    return "" if count >= FEWEST else f"Attention needs several tokens, but a sample of this data has {count}."


def build(settings: Settings, data: Data) -> Graph:
    tokens, numbers = _tokens(data)
    units = int(settings["units"])
    builder = GraphBuilder()
    rows = builder.reshape(builder.input(features=tokens * numbers), shape=f"{tokens}, {numbers}", id="tokens")
    stream = builder.dense(rows, units=units, id="embed")
    read = builder.layer_norm(stream, id="norm") if settings["layer_norm"] else stream
    query, key, value = (builder.dense(read, units=units, id=name) for name in ("query", "key", "value"))
    scores = builder.matmul(query, builder.transpose(key, id="key_transposed"), id="scores")
    weights = builder.softmax(builder.scale(scores, factor=units**-0.5, id="scaled"), id="attention")
    back = builder.dense(builder.matmul(weights, value, id="mixed"), units=units, id="back")
    stream = builder.add(stream, back, id="stream")
    end(builder, builder.flatten(stream), data.target, "head")
    graph = builder.build()
    return arrange(group_nodes(graph, [name for name in BLOCK if name in graph], "Attention"))


def label(settings: Settings, data: Data) -> str:
    return f"Attention, {_tokens(data)[0]} tokens of {settings['units']}"


def remark(settings: Settings, data: Data) -> str:
    tokens, numbers = _tokens(data)
    what = f"Every row of the image, {numbers} pixels, is a token" if data.image_shape else "Every feature is a token"
    return f"{what}; the attention weights of a sample are {tokens} × {tokens} numbers."


register(
    Template(
        name="attention",
        title="Attention block",
        description="One attention head: every token attends to all tokens and reads a weighted sum of their values.",
        build=build,
        label=label,
        remark=remark,
        needs=needs,
        own_data=DataSettings("digits"),
        settings=(
            width_setting(16, "Token size", "Length of every query, key and value."),
            Setting("layer_norm", True, "LayerNorm", "Whether every token is normalised before the block."),
        ),
        order=6,
    )
)
