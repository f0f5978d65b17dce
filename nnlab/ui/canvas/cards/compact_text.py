"""What is written on a compact card, and where: its name as large as can be read, then as many other lines as there is room for.

A name that would be too small on one line is written on two, broken where its words are ("key_transposed"). From afar the name is all
that is left, and takes the whole card.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRectF

from nnlab.ui.canvas.cards.shown_card import ShownCard
from nnlab.ui.canvas.model.content import LOSS
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.canvas.painting.text import LEAST_CAPTION, LEAST_TEXT
from nnlab.ui.look.theme import FontRole

READABLE = 0.84  # of its size as meant at which a name is still easy to read: 11 of 13 pixels
STEP, CLOSE_STEP = 18.5, 15.0  # from line to line, pixels of text; and for captions that are written larger than the card
PORT_ROOM = 8.0  # that a port takes of a line, pixels of text
NAMED_PORTS = 0.9  # of its size as meant, from which ports are named


@dataclass(frozen=True)
class CompactLine:
    """A line of text in its room, at `scale` canvas units for a pixel of text. `is_loss`: the loss itself is written here."""

    text: str
    role: FontRole
    room: QRectF
    scale: float
    is_loss: bool = False

    @property
    def is_name(self) -> bool:
        return self.role == "name" and not self.is_loss


def lines(item: ShownCard, zoom: float) -> list[CompactLine]:
    """Every line on a compact card, the name's first, where the canvas is shown at `zoom`."""
    card, kit, outline = item.card, item.kit, item.geometry.header
    large = kit.scale
    scale = item.text_scale
    left, right = (32.0 if names_ports(item, zoom) else 14.0) * large, max(6.0 * large, 7.0 * scale)
    if zoom * scale < 0.97 and not names_ports(item, zoom):  # from afar every pixel counts
        left, right = max(8.0 * large, PORT_ROOM * scale), 4.0 * large
    width, height = outline.width() - left - right, outline.height() - 8.0 * large
    name, name_scale = _name(kit, card.title, width, height, scale, zoom)
    step = STEP * kit.scale
    small = max(scale, LEAST_CAPTION / large / zoom)  # from afar captions are written larger than the card, or not at all
    others = [text for text in (card.subtitle, card.detail) if text]
    below = (step if small == scale else CLOSE_STEP * large) * small
    if small > scale:
        others = [text for text in others if kit.text_width(text, "caption") * small <= width]
    if card.form == LOSS:
        others = [*others[:1], ""]  # the loss itself
    taken = len(name) * step * name_scale
    count = max(0, min(len(others), int((height - taken) / below + 1e-6)))
    kept = [*others[: count - 1], ""] if card.form == LOSS and count else others[:count]
    total = taken + len(kept) * below
    top = outline.top() + 12.0 * large if total + 20.0 * large <= outline.height() and len(kept) else outline.center().y() - total / 2
    found = []
    for text in name:
        found.append(CompactLine(text, "name", QRectF(outline.left() + left, top, width, step * name_scale), name_scale))
        top += step * name_scale
    for text in kept:
        is_loss = card.form == LOSS and text == ""
        role: FontRole = "name" if is_loss else "caption"
        if not is_loss and kit.text_width(text, role) * small > width:
            text = text.replace(" parameters", " params")
        room = QRectF(outline.left() + left, top, width, below)
        found.append(CompactLine(text, role, room, _fitting(kit, text, role, width, small, zoom), is_loss))
        top += below
    return found


def names_ports(item: ShownCard, zoom: float) -> bool:
    """Whether the names of the inputs stand beside the ports."""
    return item.card.names_ports and zoom * item.text_scale >= NAMED_PORTS


def _name(kit: PaintKit, title: str, width: float, height: float, scale: float, zoom: float) -> tuple[tuple[str, ...], float]:
    """A name on one line or two, whichever is larger, and its scale; two only where one could hardly be read."""
    wanted = max(scale, READABLE / zoom)
    one = min(wanted, width / max(kit.text_width(title, "name"), 1.0), height / (STEP * kit.scale))
    parts = broken(kit, title)
    if one * zoom >= READABLE or len(parts) == 1:
        return (title,), max(one, _least(kit, zoom, scale))
    widest = max(kit.text_width(part, "name") for part in parts)
    two = min(wanted, width / widest, height / (2 * STEP * kit.scale))
    if two <= one:
        return (title,), max(one, _least(kit, zoom, scale))
    return parts, max(two, _least(kit, zoom, scale))


def _fitting(kit: PaintKit, text: str, role: FontRole, width: float, scale: float, zoom: float) -> float:
    """A long line is written smaller than a short one, as long as it can be read."""
    least = max(1.0 / max(zoom, 1.0), LEAST_CAPTION / kit.scale / zoom)
    return min(scale, max(least, width / max(kit.text_width(text, role), 1.0)))


def _least(kit: PaintKit, zoom: float, scale: float) -> float:
    return min(scale, 1.01 * LEAST_TEXT / kit.scale / zoom)


def broken(kit: PaintKit, title: str) -> tuple[str, ...]:
    """A name on two lines as short as they can be, or itself where it is one word."""
    return _broken(title, tuple(kit.text_width(title[:end], "name") for end in _ends(title)))


@lru_cache(maxsize=1024)
def _broken(title: str, widths: tuple[float, ...]) -> tuple[str, ...]:
    """`widths` are those of the name up to each of its breaks, and of all of it."""
    ends = _ends(title)
    if len(ends) < 2:
        return (title,)
    best = min(range(len(ends) - 1), key=lambda i: max(widths[i], widths[-1] - widths[i]))
    return title[: ends[best]].rstrip(), title[ends[best] :].lstrip()


@lru_cache(maxsize=1024)
def _ends(title: str) -> tuple[int, ...]:
    """Where a name may be broken: behind its underlines and blanks, though not before a number alone; and its end."""
    breaks = [match.end() for match in re.finditer(r"(?<=.)[_ ]+(?=.*[^\d])", title)]
    return (*breaks, len(title))
