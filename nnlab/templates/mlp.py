"""MLP: dense layers one behind the other, each with an activation between it and the next.

The network of Rumelhart, Hinton and Williams 1986, "Learning representations by back-propagating errors". Its layers are typed as one
line (`nnlab.graph.mlp`); the initialiser follows the activation.
"""

from __future__ import annotations

from nnlab.core.preparation import Data
from nnlab.core.setting import Setting
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import MlpShape, ShapeLineError, mlp_graph, mlp_line, outputs_for, parse_mlp
from nnlab.templates.template import Settings, Template, activation_setting, register


def _readable(text: str) -> MlpShape:
    """What `Setting.reader` asks for: ValueError, with words that end another sentence."""
    try:
        return parse_mlp(text)
    except ShapeLineError as error:
        sentence = str(error).rstrip(".")
        raise ValueError(sentence[:1].lower() + sentence[1:]) from error


def _shape(settings: Settings) -> MlpShape:
    return parse_mlp(str(settings["layers"]), str(settings["activation"]))


def build(settings: Settings, data: Data) -> Graph:
    return mlp_graph(_shape(settings).hidden, data.x.shape[1], data.target, dropout=float(settings["dropout"]))


def label(settings: Settings, data: Data) -> str:
    return f"MLP {mlp_line(_shape(settings).hidden, data.x.shape[1], outputs_for(data.target))}"


def remark(settings: Settings, data: Data) -> str:
    return _shape(settings).fitted(data.x.shape[1], outputs_for(data.target))


register(
    Template(
        name="mlp",
        title="MLP",
        description="Dense layers in sequence, the usual first network.",
        build=build,
        label=label,
        remark=remark,
        settings=(
            Setting(
                "layers",
                "8, 8",
                tip="Sizes of the hidden layers (8, 8) or of the whole network (2-8-8-1), optionally followed by activations.",
                reader=_readable,
            ),
            activation_setting(),
            Setting("dropout", 0.0, tip="Share of every hidden layer's outputs set to 0 in each iteration.", minimum=0.0, maximum=0.9),
        ),
        order=1,
    )
)
