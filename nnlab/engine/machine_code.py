"""The compiled functions of the machine, see nnlab.engine.machine: whoever wants one asks for it there.

They are loaded, or compiled, when this module is imported.
"""

from __future__ import annotations

import numpy as np

from nnlab.core.kernel import compiled_as_annotated, inlined
from nnlab.core.kernel.context import (
    ACCUMULATED,
    BATCH,
    BATCH_SIZE,
    BATCH_START,
    EPOCH,
    ITERATION,
    PC,
    ROWS,
    SAMPLES,
    SEED,
    TRAINING,
    UPDATE_BATCH,
    UPDATE_START,
)  # fmt: skip
from nnlab.core.kernel.denormals import flush_denormals, restore_denormals
from nnlab.core.kernel.formulas import first_that_stops, record_watches, watched_value
from nnlab.core.kernel.keyframing import keep_keyframe
from nnlab.core.kernel.measuring import measure_update
from nnlab.core.kernel.parts import PARTS, WHOLE, execute_in_parts
from nnlab.core.kernel.publishing import publish
from nnlab.core.kernel.random_numbers import shuffle
from nnlab.core.kernel.recording import BLOCK_SIZE, LAST_VALIDATION, record, record_validation
from nnlab.core.kernel.reductions import finite, sum_of_squares
from nnlab.core.kernel.scoring import score
from nnlab.core.kernel.structures import (
    Batches,
    Conditions,
    Floats,
    Frames,
    Integers,
    KeyframeTable,
    Network,
    RealRows,
    Reals,
    Record,
    UpdateArrays,
    Validation,
    WatchTable,
)
from nnlab.core.kernel.views import CACHE_LINE, borrowed, call_address, copy_elements, load_volatile, prefetch_elements, store_release
from nnlab.engine.machine_words import (
    DONE,
    EVERY,
    FRAME,
    LAYOUT_ACCUMULATE,
    LAYOUT_BATCH_END,
    LAYOUT_BOUNDED,
    LAYOUT_CAPACITY,
    LAYOUT_CLIP_NORM,
    LAYOUT_CLIP_VALUE,
    LAYOUT_END,
    LAYOUT_FORWARD_END,
    LAYOUT_GRADIENTS,
    LAYOUT_INPUT,
    LAYOUT_LOSS,
    LAYOUT_OUTPUT,
    LAYOUT_PARAMETER_GRADIENTS_END,
    LAYOUT_PARAMETERS_END,
    LAYOUT_SHUFFLE,
    LAYOUT_TARGET,
    LAYOUT_TOTAL_WEIGHT,
    LAYOUT_UPDATE_START,
    LAYOUT_ZEROED,
    LAYOUT_ZEROED_END,
    LEAVE,
    LEFT,
    MEASURE,
    NOT_FINITE_GRADIENT,
    NOT_FINITE_LOSS,
    NOT_FINITE_WEIGHT,
    STOPPED,
    YIELDED,
)

WORDS = "6fcaf4b8"  # of the text of machine_words: whether the machine has been compiled is read off the text of this file
AHEAD = 2  # rows between the one that is copied into the batch and the one that is fetched
MODERATE = 1e20  # sum of squares of all gradients up to which a bounded optimiser cannot make a weight infinite


@inlined
def _execute(network: Network, start: int, stop: int) -> None:
    addresses, table, operands, arena, context = network.addresses, network.table, network.operands, network.arena, network.context
    if network.parts[PARTS] == 0:  # a loop of its own: a small network's step has time for no question
        for pc in range(start, stop):
            call_address(addresses[pc], arena, operands, table[pc, 0], context)
    else:
        for pc in range(start, stop):
            if table[pc, 2] == WHOLE:
                call_address(addresses[pc], arena, operands, table[pc, 0], context)
            else:
                execute_in_parts(network, pc)


@compiled_as_annotated
def execute(network: Network, start: int, stop: int) -> None:
    """Runs the instructions start .. stop-1."""
    mode = flush_denormals()
    _execute(network, start, stop)
    restore_denormals(mode)


