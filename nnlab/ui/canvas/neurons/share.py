"""What one sample adds to the loss, in numbers at the foot of a loss card: the network's answer, the target, and the sample's own loss."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPen

from nnlab.ui.canvas.neurons.neuron import Share, subscript
from nnlab.ui.canvas.neurons.parts import LEFT, RIGHT, Header, HeaderLine, plain, row_height, say
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.numbers import decimals, number
from nnlab.ui.look.theme import FontRole

GAP = 16.0


Texts = tuple[str, ...]


def share_rows(share: Share, most: int) -> tuple[Texts, list[tuple[Texts, bool]]]:
    """Column heads, and at most `most` rows of texts with whether each is the true class or the only one."""
    outputs, probabilities = share.outputs.astype(np.float64), share.probabilities
    if not share.is_class:
        targets = share.target.reshape(-1).astype(np.float64)
        places = decimals([*outputs, *targets])
        names = ["" if len(outputs) == 1 else subscript(i + 1) for i in range(len(outputs))]
        order = np.argsort(-np.abs(np.nan_to_num(outputs - targets, nan=np.inf)), kind="stable")[:most]
        rows: list[tuple[Texts, bool]] = [
            ((f"y{names[i]}", plain(float(outputs[i]), places), plain(float(targets[i]), places)), len(outputs) == 1) for i in order
        ]
        return ("", "answer", "target"), rows
    true = int(share.target)
    scores = outputs if probabilities is None else probabilities.astype(np.float64)
    others = [int(i) for i in np.argsort(-np.nan_to_num(scores, nan=np.inf), kind="stable") if i != true]
    places = decimals(outputs)
    table: list[tuple[Texts, bool]] = []
    for index in sorted([true, *others[: max(0, most - 1)]]):
        texts = [f"class {index}", plain(float(outputs[index]), places)]
        texts += [] if probabilities is None else [number(float(probabilities[index]), 3)]
        table.append((tuple(texts), index == true))
    return ("", "logit") if probabilities is None else ("", "logit", "p"), table


class ShareTable:
    """Laid out for a width and at most a height, both in pixels of text; `height` is what it takes, `back` and `forward` its arrows."""

    def __init__(self, kit: PaintKit, share: Share, header: Header, width: float, most: float) -> None:
        self.kit, self.share, self.width = kit, share, width
        self.line = row_height(kit)
        rows = max(1, int((most - 3.5 * self.line) / self.line))
        self.heads, self.rows = share_rows(share, rows)
        self.header = HeaderLine(kit, ("", ""), header, QRectF(0.0, 0.0, width, self.line + 4.0))
        self.back, self.forward = self.header.back, self.header.forward
        self.height = (len(self.rows) + 3) * self.line

    def paint(self, painter: QPainter) -> None:
        kit, tokens, line = self.kit, self.kit.tokens, self.line
        self.header.paint(painter)
        columns = len(self.heads) - 1
        widths = [max(kit.text_width(texts[k + 1], "caption_strong") for texts in self._every_row()) for k in range(columns)]
        rights = [self.width - sum(w + GAP for w in widths[k + 1 :]) for k in range(columns)]
        for i, (texts, strong) in enumerate([(self.heads, False), *self.rows]):
            top = (i + 1) * line + 4.0
            role: FontRole = "caption_strong" if strong else "caption"
            colour = tokens.text2 if i == 0 else tokens.text
            name = f"{texts[0]}, true" if strong and self.share.is_class else texts[0]
            if columns and kit.text_width(name, role) > rights[0] - widths[0]:
                name = texts[0]
            say(painter, kit, name, QRectF(0, top, self.width, line), LEFT, role, tokens.text2 if not strong else tokens.text)
            for text, right, width in zip(texts[1:], rights, widths, strict=True):
                say(painter, kit, text, QRectF(right - width, top, width, line), RIGHT, role, colour)
        top = (len(self.rows) + 2) * line + 4.0
        painter.setPen(QPen(tokens.stroke, 1.0))
        painter.drawLine(QRectF(0, top, self.width, 0).topLeft(), QRectF(0, top, self.width, 0).topRight())
        say(painter, kit, "its loss", QRectF(0, top, self.width, line), LEFT, "caption_strong")
        say(painter, kit, number(self.share.loss), QRectF(0, top, self.width, line), RIGHT, "caption_strong")

    def _every_row(self) -> list[Texts]:
        return [self.heads, *(texts for texts, _ in self.rows)]
