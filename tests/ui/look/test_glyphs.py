import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from nnlab.ui.look import glyphs


def ink(glyph: glyphs.Glyph, side: int = 36) -> np.ndarray:
    """How much of each pixel is drawn, (side, side), 0 … 255."""
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    painter = QPainter(image)
    glyph.draw(painter, QRectF(0, 0, side, side), QColor("white"))
    painter.end()
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(side, side, 4)[:, :, 3].copy()


@pytest.mark.parametrize("name", glyphs.DRAWINGS)
def test_drawings_are_drawn_and_stay_inside_their_box(name: str, qapp: object) -> None:
    path = glyphs.drawing(name).path
    assert ink(glyphs.drawing(name)).sum() > 0
    half = glyphs.STROKE / 2
    assert QRectF(0, 0, glyphs.BOX, glyphs.BOX).contains(path.boundingRect().adjusted(-half, -half, half, half))


def test_symbols_are_centred_and_fill_the_box(qapp: object) -> None:
    drawn = ink(glyphs.symbol("circle"), 48)
    rows, columns = np.flatnonzero(drawn.any(axis=1)), np.flatnonzero(drawn.any(axis=0))
    assert abs((rows[0] + rows[-1]) - (columns[0] + columns[-1])) <= 1
    assert abs(rows[0] + rows[-1] - 47) <= 1
    assert rows[-1] - rows[0] > 36


def test_an_unknown_symbol_is_named(qapp: object) -> None:
    with pytest.raises(ValueError, match="'no-such-thing'"):
        glyphs.symbol("no-such-thing")


def test_an_operator_without_a_glyph_gets_the_general_one(qapp: object) -> None:
    assert glyphs.drawing("lora").path == glyphs.drawing("node").path


def test_a_function_is_drawn_as_its_graph(qapp: object) -> None:
    path = glyphs.function_curve(lambda x: np.maximum(x, 0)).path
    first, middle, last = (path.elementAt(i) for i in (0, 24, 48))
    assert first.y == pytest.approx(middle.y)  # flat up to zero
    assert last.y < middle.y - 8  # then up, which is a smaller y
    assert first.x < middle.x < last.x


def test_a_constant_lies_in_the_middle_and_a_scalar_function_works(qapp: object) -> None:
    path = glyphs.function_curve(lambda x: 3.0).path  # type: ignore[arg-type, return-value]
    assert {round(path.elementAt(i).y, 6) for i in range(path.elementCount())} == {9.0}


def test_gaps_break_the_line_and_nothing_draws_nothing(qapp: object) -> None:
    points = np.array([[0, 0], [1, 1], [2, np.nan], [3, 0], [4, 1]], dtype=float)
    path = glyphs.curve(points).path
    assert sum(path.elementAt(i).isMoveTo() for i in range(path.elementCount())) == 2
    assert glyphs.curve(np.full((3, 2), np.inf)).path.isEmpty()
