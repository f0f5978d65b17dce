"""Logistic regression: one layer whose weighted sums are the logits of the classes.

Cox 1958, "The Regression Analysis of Binary Sequences"; with several classes, multinomial regression. It has no hidden layer, so its
decision boundaries are straight: what it cannot do is what hidden layers are for.
"""

from __future__ import annotations

from nnlab.core.preparation import Data, DataSettings
from nnlab.core.setting import Setting
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import LOSSES, counted, outputs_for
from nnlab.templates.template import Settings, Template, register


def needs(data: Data) -> str:
    return "" if data.target.classes else "Logistic regression needs classes, but the target is a number."


def build(settings: Settings, data: Data) -> Graph:
    builder = GraphBuilder()
    logits = builder.dense(
        builder.input(features=data.x.shape[1]), units=outputs_for(data.target), init="zeros", l2=settings["l2"], id="logits"
    )
    builder.node(LOSSES[data.target.kind], logits)
    return builder.build()


def label(settings: Settings, data: Data) -> str:
    return f"Logistic regression {data.x.shape[1]}-{outputs_for(data.target)}"


def remark(settings: Settings, data: Data) -> str:
    return f"Every class boundary is linear in the {counted(data.x.shape[1], 'input')}."


register(
    Template(
        name="logistic_regression",
        title="Logistic regression",
        description="One dense layer without a hidden layer; class boundaries are straight lines.",
        build=build,
        label=label,
        remark=remark,
        needs=needs,
        own_data=DataSettings("gaussians", {"noise": 15.0}),
        settings=(
            Setting("l2", 0.0, "L2 penalty", "Adds this times the sum of w² to the loss; keeps weights small.", minimum=0.0, maximum=100.0),
        ),
        order=2,
    )
)
