"""Numbers over whole data for a lesson's check: once for each frame, and in a job where they would take long."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from real_windows import real_windows

from nnlab.ui.learn import data_scores


def test_a_slow_number_comes_from_a_job_and_is_the_same(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with real_windows(qtbot, tmp_path) as open_one:
        window = open_one("xor")
        qtbot.waitUntil(lambda: window.session.frame is not None)
        facts = window.learning.player._numbers
        exact = facts.now().value("training_loss")
        facts.scores.forget()
        monkeypatch.setattr(data_scores, "BUDGET", 0.0)
        with qtbot.waitSignal(facts.scores.known, timeout=60_000):
            assert facts.now(passing=True).value("training_loss < 9") == 0.0  # not known yet: no comparison holds
        assert facts.now(passing=True).value("training_loss") == exact
        asked: list[str] = []
        monkeypatch.setattr("nnlab.lessons.network_now.NetworkNow.measured", lambda self, word: asked.append(word))
        assert facts.now().value("training_loss") == exact and not asked  # the frame is the same: nothing is worked out again
