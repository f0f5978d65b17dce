"""Instructions in two parts, one after the other, or at the same time on two cores: the first and the second half of a batch; or two halves
of what the instruction writes, such as the gradients of half of the units, or half of the weights that an update changes.

Which instructions are done so is a property of the program (nnlab.engine.parts), never of the machine: every part computes the same numbers
whoever does it and when, and what both add to, such as the gradient of a weight, is added up in one order: first part, second part. So the
bits do not depend on whether a second thread was there.

A second thread helps while training runs: it spins on a few words of `Network.parts`. The first offers it the second part and does the
first one meanwhile; what has not been taken up by then it does itself, so that a helper whose core is busy holds nobody up. A hand-over and
back takes about half a microsecond. The helper sleeps between slices of training.
"""

from __future__ import annotations

from nnlab.core.kernel.context import CONTEXT_WORDS, ROWS
from nnlab.core.kernel.decorators import compiled_as_annotated, inlined
from nnlab.core.kernel.denormals import flush_denormals, restore_denormals
from nnlab.core.kernel.structures import Network
from nnlab.core.kernel.views import borrowed, call_address, exchange_if, load_volatile, nap, pause, store_release

# Words of `Network.parts`, one vector, because more arrays in the structure would cost small networks time. PART_ROWS: rows of a batch in
# the first part, where batches are divided; PARTS: how many instructions are in parts; then where tables begin in the vector.
PART_ROWS, PARTS, TABLE, SHARES, OPERANDS = range(5)
# By which two threads hand parts over, each in a cache line of its own. HELPED: whether somebody may take what is offered. OFFER: 1 + the
# instruction whose second part is offered, 0 when none is. DONE: how many offers the helper has finished. LEAVE_TEAM: it shall go.
HELPED, OFFER, DONE, LEAVE_TEAM = 8, 16, 24, 32
FIRST_CONTEXT = 40  # what each part is told
SECOND_CONTEXT = FIRST_CONTEXT + CONTEXT_WORDS
HEAD_WORDS = SECOND_CONTEXT + CONTEXT_WORDS

# A row of the table: the first operand of the first part, the first operand of the second part, and from which to which row of the shares
# goes what the second part has of its own. A row of the shares: where a tensor lies, where the second part's share of it, how many
# elements. Where a batch is divided that is a gradient, and the share is added to it. Otherwise it is a number that both parts count up
# by themselves, and the second starts from a copy.
COLUMNS, SHARE_COLUMNS = 4, 3
SPINS = 10_000  # looks, some 0.2 ms, after which who waits for a second part gives its processor away, for the helper has lost its own
ROWS_APART = -1  # in place of the first part's operands: those of the whole instruction, told of fewer rows
WHOLE = 0  # in the instruction table: not in parts


@inlined
def _row(network: Network, pc: int) -> int:
    return network.parts[TABLE] + COLUMNS * (network.table[pc, 2] - 1)


@inlined
def _second_part(network: Network, pc: int) -> None:
    """The rows behind the first part's, or the other half. What it adds to is its own, and begins at 0."""
    parts, arena = network.parts, network.arena
    row = _row(network, pc)
    told = network.context
    if parts[row] == ROWS_APART:
        told = parts[SECOND_CONTEXT : SECOND_CONTEXT + CONTEXT_WORDS]
        for k in range(parts[row + 2], parts[row + 3]):
            share = parts[SHARES] + SHARE_COLUMNS * k
            arena[parts[share + 1] : parts[share + 1] + parts[share + 2]] = 0
    call_address(network.addresses[pc], arena, parts, parts[OPERANDS] + parts[row + 1], told)


@inlined
def _copy_shares(network: Network, row: int) -> None:
    """What both halves count up by themselves, for the second."""
    parts, arena = network.parts, network.arena
    for k in range(parts[row + 2], parts[row + 3]):
        share = parts[SHARES] + SHARE_COLUMNS * k
        for i in range(parts[share + 2]):
            arena[parts[share + 1] + i] = arena[parts[share] + i]


@inlined
def _add_up(network: Network, row: int) -> None:
    parts, arena = network.parts, network.arena
    for k in range(parts[row + 2], parts[row + 3]):
        place = parts[SHARES] + SHARE_COLUMNS * k
        count = parts[place + 2]
        target = arena[parts[place] : parts[place] + count]
        share = arena[parts[place + 1] : parts[place + 1] + count]
        for i in range(count):
            target[i] += share[i]


@inlined
def execute_in_parts(network: Network, pc: int) -> None:
    """Instruction `pc`, which is one of those in two parts; of a divided batch one that fits into the first part has only that."""
    parts, rows, row = network.parts, network.context[ROWS], _row(network, pc)
    is_divided = parts[row] == ROWS_APART
    if is_divided and rows <= parts[PART_ROWS]:
        call_address(network.addresses[pc], network.arena, network.operands, network.table[pc, 0], network.context)
        return
    if is_divided:
        parts[FIRST_CONTEXT + ROWS], parts[SECOND_CONTEXT + ROWS] = parts[PART_ROWS], rows - parts[PART_ROWS]
    else:
        _copy_shares(network, row)
    is_helped = load_volatile(parts, HELPED) != 0
    done = parts[DONE]
    if is_helped:
        store_release(parts, OFFER, pc + 1)
    if is_divided:
        told = parts[FIRST_CONTEXT : FIRST_CONTEXT + CONTEXT_WORDS]
        call_address(network.addresses[pc], network.arena, network.operands, network.table[pc, 0], told)
    else:
        call_address(network.addresses[pc], network.arena, parts, parts[OPERANDS] + parts[row], network.context)
    if not is_helped or exchange_if(parts, OFFER, pc + 1, 0):
        _second_part(network, pc)
    else:
        spun = 0
        while load_volatile(parts, DONE) == done:
            if spun < SPINS:
                spun += 1
                pause()
            else:
                nap()
    if is_divided:
        _add_up(network, row)


@compiled_as_annotated
def help_out(network: Network) -> None:
    """Does second parts that are offered, until LEAVE_TEAM is set; for a thread that has nothing else to do."""
    network = borrowed(network)
    parts = network.parts
    mode = flush_denormals()
    while load_volatile(parts, LEAVE_TEAM) == 0:
        offer = load_volatile(parts, OFFER)
        if offer != 0 and exchange_if(parts, OFFER, offer, 0):
            _second_part(network, offer - 1)
            store_release(parts, DONE, parts[DONE] + 1)
        else:
            pause()
    restore_denormals(mode)
