"""Scrubber: one block for every moment of the iteration, grouped by phase. Click or drag goes there, forward or back."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnlab.engine.breakpoint import Breakpoint, stops
from nnlab.ui.look.phases import PHASE_LOOKS
from nnlab.ui.look.theme import Theme, follow
from nnlab.ui.look.tokens import mix
from nnlab.ui.stepper.model import StepModel
from nnlab.ui.widgets.painting import draw_focus

BREAKPOINT_TIP = "The right button sets a breakpoint here, or removes it."


@dataclass(frozen=True)
class ScrubberBlock:
    """The room of one moment."""

    pc: int
    phase: int
    left: float
    width: float


def blocks_of(phases: list[int], left: float, width: float, gap: float, phase_gap: float) -> list[ScrubberBlock]:
    """Equal blocks side by side, with wider gaps between phases; gaps give way where there are many moments."""
    if not phases:
        return []
    changes = sum(a != b for a, b in pairwise(phases))
    gaps = gap * (len(phases) - 1 - changes) + phase_gap * changes
    if gaps > width / 3:
        gap *= width / 3 / gaps
        phase_gap *= width / 3 / gaps
        gaps = width / 3
    side = (width - gaps) / len(phases)
    blocks, x = [], left
    for pc, phase in enumerate(phases):
        blocks.append(ScrubberBlock(pc, phase, x, side))
        following = phases[pc + 1] if pc + 1 < len(phases) else phase
        x += side + (gap if following == phase else phase_gap)
    return blocks


class Scrubber(QWidget):
    """Follows a `StepModel`. Left and right step, Home and End go to the ends of the iteration.

    `breakpoint_wanted(pc)` when a breakpoint is to be set at a moment, or taken away: by the right button.
    """

    breakpoint_wanted = Signal(int)

    def __init__(self, theme: Theme, model: StepModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._model = theme, model
        self._hovered: int | None = None
        self._is_low = False
        self._asked: int | None = None  # where a drag has asked to go
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._within, self._share = "", 1.0  # where one is within the operation
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        model.changed.connect(self._show)
        self._show()
        follow(theme, self)

    def apply_metrics(self) -> None:
        self.setFixedHeight(self.least_height if self._is_low else self._theme.metrics.scrubber)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._theme.metrics.px(600), self._theme.metrics.scrubber)

    @property
    def least_height(self) -> int:
        """Without the line that names the operation, as the header above does."""
        px = self._theme.metrics.px
        return round(self._bar()[0]) + px(8)

    def set_low(self, is_low: bool) -> None:
        """Leaves out the line below the blocks, where there is little room."""
        if is_low != self._is_low:
            self._is_low = is_low
            self.apply_metrics()

    def set_within(self, text: str, share: float) -> None:
        """Where one is within the present operation, in words and as the share that was gone through; "" and 1 between operations."""
        if (text, share) != (self._within, self._share):
            self._within, self._share = text, share
            self._show()

    def set_breakpoints(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        """Marks the moments that these stop at."""
        self._breakpoints = breakpoints
        self.update()

    @property
    def stops(self) -> dict[int, bool]:
        """The moments that have a breakpoint, and whether one of them is on."""
        program = self._model.program
        if program is None or not self._breakpoints:
            return {}
        return {pc: any(each.is_on for each in found) for pc, found in stops(program, self._breakpoints).items()}

    def blocks(self) -> list[ScrubberBlock]:
        """Where every moment of the iteration stands."""
        px = self._theme.metrics.px
        large = self._is_large
        phases = [i.phase for i in self._model.instructions]
        return blocks_of(phases, px(16), self.width() - 2 * px(16), px(2), px(14 if large else 10))

    @property
    def text(self) -> str:
        """The label of the current moment: tanh in dense_1, moment 21 of 29."""
        model, count = self._model, len(self._model.instructions)
        if model.instruction is None:
            return f"{count} operations in an iteration" if count else ""
        where = f"{model.name(model.instruction)}, operation {model.done} of {count}"
        return f"{where}; {self._within}" if self._within else where

    @property
    def _is_large(self) -> bool:
        return self._theme.metrics.scrubber / self._theme.metrics.scale > 100

    def _show(self) -> None:
        self._asked = None
        self.setAccessibleName("Operations of the iteration")
        self.setAccessibleDescription(self.text)
        self.update()

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        tokens, px = self._theme.tokens, self._theme.metrics.px
        painter = QPainter(self)
        painter.fillRect(self.rect(), tokens.panel)
        painter.fillRect(QRectF(0, 0, self.width(), 1), tokens.line)
        blocks = self.blocks()
        if blocks:
            self._paint_blocks(painter, blocks)
            self._paint_phases(painter, blocks)
            self._paint_stops(painter, blocks)
            if not self._is_low:
                self._paint_label(painter, blocks)
        if self.hasFocus():
            draw_focus(painter, self.rect().adjusted(px(3), px(3), -px(3), -px(3)), self._theme.metrics.radius_button, tokens)
        painter.end()

    def _bar(self) -> tuple[float, float]:
        """(bottom, height) of a block that is done."""
        px = self._theme.metrics.px
        return (px(62), float(px(24))) if self._is_large else (px(45), float(px(14)))

    def _paint_blocks(self, painter: QPainter, blocks: list[ScrubberBlock]) -> None:
        tokens, px, model = self._theme.tokens, self._theme.metrics.px, self._model
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        bottom, tall = self._bar()
        for block in blocks:
            color = getattr(tokens, PHASE_LOOKS[block.phase].color)
            rect = QRectF(block.left, bottom - tall, block.width, tall)
            if block.pc + 1 == model.done:
                color = tokens.accent
                rect.adjust(0, -px(5), 0, px(5))
            elif block.pc + 1 > model.done:
                rect.setTop(bottom - tall / 2 - px(2))
                rect.setBottom(bottom - tall / 2 + px(2))
            else:
                color = mix(tokens.panel, color, 0.85)
            if block.pc == self._hovered:
                color = mix(color, tokens.text, 0.25)
            radius = min(self._theme.metrics.radius_cell, block.width / 2)
            if block.pc + 1 == model.done and self._share < 1:  # filled as far as one has gone within it
                painter.setBrush(mix(tokens.panel, color, 0.4))
                painter.drawRoundedRect(rect, radius, radius)
                rect.setWidth(max(rect.width() * self._share, 2.0))
            painter.setBrush(color)
            painter.drawRoundedRect(rect, radius, radius)

    def _paint_stops(self, painter: QPainter, blocks: list[ScrubberBlock]) -> None:
        """A dot over every moment that has a breakpoint."""
        found, (bottom, tall), radius = self.stops, self._bar(), self._theme.metrics.px(3)
        for block in blocks:
            if block.pc in found:
                painter.setBrush(self._theme.tokens.error if found[block.pc] else Qt.BrushStyle.NoBrush)
                painter.setPen(QPen(self._theme.tokens.error, 1.2))
                painter.drawEllipse(QPointF(block.left + block.width / 2, bottom - tall - 1.4 * radius), radius, radius)

    def _paint_phases(self, painter: QPainter, blocks: list[ScrubberBlock]) -> None:
        px = self._theme.metrics.px
        painter.setFont(self._theme.font("caption"))
        size = QFontMetricsF(painter.font())
        end = 0.0
        for block in blocks:
            if block.pc and blocks[block.pc - 1].phase == block.phase:
                continue
            look = PHASE_LOOKS[block.phase]
            text = f"{look.arrow} {look.word}".lstrip()
            painter.setPen(getattr(self._theme.tokens, look.color))
            x = max(block.left, end)
            painter.drawText(QPointF(x, px(22)), text)
            end = x + size.horizontalAdvance(text) + px(8)

    def _paint_label(self, painter: QPainter, blocks: list[ScrubberBlock]) -> None:
        tokens, px, done = self._theme.tokens, self._theme.metrics.px, self._model.done
        line = QRectF(px(16), self.height() - px(25), self.width() - 2 * px(16), px(18))
        if self._is_large and blocks[0].width > px(44):
            self._paint_names(painter, blocks)
            line.moveTop(self.height() - px(24))
        painter.setFont(self._theme.font("caption"))
        painter.setPen(tokens.text2)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "1" if done else self.text)
        if not done:
            return
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(len(blocks)))
        painter.setFont(self._theme.font("name"))
        painter.setPen(tokens.text)
        width = QFontMetricsF(painter.font()).horizontalAdvance(self.text)
        block = blocks[done - 1]
        left = min(max(block.left + block.width / 2 - width / 2, line.left() + px(24)), line.right() - px(24) - width)
        painter.drawText(QRectF(left, line.top(), width + 1, line.height()), Qt.AlignmentFlag.AlignVCenter, self.text)

    def _paint_names(self, painter: QPainter, blocks: list[ScrubberBlock]) -> None:
        """In a large window every block has its name."""
        tokens, px = self._theme.tokens, self._theme.metrics.px
        size = QFontMetricsF(self._theme.font("caption"))
        bottom, _ = self._bar()
        for block in blocks:
            current = block.pc + 1 == self._model.done
            painter.setFont(self._theme.font("caption_strong" if current else "caption"))
            painter.setPen(tokens.text if current else tokens.text2)
            name = size.elidedText(self._model.name(self._model.instructions[block.pc]), Qt.TextElideMode.ElideRight, block.width - 2)
            room = QRectF(block.left, bottom + px(6), block.width, px(18))
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, name)

    # Choosing

    def block_at(self, x: float) -> int | None:
        """The moment at a place: the block under it, or the nearest."""
        blocks = self.blocks()
        if not blocks:
            return None
        return min(blocks, key=lambda b: max(b.left - x, x - b.left - b.width, 0.0)).pc

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._ask(event.position().x())
        elif event.button() == Qt.MouseButton.RightButton:
            pc = self.block_at(event.position().x())
            if pc is not None:
                self.breakpoint_wanted.emit(pc)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self.block_at(event.position().x())
        if hovered != self._hovered:
            self._hovered = hovered
            self.update()
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._ask(event.position().x())

    def _ask(self, x: float) -> None:
        pc = self.block_at(x)
        if pc is not None and pc + 1 != self._asked:
            self._asked = pc + 1
            self._model.go_to(pc + 1)

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if not plain:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Right:
            self._model.over()
        elif event.key() == Qt.Key.Key_Left:
            self._model.back()
        elif event.key() == Qt.Key.Key_Home and self._model.instructions:
            self._model.go_to(1)
        elif event.key() == Qt.Key.Key_End and self._model.instructions:
            self._model.go_to(len(self._model.instructions))
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            pc = self.block_at(event.pos().x())
            if pc is not None:
                instruction = self._model.instructions[pc]
                what = f"{self._model.title(instruction)}: {PHASE_LOOKS[instruction.phase].word}"
                where = f"operation {pc + 1} of {len(self._model.instructions)}"
                QToolTip.showText(event.globalPos(), f"{what}, {where}\n{BREAKPOINT_TIP}", self)
            return True
        return super().event(event)
