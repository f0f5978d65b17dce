"""What an adapter does for the answers, as it is written, painted and read out."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from nnlab.training.adapter_effects import AdapterEffects, TaskScore
from nnlab.training.base_weights import BaseProof
from nnlab.training.session_adapters import MergeReport
from nnlab.ui.look.theme import Theme
from nnlab.ui.lora.outcome import AdapterOutcome

SCORES = (TaskScore("turned", "accuracy", 0.95, 0.148), TaskScore("upright", "accuracy", 0.21, 0.981))
KEPT = BaseProof("dense_1", "ab" * 32, "ab" * 32, 64)


@pytest.fixture
def outcome(theme: Theme, qtbot: QtBot) -> AdapterOutcome:
    found = AdapterOutcome(theme)
    qtbot.addWidget(found)
    return found


def effects(*proofs: BaseProof, scores: tuple[TaskScore, ...] = SCORES) -> AdapterEffects:
    return AdapterEffects(scores, MergeReport(359, 1.25e-5, 2), proofs)


def test_it_is_hidden_until_something_is_known(outcome: AdapterOutcome) -> None:
    assert outcome.isHidden() and outcome.rows == ()
    outcome.show_effects(effects(KEPT))
    assert not outcome.isHidden()
    outcome.show_effects(None)
    assert outcome.isHidden() and outcome.rows == ()


def test_scores_and_merging_are_read_out(outcome: AdapterOutcome) -> None:
    outcome.show_effects(effects(KEPT))
    words = outcome.accessibleDescription()
    assert "turned 95.0, base alone 14.8" in words and "upright 21.0, base alone 98.1" in words
    assert dict(outcome.rows)["Predictions changed"] == "2 of 359"
    assert "W₀ kept" in words
    outcome.show_effects(effects(KEPT, scores=(TaskScore("sine", "r2", 0.5, -0.25),)))
    assert "sine 0.500, base alone −0.250" in outcome.accessibleDescription()


def test_without_a_hash_of_the_freeze_nothing_is_claimed(outcome: AdapterOutcome) -> None:
    outcome.show_effects(effects(BaseProof("dense_1", "", "cd" * 32, 64)))
    assert outcome.rows[2][0] == "W₀ is now"


def test_a_base_that_was_touched_is_named(outcome: AdapterOutcome) -> None:
    touched = BaseProof("dense_2", "ab" * 32, "cd" * 32, 64)
    outcome.show_effects(effects(KEPT, touched))
    assert [words for words, _ in outcome.rows][2] == "W₀ of dense_2 has changed"
    lines = outcome.toolTip().splitlines()
    assert len(lines) == 3 and lines[2].startswith("dense_2: then abab") and ", now cdcd" in lines[2]


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_mark_beside_the_proof_says_whether_it_holds(outcome: AdapterOutcome, theme: Theme, mode: str) -> None:
    theme.set_mode(mode)
    try:
        seen = []
        for proof in (KEPT, BaseProof("dense_1", "ab" * 32, "cd" * 32, 64)):
            outcome.show_effects(effects(proof))
            outcome.resize(240, outcome.sizeHint().height())
            image = outcome.grab().toImage()
            left = [image.pixelColor(x, y) for x in range(18) for y in range(image.height() - 22, image.height())]  # the mark's room
            seen.append([min(away(colour, found) for found in left) for colour in (theme.tokens.accent, theme.tokens.error)])
        assert seen[0][0] < seen[0][1] and seen[1][1] < seen[1][0]
    finally:
        theme.set_mode("dark")


def away(a: QColor, b: QColor) -> int:
    return abs(a.red() - b.red()) + abs(a.green() - b.green()) + abs(a.blue() - b.blue())
