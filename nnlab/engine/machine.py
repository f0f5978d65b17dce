"""The machine: compiled functions that run any program, in whole slices of training steps or one instruction at a time.

Training, prediction, stepping, gradient checks and the command line all go through `_execute`. `run_training` holds whole epochs in
one call without the GIL: shuffle, gather, forward, loss, backward, update, history. It polls one control word per
step: LEAVE makes it return, FRAME makes it copy the watched tensors into the spare half of a double buffer and
flip a sequence number. No Python runs per step or per frame. Both are read before a step's update, so that the step after which
somebody looks also measures how far it moved the weights.

Arguments shared by the functions below:
    addresses   int64 (instructions)       function addresses
    table       int64 (instructions, 3)    first operand, phase, unused
    operands    int64                      operand words
    arena       real                       all numbers of the network
    context     int64 (16)                 position of the run, see nnlab.core.kernel.context
    layout      int64                      offsets of the program, see LAYOUT_* below
"""

from __future__ import annotations

import numpy as np

from nnlab.core.kernel import compiled
from nnlab.core.kernel.context import BATCH, BATCH_SIZE, BATCH_START, EPOCH, ITERATION, PC, ROWS, SAMPLES, SEED, TRAINING
from nnlab.core.kernel.denormals import flush_denormals, restore_denormals
from nnlab.core.kernel.publishing import publish
from nnlab.core.kernel.random_numbers import shuffle
from nnlab.core.kernel.reductions import finite, squared_distance, sum_of_squares
from nnlab.core.kernel.views import CACHE_LINE, call_address, copy_elements, load_volatile, prefetch_elements, store_release
from nnlab.engine.keyframes import keep_keyframe

# Words of `layout`.
(
    LAYOUT_FORWARD_END, LAYOUT_UPDATE_START, LAYOUT_END, LAYOUT_GRADIENTS, LAYOUT_PARAMETER_GRADIENTS_END, LAYOUT_ZEROED, LAYOUT_ZEROED_END,
    LAYOUT_INPUT, LAYOUT_TARGET, LAYOUT_LOSS, LAYOUT_OUTPUT, LAYOUT_PARAMETERS_END, LAYOUT_CLIP_NORM, LAYOUT_CLIP_VALUE, LAYOUT_SHUFFLE,
    LAYOUT_TOTAL_WEIGHT, LAYOUT_BOUNDED,
) = range(17)  # fmt: skip
LAYOUT_WORDS = 17

# Words of `control`, written by other threads (atomically) while the machine runs. MEASURE: whether frames tell of the last update, too.
LEAVE, FRAME, MEASURE = 0, 1, 2
CONTROL_WORDS = 8

# Results of run_training.
DONE, LEFT, NOT_FINITE_LOSS, NOT_FINITE_GRADIENT, NOT_FINITE_WEIGHT = range(5)

# Words of `marks`, the integer part of the history.
(BLOCKS, BLOCK_SIZE, IN_BLOCK, VALIDATIONS, VERSION, LAST_VALIDATION, COMPACTIONS, ORIGIN) = range(8)
MARK_WORDS = 8
# Columns of `blocks`, one row per block of iterations.
BLOCK_MINIMUM, BLOCK_MAXIMUM, BLOCK_MEAN, BLOCK_SMOOTHED = range(4)
# Words of `sums`: the block being filled, and the running mean.
SUM_MINIMUM, SUM_MAXIMUM, SUM_TOTAL, SUM_SMOOTHED, SUM_LAST = range(5)
SUM_WORDS = 8
AHEAD = 2  # rows between the one that is copied into the batch and the one that is fetched
MODERATE = 1e20  # sum of squares of all gradients up to which a bounded optimiser cannot make a weight infinite
SMOOTHING = 0.98  # share of the running mean that one iteration keeps

# Columns of `moved`, one row per parameter: sums of squares of what the last update added, and of the weights before it.
MOVED_BY, MOVED_FROM = 0, 1


_REAL = ("float32", "float64")
_PROGRAM = "int64[::1],int64[:,::1],int64[::1],{0}[::1],int64[::1],int64[::1]"


def _signatures(result: str, arguments: str) -> list[str]:
    return [f"{result}({arguments.format(real)})" for real in _REAL]


