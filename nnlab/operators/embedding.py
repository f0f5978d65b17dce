"""Embedding: a whole number looks up its row of a table, y = W[x].

Bengio et al., A Neural Probabilistic Language Model (2003), section 2; PyTorch's Embedding. W has shape (vocabulary, features), one
row per number from 0 on. The numbers come as floats, as all data does. One that is fractional or has no row reads nothing: its y is
NaN, so that training stops there and names this node.
"""

import math

import numpy as np

from nnlab.core.doubt import Doubt
from nnlab.core.explanation import Explanation, gradient, number, shortened, sum_of_numbers, with_indices
from nnlab.core.fault import Fault
from nnlab.core.initializers import CHOICE_TITLES, initializers
from nnlab.core.kernel import kernel
from nnlab.core.operator import Operator, register
from nnlab.core.penalty import PENALTIES
from nnlab.core.setting import Setting
from nnlab.core.tensor import Parameter, Tensor
from nnlab.core.term_sum import TermEntries, TermSum
from nnlab.core.written import plain_number


@kernel
def row_of(value, vocabulary):
    """The row of the table that a number stands for, -1 if it stands for none (NaN and infinity do not)."""
    if value >= 0.0 and value < vocabulary and value == math.floor(value):
        return int(value)
    return -1


@kernel
def forward(x, weight, y):
    for n in range(x.size):
        row = row_of(x[n], weight.shape[0])
        if row < 0:
            for i in range(y.shape[1]):
                y[n, i] = math.nan
        else:
            for i in range(y.shape[1]):
                y[n, i] = weight[row, i]


@kernel
def backward(x, d_y, d_weight):
    """d_W[v] = sum of d_y over the places where x is v. A whole number has no derivative: x receives none."""
    for n in range(x.size):
        row = row_of(x[n], d_weight.shape[0])
        if row >= 0:
            for i in range(d_y.shape[1]):
                d_weight[row, i] += d_y[n, i]


def _fault(values):  # type: ignore[no-untyped-def]
    """The first number that has no row."""
    x = np.asarray(values["x"]).reshape(len(values["x"]), -1)
    vocabulary = int(values["vocabulary"])
    wrong = ~((x >= 0) & (x < vocabulary) & (x == np.floor(x)))
    if not wrong.any():
        return None
    row = int(np.argmax(wrong.any(axis=1)))
    value = float(x[row][wrong[row]][0])
    is_high = value >= vocabulary and value.is_integer()
    advice = f"set the vocabulary to at least {plain_number(value + 1)}" if is_high else "connect it to whole numbers that count from 0"
    return Fault(f"x is {plain_number(value)} and the vocabulary has the whole numbers 0 to {vocabulary - 1:,}", advice, row)


def _row(m):  # type: ignore[no-untyped-def]
    """The row that the explained element was read from, None when there is none."""
    value = float(m["x"][m.index[:-1]])
    return int(value) if value.is_integer() and 0 <= value < len(m["weight"]) else None


def _element(m, row):  # type: ignore[no-untyped-def]
    return with_indices("w_{<0,1>}", (row, m.index[-1]), m["weight"].shape)


def _upstream(m):  # type: ignore[no-untyped-def]
    """The upstream gradients of all places that read the explained element."""
    return m["d_y"][..., m.index[1]][m["x"] == m.index[0]]


def _where_from(m):  # type: ignore[no-untyped-def]
    row, vocabulary = _row(m), len(m["weight"])
    if row is None:
        value = float(m["x"][m.index[:-1]])
        rows = f"the whole numbers from 0 to {vocabulary - 1:,}"
        return f"The table has rows for {rows}, but x is {plain_number(value)}: training stops at this node."
    return f"x is {row}: y is row {row} of the table, counted from 0."


def _readers(m):  # type: ignore[no-untyped-def]
    count = len(_upstream(m))
    if count == 0:
        return f"No position of the batch holds the number {m.index[0]}, so its row receives no gradient."
    places = "1 position of the batch holds" if count == 1 else f"{count} positions of the batch hold"
    return f"{places} the number {m.index[0]}: their upstream gradients add up." + shortened(count)


def _doubt(settings, shapes):  # type: ignore[no-untyped-def]
    return Doubt("has a single row: every number becomes the same vector.", {"vocabulary": 16}) if settings["vocabulary"] == 1 else None


register(
    Operator(
        name="embedding",
        title="Embedding",
        category="Layers",
        inputs=(Tensor("x", "...", "Whole numbers from 0 to vocabulary - 1"),),
        parameters=(Parameter("weight", "vocabulary features", init="setting:init", symbol="W"),),
        outputs=(Tensor("y", "... features"),),
        settings=(
            Setting("vocabulary", 16, "Vocabulary", "Rows of the table: x takes whole numbers below this", minimum=1, maximum=1_000_000),
            Setting("features", 8, "Features", "Length of the vector of every number", minimum=1, maximum=65536),
            Setting(
                "init", "standard_normal", "Initialiser", "Draws the initial table",
                choices=tuple(initializers), choice_titles=CHOICE_TITLES,
            ),  # fmt: skip
            *PENALTIES,
        ),
        penalized=("weight",),
        reads_indices=True,
        doubt=_doubt,
        forward=forward,
        fault=_fault,
        backward=backward,
        skippable=("x",),
        summary=lambda s: f"{s['vocabulary']} → {s['features']}",
        formula=r"y_i = w_{x i}",
        explain_forward=(
            Explanation(
                "y",
                lambda m: "y_{<~>} = " + (r"\mathrm{NaN}" if (row := _row(m)) is None else _element(m, row)),
                lambda m: r"\mathrm{NaN}" if (row := _row(m)) is None else number(m["weight"][row, m.index[-1]]),
                _where_from,
            ),
        ),
        explain_backward=(
            Explanation(
                "d_weight",
                rf"{gradient('w', '<0,1>')} = \sum_{{n:\, x_n = v}} {gradient('y', 'n<1>')}",
                lambda m: sum_of_numbers(_upstream(m)),
                _readers,
                terms=lambda m: TermSum((TermEntries.of("d_y", *np.nonzero(m["x"] == m.index[0]), m.index[1]),)),
            ),
        ),
    )
)
