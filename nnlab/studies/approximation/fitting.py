"""Fitting without gradient descent: the output layer solved exactly, and the whole network polished by a quasi-Newton method.

With the hidden units as they stand, the network is linear in its output weights, so the best of them are found by least squares. Units
that are nearly alike would then cancel with weights in the thousands: a ridge, λ times the sum of the squared weights added to the mean
squared error, prevents it (Hoerl and Kennard, Ridge Regression, 1970). It is solved in double precision by a singular value
decomposition.

Polishing minimises the engine's own loss by its own gradients, both in double precision on all training samples, with SciPy's L-BFGS (Liu
and Nocedal, On the Limited Memory BFGS Method, 1989). Weights of different layers move the output by different amounts, so each is
measured in units of how much it does (Marquardt's scaling, 1963). Both return new weights as values and change nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from nnlab.core.errors import GraphError, NNLabError
from nnlab.core.preparation import Data
from nnlab.core.setting import Setting
from nnlab.graph.graph import Graph
from nnlab.graph.targets import encoded
from nnlab.graph.unit_sum import unit_sum
from nnlab.jobs.context import JobContext
from nnlab.training.session import Session

RIDGE = Setting(
    "ridge", 1e-12, "Ridge λ", "λ times the sum of the squared output weights is added to the mean squared error", minimum=0.0, maximum=1e3,
    logarithmic=True,
)  # fmt: skip
ITERATIONS = Setting("iterations", 2000, "Iterations", "Iterations of L-BFGS at most", minimum=1, maximum=1_000_000, logarithmic=True)
PROBES = 32  # random directions of the outputs along which the scales are measured
LEAST_SCALE = 1e-3  # of the largest, for weights that hardly matter
CORRECTIONS = 60  # pairs that L-BFGS remembers: few enough parameters here that more than the usual ten pay


@dataclass(frozen=True, eq=False)
class Solved:
    """`parameters`: the output layer's weight and bias, float64. Errors are root mean squares over the training samples."""

    parameters: Mapping[str, np.ndarray]
    ridge: float
    largest_weight: float
    rms_before: float
    rms_after: float


@dataclass(frozen=True, eq=False)
class Polished:
    """`parameters`: all trained parameters, float64. `why` says in words what ended it."""

    parameters: Mapping[str, np.ndarray]
    loss_before: float
    loss_after: float
    iterations: int
    evaluations: int
    seconds: float
    why: str


def solve_output_layer(graph: Graph, parameters: Mapping[str, np.ndarray], data: Data, ridge: float | None = None) -> Solved:
    """The output weights that fit the training samples best, the hidden units as they stand in `parameters` (buffers may be among them).

    `ridge` is λ, by default that of RIDGE. The bias costs nothing. Raises GraphError for a network that is no sum of units or whose output
    layer is frozen, SettingError for a ridge out of range.
    """
    strength = float(RIDGE.check(RIDGE.default if ridge is None else ridge, "solve the output layer"))
    structure = unit_sum(graph)
    if graph[structure.output].frozen:
        raise GraphError(f"{structure.output} has frozen weights; unfreeze it to solve it.", structure.output)
    session = _session(graph, parameters)
    y = data.y[:, 0].astype(np.float64)
    values = session.activations(data.x, [structure.units])[structure.units].reshape(len(y), -1)
    has_bias = structure.bias in session.parameters
    mean, level = (values.mean(axis=0), float(y.mean())) if has_bias else (np.zeros(values.shape[1]), 0.0)
    left, sizes, right = np.linalg.svd(values - mean, full_matrices=False)
    # A direction that the samples do not determine gets no weight, also without a ridge.
    usable = sizes > sizes[0] * len(y) * np.finfo(np.float64).eps if sizes[0] else np.zeros(len(sizes), dtype=bool)
    gains = np.where(usable, sizes / np.where(usable, sizes**2 + strength * len(y), 1.0), 0.0)
    weight = right.T @ (gains * (left.T @ (y - level)))
    found = {structure.weight: weight.reshape(1, -1)}
    if has_bias:
        found[structure.bias] = np.array([level - float(mean @ weight)])
    before = _rms(session, data)
    session.set_parameters(found)
    return Solved(found, strength, float(np.abs(weight).max()), before, _rms(session, data))