_EXECUTE = "int64[::1],int64[:,::1],int64[::1],{0}[::1],int64[::1],int64,int64"


@compiled(*_signatures("void", _EXECUTE))
def _execute(addresses, table, operands, arena, context, start, stop):  # type: ignore[no-untyped-def]
    for pc in range(start, stop):
        call_address(addresses[pc], arena, operands, table[pc, 0], context)


@compiled(*_signatures("void", _EXECUTE))
def execute(addresses, table, operands, arena, context, start, stop):  # type: ignore[no-untyped-def]
    """Runs the instructions start .. stop-1."""
    mode = flush_denormals()
    _execute(addresses, table, operands, arena, context, start, stop)
    restore_denormals(mode)


@compiled(*_signatures("void", "{0}[::1],int64[::1]"))
def zero_gradients(arena, layout):  # type: ignore[no-untyped-def]
    arena[layout[LAYOUT_ZEROED] : layout[LAYOUT_ZEROED_END]] = 0


@compiled("void(int64[::1],int64[::1],int64[::1])")
def make_order(order, context, layout):  # type: ignore[no-untyped-def]
    """The order of the current epoch: a function of (seed, epoch)."""
    if layout[LAYOUT_SHUFFLE]:
        shuffle(order, context[SEED], context[EPOCH])
    else:
        for i in range(order.size):
            order[i] = i


@compiled(*_signatures("void", "{0}[::1],int64[::1],int64[::1],int64[::1],{0}[:,::1],{0}[:,::1]"))
def begin_step(arena, context, layout, order, data_x, data_y):  # type: ignore[no-untyped-def]
    """Gathers the next batch into the arena and zeroes the gradients; a new epoch starts with a new order."""
    samples = data_x.shape[0]
    context[SAMPLES] = samples
    context[TRAINING] = 1
    if context[BATCH_START] >= samples:  # the data became smaller
        context[BATCH_START], context[BATCH] = 0, 0
    if context[BATCH_START] == 0:
        make_order(order, context, layout)
    start = context[BATCH_START]
    rows = min(context[BATCH_SIZE], samples - start)
    context[ROWS] = rows
    features, outputs = data_x.shape[1], data_y.shape[1]
    x, y = layout[LAYOUT_INPUT], layout[LAYOUT_TARGET]
    for n in range(rows):
        sample = order[start + n]
        # Shuffled rows lie anywhere in memory: the next ones are on their way while this one is copied.
        if features * arena.itemsize >= CACHE_LINE and n + AHEAD < rows:
            prefetch_elements(data_x, order[start + n + AHEAD] * features, features)
        copy_elements(arena, x + n * features, data_x, sample * features, features)
        copy_elements(arena, y + n * outputs, data_y, sample * outputs, outputs)
    arena[layout[LAYOUT_ZEROED] : layout[LAYOUT_ZEROED_END]] = 0
    context[PC] = 0


@compiled(*_signatures("float64", "{0}[::1],int64[:,::1],float64[::1]"))
def measure_gradients(arena, spans, squares):  # type: ignore[no-untyped-def]
    """Writes the sum of squares of every parameter's gradient to `squares` and returns their total.

    `spans` holds (offset, length) of each. One pass serves three uses: the norms of the history, clipping, and the question whether
    all is finite: sums of squares of float32 numbers do not overflow in float64, so the total is finite exactly when they all are.
    """
    total = 0.0
    for k in range(spans.shape[0]):
        squares[k] = sum_of_squares(arena[spans[k, 0] : spans[k, 0] + spans[k, 1]])
        total += squares[k]
    return total


@compiled(*_signatures("float64", "{0}[::1],int64[::1],int64[:,::1],float64[::1],float64"))
def clip_gradients(arena, layout, spans, squares, total):  # type: ignore[no-untyped-def]
    """Cuts single elements to the one limit, then scales all parameter gradients so that their common norm is at most the other.

    `total` is what `measure_gradients` returned; returns what it would return now.
    """
    if layout[LAYOUT_CLIP_NORM] < 0:
        return total
    start, stop = layout[LAYOUT_GRADIENTS], layout[LAYOUT_PARAMETER_GRADIENTS_END]
    largest = arena[layout[LAYOUT_CLIP_VALUE]]
    if largest > 0:
        for i in range(start, stop):
            arena[i] = min(max(arena[i], -largest), largest)  # as torch.nn.utils.clip_grad_value_
        total = measure_gradients(arena, spans, squares)
    limit = arena[layout[LAYOUT_CLIP_NORM]]
    if limit > 0:
        scale = limit / (np.sqrt(total) + 1e-6)  # as torch.nn.utils.clip_grad_norm_
        if scale < 1:
            for i in range(start, stop):
                arena[i] *= scale
            total = measure_gradients(arena, spans, squares)
    return total