@compiled_as_annotated
def zero_gradients(network: Network) -> None:
    network.arena[network.layout[LAYOUT_ZEROED] : network.layout[LAYOUT_ZEROED_END]] = 0


@compiled_as_annotated
def make_order(order: Integers, context: Integers, layout: Integers) -> None:
    """The order of the current epoch: a function of (seed, epoch)."""
    if layout[LAYOUT_SHUFFLE]:
        shuffle(order, context[SEED], context[EPOCH])
    else:
        for i in range(order.size):
            order[i] = i


@inlined
def _gather(network: Network, batches: Batches) -> None:
    """Copies the batch that the context stands at into the arena, and zeroes the gradients."""
    arena, context, layout = network.arena, network.context, network.layout
    order, data_x, data_y = batches.order, batches.x, batches.y
    start = context[BATCH_START]
    rows = min(context[BATCH_SIZE], context[SAMPLES] - start)
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
    zero_gradients(network)
    context[PC] = 0


@compiled_as_annotated
def begin_step(network: Network, batches: Batches, kept: Reals) -> None:
    """Gathers the next batch into the arena and zeroes the gradients; a new epoch starts with a new order.

    Where an update takes several batches, what running statistics and weights are before them is copied to `kept` (`UpdateArrays`).
    """
    context, layout = network.context, network.layout
    samples = batches.x.shape[0]
    context[SAMPLES] = samples
    context[TRAINING] = 1
    if context[BATCH_START] >= samples:  # the data became smaller
        context[BATCH_START], context[BATCH] = 0, 0
    if context[BATCH_START] == 0:
        make_order(batches.order, context, layout)
    if layout[LAYOUT_ACCUMULATE] > 1:
        context[ACCUMULATED], context[UPDATE_BATCH], context[UPDATE_START] = 0, context[BATCH], context[BATCH_START]
        copy_elements(kept, 0, network.arena, 0, kept.size)
    _gather(network, batches)


@inlined
def has_next_batch(context: Integers, layout: Integers) -> bool:
    """Whether the update under way takes another batch; none beyond the end of the epoch."""
    return context[ACCUMULATED] + 1 < layout[LAYOUT_ACCUMULATE] and context[BATCH_START] + context[ROWS] < context[SAMPLES]


@compiled_as_annotated
def next_batch(network: Network, batches: Batches) -> int:
    """Gathers the next batch of the same update: DONE, or that the loss of the last one is not finite; then nothing has changed."""
    context = network.context
    if not np.isfinite(np.float64(network.arena[network.layout[LAYOUT_LOSS]])):
        return NOT_FINITE_LOSS
    context[BATCH_START] += context[ROWS]
    context[BATCH] += 1
    context[ACCUMULATED] += 1
    _gather(network, batches)
    return DONE


@inlined
def clip_gradients(network: Network, total: float) -> float:
    """Cuts single elements to the one limit, then scales all parameter gradients so that their common norm is at most the other.

    `total` is the sum of squares of them all; returns what it is then.
    """
    arena, layout = network.arena, network.layout
    if layout[LAYOUT_CLIP_NORM] < 0:
        return total
    start, stop = layout[LAYOUT_GRADIENTS], layout[LAYOUT_PARAMETER_GRADIENTS_END]
    largest = arena[layout[LAYOUT_CLIP_VALUE]]
    if largest > 0:
        for i in range(start, stop):
            arena[i] = min(max(arena[i], -largest), largest)  # as torch.nn.utils.clip_grad_value_
        total = sum_of_squares(arena[start:stop])
    limit = arena[layout[LAYOUT_CLIP_NORM]]
    if limit > 0:
        scale = limit / (np.sqrt(total) + 1e-6)  # as torch.nn.utils.clip_grad_norm_
        if scale < 1:
            for i in range(start, stop):
                arena[i] *= scale
            total = sum_of_squares(arena[start:stop])
    return total


