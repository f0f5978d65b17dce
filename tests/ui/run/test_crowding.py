"""The window holds back as soon as the runs that train want every core."""

from __future__ import annotations

import pytest

from nnlab.ui.run import crowding
from nnlab.ui.run.crowding import is_crowded


def test_runs_on_every_core_are_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crowding, "_cores", lambda: 2)
    assert [is_crowded(runs) for runs in (1, 2, 3)] == [False, True, True]
