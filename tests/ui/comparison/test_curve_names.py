"""Names of curves stand where nothing is in their way."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSizeF

from nnlab.ui.comparison.curve_names import places_of_names

PICTURE = QRectF(0, 0, 300, 200)
XS = np.linspace(0, 300, 100)


def covered(box: QRectF, ys: np.ndarray) -> bool:
    at = np.interp(np.arange(box.left(), box.right()), XS, ys)
    return bool(((at > box.top()) & (at < box.bottom())).any())


def test_names_cover_no_curve_no_other_name_and_stay_within_the_picture() -> None:
    falling, rising, flat = 10 + 180 * XS / 300, 190 - 180 * XS / 300, np.full(100, 100.0)
    curves = [(XS, ys) for ys in (falling, rising, flat)]
    boxes = places_of_names(curves, [QSizeF(60, 14)] * 3, PICTURE)
    for k, box in enumerate(boxes):
        assert PICTURE.contains(box)
        assert not any(covered(box, ys) for _, ys in curves)
        assert not any(box.intersects(other) for other in boxes[:k])


def test_names_keep_clear_of_what_is_written_already() -> None:
    taken = QRectF(0, 0, 300, 104)
    (box,) = places_of_names([(XS, np.full(100, 100.0))], [QSizeF(60, 14)], PICTURE, [taken])
    assert not box.intersects(taken)


def test_a_name_stays_near_its_curve() -> None:
    (box,) = places_of_names([(XS, np.full(100, 100.0))], [QSizeF(60, 14)], PICTURE)
    assert abs(box.center().y() - 100) < 20


def test_a_long_name_is_kept_within_the_picture() -> None:
    (box,) = places_of_names([(XS, 10 + 180 * XS / 300)], [QSizeF(190, 14)], PICTURE)
    assert PICTURE.contains(box) and not covered(box, 10 + 180 * XS / 300)
