"""An observation: a run at one moment, as diagnoses look at it.

Activations and gradients come from the engine: one forward and backward pass of the network at its present weights over some of the
training samples, and short trials of training from given weights. Nothing of the run itself is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from nnlab.core.courtesy import give_way
from nnlab.core.dataset import Target
from nnlab.core.errors import TrainingError
from nnlab.core.kernel import look_with
from nnlab.core.kernel.context import BATCH_SIZE, ROWS, SAMPLES
from nnlab.core.preparation import Data
from nnlab.engine import machine
from nnlab.engine.compile import Update, compile
from nnlab.engine.evaluator import Evaluator, as_samples, as_targets
from nnlab.engine.history import Curves
from nnlab.engine.layout import layout_of, network_of
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.state import State, new_state
from nnlab.graph.graph import Graph, Node
from nnlab.graph.layers import is_layer
from nnlab.training.asked_steps import AskedSteps
from nnlab.training.settings import TrainingSettings
from nnlab.training.update import update_of
from nnlab.training.weight_path import WeightPath

MOST_SAMPLES = 512
TRIAL_STEPS = 50
LOOKS_BACK = 33


@dataclass(frozen=True, eq=False)
class Observation:
    """`x` (samples, features) and `y` as the loss takes them; `parameters`: weights and buffers by name; `curves`: the history so far.

    `initial`: what the run began with, as far as it was not drawn from the seed; `are_drawn`: whether all of it was.
    `data`: where the samples come from, None for arrays. `failure`: the sentence training ended with at a number that is not finite.
    """

    graph: Graph
    training: TrainingSettings
    x: np.ndarray
    y: np.ndarray
    parameters: Mapping[str, np.ndarray]
    curves: Curves
    data: Data | None = None
    failure: str = ""
    real: str = "float32"
    initial: Mapping[str, np.ndarray] = field(default_factory=dict)
    are_drawn: bool = True
    path: Callable[[], WeightPath] | None = None  # asks for its weights at some of the iterations it has passed
    check: Callable[[], None] = lambda: None  # called every now and then while it is looked at: may raise to end that

    @staticmethod
    def of_run(run: Run, training: TrainingSettings, data: Data | None = None, failure: str = "") -> Observation:
        """A run as it stands between two steps."""
        return Observation(
            run.program.graph, training, run.samples.x, run.samples.y, run.state.stored(), run.history.curves(), data, failure,
            run.program.real, run.initial_weights, not run.initial_weights,
        )  # fmt: skip

    @property
    def target(self) -> Target | None:
        return self.data.target if self.data is not None else None

    @cached_property
    def sample(self) -> tuple[np.ndarray, np.ndarray]:
        """At most MOST_SAMPLES of the training samples and their targets, always the same."""
        x, y = np.asarray(self.x), np.asarray(self.y)
        if len(x) <= MOST_SAMPLES:
            return x, y
        chosen = np.sort(np.random.default_rng(0).choice(len(x), MOST_SAMPLES, replace=False))
        return x[chosen], y[chosen]

    @cached_property
    def passed(self) -> State:
        """A state after a forward and a backward pass over `sample`: every tensor and its gradient by name."""
        x, y = self.sample
        rows = len(x)
        program = compile(self.graph, rows, self.real, Update())
        state = new_state(program, rows, self.training.seed)
        state.context[ROWS] = state.context[BATCH_SIZE] = state.context[SAMPLES] = rows
        state.set_parameters(self.parameters)
        state[program.input_name][...] = as_samples(program, x)
        assert program.target_name is not None
        offset, size = program.places[program.target_name].span(rows)
        state.arena[offset : offset + size] = as_targets(program, y, rows).ravel()
        network = network_of(state, layout_of(program))
        machine.zero_gradients(network)
        give_way()
        with look_with(program.operations):
            for pc in range(program.update_start):
                self.check()
                machine.execute(network, pc, pc + 1)
        return state

    def tensor(self, name: str) -> np.ndarray | None:
        """A tensor of the pass, or a gradient ("dense_1.d_weight"); None for one that the program does not compute."""
        return self.passed[name] if name in self.passed.program.places else None

    def read_by(self, node: Node) -> np.ndarray | None:
        """What the only input of a node is given: (samples, …)."""
        incoming = self.graph.incoming(node.id)
        return self.tensor(f"{incoming[0].source}.{incoming[0].source_port}") if len(incoming) == 1 else None

    @cached_property
    def layers(self) -> tuple[Node, ...]:
        """Layers that learn, from front to back."""
        return tuple(node for node in self.graph.topological() if is_layer(node) and not node.is_frozen)

    @cached_property
    def loss(self) -> float:
        """The mean loss of `sample` at the present weights."""
        return self.loss_of(self.parameters)

    def loss_of(self, parameters: Mapping[str, np.ndarray]) -> float:
        """The mean loss of `sample` at other weights."""
        evaluator = Evaluator(self.graph, self.real)
        evaluator.state.set_parameters(parameters)
        return evaluator.loss(*self.sample)[0]

    @cached_property
    def start(self) -> Mapping[str, np.ndarray]:
        """The weights that the run began with."""
        return self._run(self.training.learning_rate, self.initial).state.stored()

    def since(self, holds: Callable[[Observation], bool]) -> int | None:
        """The earliest of LOOKS_BACK moments of the path from which on something holds at all of them; None where it does at none.

        `holds` is asked of the same run with the weights it had then.
        """
        if self.path is None:
            return None
        path, program, found = self.path(), self.passed.program, None
        if path.weights.shape[1] != program.parameters_end:  # the network was edited meanwhile
            return None
        last = int(path.now)
        rows = np.unique(np.linspace(0, last, min(last + 1, LOOKS_BACK)).round().astype(int))
        for row in rows[::-1].tolist():
            weights = path.weights[row]
            then = replace(self, parameters={name: info.place.view(weights, 1) for name, info in program.stored.items()}, path=None)
            if not holds(then):
                break
            found = int(path.iterations[row])
        return found

    def trial(self, rate: float, parameters: Mapping[str, np.ndarray], steps: int = TRIAL_STEPS) -> float:
        """The mean loss of `sample` after so many steps at a constant rate from these weights; infinite where training fails."""
        self.check()
        run = self._run(rate, parameters)
        asked = AskedSteps(run, self.check)
        try:
            for _ in range(steps):
                asked.step()
        except TrainingError:
            return float("inf")
        self.check()
        loss = self.loss_of(run.state.stored())
        return loss if np.isfinite(loss) else float("inf")

    def _run(self, rate: float, parameters: Mapping[str, np.ndarray]) -> Run:
        settings = self.training
        update = update_of(settings)
        constant = Update(update.optimizer, rate, update.settings)
        setup = Setup(
            self.graph, self.x, self.y, update=constant, batch_size=min(settings.batch_size, len(self.x)), seed=settings.seed,
            real=self.real, shuffle=settings.shuffle, initial=parameters,
        )  # fmt: skip
        return Run(setup, frames=False)
