"""Rows of a formula, typeset once.

ziamath sets every row twice: first without its stretching signs, to learn how high those must be. In a fraction within a root within a
fraction that doubles with each level, and the update of Adam took 50 ms. A row without such a sign, which is nearly every one, needs no
first time. The drawing is the same to the byte.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any
from xml.etree.ElementTree import Element

from ziamath import operators
from ziamath.nodes.mrow import Mrow

FORMS = ("infix", "prefix", "postfix")


class QuickRow(Mrow, tag="mrow"):  # a class with a tag takes the place of the one before
    """A row whose height is measured beforehand only where a sign in it stretches with it."""

    def _get_height_nostretch(self, line: list[Element], **kwargs: Any) -> tuple[float, float]:
        signs = (sign for child in line for sign in child.iter() if sign.tag in ("mo", "mi"))
        if not any(_stretches(sign) for sign in signs):
            return 0.0, 0.0  # nobody asks
        return super()._get_height_nostretch(line, **kwargs)


def _stretches(sign: Element) -> bool:
    own = sign.get("stretchy")
    return own != "false" if own is not None else _may_stretch("".join(sign.itertext()).strip())


@lru_cache(maxsize=256)
def _may_stretch(text: str) -> bool:
    return any(operators.get_params(text, form).get("stretchy", "false") != "false" for form in FORMS)