@compiled(*_signatures("boolean", "{0}[::1],int64,int64"))
def all_finite(arena, start, stop):  # type: ignore[no-untyped-def]
    """Whether a region holds no NaN or infinity."""
    return finite(arena[start:stop])


@compiled(*_signatures("void", "{0}[::1],{0}[::1],int64[:,::1],float64[:,::1]"))
def measure_update(arena, before, spans, moved):  # type: ignore[no-untyped-def]
    """How far an update moved every parameter, whatever rule made it: see `moved`. `before` holds the weights as they were.

    Of a parameter with an empty span (a frozen one) both are 0.
    """
    for k in range(spans.shape[0]):
        first, end = spans[k, 0], spans[k, 0] + spans[k, 1]
        moved[k, MOVED_BY] = squared_distance(arena[first:end], before[first:end])
        moved[k, MOVED_FROM] = sum_of_squares(before[first:end])


@compiled("void(int64[::1],int64)")
def end_step(context, rows):  # type: ignore[no-untyped-def]
    """Counts the iteration, the batch and, after the last batch, the epoch."""
    context[ITERATION] += 1
    context[BATCH] += 1
    context[BATCH_START] += rows
    if context[BATCH_START] >= context[SAMPLES]:
        context[EPOCH] += 1
        context[BATCH], context[BATCH_START] = 0, 0
    context[PC] = 0


@compiled("void(int64[::1],float64[:,::1],float32[:,::1])")
def _merge_neighbours(marks, blocks, norms):  # type: ignore[no-untyped-def]
    # An odd version tells a reader on another thread that rows are moving.
    store_release(marks, VERSION, marks[VERSION] + 1)
    half = blocks.shape[0] // 2
    for row in range(half):
        a, b = 2 * row, 2 * row + 1
        blocks[row, BLOCK_MINIMUM] = min(blocks[a, BLOCK_MINIMUM], blocks[b, BLOCK_MINIMUM])
        blocks[row, BLOCK_MAXIMUM] = max(blocks[a, BLOCK_MAXIMUM], blocks[b, BLOCK_MAXIMUM])
        blocks[row, BLOCK_MEAN] = 0.5 * (blocks[a, BLOCK_MEAN] + blocks[b, BLOCK_MEAN])
        blocks[row, BLOCK_SMOOTHED] = blocks[b, BLOCK_SMOOTHED]
        for k in range(norms.shape[1]):
            norms[row, k] = norms[b, k]
    marks[BLOCKS] = half
    marks[BLOCK_SIZE] *= 2
    marks[COMPACTIONS] += 1
    store_release(marks, VERSION, marks[VERSION] + 1)


@compiled("void(float64[::1],int64[::1],float64[:,::1],float64[::1],float32[:,::1],float64)")
def record(squares, marks, blocks, sums, norms, loss):  # type: ignore[no-untyped-def]
    """Adds one iteration's loss to the history; at the end of a block, the gradient norms too.

    The history has a fixed number of rows. When they are full, neighbours merge and every block stands for twice as many
    iterations: minimum and maximum stay true, memory stays bounded, whatever the length of the run.
    `squares` holds the sum of squares of every parameter's gradient, one column of `norms` each.
    """
    if marks[IN_BLOCK] == 0:
        sums[SUM_MINIMUM] = loss
        sums[SUM_MAXIMUM] = loss
        sums[SUM_TOTAL] = 0.0
    first = marks[BLOCKS] == 0 and marks[IN_BLOCK] == 0
    sums[SUM_MINIMUM] = min(sums[SUM_MINIMUM], loss)
    sums[SUM_MAXIMUM] = max(sums[SUM_MAXIMUM], loss)
    sums[SUM_TOTAL] += loss
    sums[SUM_SMOOTHED] = loss if first else SMOOTHING * sums[SUM_SMOOTHED] + (1.0 - SMOOTHING) * loss
    sums[SUM_LAST] = loss
    marks[IN_BLOCK] += 1
    if marks[IN_BLOCK] < marks[BLOCK_SIZE]:
        return
    row = marks[BLOCKS]
    blocks[row, BLOCK_MINIMUM] = sums[SUM_MINIMUM]
    blocks[row, BLOCK_MAXIMUM] = sums[SUM_MAXIMUM]
    blocks[row, BLOCK_MEAN] = sums[SUM_TOTAL] / marks[BLOCK_SIZE]
    blocks[row, BLOCK_SMOOTHED] = sums[SUM_SMOOTHED]
    for k in range(squares.size):
        norms[row, k] = np.sqrt(squares[k])
    marks[IN_BLOCK] = 0
    store_release(marks, BLOCKS, row + 1)
    if row + 1 == blocks.shape[0]:
        _merge_neighbours(marks, blocks, norms)


