"""Numbers with fraction bars and roots, laid out by Qt: what stands where, and what is left to the typesetter."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont

from nnlab.ui.look.theme import Theme
from nnlab.ui.stepper.number_layout import NumberBox, number_box


@pytest.fixture
def font(theme: Theme) -> QFont:
    return QFont(theme.font("number"))


def box_of(latex: str, font: QFont) -> NumberBox:
    found = number_box(latex, font)
    assert found is not None
    return found


def texts(box: NumberBox) -> list[str]:
    return [text for _, text, _ in box.texts]


@pytest.mark.parametrize(
    ("latex", "expected"),
    [
        (r"\frac{-0.25}{8}", ["−0.25", "8"]),
        (r"0.150 - 0.001 \cdot \frac{4.87\cdot 10^{-4}}{\sqrt{0.25} + 10^{-8}}",
         ["0.150 − 0.001 · ", "4.87·10", "−4", "0.25", " + 10", "−8"]),
        (r"\frac{e^{0.5}}{e^{0.5} + e^{-1.5}}", ["e", "0.5", "e", "0.5", " + e", "−1.5"]),
        (r"\frac{1}{8} \left(0.5 + \dots\right)", ["1", "8", " ", "(", "0.5 + …", ")"]),
        (r"-\log(1 - \sigma(0.53))", ["−log(1 − σ(0.53))"]),
        (r"(1 - \mathrm{NaN})^2", ["(1 − NaN)", "2"]),
    ],
)  # fmt: skip
def test_texts(font: QFont, latex: str, expected: list[str]) -> None:
    assert texts(box_of(latex, font)) == expected


@pytest.mark.parametrize("latex", [r"\frac{1}{2", r"\overline{g}", r"\left(1", r"\begin{cases} 1 \end{cases}", "}", r"\frac"])
def test_what_it_does_not_know_is_left_to_the_typesetter(font: QFont, latex: str) -> None:
    assert number_box(latex, font) is None


def test_a_numerator_stands_over_the_bar_and_the_denominator_under_it(font: QFont) -> None:
    box = box_of(r"\frac{12.5}{3}", font)
    (over, _, above), (under, _, _) = box.texts
    bar = box.strokes[0].path.boundingRect()
    assert over.y() < bar.top() < under.y() - above.pixelSize() / 2
    assert box.ascent > -over.y()
    assert box.descent > under.y()
    assert bar.width() == pytest.approx(box.width)


def test_a_root_reaches_over_all_it_holds(font: QFont) -> None:
    inner, box = box_of("0.25 + 1.5", font), box_of(r"\sqrt{0.25 + 1.5}", font)
    sign = box.strokes[0].path.boundingRect()
    text, *_ = box.texts[0]
    assert sign.left() < text.x()
    assert sign.right() >= text.x() + inner.width
    assert sign.top() < -inner.ascent


def test_high_brackets_stand_as_high_as_what_they_hold(font: QFont) -> None:
    inner, box = box_of(r"\frac{1}{\frac{2}{3}}", font), box_of(r"\left(\frac{1}{\frac{2}{3}}\right)", font)
    left, *_, right = (stroke.path.boundingRect() for stroke in box.strokes)
    assert left.height() == pytest.approx(inner.ascent + inner.descent)
    assert right.left() > left.right()