@inlined
def end_step(context: Integers, rows: int) -> None:
    """Counts the iteration, the batch and, after the last batch, the epoch."""
    context[ITERATION] += 1
    context[ACCUMULATED] = 0
    context[BATCH] += 1
    context[BATCH_START] += rows
    if context[BATCH_START] >= context[SAMPLES]:
        context[EPOCH] += 1
        context[BATCH], context[BATCH_START] = 0, 0
    context[PC] = 0


@compiled_as_annotated
def evaluate(network: Network, data_x: RealRows, data_y: RealRows, outputs: RealRows) -> float:
    """Mean loss over all samples, in chunks of the program's capacity; outputs (samples, k) receives the network's output if k > 0.

    Without targets (data_y of width 0) only the outputs are computed, and the result is 0.
    """
    arena, context, layout = network.arena, network.context, network.layout
    samples, features, width = data_x.shape[0], data_x.shape[1], outputs.shape[1]
    stop = layout[LAYOUT_FORWARD_END] if data_y.shape[1] else layout[LAYOUT_UPDATE_START]
    context[TRAINING] = 0
    mode = flush_denormals()
    total, weights = 0.0, 0.0
    start = 0
    while start < samples:
        rows = min(layout[LAYOUT_CAPACITY], samples - start)
        context[ROWS] = rows
        copy_elements(arena, layout[LAYOUT_INPUT], data_x, start * features, rows * features)
        copy_elements(arena, layout[LAYOUT_TARGET], data_y, start * data_y.shape[1], rows * data_y.shape[1])
        _execute(network, 0, stop)
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


@compiled_as_annotated
def before_update(network: Network, update: UpdateArrays, is_measured: bool, is_checked: bool) -> int:
    """What stands between backward pass and update: DONE, or which number is not finite; then nothing may be updated.

    Where the update might make a weight infinite, weights and moments are copied to `update.kept`, so that the step can be taken back.
    `is_measured`: `after_update` will measure how far the weights moved; `is_checked`: it looks at them whatever the optimiser.
    """
    arena, layout, kept = network.arena, network.layout, update.kept
    if not np.isfinite(np.float64(arena[layout[LAYOUT_LOSS]])):
        return NOT_FINITE_LOSS
    # One pass over all of them, the room between two of them included, which holds zeros, serves clipping and the question whether all is
    # finite: sums of squares of float32 numbers do not overflow in float64, so the total is finite exactly when they all are.
    total = sum_of_squares(arena[layout[LAYOUT_GRADIENTS] : layout[LAYOUT_PARAMETER_GRADIENTS_END]])
    if not np.isfinite(total) and not finite(arena[layout[LAYOUT_GRADIENTS] : layout[LAYOUT_PARAMETER_GRADIENTS_END]]):
        return NOT_FINITE_GRADIENT
    total = clip_gradients(network, total)
    if not total <= MODERATE:
        layout[LAYOUT_BOUNDED] = 0  # from now on the moments may be immoderate, too
    if layout[LAYOUT_ACCUMULATE] > 1:
        return DONE  # copied before the first batch
    if is_checked or not layout[LAYOUT_BOUNDED]:
        copy_elements(kept, 0, arena, 0, kept.size)
    elif is_measured:
        copy_elements(kept, 0, arena, 0, layout[LAYOUT_PARAMETERS_END])
    return DONE


@compiled_as_annotated
def after_update(network: Network, update: UpdateArrays, is_measured: bool, is_checked: bool) -> int:
    """What stands behind the update: DONE, or NOT_FINITE_WEIGHT. The bad values stay to be looked at; the caller puts `kept` back."""
    arena, layout = network.arena, network.layout
    if (is_checked or not layout[LAYOUT_BOUNDED]) and not finite(arena[: layout[LAYOUT_PARAMETERS_END]]):
        return NOT_FINITE_WEIGHT
    if is_measured:
        measure_update(arena, update.kept, update.parameters, update.moved)
    return DONE


