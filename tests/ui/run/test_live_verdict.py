"""The verdict follows what is shown, beside the display, and is forgotten with the run."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from nnlab.engine.convergence import CONVERGING, PLATEAU
from nnlab.engine.history import Curves
from nnlab.ui.run import live_verdict
from nnlab.ui.run.jobs import LiveJobs
from nnlab.ui.run.live_verdict import LiveVerdict

FALLING = 0.5 * np.exp(-np.arange(4000) / 2000)
NONE = np.empty(0)


def curves(losses: np.ndarray) -> Curves:
    return Curves(0, 1, losses, losses, losses, np.empty((len(losses), 0)), (), NONE, NONE, NONE, NONE, NONE, 0.0)


def view(losses: np.ndarray, playing: bool = False) -> SimpleNamespace:
    return SimpleNamespace(curves=curves(losses), playing=playing)


class Session(QObject):
    emptied = Signal()
    replaced = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.jobs = LiveJobs(self)


@pytest.fixture
def session(qtbot: QtBot) -> Session:
    made = Session()
    yield made  # type: ignore[misc]
    made.jobs.close()


def test_what_is_shown_is_judged_once_and_forgotten_with_the_run(session: Session, qtbot: QtBot) -> None:
    live = LiveVerdict(session, session)  # type: ignore[arg-type]
    with qtbot.waitSignal(live.changed):
        live.look(view(FALLING))  # type: ignore[arg-type]
    assert live.verdict is not None
    assert (live.verdict.convergence.verdict, live.verdict.until) == (CONVERGING, 4000)
    seen = live.verdict
    live.look(view(FALLING))  # type: ignore[arg-type]
    assert live._job is None  # the same history is not judged twice
    session.emptied.emit()
    assert live.verdict is None
    assert seen is not None


def test_while_training_goes_on_it_waits_and_at_rest_it_is_of_what_is_shown(
    session: Session, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = SimpleNamespace(monotonic=lambda: 100.0)
    monkeypatch.setattr(live_verdict, "time", now)
    live = LiveVerdict(session, session)  # type: ignore[arg-type]
    with qtbot.waitSignal(live.changed):
        live.look(view(FALLING[:2000], playing=True))  # type: ignore[arg-type]
    live.look(view(FALLING[:3000], playing=True))  # type: ignore[arg-type]
    assert live._job is None  # within the same second
    flat = np.append(FALLING, np.full(6000, FALLING[-1]))
    with qtbot.waitSignal(live.changed):
        live.look(view(flat))  # type: ignore[arg-type]
    assert live.verdict is not None
    assert (live.verdict.convergence.verdict, live.verdict.until) == (PLATEAU, 10_000)


def test_what_comes_while_it_judges_is_judged_afterwards_and_an_earlier_run_is_forgotten(session: Session, qtbot: QtBot) -> None:
    live = LiveVerdict(session, session)  # type: ignore[arg-type]
    live.look(view(FALLING[:2000]))  # type: ignore[arg-type]
    live.look(view(FALLING))  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: live.verdict is not None and live.verdict.until == 4000)
    live.look(view(FALLING[:100]))  # type: ignore[arg-type]
    assert live.verdict is None
    qtbot.waitUntil(lambda: live.verdict is not None and live.verdict.until == 100)
