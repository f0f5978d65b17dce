"""A formula whose rows are measured only where a sign stretches is the same to the byte as ziamath's own."""

from __future__ import annotations

import pytest
from ziamath.nodes import mnode
from ziamath.nodes.mrow import Mrow

from nnlab.core.operator import operators
from nnlab.core.optimizer import optimizers
from nnlab.ui.look.formula import _typeset
from nnlab.ui.look.formula_rows import QuickRow

FORMULAS = (
    r"\left(\frac{a}{b} + \sqrt{\frac{1}{2}}\right)^2", r"\left|x\right| \cdot \frac{1}{N} \left(\sum_n \frac{a_n}{b_n}\right)",
    r"\overline{g \hat x} + \sqrt{\frac{\hat m_{12,3}}{\sqrt{\hat v_{12,3}} + \epsilon}}",
    r"\left(\left(\frac{a}{\frac{b}{c}}\right)^2 + \left\{\frac{1}{2}\right\}\right)",
    r"\begin{cases} x & x > 0 \\ a x & x \leq 0 \end{cases}",
    r"\begin{pmatrix} 1 & 2 \\ 3 & 4 \end{pmatrix}", r"(\frac{a}{b}) \to [\frac{1}{2}]", r"\lVert w \rVert_2 \leq \{\frac{a}{b}\}",
    r"0.1498 - 0.01 \cdot \frac{0.0123 / (1 - 0.9^{51})}{\sqrt{1.23\cdot 10^{-4} / (1 - 0.999^{51})} + 10^{-8}}",
)  # fmt: skip


def test_the_drawing_is_the_same_to_the_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    kinds = [kind.formula_for({s.name: s.default for s in kind.settings}) for kind in operators]
    updates = [e.symbols for optimizer in optimizers for e in optimizer.explain_update if isinstance(e.symbols, str)]
    texts = [*FORMULAS, *filter(None, kinds), *(text.replace("<*>", "12,3") for text in updates)]
    quick = [_typeset(text) for text in texts]
    assert mnode._node_classes["mrow"] is QuickRow
    monkeypatch.setitem(mnode._node_classes, "mrow", Mrow)
    monkeypatch.setattr(QuickRow, "_get_height_nostretch", Mrow._get_height_nostretch)  # made by name, too
    for text, found in zip(texts, quick, strict=True):
        assert _typeset(text) == found, text
    assert sum(not found.problem for found in quick) > 45
