"""One network at given weights on one batch, in float64, ready to be asked about its gradients."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnlab.core.errors import NNLabError
from nnlab.core.kernel.context import ACCUMULATED, BATCH_SIZE, ITERATION, ROWS, SAMPLES
from nnlab.engine.compile import Update, compile
from nnlab.engine.evaluator import as_samples, as_targets
from nnlab.engine.state import State, new_state
from nnlab.graph.graph import Graph


def state_on_batch(
    graph: Graph, parameters: Mapping[str, np.ndarray], x: np.ndarray, y: np.ndarray, seed: int, iteration: int, empty: str,
    accumulated: int,
) -> State:  # fmt: skip
    """A state with x (batch, features) and y, as the loss takes it, in its arena; nothing has run. `empty` is said of an empty x,

    `accumulated`: how many batches of the same update came before this one.

    Raises GraphError when the graph cannot run, DataError when x or y do not fit.
    """
    rows = len(np.atleast_1d(x))
    if not rows:
        raise NNLabError(empty)
    program = compile(graph, rows, "float64", Update())
    data, targets = as_samples(program, x), as_targets(program, y, rows)
    assert program.target_name is not None
    state = new_state(program, rows, seed)
    state.context[ROWS] = state.context[BATCH_SIZE] = state.context[SAMPLES] = rows
    state.context[ITERATION], state.context[ACCUMULATED] = iteration, accumulated
    state.set_parameters(parameters)
    state[program.input_name][...] = data
    offset, size = program.places[program.target_name].span(rows)
    state.arena[offset : offset + size] = targets.ravel()
    return state
