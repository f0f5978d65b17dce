import xml.etree.ElementTree as ElementTree

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QGuiApplication, QImage, QPainter
from pytestqt.qtbot import QtBot

from nnlab.ui.look import formula
from nnlab.ui.look.formula import FormulaLabel, Typesetter, draw_formula, formula_size, typeset
from nnlab.ui.look.theme import Theme

GOOD = (
    r"z_i = \sum_j w_{ij}\, x_j + b_i", r"\frac{\partial L}{\partial z_4}", r"a = \max(0,\, W x + b)", r"\sqrt{v_t} + \epsilon",
    r"1.23\cdot 10^{-4}", r"(1 - (-0.7065)^2)", r"\underbrace{a + b}_{c}", r"\begin{cases} x & x>0 \\ 0 & \text{else}\end{cases}",
)  # fmt: skip
BAD = (r"\frac{a}{", r"\left( x", "x^", "a & b")


@pytest.mark.parametrize("text", GOOD)
def test_formulas_are_typeset(text: str, qapp: object) -> None:
    made = typeset(text)
    assert not made.problem
    assert made.width > 0
    assert 0 < made.ascent <= made.height
    assert ElementTree.fromstring(made.svg).tag.endswith("svg")


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_typeset_says_why_and_shows_its_source(text: str, theme: Theme, qtbot: QtBot) -> None:
    made = typeset(text)
    assert made.problem.startswith("The formula cannot be typeset: ")
    label = FormulaLabel(theme, text)
    qtbot.addWidget(label)
    assert label.sizeHint().width() > 5
    label.resize(label.sizeHint())
    assert len({label.grab().toImage().pixel(x, y) for x in range(label.width()) for y in range(label.height())}) > 1


def test_brackets_around_a_sum_fit_it() -> None:
    """Left alone, the typesetter makes them eighty ems high and turns the limit into a subscript."""
    assert typeset(r"\left[\sum_j w_j\right]").height < 4
    assert typeset(r"\left[\sum_j w_j\right]").height > typeset(r"\left[w_j\right]").height * 1.8


def test_nothing_is_an_empty_formula() -> None:
    assert typeset(" ").problem == ""
    assert formula_size("", 30).isEmpty()


def drawn(text: str, size: float, color: str) -> QImage:
    image = QImage(400, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("black"))
    painter = QPainter(image)
    draw_formula(painter, QPointF(10, 100), text, size, QColor(color))
    painter.end()
    return image


def colors(image: QImage) -> set[str]:
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_a_formula_is_drawn_in_its_color_at_its_size(qapp: object) -> None:
    assert "#57d8b4" in colors(drawn(r"\frac{a}{b}", 48, "#57d8b4"))
    assert formula_size("x", 60).width() == pytest.approx(2 * formula_size("x", 30).width())


def test_another_size_or_color_is_not_typeset_again(qapp: object) -> None:
    typeset(r"q_{17}")
    before = typeset.cache_info().misses
    drawn(r"q_{17}", 14, "#ffffff")
    drawn(r"q_{17}", 48, "#102030")
    assert typeset.cache_info().misses == before


def test_colors_of_a_formula_of_its_own_stay(qapp: object) -> None:
    image = drawn(r"\textcolor{#ff0000}{M} + M", 96, "#00ff00")
    assert {"#ff0000", "#00ff00"} <= colors(image)


def test_preparing_typesets_while_idle(qtbot: QtBot) -> None:
    typeset.cache_clear()
    typesetter = Typesetter()
    typesetter.prepare("p_1", "p_2", "p_1")
    assert typesetter.waiting == 2
    assert typeset.cache_info().currsize == 0
    qtbot.waitUntil(lambda: typesetter.waiting == 0)
    misses = typeset.cache_info().misses
    typeset("p_1")
    typeset("p_2")
    assert typeset.cache_info().misses == misses


def test_the_label_grows_with_the_window_and_keeps_its_latex(theme: Theme, qtbot: QtBot) -> None:
    label = FormulaLabel(theme, "W x + b", "formula")
    qtbot.addWidget(label)
    small = label.sizeHint()
    theme.set_window_width(2560)
    assert label.sizeHint().width() == pytest.approx(small.width() * 48 / 30, rel=0.05)
    assert label.accessibleName() == "W x + b"
    label.set_text(r"\frac{")
    assert label.accessibleName() == r"\frac{"
    assert "cannot" in label.toolTip() or "not a formula" in label.toolTip()


def test_copying_as_latex_and_as_svg(theme: Theme, qtbot: QtBot) -> None:
    label = FormulaLabel(theme, "W x + b", color="accent")
    qtbot.addWidget(label)
    texts = [action.text() for action in label.menu().actions()]
    assert texts == ["Copy LaTeX", "Copy SVG", "Copy MathML"]
    label.copy_latex()
    assert QGuiApplication.clipboard().text() == "W x + b"
    label.copy_svg()
    svg = QGuiApplication.clipboard().text()
    assert svg.startswith("<svg")
    assert theme.tokens.hex("accent") in svg
    assert formula._INK not in svg
