"""LoRA-ready MLP: wide layers with names, made to be fine-tuned later by low-rank updates.

Hu et al. 2021, "LoRA": W = W₀ + (α/r) B A with B (units, r) and A (r, inputs) trains r (inputs + units) numbers in place of inputs ·
units. That pays only where both sides are wide beside r, so the layers here are; and an adapter names the layers it belongs to, so they
have names that stay: hidden_1, hidden_2, …, head. It is an MLP and nothing else: adapters are attached to it afterwards.
"""

from __future__ import annotations

from nnlab.core.preparation import Data
from nnlab.core.setting import Setting
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import HiddenLayer, end, hidden_layer, line_of, outputs_for
from nnlab.templates.template import Settings, Template, activation_setting, register, width_setting

RANK = 4  # of the update in the remark


def _sizes(settings: Settings, data: Data) -> tuple[int, ...]:
    return (data.x.shape[1], *[int(settings["units"])] * int(settings["depth"]), outputs_for(data.target))


def build(settings: Settings, data: Data) -> Graph:
    features, *hidden, _ = _sizes(settings, data)
    builder = GraphBuilder()
    layer = builder.input(features=features)
    for k, units in enumerate(hidden, 1):
        layer = hidden_layer(builder, layer, HiddenLayer(units, str(settings["activation"])), f"hidden_{k}")
    end(builder, layer, data.target, "head")
    return builder.build()


def label(settings: Settings, data: Data) -> str:
    return f"LoRA-ready MLP {line_of(_sizes(settings, data))}"


def remark(settings: Settings, data: Data) -> str:
    """What an update of rank 4 would train in the last hidden layer."""
    sizes = _sizes(settings, data)
    inputs, units = sizes[-3:-1]
    update, full = RANK * (inputs + units), inputs * units
    name = f"hidden_{len(sizes) - 2}"
    if update >= full:
        return f"An update of rank {RANK} of {name} would train {update:,} numbers, no fewer than its {full:,} weights; make it wider."
    return f"An update of rank {RANK} of {name} would train {update:,} numbers instead of its {full:,} weights."


register(
    Template(
        name="lora_mlp",
        title="LoRA-ready MLP",
        description="An MLP of wide layers with fixed names, in which a low-rank update is small; adapters are attached later.",
        build=build,
        label=label,
        remark=remark,
        settings=(
            width_setting(64),
            Setting("depth", 2, "Hidden layers", "Number of layers that can take an adapter.", minimum=1, maximum=32),
            activation_setting(),
        ),
        order=7,
    )
)
