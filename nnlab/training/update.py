"""What the engine is given of a project: the network on its data, and how it is trained.

Apart from `nnlab.training.settings`, which a window reads without loading the engine.
"""

from nnlab.core.preparation import Data
from nnlab.engine.compile import Update
from nnlab.engine.setup import Setup
from nnlab.graph.graph import Graph
from nnlab.graph.targets import encoded
from nnlab.training.initial_weights import InitialWeights, values_of
from nnlab.training.settings import TrainingSettings


def setup_of(graph: Graph, data: Data, settings: TrainingSettings, start: InitialWeights | None = None) -> Setup:
    """The network on its data, targets as its loss takes them, and what it starts from (None: weights drawn from the seed)."""
    return Setup(
        graph, data.x, encoded(graph, data.target, data.y), data.validation_x, encoded(graph, data.target, data.validation_y),
        update=update_of(settings), batch_size=settings.batch_size, seed=settings.seed, shuffle=settings.shuffle,
        score="accuracy" if data.target.classes else "r2", initial=values_of(start),
    )  # fmt: skip


def update_of(settings: TrainingSettings) -> Update:
    return Update(
        settings.optimizer, settings.learning_rate, settings.optimizer_settings, settings.schedule, settings.schedule_settings,
        settings.accumulate, settings.zero_gradients,
    )  # fmt: skip
