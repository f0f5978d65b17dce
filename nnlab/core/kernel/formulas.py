"""Formulas over the numbers of a network, worked out by the machine between two steps: what stops training, and what is watched.

A formula is a short program for a machine with a stack: a row (operation, argument) for every number that is pushed and for everything that
is done with the numbers on top. `constant` pushes a number of `constants`, `quantity` the present value of a quantity. All numbers are
float64; truth is 1 and falsehood 0. What the functions mean is said once, in nnlab.core.expression, whose results these are.
"""

from __future__ import annotations

import math

from nnlab.core.kernel.cache import cache_folder  # noqa: F401  isort:skip
import numba
import numpy as np

from nnlab.core.kernel.quantities import quantity

# Operations by name; the place is what stands in a row. The groups take no, two, one and three numbers from the stack.
PUSHED = ("constant", "quantity")
BINARY = ("add", "sub", "mult", "div", "mod", "pow", "lt", "lte", "gt", "gte", "eq", "noteq", "and", "or", "min", "max", "atan2")
UNARY = (
    "usub", "uadd", "not", "sin", "cos", "tan", "exp", "sqrt", "tanh", "sinh", "cosh", "log2", "log10", "cbrt", "abs", "sign", "floor",
    "ceil", "round", "isnan", "isfinite", "asin", "acos", "atan", "asinh", "acosh", "atanh", "log", "ln", "sigmoid", "relu", "softplus",
    "step",
)  # fmt: skip
TERNARY = ("clip", "where")
OPERATIONS = PUSHED + BINARY + UNARY + TERNARY
(
    CONSTANT, QUANTITY, ADD, SUB, MULT, DIV, MOD, POW, LT, LTE, GT, GTE, EQ, NOTEQ, AND, OR, MIN, MAX, ATAN2, USUB, UADD, NOT, SIN, COS,
    TAN, EXP, SQRT, TANH, SINH, COSH, LOG2, LOG10, CBRT, ABS, SIGN, FLOOR, CEIL, ROUND, ISNAN, ISFINITE, ASIN, ACOS, ATAN, ASINH, ACOSH,
    ATANH, LOG, LN, SIGMOID, RELU, SOFTPLUS, STEP, CLIP, WHERE,
) = range(len(OPERATIONS))  # fmt: skip
FIRST_UNARY, FIRST_TERNARY = USUB, CLIP
OPERATION, ARGUMENT = range(2)  # columns of a row
CODE_WORDS = 2


@numba.njit(nogil=True, error_model="numpy")
def _binary(op, a, b):  # type: ignore[no-untyped-def]
    if op == ADD:
        return a + b
    if op == SUB:
        return a - b
    if op == MULT:
        return a * b
    if op == DIV:
        return a / b
    if op == MOD:
        return np.mod(a, b)
    if op == POW:
        return np.power(a, b)
    if op == LT:
        return 1.0 if a < b else 0.0
    if op == LTE:
        return 1.0 if a <= b else 0.0
    if op == GT:
        return 1.0 if a > b else 0.0
    if op == GTE:
        return 1.0 if a >= b else 0.0
    if op == EQ:
        return 1.0 if a == b else 0.0
    if op == NOTEQ:
        return 1.0 if a != b else 0.0
    if op == AND:
        return 1.0 if a != 0.0 and b != 0.0 else 0.0
    if op == OR:
        return 1.0 if a != 0.0 or b != 0.0 else 0.0
    if op == MIN:
        return np.minimum(a, b)
    if op == MAX:
        return np.maximum(a, b)
    return math.atan2(a, b)


@numba.njit(nogil=True, error_model="numpy")
def _simple(op, a):  # type: ignore[no-untyped-def]
    if op == USUB:
        return -a
    if op == NOT:
        return 1.0 if a == 0.0 else 0.0
    if op == ABS:
        return abs(a)
    if op == SQRT:
        return np.sqrt(a)
    if op == SIGN:
        return np.sign(a)
    if op == FLOOR:
        return np.floor(a)
    if op == CEIL:
        return np.ceil(a)
    if op == ROUND:
        return np.rint(a)
    if op == ISNAN:
        return 1.0 if np.isnan(a) else 0.0
    if op == ISFINITE:
        return 1.0 if np.isfinite(a) else 0.0
    if op == RELU:
        return np.maximum(a, 0.0)
    if op == STEP:
        return a if np.isnan(a) else (1.0 if a >= 0.0 else 0.0)
    return a


