"""The strand of an adapter below its card: where A and B lie, what they show, and that it is the accent that learns."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from nnlab.graph import adapters
from nnlab.graph.builder import GraphBuilder
from nnlab.graph.validation import infer
from nnlab.ui.canvas.cards import strand_painting
from nnlab.ui.canvas.cards.shown_card import ShownCard
from nnlab.ui.canvas.model.content import CardContent, describe
from nnlab.ui.canvas.model.geometry import STRAND_WORDS, collapsed
from nnlab.ui.canvas.model.strands import ADD, LENGTHS, SCALE, A, B, H, StrandMoment
from nnlab.ui.canvas.painting.paint_kit import PaintKit
from nnlab.ui.look.theme import Theme


def card(**changes: object) -> CardContent:
    b = GraphBuilder()
    b.mse(b.dense(b.input(features=6), units=5, id="hidden"))
    graph = adapters.attach(b.build(), rank=2, alpha=8, name="task_b")
    if changes.get("merged"):
        graph = adapters.merge(graph, "task_b")
    if changes.get("off"):
        graph = adapters.enable(graph, "task_b", False)
    if changes.get("kept"):
        graph = adapters.learn(graph, "task_b", False)
    return describe(graph, infer(graph))["hidden"]


def painted(theme: Theme, content: CardContent, parts: tuple[str, ...] = (), preview: bool = False) -> set[int]:
    """The colours of the picture."""
    item = ShownCard(content, collapsed(content, 60.0), PaintKit(theme))
    item.strand_values = np.ones((2, 6), np.float32), -np.ones((5, 2), np.float32)
    if parts:
        item.state.step, item.state.strand = "written", StrandMoment("task_b", frozenset(parts))
    if preview:
        item.preview = card().strands[0]
    image = QImage(300, 300, QImage.Format.Format_RGB32)
    image.fill(theme.tokens.canvas)
    painter = QPainter(image)
    painter.translate(150, 80)
    strand_painting.paint(painter, item)
    strand_painting.paint_preview(painter, item)
    painter.end()
    return {image.pixel(x, y) for x in range(300) for y in range(300)}


def test_a_card_says_what_takes_part_and_where_its_numbers_are() -> None:
    strand, = card().strands
    assert (strand.name, strand.rank, strand.scale, strand.learns, strand.is_merged) == ("task_b", 2, 4.0, True, False)
    assert strand.tensors("weights") == ("hidden.lora_A.task_b", "hidden.lora_B.task_b")
    assert strand.tensors("gradients") == ("hidden.d_lora_A.task_b", "hidden.d_lora_B.task_b")
    assert card(off=True).strands == () and card().is_frozen is False
    assert card(merged=True).strands[0].is_merged and not card(kept=True).strands[0].learns


def test_the_strand_has_room_below_the_card_and_only_while_there_is_one() -> None:
    plain, with_one, merged = (collapsed(c, 60.0) for c in (card(off=True), card(), card(merged=True)))
    assert plain.strand is None and plain.footprint == plain.outline
    assert with_one.strand is not None and with_one.strand.top() > with_one.outline.bottom()
    assert with_one.footprint.contains(with_one.strand)
    assert merged.strand is not None and merged.strand.height() == STRAND_WORDS


@pytest.mark.parametrize("rank", [1, 4, 300])
def test_a_lies_left_and_below_of_b_so_that_lines_do_not_cross(rank: int) -> None:
    rect = QRectF(-60, 50, 120, 72)
    a, b, _ = strand_painting.places(rect, rank)
    assert rect.contains(a) and rect.contains(b) and a.right() < b.left() and b.bottom() < a.top()


@pytest.fixture(params=["dark", "light"])
def either(theme: Theme, request: pytest.FixtureRequest) -> Iterator[Theme]:
    """The theme in both modes; dark again afterwards, as all of these tests share it."""
    theme.set_mode(request.param)
    yield theme
    theme.set_mode("dark")


def test_what_learns_is_drawn_in_the_accent(either: Theme) -> None:
    theme = either
    accent = theme.tokens.accent.rgb()
    assert accent in painted(theme, card())
    assert accent not in painted(theme, card(kept=True))
    assert accent not in painted(theme, card(merged=True))


def test_only_what_the_instruction_is_about_is_lit(either: Theme) -> None:
    accent = either.tokens.accent.rgb()
    assert all(accent in painted(either, card(), (part,)) for part in (A, B, H, SCALE, ADD))
    assert accent not in painted(either, card(), (LENGTHS,)), "which this adapter does not have"


def test_what_is_being_chosen_is_drawn_where_nothing_takes_part_yet(either: Theme) -> None:
    accent = either.tokens.accent.rgb()
    assert accent in painted(either, card(off=True), preview=True) and accent not in painted(either, card(off=True))


def test_both_matrices_are_on_one_scale_and_an_empty_one_is_no_error() -> None:
    a, b = np.full((2, 6), 0.1), np.full((5, 2), 0.5)
    assert strand_painting.scale_of(a, b) == pytest.approx(1.6 * 0.5)  # the calm factor of every matrix on the canvas
    assert strand_painting.scale_of(None, None) == 1.0
    assert strand_painting.scale_of(np.zeros((2, 6)), np.full((5, 2), np.nan)) == 1.0
