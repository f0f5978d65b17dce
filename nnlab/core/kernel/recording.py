"""Recording: what the machine writes into a run's history after a step (see nnlab.engine.history)."""

from __future__ import annotations

import numpy as np

from nnlab.core.kernel.context import ITERATION
from nnlab.core.kernel.decorators import inlined
from nnlab.core.kernel.measuring import measure_gradients
from nnlab.core.kernel.quantities import quantity
from nnlab.core.kernel.structures import Network, Record, UpdateArrays
from nnlab.core.kernel.views import store_release

# Words of `marks`, the integer part of the history.
(BLOCKS, BLOCK_SIZE, IN_BLOCK, VALIDATIONS, VERSION, LAST_VALIDATION, COMPACTIONS, ORIGIN) = range(8)
MARK_WORDS = 8
# Columns of `blocks`, one row per block of iterations.
BLOCK_MINIMUM, BLOCK_MAXIMUM, BLOCK_MEAN = range(3)
BLOCK_COLUMNS = 3
# Words of `sums`: the block being filled.
SUM_MINIMUM, SUM_MAXIMUM, SUM_TOTAL, SUM_LAST = range(4)
SUM_WORDS = 8
# Columns of `validations`, one row per evaluation: losses and scores are those of the same weights.
CHECK_ITERATION, CHECK_VALIDATION, CHECK_TRAINING, CHECK_VALIDATION_SCORE, CHECK_TRAINING_SCORE = range(5)
CHECK_COLUMNS = 5


@inlined
def _merge_neighbours(history: Record) -> None:
    # An odd version tells a reader on another thread that rows are moving.
    marks, blocks, columns = history.marks, history.blocks, history.columns
    store_release(marks, VERSION, marks[VERSION] + 1)
    half = blocks.shape[0] // 2
    for row in range(half):
        a, b = 2 * row, 2 * row + 1
        blocks[row, BLOCK_MINIMUM] = min(blocks[a, BLOCK_MINIMUM], blocks[b, BLOCK_MINIMUM])
        blocks[row, BLOCK_MAXIMUM] = max(blocks[a, BLOCK_MAXIMUM], blocks[b, BLOCK_MAXIMUM])
        blocks[row, BLOCK_MEAN] = 0.5 * (blocks[a, BLOCK_MEAN] + blocks[b, BLOCK_MEAN])
        for k in range(columns.shape[1]):
            columns[row, k] = columns[b, k]
    marks[BLOCKS] = half
    marks[BLOCK_SIZE] *= 2
    marks[COMPACTIONS] += 1
    store_release(marks, VERSION, marks[VERSION] + 1)


@inlined
def _end_block(network: Network, update: UpdateArrays, history: Record) -> None:
    marks, blocks, sums, columns = history.marks, history.blocks, history.sums, history.columns
    row = marks[BLOCKS]
    blocks[row, BLOCK_MINIMUM] = sums[SUM_MINIMUM]
    blocks[row, BLOCK_MAXIMUM] = sums[SUM_MAXIMUM]
    # A rounded sum of equal losses may lie beside them: a mean never lies outside its numbers.
    blocks[row, BLOCK_MEAN] = min(max(sums[SUM_TOTAL] / marks[BLOCK_SIZE], sums[SUM_MINIMUM]), sums[SUM_MAXIMUM])
    squares = update.squares
    measure_gradients(network.arena, update.gradients, squares)  # as they are: an update reads them only
    for k in range(squares.size):
        columns[row, k] = np.sqrt(squares[k])
    for k in range(history.bounds.size):
        columns[row, squares.size + k] = quantity(network, history.quantities[k], history.bounds[k])
    marks[IN_BLOCK] = 0
    store_release(marks, BLOCKS, row + 1)
    if row + 1 == blocks.shape[0]:
        _merge_neighbours(history)


@inlined
def record(network: Network, update: UpdateArrays, history: Record, loss: float) -> None:
    """Adds one iteration's loss to the history; at the end of a block, the gradient norms and the quantities asked for, too.

    The history has a fixed number of rows. When they are full, neighbours merge and every block stands for twice as many
    iterations: minimum and maximum stay true, memory stays bounded, whatever the length of the run.
    The norm of every parameter's gradient is one of the first columns each.
    """
    marks, sums = history.marks, history.sums
    if marks[IN_BLOCK] == 0:
        sums[SUM_MINIMUM] = loss
        sums[SUM_MAXIMUM] = loss
        sums[SUM_TOTAL] = 0.0
    sums[SUM_MINIMUM] = min(sums[SUM_MINIMUM], loss)
    sums[SUM_MAXIMUM] = max(sums[SUM_MAXIMUM], loss)
    sums[SUM_TOTAL] += loss
    sums[SUM_LAST] = loss
    marks[IN_BLOCK] += 1
    if marks[IN_BLOCK] == marks[BLOCK_SIZE]:
        _end_block(network, update, history)


@inlined
def record_validation(
    network: Network, history: Record, validation: float, training: float, validation_score: float, training_score: float
) -> None:  # fmt: skip
    """Adds one row (iteration, losses and scores on validation and training data); when the rows are full, every second one is kept."""
    marks, validations = history.marks, history.validations
    row, iteration = marks[VALIDATIONS], network.context[ITERATION]
    validations[row, CHECK_ITERATION] = iteration
    validations[row, CHECK_VALIDATION] = validation
    validations[row, CHECK_TRAINING] = training
    validations[row, CHECK_VALIDATION_SCORE] = validation_score
    validations[row, CHECK_TRAINING_SCORE] = training_score
    marks[LAST_VALIDATION] = iteration
    store_release(marks, VALIDATIONS, row + 1)
    if row + 1 == validations.shape[0]:
        store_release(marks, VERSION, marks[VERSION] + 1)
        half = validations.shape[0] // 2
        for i in range(half):
            for k in range(validations.shape[1]):
                validations[i, k] = validations[2 * i + 1, k]
        marks[VALIDATIONS] = half
        store_release(marks, VERSION, marks[VERSION] + 1)
