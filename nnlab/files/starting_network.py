"""A first network for a person's own table: small, trainable as it stands, and meant to be changed.

The target's kind decides the loss, the number of features and samples the width and the batch. Nothing here is tuned to
any one data set: two hidden layers of ReLU and Adam are what most textbooks begin with.
"""

from __future__ import annotations

from pathlib import Path

from nnlab.core.dataset import Target
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.files.project import Project
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.training.settings import TrainingSettings

LOSSES = {"continuous": "mse", "binary": "binary_cross_entropy", "classes": "cross_entropy"}
UPDATES = 4000  # about as many steps as the first run makes, whatever the size of the table


def project_for_csv(path: Path) -> Project:
    """A project that trains on the table in `path`; raises DataError naming line and column when it cannot be read."""
    data = DataSettings("csv_file", {"path": str(path.expanduser().absolute())})
    return project_for_data(data, prepare(data))


def project_for_data(settings: DataSettings, data: Data) -> Project:
    """A project with a network that fits `data`, which `settings` describe."""
    samples, features = data.x.shape
    batch_size = 16 if samples < 500 else 32 if samples < 5000 else 128
    epochs = min(max(UPDATES * batch_size // samples, 20), 100)  # beyond that, small tables are learned by heart
    graph = starting_graph(features, data.target)
    training = TrainingSettings(learning_rate=learning_rate(data), batch_size=batch_size, epochs=epochs)
    return Project(graph, settings, training)


def starting_graph(features: int, target: Target) -> Graph:
    """features - hidden - hidden / 2 - outputs, with the loss that fits the target."""
    width = min(max(8, 1 << (features - 1).bit_length()), 64)  # the power of two from `features` up, from 8 to 64
    builder = GraphBuilder()
    layer = builder.input(features=features)
    for units in (width, width // 2):
        layer = builder.relu(builder.dense(layer, units=units, init="he_uniform"))
    outputs = target.classes if target.kind == "classes" else target.outputs
    builder.node(LOSSES[target.kind], builder.dense(layer, units=outputs))
    return builder.build()


def learning_rate(data: Data) -> float:
    """0.003, and up to 0.05 for a target of large numbers.

    Adam moves every weight by about the learning rate in each step, however far the target is away; the outputs of a
    target in the hundreds would otherwise need tens of thousands of steps to get there.
    """
    if data.target.kind != "continuous":
        return 0.003
    size = float(abs(data.y).mean())
    return 0.003 if size < 10.0 else 0.01 if size < 50.0 else 0.05
