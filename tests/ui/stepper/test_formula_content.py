"""What a formula says before it is drawn: its symbols alone while the numbers are to be predicted, and its result as it is written."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nnlab.ui.stepper.formula_content import HIDDEN, FormulaColumn, FormulaContent

CONTENT = FormulaContent(
    "y_{1}", r"\leftarrow", "downstream",
    (FormulaColumn("upstream", "a", "2", 2.0, True), FormulaColumn("slope", "b", "1 - 0.25", 0.75)), True, 1.5, "added to 1, now 2.5",
    "in words", "1.500, from 2", r"y_{1} \leftarrow a b = 2 \cdot 0.75 = 1.5",
)  # fmt: skip


def test_what_is_to_be_predicted_shows_symbols_alone() -> None:
    hidden = CONTENT.hidden()
    assert [(c.label, c.symbols, c.numbers, c.value, c.is_number) for c in hidden.columns] == [
        ("upstream", "a", HIDDEN, None, False), ("slope", "b", HIDDEN, None, False),
    ]  # fmt: skip
    assert (hidden.left, hidden.relation, hidden.left_label) == (CONTENT.left, CONTENT.relation, CONTENT.left_label)
    assert (hidden.shows_values, hidden.result, hidden.total, hidden.words) == (False, 0.0, "", "")
    assert (hidden.title, hidden.latex) == ("The result is to be predicted", r"y_{1} \leftarrow a")
    assert (hidden.is_hidden, hidden.result_text, CONTENT.is_hidden) == (True, "?", False)


def test_without_columns_the_name_alone_is_shown() -> None:
    plain = replace(CONTENT, columns=(), latex=r"\mathrm{y} = 1.5").hidden()
    assert (plain.latex, plain.columns) == (r"\mathrm{y}", ())


@pytest.mark.parametrize(("result", "text"), [(1.5, "1.500"), (-0.25, "−0.2500"), (0.0, "0")])
def test_the_result_is_written_as_numbers_are(result: float, text: str) -> None:
    assert replace(CONTENT, result=result).result_text == text