@numba.njit(nogil=True, error_model="numpy")
def _transcendental(op, a):  # type: ignore[no-untyped-def]
    if op == SIN:
        return np.sin(a)
    if op == COS:
        return np.cos(a)
    if op == TAN:
        return np.tan(a)
    if op == EXP:
        return np.exp(a)
    if op == TANH:
        return np.tanh(a)
    if op == SINH:
        return np.sinh(a)
    if op == COSH:
        return np.cosh(a)
    if op == LOG2:
        return np.log2(a)
    if op == LOG10:
        return np.log10(a)
    if op == CBRT:
        return np.cbrt(a)
    if op == ASIN:
        return np.arcsin(a)
    if op == ACOS:
        return np.arccos(a)
    if op == ATAN:
        return np.arctan(a)
    if op == ASINH:
        return np.arcsinh(a)
    if op == ACOSH:
        return np.arccosh(a)
    if op == ATANH:
        return np.arctanh(a)
    if op == SIGMOID:
        return 0.5 + 0.5 * np.tanh(0.5 * a)
    if op == SOFTPLUS:
        return np.logaddexp(0.0, a)
    return np.log(a)


@numba.njit(nogil=True, error_model="numpy")
def _unary(op, a):  # type: ignore[no-untyped-def]
    is_simple = op in (USUB, UADD, NOT) or op in (ABS, SQRT, SIGN, FLOOR, CEIL, ROUND, ISNAN, ISFINITE, RELU, STEP)
    return _simple(op, a) if is_simple else _transcendental(op, a)


@numba.njit(nogil=True, error_model="numpy")
def formula_value(network, formulas, k):  # type: ignore[no-untyped-def]
    """(the present value of formula k, whether a division by 0 occurred on the way)."""
    code, stack, top, divided = formulas.code, formulas.stack, 0, False
    for row in range(formulas.starts[k], formulas.starts[k + 1]):
        op, argument = code[row, OPERATION], code[row, ARGUMENT]
        if op == CONSTANT:
            stack[top] = formulas.constants[argument]
            top += 1
        elif op == QUANTITY:
            stack[top] = quantity(network, formulas.quantities[argument], formulas.bounds[argument])
            top += 1
        elif op < FIRST_UNARY:
            top -= 1
            divided |= op in (DIV, MOD) and stack[top] == 0.0
            stack[top - 1] = _binary(op, stack[top - 1], stack[top])
        elif op < FIRST_TERNARY:
            stack[top - 1] = _unary(op, stack[top - 1])
        else:
            top -= 2
            a, b, c = stack[top - 1], stack[top], stack[top + 1]
            if op == CLIP:
                stack[top - 1] = np.minimum(np.maximum(a, b), c)
            else:
                stack[top - 1] = b if a != 0.0 else c
    return stack[0], divided


# Words of a watch table's marks.
WATCH_USED, WATCH_SPACING = range(2)
WATCH_MARKS = 2


@numba.njit(nogil=True, error_model="numpy")
def watched_value(network, watches, k):  # type: ignore[no-untyped-def]
    """The present value of a watched formula; NaN where a division by 0 took part in it."""
    value, divided = formula_value(network, watches.formulas, k)
    return math.nan if divided else value


@numba.njit(nogil=True, error_model="numpy")
def record_watches(network, watches, iteration):  # type: ignore[no-untyped-def]
    """Appends the values after an iteration, if it is one of those that are kept; thins out when there is no room."""
    marks, rows = watches.marks, watches.rows
    if rows.shape[0] == 0 or iteration % marks[WATCH_SPACING]:
        return
    while marks[WATCH_USED] == rows.shape[0]:
        marks[WATCH_SPACING] *= 2
        used = 0
        for row in range(rows.shape[0]):
            if np.int64(rows[row, 0]) % marks[WATCH_SPACING] == 0:
                for column in range(rows.shape[1]):
                    rows[used, column] = rows[row, column]
                used += 1
        marks[WATCH_USED] = used
        if iteration % marks[WATCH_SPACING]:
            return
    row = marks[WATCH_USED]
    rows[row, 0] = iteration
    for k in range(rows.shape[1] - 1):
        rows[row, 1 + k] = watched_value(network, watches, k)
    marks[WATCH_USED] = row + 1


# Columns of a condition's state.
HITS, STOPS_AT, IS_ON, WAS_TRUE, DIVIDED_BY_ZERO = range(5)
STATE_WORDS = 5


@numba.njit(nogil=True, error_model="numpy")
def first_that_stops(network, conditions, iteration):  # type: ignore[no-untyped-def]
    """Looks at every condition that is on, counts those that have become true, and returns the first that has now done so often enough.

    -1 for none. A value that a division by 0 took part in is neither true nor false: the condition stays as it was, and the iteration
    is noted.
    """
    states, found = conditions.states, -1
    for k in range(states.shape[0]):
        if not states[k, IS_ON]:
            continue
        value, divided = formula_value(network, conditions.formulas, k)
        if divided:
            states[k, DIVIDED_BY_ZERO] = iteration
            continue
        is_true = value != 0.0 and not np.isnan(value)
        if is_true and not states[k, WAS_TRUE]:
            states[k, HITS] += 1
            if found < 0 and states[k, HITS] >= states[k, STOPS_AT]:
                found = k
        states[k, WAS_TRUE] = is_true
    return found