@compiled_as_annotated
def complete_step(
    network: Network, validation: Validation, update: UpdateArrays, history: Record, keyframes: KeyframeTable, conditions: Conditions
) -> int:  # fmt: skip
    """The end of a step: DONE, or STOPPED + the number of the first condition that says so."""
    arena, context, layout = network.arena, network.context, network.layout
    end_step(context, context[ROWS])
    record(network, update, history, np.float64(arena[layout[LAYOUT_LOSS]]))
    keep_keyframe(network, keyframes)
    since = context[ITERATION] - history.marks[LAST_VALIDATION]
    if context[BATCH] == 0 and validation.x.shape[0] > 0 and since >= history.marks[BLOCK_SIZE]:
        copy_elements(validation.network.arena, 0, arena, 0, layout[LAYOUT_PARAMETERS_END])
        held_out = evaluate(validation.network, validation.x, validation.y, validation.outputs)
        training = evaluate(validation.network, validation.training_x, validation.training_y, validation.training_outputs)
        kind = validation.scored[0]
        held_out_score = score(validation.outputs, validation.y, kind)
        training_score = score(validation.training_outputs, validation.training_y, kind)
        record_validation(network, history, held_out, training, held_out_score, training_score)
    record_watches(network, conditions.watches, context[ITERATION])
    condition = first_that_stops(network, conditions, context[ITERATION])
    return DONE if condition < 0 else STOPPED + condition


@compiled_as_annotated
def watch(network: Network, watches: WatchTable, found: Floats) -> None:
    """The present values of all watched formulas."""
    for k in range(found.size):
        found[k] = watched_value(network, watches, k)


@inlined
def _reason_to_leave(control: Integers, asked: Integers) -> int:
    if load_volatile(control, LEAVE):
        return LEFT
    return YIELDED if load_volatile(asked, 0) else DONE


@compiled_as_annotated
def run_training(
    network: Network, batches: Batches, validation: Validation, update: UpdateArrays, history: Record, keyframes: KeyframeTable,
    conditions: Conditions, frames: Frames, control: Integers, asked: Integers, steps: int,
) -> int:  # fmt: skip
    """Up to `steps` whole training steps; returns DONE, LEFT, YIELDED, STOPPED and above, or which number was not finite.

    A step whose loss or gradient is not finite is not applied; one after which a weight is not finite is taken back by the caller. The last
    step done here is measured, unless `update.parameters` is empty or a condition stops it.
    """
    network, batches, validation, update = borrowed(network), borrowed(batches), borrowed(validation), borrowed(update)
    history, keyframes, conditions, frames = borrowed(history), borrowed(keyframes), borrowed(conditions), borrowed(frames)
    status, layout = DONE, network.layout
    is_measurable = update.parameters.shape[0] > 0
    mode = flush_denormals()
    leaving = _reason_to_leave(control, asked)
    for step in range(steps):
        if leaving != DONE:
            status = leaving
            break
        begin_step(network, batches, update.kept)
        _execute(network, 0, layout[LAYOUT_BATCH_END])
        while has_next_batch(network.context, layout):
            status = next_batch(network, batches)
            if status != DONE:
                break
            _execute(network, 0, layout[LAYOUT_BATCH_END])
        if status != DONE:
            break
        _execute(network, layout[LAYOUT_BATCH_END], layout[LAYOUT_UPDATE_START])
        leaving = _reason_to_leave(control, asked)
        goal = load_volatile(control, FRAME)
        wanted = goal != 0 and network.context[ITERATION] + 1 >= goal
        is_last = leaving != DONE or step + 1 == steps
        is_measured = is_measurable and (is_last or (wanted and load_volatile(control, MEASURE) != 0))
        status = before_update(network, update, is_measured, False)
        if status != DONE:
            break
        _execute(network, layout[LAYOUT_UPDATE_START], layout[LAYOUT_END])
        status = after_update(network, update, is_measured, False)
        if status != DONE:
            break
        status = complete_step(network, validation, update, history, keyframes, conditions)
        if not is_measured and (wanted or status != DONE):
            update.moved[:] = np.nan
        if wanted:
            every = load_volatile(control, EVERY)
            store_release(control, FRAME, goal + every if every > 0 else 0)
            publish(network, batches.order, frames, update.moved, np.float64(network.arena[layout[LAYOUT_LOSS]]))
        if status != DONE:
            break
    restore_denormals(mode)
    return status
