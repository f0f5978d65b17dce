"""Convolutional network: small filters that look at every place of an image alike, between layers that halve its size.

LeCun et al. 1998, "Gradient-Based Learning Applied to Document Recognition". Each block has twice the filters of the one before, as its
image has a quarter of the pixels; a dense layer reads what is left.
"""

from __future__ import annotations

from nnlab.core.preparation import Data, DataSettings
from nnlab.core.setting import Setting
from nnlab.graph.convnet import ConvnetShape, convnet_graph, halvings
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import counted
from nnlab.templates.template import Settings, Template, TemplateError, register


def needs(data: Data) -> str:
    return "" if data.planes is not None else "Convolutions need images, but the features of this data are not pixels."


def build(settings: Settings, data: Data) -> Graph:
    assert data.planes is not None
    _, height, width = data.planes
    blocks, most = int(settings["blocks"]), halvings(height, width)
    if blocks > most:
        raise TemplateError(f"Images of {height} × {width} pixels can be halved {counted(most, 'time')}; choose at most that many blocks.")
    shape = ConvnetShape(
        blocks, int(settings["filters"]), int(settings["kernel_size"]), int(settings["units"]), float(settings["dropout"])
    )  # fmt: skip
    return convnet_graph(data.planes, data.target, shape)


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