@compiled("void(int64[::1],float64[:,::1],int64,float64)")
def record_validation(marks, validations, iteration, loss):  # type: ignore[no-untyped-def]
    """Adds one row (iteration, loss); when the rows are full, every second one is kept."""
    row = marks[VALIDATIONS]
    validations[row, 0] = iteration
    validations[row, 1] = loss
    marks[LAST_VALIDATION] = iteration
    store_release(marks, VALIDATIONS, row + 1)
    if row + 1 == validations.shape[0]:
        store_release(marks, VERSION, marks[VERSION] + 1)
        half = validations.shape[0] // 2
        for i in range(half):
            validations[i, 0] = validations[2 * i + 1, 0]
            validations[i, 1] = validations[2 * i + 1, 1]
        marks[VALIDATIONS] = half
        store_release(marks, VERSION, marks[VERSION] + 1)


@compiled(*_signatures("float64", _PROGRAM + ",int64,{0}[:,::1],{0}[:,::1],{0}[:,::1]"))
def evaluate(addresses, table, operands, arena, context, layout, capacity, data_x, data_y, outputs):  # type: ignore[no-untyped-def]
    """Mean loss over all samples, in chunks of `capacity` rows; outputs (samples, k) receives the network's output if k > 0.

    Without targets (data_y of width 0) only the outputs are computed, and the result is 0.
    """
    samples, features, width = data_x.shape[0], data_x.shape[1], outputs.shape[1]
    stop = layout[LAYOUT_FORWARD_END] if data_y.shape[1] else layout[LAYOUT_UPDATE_START]
    context[TRAINING] = 0
    mode = flush_denormals()
    total, weights = 0.0, 0.0
    start = 0
    while start < samples:
        rows = min(capacity, samples - start)
        context[ROWS] = rows
        copy_elements(arena, layout[LAYOUT_INPUT], data_x, start * features, rows * features)
        copy_elements(arena, layout[LAYOUT_TARGET], data_y, start * data_y.shape[1], rows * data_y.shape[1])
        _execute(addresses, table, operands, arena, context, 0, stop)
        if data_y.shape[1]:
            weight = np.float64(rows)
            if layout[LAYOUT_TOTAL_WEIGHT] >= 0:
                weight = np.float64(arena[layout[LAYOUT_TOTAL_WEIGHT]])
            total += np.float64(arena[layout[LAYOUT_LOSS]]) * weight
            weights += weight
        for n in range(rows):
            for i in range(width):
                outputs[start + n, i] = arena[layout[LAYOUT_OUTPUT] + n * width + i]
        start += rows
    restore_denormals(mode)
    return total / weights if weights > 0 else 0.0


