"""A network trained to approximate a target: what `nnlab approximate` and each trial of a width sweep do.

The recipe, one for all targets: even samples, up to 256 of them in every update; inputs standardised and targets scaled to deviation 1
while training, which is folded into the first and the last layer afterwards, so that no figure depends on the units of x and y; kinks
spread over the domain (`spread_start`); Adam in single precision with the rate falling along half a cosine to 0 at the last update.
Errors are measured in double precision on 2,001 even points of the domain.

After a number of updates the result is a function of the seed. After a number of seconds it is not: how many updates fit into them is
measured first, and the cosine ends there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.errors import DataError
from nnlab.core.operator import operators
from nnlab.core.preparation import Data, prepare
from nnlab.core.setting import check_settings
from nnlab.engine.compile import Update
from nnlab.engine.evaluator import Evaluator
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.graph.graph import Graph
from nnlab.graph.unit_sum import unit_sum
from nnlab.jobs.context import JobContext, TaskContext
from nnlab.studies.approximation.fitting import Polished, Solved, polish, solve_output_layer
from nnlab.studies.approximation.spread_start import spread_units
from nnlab.studies.approximation.target_fit import TargetFit
from nnlab.studies.approximation.unit_handles import activation_shape
from nnlab.training.complete_run import train
from nnlab.training.domain import domain
from nnlab.training.function_errors import Errors, errors_inside
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.project import Project
from nnlab.training.session import Session
from nnlab.training.units import stored_units

BATCH = 256
MOST_POLISHING = 20_000  # iterations of L-BFGS
TRIAL_SECONDS = 0.3  # of training, thrown away, from which the updates a second are known


@dataclass(frozen=True, eq=False)
class Fitted:
    """A trained network: `parameters` (float64, by name) are those of `graph` on the standardised inputs of `data`."""

    task: TargetFit
    graph: Graph
    data: Data
    parameters: Mapping[str, np.ndarray]
    errors: Errors
    steps: int
    seconds: float

    @property
    def units(self) -> int:
        """Hidden units of each layer."""
        return self.task.units

    @property
    def parameter_count(self) -> int:
        return sum(values.size for values in self.parameters.values())

    def with_parameters(self, parameters: Mapping[str, np.ndarray], seconds: float) -> Fitted:
        """The same network with some other weights, measured anew, so many seconds later."""
        merged = {**self.parameters, **parameters}
        return replace(self, parameters=merged, errors=measure(self.graph, merged, self.data), seconds=self.seconds + seconds)

    def loaded_into(self, project: Project) -> Project:
        """The project with this network, its weights being the initial ones, on the project's own samples of the same target."""
        data = prepare(project.data)
        words = f"{self.task.units:,} units trained for {self.steps:,} updates, seed {self.task.seed}"
        initial = InitialWeights("from the width sweep", words, self.parameters_for(data.mean, data.scale))
        return replace(project, graph=self.graph, initial=initial)

    def parameters_for(self, mean: np.ndarray, scale: np.ndarray) -> dict[str, np.ndarray]:
        """The weights of the same function for inputs (x − mean) / scale; both (1,)."""
        first = next(node.id for node in self.graph.topological() if node.operator == "dense")
        weight, found = self.parameters[f"{first}.weight"], dict(self.parameters)
        found[f"{first}.weight"] = weight * (scale / self.data.scale)
        found[f"{first}.bias"] = self.parameters[f"{first}.bias"] + weight @ ((mean - self.data.mean) / self.data.scale)
        return found

    def session(self) -> Session:
        """The network as a session in double precision that takes raw x."""
        session = Session(self.graph, dtype="float64")
        session.set_parameters(self.parameters_for(np.zeros(1), np.ones(1)))
        return session


def polished(fitted: Fitted, seconds: float | None = None, context: JobContext | None = None) -> tuple[Fitted, Solved, Polished]:
    """A trained network with its output layer solved, then all of it polished for at most so many seconds; and what the two steps did.

    A solution that the ridge makes worse than training was is not taken.
    """
    begun = time.perf_counter()
    solved = solve_output_layer(fitted.graph, fitted.parameters, fitted.data)
    better = solved.parameters if solved.rms_after <= solved.rms_before else {}
    left = None if seconds is None else max(0.0, seconds - (time.perf_counter() - begun))
    done = polish(fitted.graph, {**fitted.parameters, **better}, fitted.data, context, iterations=MOST_POLISHING, seconds=left)
    return fitted.with_parameters({**better, **done.parameters}, time.perf_counter() - begun), solved, done


