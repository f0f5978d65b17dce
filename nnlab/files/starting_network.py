"""A first network for a person's own table: small, trainable as it stands, and meant to be changed.

The target's kind decides the loss, the number of features and samples the width and the batch. Nothing here is tuned to
any one data set: two hidden layers of ReLU and Adam with decoupled weight decay are what most textbooks begin with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from nnlab.core.dataset import Target
from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.core.setting import Value
from nnlab.files.project import Project
from nnlab.graph.convnet import ConvnetShape, convnet_graph, halvings
from nnlab.graph.graph import Graph
from nnlab.graph.layout import arrange
from nnlab.graph.mlp import HiddenLayer, mlp_graph
from nnlab.graph.target_unit import target_unit, with_unit
from nnlab.images.images import ImageForm
from nnlab.images.source import proposed_form
from nnlab.tables.proposal import asked_for, propose
from nnlab.tables.reader import read_table
from nnlab.training.reach import BUDGET
from nnlab.training.settings import TrainingSettings

MOMENTS_KEPT = 500  # of the past of a run, where they are small
UPDATES = 2000  # about as many steps as the first run makes, whatever the size of the table
WEIGHT_DECAY = 0.1
SMALL = 2000  # samples: below, a table is soon learned by heart
UPDATES_OF_SMALL, DECAY_OF_SMALL = 700, 0.5  # measured in docs/decisions/own-tables.md
LEARNING_RATE = 0.003
# The gradients of a mean squared error are as small as the target's deviation squared; from 1e-5 on, Adam's 1e-8 beside their size would
# leave nothing of a step. Below 1e-18 the squares of gradients are 0 in float32, and nothing else holds a step back.
SMALL_UNIT, ADAM_EPS, LEAST_EPS = 1e-2, 1e-8, 1e-18


def project_for_table(path: Path, target: str = "", answers: Mapping[str, str] | None = None) -> Project:
    """A project that trains on the table in `path` as its cells suggest.

    `target` is the column to predict ("": the last that can be); `answers` says by column in which of two possible notations its cells are
    written. Raises DataError naming line and column when the table cannot be read, and for a question that is left open.
    """
    path = path.expanduser().absolute()
    cells = read_table(path)
    plan = asked_for(propose(cells, target), answers or {}, "nnlab import --answer")
    settings = DataSettings("table", {"path": str(path), "plan": plan.to_json()})
    return project_for_data(settings, prepare(settings))


def project_for_data(settings: DataSettings, data: Data) -> Project:
    """A project with a network that fits `data`, which `settings` describe."""
    training = starting_training(data)
    decay = WEIGHT_DECAY
    optimizer: dict[str, Value] = {}
    if data.planes is None:
        training = replace(training, learning_rate=LEARNING_RATE)  # outputs come in the target's own unit
        if len(data.x) < SMALL:
            epochs = min(max(UPDATES_OF_SMALL * training.batch_size // len(data.x), 20), 100)
            training, decay = replace(training, epochs=epochs), DECAY_OF_SMALL
        unit = target_unit(data)
        if unit is not None and unit[0] < SMALL_UNIT:
            optimizer["eps"] = float(f"{max(ADAM_EPS * unit[0] ** 2, LEAST_EPS):.0e}")
    optimizer["weight_decay"] = decay
    return Project(graph_for(data), settings, replace(training, optimizer="adamw", optimizer_settings=optimizer))


def project_for_images(path: Path, labels: str = "", form: ImageForm | None = None) -> Project:
    """A project that trains on the images at `path`; `form` is how they are read, None for what they suggest. Raises DataError."""
    path = path.expanduser().absolute()
    form = form or proposed_form(path, labels)
    settings = DataSettings("images", image_settings(path, labels, form))
    return project_for_data(settings, prepare(settings))


def image_settings(path: Path, labels: str, form: ImageForm) -> dict[str, Value]:
    """Those of the data set of one's own images."""
    color = "rgb" if form.is_color else "grey"
    return {
        "path": str(path), "labels": labels, "height": form.height, "width": form.width, "color": color, "fitting": form.fitting,
    }  # fmt: skip


def graph_for(data: Data) -> Graph:
    """Convolutions for images large enough to be halved, else dense layers, behind embeddings where columns are to be embedded."""
    if data.planes is not None and (most := halvings(*data.planes[1:])) > 0:
        return convnet_graph(data.planes, data.target, ConvnetShape(blocks=min(most, 2)))
    return with_unit(starting_graph(data.x.shape[1], data.target, data.vocabularies), target_unit(data))


def starting_graph(features: int, target: Target, vocabularies: Mapping[int, int] | None = None) -> Graph:
    """features - hidden - hidden / 2 - outputs, with the loss that fits the target; columns with `vocabularies` are embedded first."""
    width = _width(features)
    graph = mlp_graph((HiddenLayer(width, "relu"), HiddenLayer(width // 2, "relu")), features, target, vocabularies=vocabularies)
    return arrange(graph) if vocabularies else graph


def _width(features: int) -> int:
    """The power of two from `features` up, from 32 to 64."""
    return min(max(32, 1 << (features - 1).bit_length()), 64)


def memory_of_the_past(features: int) -> int:
    """About how many bytes the past of a run takes that begins with this network: its weights with both of Adam's moments, many times."""
    return min(BUDGET, MOMENTS_KEPT * 3 * 4 * features * _width(max(features, 1)))


def starting_training(data: Data) -> TrainingSettings:
    """Adam, with a batch and a number of epochs for the size of the table and a learning rate for that of its target."""
    samples = len(data.x)
    batch_size = 16 if samples < 500 else 32 if samples < 5000 else 128
    epochs = min(max(UPDATES * batch_size // samples, 20), 100)  # beyond that, small tables are learned by heart
    return TrainingSettings(learning_rate=learning_rate(data), batch_size=batch_size, epochs=epochs)


def learning_rate(data: Data) -> float:
    """0.003, and up to 0.05 for a target of large numbers.

    Adam moves every weight by about the learning rate in each step, however far the target is away; the outputs of a
    target in the hundreds would otherwise need tens of thousands of steps to get there.
    """
    if data.target.kind != "continuous":
        return 0.003
    size = float(abs(data.y).mean())
    return 0.003 if size < 10.0 else 0.01 if size < 50.0 else 0.05
