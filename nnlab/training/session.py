"""Session: a network in Python, without a window: predict, gradients, single steps, fit, trace.

Conventions are those of the contract: weights are (out, in), batch is the first axis, losses are means over batch and outputs.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, cast

import numpy as np

from nnlab.core.accumulation import ACCUMULATE
from nnlab.core.dataset import Target
from nnlab.core.errors import NNLabError, TrainingError, shown
from nnlab.core.kernel import train_with
from nnlab.core.kernel.context import BATCH_SIZE, EPOCH, ITERATION, ROWS, SAMPLES
from nnlab.core.optimizer import LEARNING_RATE
from nnlab.core.schedule import CONSTANT
from nnlab.engine import machine
from nnlab.engine.batch_order import updates_in
from nnlab.engine.carry_over import carry_over
from nnlab.engine.chain import MOST_PATHS, Chain, chain
from nnlab.engine.compile import Update, compile
from nnlab.engine.evaluator import Evaluator, as_samples, as_targets
from nnlab.engine.history import Curves
from nnlab.engine.layout import layout_of
from nnlab.engine.moment_terms import TermRow, terms_of
from nnlab.engine.moments import MomentRow, moments_of
from nnlab.engine.parameter_update import ParameterUpdate
from nnlab.engine.run import Run
from nnlab.engine.setup import Setup
from nnlab.engine.state import State, initial, new_state
from nnlab.engine.stepper import Trace, tensors_of
from nnlab.engine.steps import gradient_name
from nnlab.engine.watches import WatchSeries
from nnlab.graph.adapters import adapted
from nnlab.graph.graph import Graph
from nnlab.training.base_weights import with_known_base
from nnlab.training.diagnosis import Diagnosis, diagnose
from nnlab.training.early_stopping import EarlyStop, EarlyStopping, train_with_patience
from nnlab.training.initial_weights import InitialWeights
from nnlab.training.learning_rate_finder import RateCurve, rate_curve
from nnlab.training.observation import Observation
from nnlab.training.problems import check_batches, too_large
from nnlab.training.scores import ScoreReport, scores
from nnlab.training.session_adapters import SessionAdapters
from nnlab.training.session_arguments import graph_of, pair_of, real_of
from nnlab.training.session_model import SessionModel
from nnlab.training.settings import BATCH_SIZE as BATCH_SIZE_SETTING
from nnlab.training.settings import EPOCHS, SEED, SHUFFLE, TrainingSettings
from nnlab.training.step_trace import StepTrace

_MADE_ANEW = ("_state", "_step", "_evaluator", "_fitted")


def _checked(graph: Graph, given: object, real: str, update: Update) -> dict[str, np.ndarray]:
    """Initial weights that were given by name, as arrays of this type; NNLabError for a name, shape or number that cannot be."""
    state = initial(compile(graph, 1, real, update), 1, 0)
    state.set_parameters(cast("Mapping[str, np.ndarray]", given))
    return state.copies(cast("Mapping[str, np.ndarray]", given))


class Session(SessionAdapters, SessionModel):
    """A graph with weights and an optimiser.

    Raises GraphError when the graph cannot run and SettingError when a setting is out of its range; a failing call leaves the
    session as it was, training that fails as it was before the step at fault.
    """

    def __init__(
        self, graph: Graph, optimizer: str = "sgd", learning_rate: float = 1e-3, seed: int = 0, dtype: str = "float32",
        schedule: str = CONSTANT, schedule_settings: Mapping[str, Any] | None = None,
        initial_weights: InitialWeights | Mapping[str, np.ndarray] | None = None, zero_gradients: bool = True, **settings: Any,
    ) -> None:  # fmt: skip
        """`initial_weights`: some or all parameters and buffers to start with by name, the others are drawn from the seed.

        Without `zero_gradients`, every update also uses the gradients of all before it, as when `zero_grad()` is forgotten.
        Of a project's `InitialWeights` those count that fit; of a mapping every name and shape has to.
        """
        self.graph = graph_of(graph)
        self.dtype = real_of(dtype)
        rate = float(LEARNING_RATE.check(learning_rate, "training"))
        self._update = Update(
            optimizer, rate, settings, schedule, {} if schedule_settings is None else schedule_settings, zero_gradients=zero_gradients
        )  # fmt: skip
        self._seed = int(SEED.check(seed, "session"))
        given = {} if initial_weights is None else initial_weights
        self._initial = dict(given.values) if isinstance(given, InitialWeights) else _checked(graph, given, self.dtype, self._update)
        self._use(initial(compile(graph, 1, self.dtype, self._update), 1, self._seed, self._initial))
        self.graph = with_known_base(graph, self._state.parameters())
        self._fitted: Observation | None = None
        self.stopped_early: EarlyStop | None = None
        self.stopped_by: str | None = None  # the condition that ended the last `fit`
        self.watched: dict[str, WatchSeries] = {}  # what was watched in it
        self._saved = {name: self._fingerprint(name) for name in adapted(graph)}

    def __getstate__(self) -> dict[str, Any]:
        """For copies and pickles: what a session is, without the compiled code and the memory it works in."""
        program = self._state.program
        kept = {name: value for name, value in self.__dict__.items() if name not in _MADE_ANEW}
        return kept | {
            "_numbers": self._state.arena[: program.moments_end].copy(), "_context": self._state.context.copy(),
            "_capacity": program.capacity,
        }  # fmt: skip

    def __setstate__(self, kept: dict[str, Any]) -> None:
        """The same weights, moments and place in the sequence of random numbers: it goes on with the same bits."""
        kept = dict(kept)
        numbers, context, capacity = kept.pop("_numbers"), kept.pop("_context"), kept.pop("_capacity")
        self.__dict__.update(kept)
        state = initial(compile(self.graph, capacity, self.dtype, self._update), capacity, self._seed)
        state.arena[: len(numbers)], state.context[:] = numbers, context
        self._use(state)
        self._fitted = None

    @property
    def parameters(self) -> dict[str, np.ndarray]:
        """Copies of all parameters: {"dense_1.weight": (out, in), "dense_1.bias": (out,), …}."""
        return self._state.parameters()

    @property
    def buffers(self) -> dict[str, np.ndarray]:
        """Copies of what operators keep up themselves, such as running means: {"batch_norm_1.running_mean": (features,), …}."""
        return {info.name: self._state[info.name].copy() for info in self._state.program.buffers}

    def set_parameters(self, values: Mapping[str, np.ndarray]) -> None:
        """Sets some or all parameters or buffers; a wrong name, shape or NaN is an error that changes nothing."""
        self._state.set_parameters(values)

    def reset(self) -> None:
        """Back to iteration 0 with the initial weights: the same bits every time."""
        self._use(initial(self._state.program, self._state.program.capacity, self._seed, self._initial))

    @property
    def iteration(self) -> int:
        return int(self._state.context[ITERATION])

    def predict(self, x: Any) -> np.ndarray:
        """Network outputs (batch, outputs) for x (batch, features): what enters the loss, logits for a classifier."""
        self._evaluator.load(self._state.arena)
        return self._evaluator.predict(x)

    def activations(self, x: Any, names: Iterable[str]) -> dict[str, np.ndarray]:
        """Tensors before the loss for every sample of x, by name: {"tanh_1.y": (batch, units), …}.

        Raises NNLabError for an unknown name.
        """
        wanted = list(names)
        unknown = next((name for name in wanted if name not in self._evaluator.before_loss_tensors), None)
        if unknown is not None:
            known = ", ".join(sorted(self._evaluator.before_loss_tensors))
            raise NNLabError(f"There is no tensor {shown(unknown)} before the loss; this network has {known}.")
        self._evaluator.load(self._state.arena)
        return dict(self._evaluator.activations(x, wanted))

    def loss(self, x: Any, y: Any) -> float:
        """The mean loss over (x, y), nothing is updated."""
        if not len(self._evaluator.as_samples(x)):
            raise NNLabError("A loss needs at least one sample, but x is empty.")
        self._evaluator.load(self._state.arena)
        return self._evaluator.loss(x, y)[0]

    def scores(self, x: Any, y: Any) -> ScoreReport:
        """Accuracy, precision, recall, F1 and area under the ROC curve for classes, mean absolute error and R² for numbers.

        By scikit-learn; what (x, y) leave undefined says why. Targets of 0 and 1 in one column are two classes.
        """
        targets, link = np.asarray(self._evaluator.as_targets(y, len(self._evaluator.as_samples(x)))), self.graph.losses[0].kind.link
        outputs = self.predict(x)
        if link == "softmax":
            target = Target("classes", tuple(str(k) for k in range(outputs.shape[1])))
        elif outputs.shape[1] == 1 and link == "sigmoid" and np.isin(targets, (0, 1)).all():
            target = Target("binary", ("0", "1"))
        else:
            target = Target("continuous", tuple(f"output {k}" for k in range(outputs.shape[1])))
        return scores(outputs, targets, target, link)

    def gradients(self, x: Any, y: Any) -> tuple[float, dict[str, np.ndarray]]:
        """(loss, gradients by parameter name) on exactly this batch; nothing is updated. Those of frozen nodes are not computed: 0."""
        state = self._with_batch(x, y, finite=False)
        program = state.program
        self._execute(0, program.batch_end)
        assert program.loss_name is not None
        found = {}
        for info in program.parameters:
            found[info.name] = np.zeros(info.place.shape, program.dtype) if info.frozen else state[gradient_name(info.name)].copy()
        return float(state[program.loss_name][0]), found

    def chain(self, name: str, index: Sequence[int], x: Any, y: Any, most: int = MOST_PATHS) -> Chain:
        """Why one gradient is what it is: every path from an element of a parameter or tensor to the loss, with its factors.

        In float64; `most` paths are listed, the largest product first, the others counted and summed. See `nnlab.engine.chain`.
        """
        return chain(self.graph, self._state.stored(), x, y, name, tuple(index), self._seed, self.iteration, most)

    def step(self, x: Any, y: Any) -> float:
        """One optimiser update on exactly this batch; returns the loss before it."""
        state = self._with_batch(x, y)
        program = state.program
        self._execute(0, program.update_start)
        self._step.before()
        self._execute(program.update_start, len(program.instructions))
        return self._finish()

    def trace(self, x: Any, y: Any) -> Iterator[StepTrace]:
        """`step`, one instruction at a time; when exhausted, the weights are bit-identical to those of `step`.

        Left before its end, it leaves the weights as they were.
        """
        return map(StepTrace.of, self._traced(x, y))

    def moments(self, x: Any, y: Any) -> tuple[MomentRow, ...]:
        """`step`, with a row for everything that was computed on the way: formula, numbers, result and a sentence.

        `nnlab.engine.moments.as_csv` and `as_markdown` write them as a table.
        """
        return tuple(moment for trace in self._traced(x, y) for moment in moments_of(trace, self.graph))

    def terms(self, x: Any, y: Any) -> tuple[TermRow, ...]:
        """`step`, with a row for every single term of every sum on the way: factors, product, sum so far.

        Of each tensor the element that `moments` explains. `nnlab.engine.moment_terms` has tables of them.
        """
        return tuple(term for trace in self._traced(x, y) for term in terms_of(trace, self.graph))

    def _traced(self, x: Any, y: Any) -> Iterator[Trace]:
        state = self._with_batch(x, y)
        program = state.program
        kept = state.arena[: program.moments_end].copy()
        completed = False
        try:
            for instruction in program.instructions:
                if instruction.pc == program.update_start:
                    self._step.before()
                before = tensors_of(instruction, state)
                self._execute(instruction.pc, instruction.pc + 1)
                yield Trace(instruction, before, tensors_of(instruction, state))
            self._finish()
            completed = True
        finally:
            if not completed:
                state.arena[: program.moments_end] = kept

    def fit(
        self, x: Any, y: Any = None, epochs: int = 10, batch_size: int | None = None, shuffle: bool = True,
        validation: tuple[Any, Any] | None = None, early_stopping: EarlyStopping | None = None, stop_when: str | Sequence[str] = (),
        watch: str | Sequence[str] = (), accumulate: int = 1,
    ) -> Curves:  # fmt: skip
        """Trains for whole epochs inside the machine; returns the loss history. `batch_size`: 32 unless given, or all samples if fewer.

        `x` may be prepared data (`session.data`), which has targets, validation samples and the preparation in it.
        With `early_stopping` it ends when the loss on `validation` does not improve any more, and the weights are the best ones then; how
        that went is `stopped_early` afterwards. With `stop_when`, formulas such as "loss < 0.1" or "norm(grad(dense_1.weight)) > 10", it
        ends after exactly the step at which one becomes true, and `stopped_by` says which: see nnlab.engine.tensor_formula. Raises
        FormulaError for one that is not understood, or names what the network does not have. The same formulas are followed with `watch`:
        `watched` afterwards has the iterations, int64 (n,), and values, float64 (n,), of each.
        One update takes the gradients of `accumulate` batches, as if they were one batch; fewer at the end of an epoch.
        Warns (UserWarning) of a batch size above the number of samples. Raises GraphError where a batch is too short for an operator.
        Raises TrainingError at the step whose numbers are not finite; what was learned in the steps before it stays.
        """
        epochs = int(EPOCHS.check(epochs, "fit"))
        shuffle = bool(SHUFFLE.check(shuffle, "fit"))
        size = int(BATCH_SIZE_SETTING.check(BATCH_SIZE_SETTING.default if batch_size is None else batch_size, "fit"))
        x, y, validation = self._samples_of(x, y, validation)
        held_x, held_y = pair_of(validation)
        update = replace(self._update, accumulate=int(ACCUMULATE.check(accumulate, "fit")))
        setup = Setup(
            self.graph, x, y, held_x, held_y, update=update, batch_size=size, seed=self._seed, real=self.dtype, shuffle=shuffle
        )  # fmt: skip
        run = Run(setup, frames=False)
        before = self._state
        self._adopt(before, run.state)
        samples = len(run.samples.x)
        if samples == 0:
            raise NNLabError("fit needs at least one sample, but x is empty.")
        check_batches(self.graph, samples, size)
        if batch_size is not None and too_large(samples, size):
            warnings.warn(too_large(samples, size), stacklevel=2)
        start, failure, steps = before.stored(), "", epochs * updates_in(samples, size, update.accumulate)
        are_drawn = not self._initial and self.iteration == 0
        self.stopped_early, self.stopped_by = None, None
        run.follow([stop_when] if isinstance(stop_when, str) else stop_when, [watch] if isinstance(watch, str) else watch)
        try:
            if early_stopping is None:
                run.train(steps)
            else:
                self.stopped_early = train_with_patience(run, steps, early_stopping, run.train)
        except TrainingError as error:
            failure = str(error)
            raise
        finally:
            self.watched = {text: run.watches.series(text) for text in run.watches.texts}
            self.stopped_by = run.stopped_by.text if run.stopped_by is not None else None
            self._use(self._alone(run.state))  # what was learned up to a step that failed stays, as after single steps
            training = TrainingSettings(
                update.optimizer, update.settings, update.learning_rate, size, self._seed, epochs, shuffle, update.schedule,
                update.schedule_settings, 0, update.accumulate, update.zero_gradients,
            )  # fmt: skip
            self._keep(run, training)
            self._fitted = replace(Observation.of_run(run, training, failure=failure), initial=start, are_drawn=are_drawn)
        return self._fitted.curves

    def find_learning_rate(self, x: Any, y: Any, batch_size: int | None = None, steps: int = 200) -> RateCurve:
        """Tests learning rates from 1e-6 to 10 on (x, y) from the present weights, which stay as they are; see `RateCurve`.

        The optimiser starts afresh and without a schedule. Raises NNLabError where not even the smallest rate can be trained with.
        """
        size = int(BATCH_SIZE_SETTING.check(BATCH_SIZE_SETTING.default if batch_size is None else batch_size, "learning-rate finder"))
        update = replace(self._update, schedule=CONSTANT, schedule_settings={})
        setup = Setup(
            self.graph, x, y, update=update, batch_size=size, seed=self._seed, real=self.dtype, initial=self._state.stored()
        )  # fmt: skip
        run = Run(setup, frames=False)
        check_batches(self.graph, len(run.samples.x), size)
        return rate_curve(run, steps)

    def diagnose(self) -> list[Diagnosis]:
        """What goes wrong with this network on the data that `fit` was given last: evidence in words and remedies as edits.

        Empty where nothing does, what does most harm first. Looks at the present weights; nothing is changed. Raises NNLabError before
        the first `fit`.
        """
        if self._fitted is None:
            raise NNLabError("There is nothing to diagnose yet: call fit first, whose data and history are looked at.")
        return list(diagnose(replace(self._fitted, graph=self.graph, parameters=self._state.stored())))

    def _adopt(self, source: State, target: State) -> None:
        """Copies weights, moments and the counts of iterations and epochs between states of the same graph."""
        end = source.program.moments_end
        assert end == target.program.moments_end
        target.arena[:end] = source.arena[:end]
        target.context[ITERATION], target.context[EPOCH] = source.context[ITERATION], source.context[EPOCH]

    def _alone(self, state: State) -> State:
        """The same numbers for single steps, each an update of its own, also where several batches became one update."""
        if state.program.accumulate == 1:
            return state
        found = new_state(compile(self.graph, state.program.capacity, self.dtype, self._update), state.program.capacity, self._seed)
        self._adopt(state, found)
        return found

    def _with_batch(self, x: Any, y: Any, finite: bool = True) -> State:
        """A state with this batch in its arena and gradients zeroed; grows when the batch is larger than any before."""
        program = self._state.program
        data = as_samples(program, x, finite)
        if not len(data):
            raise NNLabError("A step needs at least one sample, but x is empty.")
        targets = as_targets(program, y, len(data), finite)
        check_batches(self.graph, len(data), len(data))
        if len(data) > program.capacity:
            larger = initial(compile(self.graph, len(data), self.dtype, self._update), len(data), self._seed)
            self._adopt(self._state, larger)
            self._use(larger)
        state = self._state
        program = state.program
        state.context[ROWS] = state.context[BATCH_SIZE] = state.context[SAMPLES] = len(data)
        state[program.input_name][...] = data
        place = program.places[cast("str", program.target_name)]
        offset, size = place.span(len(data))
        state.arena[offset : offset + size] = targets.ravel()
        machine.zero_gradients(self._step.network)
        return state

    def _become(self, graph: Graph, values: Mapping[str, np.ndarray] | None = None) -> None:
        capacity = self._state.program.capacity
        state = new_state(compile(graph, capacity, self.dtype, self._update), capacity, self._seed)
        carry_over(self._state, state)
        if values:
            state.set_parameters(values)
        self.graph = graph
        self.__dict__.pop("_evaluator", None)
        self._use(state)

    @cached_property
    def _evaluator(self) -> Evaluator:
        """Of the graph as it is now; made when something is first asked of it, as adapters may be switched many times before."""
        return Evaluator(self.graph, self.dtype)

    def _use(self, state: State) -> None:
        self._state = state
        self._step = ParameterUpdate(state, layout_of(state.program))

    def _execute(self, start: int, stop: int) -> None:
        with train_with(self._state.program.operations, patience=0.0):
            self._step.execute(start, stop)

    def _finish(self) -> float:
        state, program = self._state, self._state.program
        self._step.after()
        state.context[ITERATION] += 1
        assert program.loss_name is not None
        return float(state[program.loss_name][0])
