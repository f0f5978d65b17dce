"""Convolutional network: small filters that look at every place of an image alike, between layers that halve its size.

LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition". Each block has twice the filters of the one before, as its
image has a quarter of the pixels; a dense layer reads what is left.
"""

from __future__ import annotations

from nnlab.core.preparation import Data, DataSettings
from nnlab.core.setting import Setting
from nnlab.graph.annotation import group_nodes
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.mlp import HiddenLayer, counted, end, hidden_layer
from nnlab.templates.template import Settings, Template, TemplateError, register


def needs(data: Data) -> str:
    return "" if data.image_shape is not None else "Convolutions need images, but the features of this data are not pixels."


def build(settings: Settings, data: Data) -> Graph:
    assert data.image_shape is not None
    height, width = data.image_shape
    blocks, kernel, filters = int(settings["blocks"]), int(settings["kernel_size"]), int(settings["filters"])
    halvings = min(height, width).bit_length() - 1
    if blocks > halvings:
        raise TemplateError(
            f"Images of {height} × {width} pixels can be halved {counted(halvings, 'time')}; choose at most that many blocks."
        )
    builder = GraphBuilder()
    image = builder.reshape(builder.input(features=height * width), shape=f"1, {height}, {width}")
    parts = []
    for k in range(1, blocks + 1):
        maps = builder.conv2d(
            image, filters=filters * 2 ** (k - 1), kernel_size=kernel, padding=kernel // 2, init="he_uniform", id=f"conv_{k}"
        )
        bent = builder.relu(maps)
        image = builder.max_pool2d(bent, id=f"pool_{k}")
        parts.append([f"conv_{k}", bent.node_id, f"pool_{k}"])
    features = hidden_layer(builder, builder.flatten(image), HiddenLayer(int(settings["units"]), "relu"), "read")
    if float(settings["dropout"]) > 0.0:
        features = builder.dropout(features, p=settings["dropout"])
    end(builder, features, data.target, "head")
    graph = builder.build()
    for k, names in enumerate(parts, 1):
        graph = group_nodes(graph, names, f"Block {k}")
    return arrange(graph)


def label(settings: Settings, data: Data) -> str:
    counts = "-".join(str(int(settings["filters"]) * 2**k) for k in range(int(settings["blocks"])))
    return f"Convnet {counts}"


register(
    Template(
        name="convnet",
        title="Convolutional network",
        description="Small filters applied at every position of an image, then a dense layer.",
        build=build,
        label=label,
        needs=needs,
        own_data=DataSettings("digits"),
        settings=(
            Setting("blocks", 2, "Blocks", "Convolution, ReLU and pooling; each halves the image.", minimum=1, maximum=8),
            Setting("filters", 16, "Filters", "Filters of the first block; every further block has twice as many.", minimum=1, maximum=512),
            Setting("kernel_size", 3, "Window", "Height and width of a filter, in pixels.", minimum=1, maximum=11),
            Setting("units", 32, "Units", "Units of the dense layer after the blocks.", minimum=1, maximum=4096),
            Setting("dropout", 0.2, tip="Share of the dense layer's outputs set to 0 in each iteration.", minimum=0.0, maximum=0.9),
        ),
        order=5,
    )
)