def polish(
    graph: Graph, parameters: Mapping[str, np.ndarray], data: Data, context: JobContext | None = None, iterations: int | None = None,
    seconds: float | None = None,
) -> Polished:  # fmt: skip
    """The trained parameters after L-BFGS from `parameters` on, at most so many iterations and seconds; never a greater loss than before.

    Reports to `context` and raises Cancelled when it was cancelled. Raises GraphError for a network that behaves differently in training,
    whose loss would not be a function of its weights, and NNLabError where nothing is trained.
    """
    import scipy.optimize

    context = context or JobContext()
    most = int(ITERATIONS.check(ITERATIONS.default if iterations is None else iterations, "polish"))
    _check_is_function(graph)
    session = _session(graph, parameters)
    objective = _Objective(session, graph, data)
    begun = time.monotonic()
    best, first = np.zeros(objective.size), objective.start_loss
    done = 0

    def after_iteration(intermediate_result: scipy.optimize.OptimizeResult) -> None:
        nonlocal best, done
        done += 1
        best = intermediate_result.x.copy()
        context.report(min(done, most), most, f"loss {float(intermediate_result.fun) * first:.3g}")
        if seconds is not None and time.monotonic() - begun > seconds:
            raise StopIteration

    context.report(0, most, f"loss {first:.3g}")
    result = scipy.optimize.minimize(
        _cancellable(objective, context), best, jac=True, method="L-BFGS-B", callback=after_iteration,
        options={"maxiter": most, "maxfun": 20 * most, "maxcor": CORRECTIONS, "ftol": 0.0, "gtol": 0.0, "maxls": 40},
    )  # fmt: skip
    last = result.x if result.fun <= 1.0 else best
    after = objective(last)[0] * first
    took = time.monotonic() - begun
    if not after < first:
        last, after = np.zeros(objective.size), first
        return Polished(objective.parameters(last), first, after, done, objective.evaluations, took, "Nothing could be improved.")
    if seconds is not None and took > seconds:
        why = "The time was up."
    else:
        why = "The iterations were used up." if done >= most else "The loss cannot be made smaller by another step."
    return Polished(objective.parameters(last), first, after, done, objective.evaluations, took, why)


class _Objective:
    """Loss and gradient, as shares of the loss at the start, of one vector: how far every trained parameter is from its start, scaled."""

    def __init__(self, session: Session, graph: Graph, data: Data) -> None:
        self._session = session
        self._x, self._y = data.x, encoded(graph, data.target, data.y)
        self._start = {
            f"{node.id}.{parameter.name}": session.parameters[f"{node.id}.{parameter.name}"] for node in graph for parameter in node.trained
        }
        if not self._start:
            raise NNLabError("There is nothing to polish: this network has no weights that are trained.")
        self.evaluations = 0
        self.start_loss = session.gradients(self._x, self._y)[0]
        self._unit = self.start_loss or 1.0
        self._origin = np.concatenate([values.ravel() for values in self._start.values()])
        self.size = len(self._origin)
        self._scales = 1.0 / self._effects(graph)

    def _effects(self, graph: Graph) -> np.ndarray:
        """How much each parameter moves the outputs, up to a factor: the root mean square of gradients for random residuals ±1."""
        kind = graph.losses[0].kind
        if kind.link != "identity" or np.isfinite(kind.target_bounds).any():  # targets cannot be anything
            return np.ones(self.size)
        generator, outputs = np.random.default_rng(0), self._session.predict(self._x)
        squares = np.zeros(self.size)
        for _ in range(PROBES):
            residuals = generator.choice([-1.0, 1.0], outputs.shape)
            squares += self._flat(self._session.gradients(self._x, outputs - residuals)[1]) ** 2
        effects = np.sqrt(squares / PROBES)
        largest = float(effects.max())
        return effects + LEAST_SCALE * largest if largest > 0.0 and np.isfinite(largest) else np.ones(self.size)

    def _flat(self, gradients: Mapping[str, np.ndarray]) -> np.ndarray:
        return np.concatenate([gradients[name].ravel() for name in self._start])

    def __call__(self, vector: np.ndarray) -> tuple[float, np.ndarray]:
        self.evaluations += 1
        if not np.isfinite(vector).all():
            return np.inf, np.zeros_like(vector)
        self._session.set_parameters(self.parameters(vector))
        loss, gradients = self._session.gradients(self._x, self._y)
        if not np.isfinite(loss):
            return np.inf, np.zeros_like(vector)
        return loss / self._unit, self._flat(gradients) * self._scales / self._unit

    def parameters(self, vector: np.ndarray) -> dict[str, np.ndarray]:
        ends = np.cumsum([values.size for values in self._start.values()])[:-1]
        parts = zip(self._start.items(), np.split(self._origin + self._scales * vector, ends), strict=True)
        return {name: part.reshape(values.shape).copy() for (name, values), part in parts}


def _cancellable(objective: _Objective, context: JobContext) -> Callable[[np.ndarray], tuple[float, np.ndarray]]:
    def evaluate(vector: np.ndarray) -> tuple[float, np.ndarray]:
        context.check()
        return objective(vector)

    return evaluate


def _session(graph: Graph, parameters: Mapping[str, np.ndarray]) -> Session:
    session = Session(graph, dtype="float64")
    session.set_parameters({name: np.asarray(values, dtype=np.float64) for name, values in parameters.items()})
    return session


def _rms(session: Session, data: Data) -> float:
    errors = session.predict(data.x)[:, 0] - data.y[:, 0]
    return float(np.sqrt(np.mean(errors**2)))


def _check_is_function(graph: Graph) -> None:
    """Raises GraphError where the loss of a training step is not the loss of the network that is shown."""
    for node in graph:
        kernel = None if node.kind.is_loss else node.kind.forward
        if kernel is not None and any(argument.name == "training" for argument in node.kind.forward_adapter.arguments):
            raise GraphError(f"{node.id} does something else in training than afterwards; remove it to polish the network.", node.id)