@compiled(
    *_signatures(
        "int64",
        _PROGRAM + ",int64[::1],{0}[:,::1],{0}[:,::1],"  # order, data_x, data_y
        + _PROGRAM + ",int64,{0}[:,::1],{0}[:,::1],"  # evaluation program, its capacity, validation data
        "int64[:,::1],float64[::1],int64[::1],float64[:,::1],float64[::1],float32[:,::1],float64[:,::1],"  # gradients, history
        "int64[:,::1],{0}[:,::1],float64[:,::1],int64[:,::1],float64[:,:,::1],int64[::1],float64,"  # frames
        "int64[:,::1],float64[:,::1],"  # updates
        "int64[::1],{0}[:,::1],int64[:,::1],"  # keyframes
        "int64[::1],{0}[::1],int64",  # control, kept, steps
    )
)  # fmt: skip
def run_training(  # type: ignore[no-untyped-def]
    addresses, table, operands, arena, context, layout, order, data_x, data_y,
    e_addresses, e_table, e_operands, e_arena, e_context, e_layout, e_capacity, validation_x, validation_y,
    spans_of_gradients, squares, marks, blocks, sums, norms, validations,
    spans, frames, meta, batches, moves, sequence, revision,
    spans_of_parameters, moved,
    key_marks, key_learned, key_contexts,
    control, kept, steps,
):  # fmt: skip
    """Up to `steps` whole training steps; returns DONE, LEFT, or which number was not finite.

    A step whose loss or gradient is not finite is not applied. Before an update that might make a weight infinite, weights and moments
    are copied to `kept`, so that the step can be taken back. The last step done here is measured, unless `spans_of_parameters` is empty.
    """
    status = DONE
    stop = layout[LAYOUT_PARAMETERS_END]
    mode = flush_denormals()
    nothing = e_arena[:0].reshape(0, 0)
    leaving = load_volatile(control, LEAVE) != 0
    for step in range(steps):
        if leaving:
            status = LEFT
            break
        begin_step(arena, context, layout, order, data_x, data_y)
        rows = context[ROWS]
        _execute(addresses, table, operands, arena, context, 0, layout[LAYOUT_FORWARD_END])
        loss = np.float64(arena[layout[LAYOUT_LOSS]])
        if not np.isfinite(loss):
            status = NOT_FINITE_LOSS
            break
        _execute(addresses, table, operands, arena, context, layout[LAYOUT_FORWARD_END], layout[LAYOUT_UPDATE_START])
        total = measure_gradients(arena, spans_of_gradients, squares)
        if not np.isfinite(total) and not finite(arena[layout[LAYOUT_GRADIENTS] : layout[LAYOUT_PARAMETER_GRADIENTS_END]]):
            status = NOT_FINITE_GRADIENT
            break
        total = clip_gradients(arena, layout, spans_of_gradients, squares, total)
        if not total <= MODERATE:
            layout[LAYOUT_BOUNDED] = 0  # from now on the moments may be immoderate, too
        may_overflow = not layout[LAYOUT_BOUNDED]
        leaving = load_volatile(control, LEAVE) != 0
        wanted = load_volatile(control, FRAME) != 0
        is_last = leaving or step + 1 == steps
        is_measured = spans_of_parameters.shape[0] > 0 and (is_last or (wanted and load_volatile(control, MEASURE) != 0))
        if may_overflow:
            kept[:] = arena[: kept.size]
        elif is_measured:
            kept[:stop] = arena[:stop]
        _execute(addresses, table, operands, arena, context, layout[LAYOUT_UPDATE_START], layout[LAYOUT_END])
        if may_overflow and not finite(arena[:stop]):
            status = NOT_FINITE_WEIGHT  # the bad values stay to be looked at; the caller puts `kept` back
            break
        if is_measured:
            measure_update(arena, kept, spans_of_parameters, moved)
        end_step(context, rows)
        record(squares, marks, blocks, sums, norms, loss)
        keep_keyframe(arena, context, key_marks, key_learned, key_contexts)
        if context[BATCH] == 0 and validation_x.shape[0] > 0 and context[ITERATION] - marks[LAST_VALIDATION] >= marks[BLOCK_SIZE]:
            e_arena[:stop] = arena[:stop]
            score = evaluate(
                e_addresses, e_table, e_operands, e_arena, e_context, e_layout, e_capacity, validation_x, validation_y, nothing
            )  # fmt: skip
            record_validation(marks, validations, context[ITERATION], score)
        if wanted:
            store_release(control, FRAME, 0)
            if not is_measured:
                moved[:] = np.nan
            publish(
                arena, context, order, spans, frames, meta, batches, moves, sequence, moved, loss, sums[SUM_SMOOTHED], revision
            )  # fmt: skip
    restore_denormals(mode)
    return status