def fit(task: TargetFit, steps: int | None = None, seconds: float | None = None, context: TaskContext | None = None) -> Fitted:
    """Trains for so many updates, or for about so many seconds; one of the two must be given.

    Reports to `context`. Raises NNLabError for a task that cannot be, TrainingError where numbers are not finite any more, Cancelled.
    """
    assert (steps is None) != (seconds is None)
    task, context = task.checked(), context or TaskContext()
    data = task.prepared()
    graph = task.graph(data)
    scale = float(data.y.std()) or 1.0
    level = float(data.y.mean())
    measured = Evaluator(graph, "float64")
    measured.predict(data.x[:1])  # kernels that were never compiled on this machine are compiled before the clock starts
    y = (data.y - level) / scale
    trial = _run(task, graph, data, y, 1_000_000) if steps is None else None
    begun = time.perf_counter()
    if steps is None:
        assert seconds is not None and trial is not None
        rate = _updates_per_second(trial, min(TRIAL_SECONDS, seconds / 10), context)
        steps = max(1, int(rate * (seconds - (time.perf_counter() - begun))))
    run = _run(task, graph, data, y, steps)
    done = 0

    def show(more: int) -> None:
        nonlocal done
        done += more
        context.report(done, steps, f"iteration {done:,} of {steps:,}")

    context.report(0, steps)
    train(run, steps, show)
    parameters = {name: values.astype(np.float64) for name, values in run.state.parameters().items()}
    output = graph[graph.incoming(graph.losses[0].id)[0].source].id
    parameters[f"{output}.weight"] *= scale
    parameters[f"{output}.bias"] = parameters[f"{output}.bias"] * scale + level
    return Fitted(task, graph, data, parameters, measure(graph, parameters, data), steps, time.perf_counter() - begun)


def measure(graph: Graph, parameters: Mapping[str, np.ndarray], data: Data) -> Errors:
    """Errors in double precision on 2,001 even points of the domain."""
    evaluator = Evaluator(graph, "float64")
    evaluator.state.set_parameters(parameters)
    found = errors_inside(evaluator, data)
    if found is None:
        raise DataError("The target has no finite value on 2,001 even points of its domain; choose another target or domain.")
    return found


def initial_parameters(task: TargetFit, graph: Graph, data: Data) -> dict[str, np.ndarray]:
    """The first layer's kinks spread over the domain, and of a single hidden layer the output weights; all else as it is drawn usually."""
    if not task.activation:
        return {}
    kind = operators[task.activation]
    if not kind.is_elementwise or kind.parameters:
        return {}
    units = spread_units(activation_shape(kind, check_settings(kind.settings, {})), domain(data)[0], task.units, task.seed)
    if task.depth == 1:
        structure = unit_sum(graph)
        shapes = {f"{structure.hidden}.weight": units.weight, f"{structure.hidden}.bias": units.bias, structure.weight: units.height}
        return stored_units(structure, units, shapes, data)
    first = next(node.id for node in graph.topological() if node.operator == "dense")
    return {f"{first}.weight": units.weight * data.scale, f"{first}.bias": units.bias + units.weight @ data.mean}


def _run(task: TargetFit, graph: Graph, data: Data, y: np.ndarray, steps: int) -> Run:
    update = Update("adam", task.learning_rate, {}, "cosine", {"t_max": steps})
    setup = Setup(
        graph, data.x, y, update=update, batch_size=min(BATCH, len(data.x)), seed=task.seed, shuffle=len(data.x) > BATCH,
        initial=initial_parameters(task, graph, data),
    )  # fmt: skip
    return Run(setup, frames=False)


def _updates_per_second(run: Run, seconds: float, context: TaskContext) -> float:
    """Measured on a run that is thrown away."""
    run.train(1)  # whatever is slow once
    begun, done, slice_steps = time.perf_counter(), 0, 1
    while time.perf_counter() - begun < seconds:
        context.check()
        done += run.train(slice_steps)
        slice_steps = min(2 * slice_steps, 4096)
    return done / (time.perf_counter() - begun)
