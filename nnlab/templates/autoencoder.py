"""Autoencoder: squeezes every sample through a narrow layer, the code, and has to give it back.

Hinton and Salakhutdinov 2006, "Reducing the Dimensionality of Data with Neural Networks". Encoder and decoder mirror each other; without
activations the code spans the principal components of the data (Baldi and Hornik 1989).
"""

from __future__ import annotations

from nnlab.core.preparation import Data, DataSettings
from nnlab.core.setting import Setting
from nnlab.graph.annotation import group_nodes
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.mlp import HiddenLayer, hidden_layer, line_of
from nnlab.templates.template import Settings, Template, activation_setting, register, width_setting


def needs(data: Data) -> str:
    is_own_target = data.target.kind == "continuous" and data.y.shape == data.x.shape and bool((data.y == data.x).all())
    return "" if is_own_target else "An autoencoder needs data whose target is the sample itself."


def _sizes(settings: Settings, data: Data) -> tuple[int, int, int]:
    """(features, units, numbers in the code); a code is narrower than the sample, whatever was chosen."""
    features = data.x.shape[1]
    return features, int(settings["units"]), max(1, min(int(settings["code"]), features - 1))


def build(settings: Settings, data: Data) -> Graph:
    features, units, code = _sizes(settings, data)
    activation = str(settings["activation"])
    builder = GraphBuilder()
    layer = hidden_layer(builder, builder.input(features=features), HiddenLayer(units, activation), "encoder")
    encoder = layer
    layer = builder.dense(layer, units=code, id="code")
    layer = hidden_layer(builder, layer, HiddenLayer(units, activation), "decoder")
    builder.mse(builder.dense(layer, units=features, id="reconstruction"))
    graph = group_nodes(builder.build(), ["encoder", encoder.node_id, "code"], "Encoder")
    return arrange(group_nodes(graph, ["decoder", layer.node_id, "reconstruction"], "Decoder"))


def label(settings: Settings, data: Data) -> str:
    features, units, code = _sizes(settings, data)
    return f"Autoencoder {line_of((features, units, code, units, features))}"


def remark(settings: Settings, data: Data) -> str:
    features, _, code = _sizes(settings, data)
    if code < int(settings["code"]):
        return f"A code as wide as a sample of {features} numbers would compress nothing, so the code has {code}."
    return f"Every sample of {features} numbers is compressed to {code}."


register(
    Template(
        name="autoencoder",
        title="Autoencoder",
        description="Compresses every sample to a narrow code and reconstructs it.",
        build=build,
        label=label,
        remark=remark,
        needs=needs,
        own_data=DataSettings("reconstruction"),
        settings=(
            Setting("code", 8, "Code", "Width of the code, the narrowest layer.", minimum=1, maximum=1024),
            width_setting(32, tip="Width of the layers before and after the code."),
            activation_setting(),
        ),
        order=4,
    )
)
