"""What the theorem does not promise: five projects in which it is no help, each with what to look at.

The universal approximation theorem (Cybenko 1989, Hornik 1991; Leshno, Lin, Pinkus and Schocken 1993) says that one hidden layer with
enough units comes as close as one likes to a continuous function on a closed interval, if the activation is no polynomial. Each project
takes one of these conditions away, or asks for something that was never said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.preparation import Data, DataSettings, prepare
from nnlab.core.setting import Value
from nnlab.core.written import rounded
from nnlab.engine.evaluator import Evaluator
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.graph import Graph
from nnlab.graph.mlp import HiddenLayer, initializer_for, mlp_graph
from nnlab.studies.approximation.constructions import INTERPOLANT, Construction, construct
from nnlab.training.domain import domain
from nnlab.training.function_errors import POINTS, Errors, errors_inside, jumps_of, truth_at
from nnlab.training.probes.approximation import Approximation
from nnlab.training.project import Project
from nnlab.training.settings import TrainingSettings

FIT, OUTSIDE, SUP, CONSTRUCTED = "fit", "outside", "sup", "constructed"  # what the eye should go to
SAMPLES = 256
Sentences = tuple[str, str]


@dataclass(frozen=True)
class Promise:
    """`set_up` makes the project (one undoable edit); `sentences(project, data, approximation)` say what to look at, with the engine's
    figures.

    `updates`: about how many it takes until what is said shows. `look_at`: FIT, OUTSIDE, SUP, or CONSTRUCTED, which also offers the
    weights of `better_weights`.
    """

    name: str
    title: str
    look_at: str
    updates: int
    set_up: Callable[[Project], Project]
    sentences: Callable[[Project, Data, Approximation], Sentences]


def better_weights(project: Project, data: Data) -> Construction:
    """The interpolant on even knots, for the ReLU units of a project as they are; raises NNLabError where it has none."""
    units = max((int(node.settings["units"]) for node in project.graph if node.operator == "dense"), default=1)
    return construct(project.graph, project.data, data, INTERPOLANT, units, "relu")


def best_polynomial(data: Data, degree: int) -> float:
    """The root mean square error, on 2,001 even points, of the polynomial that fits the exact function best there."""
    x = np.linspace(*domain(data)[0], POINTS)
    truth = truth_at(data, x.reshape(-1, 1))
    if truth is None:
        x, truth = data.raw_x[:, 0], data.y[:, 0]
    known = np.isfinite(truth)
    fitted = np.polynomial.Chebyshev.fit(x[known], truth[known], degree)
    return float(np.sqrt(np.mean((fitted(x[known]) - truth[known]) ** 2)))


def errors_of_construction(construction: Construction, data: Data) -> Errors | None:
    """What it reaches, measured by the engine in double precision."""
    evaluator = Evaluator(construction.graph, "float64")
    evaluator.state.set_parameters(construction.parameters)
    return errors_inside(evaluator, data)


def _project(project: Project, graph: Graph, formula: str, low: float, high: float, rate: float = 0.01) -> Project:
    settings: dict[str, Value] = {"formula": formula, "start": low, "end": high, "samples": SAMPLES}
    training = TrainingSettings(learning_rate=rate, batch_size=SAMPLES, seed=project.training.seed, shuffle=False, epochs=4000)
    data = DataSettings("function", settings, validation_share=0.0)
    return replace(project, graph=graph, data=data, training=training, adapters={}, initial=None, comparison=())


def _one_layer(activation: str, units: int) -> Graph:
    target = prepare(DataSettings("function")).target
    return mlp_graph([HiddenLayer(units, activation)], 1, target)


def _squares(units: int) -> Graph:
    """Units whose activation is z²: the layer times itself."""
    builder = GraphBuilder()
    layer = builder.dense(builder.input(features=1), units=units, init=initializer_for("tanh"))
    builder.mse(builder.dense(builder.multiply(layer, layer), units=1))
    return builder.build()


def _units(approximation: Approximation) -> str:
    count = len(approximation.sum.contributions) if approximation.sum is not None else 0
    return f"{count:,} units" if count else "the units"


def _rms(errors: Errors | None) -> str:
    return rounded(errors.rms, 3) if errors is not None else "not known"


def _sup(errors: Errors | None) -> str:
    return rounded(errors.sup, 3) if errors is not None else "not known"


def _of_linear(project: Project, data: Data, now: Approximation) -> Sentences:
    return (
        f"Without an activation {_units(now)} add up to one straight line, and the best line there is has an RMS error of "
        f"{rounded(best_polynomial(data, 1), 3)}.",
        f"This network's is {_rms(now.inside)}: no number of units and no training brings it below.",
    )


def _of_squares(project: Project, data: Data, now: Approximation) -> Sentences:
    return (
        f"Units that square add up to one parabola, whatever their number, and the best parabola has an RMS error of "
        f"{rounded(best_polynomial(data, 2), 3)}; this network's is {_rms(now.inside)}.",
        "An activation that is a polynomial is the one kind for which the theorem does not hold.",
    )


def _of_extrapolation(project: Project, data: Data, now: Approximation) -> Sentences:
    return (
        f"In the domain the largest error is {_sup(now.inside)}; beside it, where nothing was learned, {_sup(now.outside)}.",
        "The theorem speaks of a closed interval: beyond their last kink the units become flat, and the target does not.",
    )


def _of_jump(project: Project, data: Data, now: Approximation) -> Sentences:
    height = max((jump.height for jump in jumps_of(data)), default=0.0)
    half = rounded(height / 2, 3)
    return (
        f"The target jumps by {rounded(height, 3)}, so that no continuous function comes closer than {half} everywhere: the "
        f"largest error is {_sup(now.inside)}.",
        f"It falls below {half} at no width, while the RMS error, now {_rms(now.inside)}, becomes as small as one likes.",
    )


def _of_stuck(project: Project, data: Data, now: Approximation) -> Sentences:
    reached = errors_of_construction(better_weights(project, data), data)
    return (
        f"Trained, {_units(now)} have a largest error of {_sup(now.inside)}; constructed on even knots, as many reach {_sup(reached)}.",
        "The theorem says that good weights exist, not that gradient descent finds them: load the constructed ones.",
    )


PROMISES = (
    Promise(
        "linear", "Linear units", FIT, 1000,
        lambda project: _project(project, _one_layer("", 16), "sin(2x) + 0.3 cos(5x)", -3.0, 3.0), _of_linear,
    ),
    Promise(
        "polynomial", "Polynomial units", FIT, 2000,
        lambda project: _project(project, _squares(16), "sin(2x) + 0.3 cos(5x)", -3.0, 3.0), _of_squares,
    ),
    Promise(
        "extrapolation", "Extrapolation", OUTSIDE, 4000,
        lambda project: _project(project, _one_layer("tanh", 24), "sin(2x) + 0.3 cos(5x)", -3.0, 3.0), _of_extrapolation,
    ),
    Promise(
        "stuck", "Stuck training", CONSTRUCTED, 4000,
        lambda project: _project(project, _one_layer("relu", 32), "sin(2x) + 0.3 cos(5x)", -3.0, 3.0), _of_stuck,
    ),
    Promise(
        "jump", "A jump", SUP, 4000,
        lambda project: _project(project, _one_layer("tanh", 32), "step(x) - 0.5", -1.0, 1.0), _of_jump,
    ),
)  # fmt: skip
