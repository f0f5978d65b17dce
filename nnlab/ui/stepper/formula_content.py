"""What the formula of a moment says, before it is drawn: left side, columns with symbols, numbers and values, result, sentence.

Made from the operator's explanation and the engine's numbers alone. A product has one column for each factor and, where a factor
takes calculating (1 − a²), a line with the factors' values; any other formula has a single column.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np

from nnlab.core.explanation import Explanation, ExplanationContext
from nnlab.ui.look.numbers import number, with_minus
from nnlab.ui.stepper.matrix_forms import Form, Matrix
from nnlab.ui.stepper.model import StepModel

HIDDEN = "?"
_RELATION = re.compile(r"\s(=|\\leftarrow)\s")
_PLAIN_NUMBER = re.compile(r"\(?(-?[\d.]+)\)?|\(?-?[\d.]+\\cdot 10\^\{-?\d+\}\)?")


@dataclass(frozen=True)
class FormulaColumn:
    """One column: a factor of a product, or the whole right-hand side."""

    label: str
    symbols: str
    numbers: str
    value: float | None = None  # of a factor
    is_number: bool = False  # the numbers are one element of a tensor, coloured by its sign
    is_read: bool = True  # not made of counts and settings alone


@dataclass(frozen=True)
class FormulaContent:
    left: str
    relation: str  # "=" or \leftarrow
    left_label: str
    columns: tuple[FormulaColumn, ...]
    shows_values: bool  # whether the line with the factors' values says more than the line with numbers
    result: float
    total: str  # for a gradient to which other instructions have added: what it is now
    words: str
    title: str  # for a screen reader
    latex: str  # the whole, for the clipboard
    is_hidden: bool = False  # the numbers are to be predicted

    @property
    def result_text(self) -> str:
        return HIDDEN if self.is_hidden else number(self.result)

    def hidden(self) -> FormulaContent:
        """Its symbols alone."""
        columns = tuple(replace(column, numbers=HIDDEN, value=None, is_number=False) for column in self.columns)
        symbols = self.latex.partition(" = ")[0] if not self.columns else f"{self.left} {self.relation} {columns[0].symbols}"
        return replace(
            self, columns=columns, shows_values=False, result=0.0, total="", words="", title="The result is to be predicted", latex=symbols,
            is_hidden=True,
        )  # fmt: skip


def content_of(model: StepModel) -> FormulaContent | None:
    """The formula of the present moment; None where there is nothing to explain."""
    moment, explanation = model.moment, model.explanation
    if moment is None:
        return None
    if explanation is None:
        return _unexplained(moment)
    symbols = explanation.formula(moment)
    split = _RELATION.search(symbols)
    left, relation, right = (symbols[: split.start()], split[1], symbols[split.end() :]) if split else ("", "=", symbols)
    columns = _columns(explanation, moment, right)
    numbers = explanation.numbers(moment)
    result = number(moment.added)
    return FormulaContent(
        left=left,
        relation=relation,
        left_label="downstream" if moment.accumulates and explanation.factors else "",
        columns=columns,
        shows_values=any(column.value is not None and not column.is_number for column in columns),
        result=moment.added,
        total=_total(moment),
        words=with_minus(explanation.words(moment)) if explanation.words is not None else "",
        title=f"{result}, from {numbers}",
        latex=rf"{symbols} = {numbers} = {_latex(result)}",
    )


def _unexplained(moment: ExplanationContext) -> FormulaContent:
    """An operator that explains nothing still shows what it wrote."""
    name = rf"\mathrm{{{moment.target.replace('_', chr(92) + '_')}}}"
    text = number(moment.added)
    return FormulaContent(
        name, "=", "", (), False, moment.added, _total(moment), "This operator has no explanation.", text, f"{name} = {_latex(text)}"
    )


def _columns(explanation: Explanation, moment: ExplanationContext, right: str) -> tuple[FormulaColumn, ...]:
    if not explanation.factors:
        return (FormulaColumn("", right, explanation.numbers(moment)),)
    columns = []
    for place, factor in enumerate(explanation.factors):
        numbers = factor.numbers(moment)
        is_number = _PLAIN_NUMBER.fullmatch(numbers) is not None
        if is_number and place == 0:
            numbers = numbers.strip("()")  # nothing stands before it that its minus could be taken for
        columns.append(
            FormulaColumn(factor.label, factor.formula(moment), numbers, factor.value(moment), is_number, not factor.is_constant)
        )
    return tuple(columns)


def _total(moment: ExplanationContext) -> str:
    if not moment.accumulates or moment.former == 0:
        return ""
    return f"added to {number(moment.former)}, now {number(moment.result)}"


def _latex(text: str) -> str:
    mantissa, e, exponent = text.replace("−", "-").replace(",", "").partition("e")
    return rf"{mantissa}\cdot 10^{{{exponent}}}" if e else mantissa


def unit_rows(model: StepModel, most: int = 16) -> Form | None:
    """Every factor and what they give for all units of the chosen sample; None unless the formula is a product."""
    moment, explanation, trace = model.moment, model.explanation, model.trace
    if moment is None or explanation is None or trace is None or not explanation.factors:
        return None
    layout = model.layout(moment.target)
    axes = layout.axes
    units = axes[-1].length if axes else 0
    if len(axes) != 2 or not 2 <= units <= most:
        return None
    sample = model.place(axes[0])

    def element(row: int, column: int) -> tuple[int, ...]:
        return layout.index(lambda axis: sample if axis is axes[0] else column)

    moments = [trace.moment(moment.target, element(0, u)) for u in range(units)]
    chosen = model.place(axes[1])
    matrices = []
    for factor, column in zip(explanation.factors, _columns(explanation, moment, ""), strict=True):
        values = np.array([[factor.value(m) for m in moments]])
        is_magnitude = not column.is_number and bool((values >= 0).all())  # a slope, not a number with a sign of its own
        matrices.append(Matrix(factor.label, factor.label, values, moment.target, element, 0, chosen, is_magnitude=is_magnitude))
    result = "downstream" if moment.accumulates else "result"
    added = np.array([[m.added for m in moments]])
    matrices.append(Matrix(result, result, added, moment.target, element, 0, chosen, written=True))
    return Form(tuple(matrices), ("",) * len(matrices), stacked=True, description="Every factor for all units of this sample.")
