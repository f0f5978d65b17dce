"""A confidently wrong start: initial weights that have learned, and are sure of, the wrong label for every sample.

Each label is exchanged for the next one, (label + 1) mod k, so of two classes for the other, and the project's network learns these labels
first, with cross-entropy where it can be put on the outputs: that is what makes it sure. Trained from there on the true labels, a loss
shows what its gradient is worth where a prediction is far off: with p near 0 for the true class, that of cross-entropy at the logit is
about 1, that of the squared error about 2p, next to nothing. (Golik, Doetsch, Ney, Cross-Entropy vs. Squared Error Training: a
Theoretical and Experimental Comparison (2013), section 2, for the gradients.)

    project = replace(project, initial=wrong_start(project))
"""

from __future__ import annotations

import time
from dataclasses import replace

from nnlab.core.errors import NNLabError, TrainingError
from nnlab.core.optimizer import optimizers
from nnlab.core.preparation import Data, data_title, prepare
from nnlab.graph.graph import Graph
from nnlab.graph.validation import DataShape, check
from nnlab.jobs.context import TaskContext
from nnlab.training.complete_run import prepare_run
from nnlab.training.initial_weights import InitialWeights, SwappedLabels
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings
from nnlab.training.varied import with_loss

NAME = "confidently wrong"
SURE = ("binary_cross_entropy", "cross_entropy")  # losses that make a network sure of what it learns
SLICE_SECONDS = 0.05


def wrong_start(
    project: Project, data: Data | None = None, recipe: SwappedLabels | None = None, context: TaskContext | None = None
) -> InitialWeights:  # fmt: skip
    """The weights of the project's network after it has learned the swapped labels from the start of the project's seed.

    Reports how far it is, and can be cancelled. Raises NNLabError where there are no classes to swap, where the network cannot be trained,
    and where its numbers go wrong on the way.
    """
    recipe, context = recipe or SwappedLabels(), context or TaskContext()
    data = data or prepare(project.data)
    swapped = with_swapped_labels(data)
    training = TrainingSettings(
        recipe.optimizer, {}, recipe.learning_rate, project.training.batch_size, project.training.seed, shuffle=project.training.shuffle
    ).checked()  # fmt: skip
    run = prepare_run(_with_sure_loss(project.graph, data), swapped, training)
    done, steps = 0, 1
    while done < recipe.updates:
        context.report(done, recipe.updates, f"Learning the swapped labels, update {done:,} of {recipe.updates:,}")
        begun = time.perf_counter()
        try:
            done += run.train(min(steps, recipe.updates - done))
        except TrainingError as error:
            raise NNLabError(f"The swapped labels could not be learned: {str(error).rstrip('.')}; there is no wrong start.") from error
        steps = 2 * steps if time.perf_counter() - begun < SLICE_SECONDS else max(1, steps // 2)
    context.report(recipe.updates, recipe.updates)
    how = f"{optimizers[recipe.optimizer].title} {recipe.learning_rate:g}, {recipe.updates:,} updates"
    words = f"Learned the swapped labels of {data_title(project.data)[:100]} ({how})"
    return InitialWeights(NAME, words, run.state.stored(), recipe)


def with_swapped_labels(data: Data) -> Data:
    """The same samples, each with the next class for its label; raises NNLabError for a target of numbers."""
    classes = data.target.classes
    if classes < 2:
        raise NNLabError("A confidently wrong start needs classes whose labels can be swapped, but this target is numbers.")
    return replace(data, y=(data.y + 1) % classes, validation_y=(data.validation_y + 1) % classes)


def _with_sure_loss(graph: Graph, data: Data) -> Graph:
    """The network with cross-entropy in place of its loss, where that fits: its weights stay the same ones by name and shape."""
    for name in SURE:
        try:
            found = with_loss(graph, name)
            check(found, DataShape(data.x.shape[1], data.target))
        except NNLabError:
            continue
        return found
    return graph
