"""Numbers in a line: which LaTeX can be written as text, and how it is broken."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont

from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.inline_text import broken, inline_runs, plain, width_of


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"(-0.7965) \cdot (1 - (-0.7065)^2)", "(−0.7965) · (1 − (−0.7065)^2)"),
        (r"4.870\cdot 10^{-4}", "4.870·10^−4"),
        (r"0.12\cdot (-0.57) + \dots - 0.0001", "0.12 · (−0.57) + … − 0.0001"),
        (r"\max(0,\, -0.31)", "max(0, −0.31)"),
        (r"-\log(1 - \sigma(0.53))", "−log(1 − σ(0.53))"),
        (r"\left(0.1 - 0.2\right)^2", "(0.1 − 0.2)^2"),
        (r"\mathrm{NaN}", "NaN"),
    ],
)
def test_text(latex: str, text: str) -> None:
    runs = inline_runs(latex)
    assert runs is not None
    assert plain(runs) == text


@pytest.mark.parametrize("latex", [r"\frac{1}{8} (1 + 2)", r"\sqrt{2}", r"\frac{1}{1 + e^{-0.3}}", r"\unknown 3"])
def test_two_dimensions_are_left_to_the_typesetter(latex: str) -> None:
    assert inline_runs(latex) is None


def test_long_lines_break_before_signs_outside_of_brackets(theme: Theme) -> None:
    font = QFont(theme.font("number"))
    runs = inline_runs(r"(1 - 0.25^2) \cdot 3.5 + (-1.25) \cdot 4.5 - 0.125")
    whole = width_of(runs, font)
    lines = broken(runs, font, whole * 0.6)
    assert [plain(line).strip() for line in lines] == ["(1 − 0.25^2) · 3.5", "+ (−1.25) · 4.5 − 0.125"]
    assert len(broken(runs, font, whole + 1)) == 1
    assert all(width_of(line, font) <= whole * 0.6 for line in lines)
