"""Opening a window on a table reads the table once and looks at the network once; so does what is done in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from nnlab.graph import edits, validation
from nnlab.tables.readers import text
from nnlab.ui.window.main_window import MainWindow


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often tables were read and networks looked at, whole."""
    found: Counter[str] = Counter()
    for module, name in ((text, "read_text"), (validation, "_structure"), (validation, "_against_data")):
        real = getattr(module, name)

        def count(*arguments: object, name: str = name, real: Callable[..., object] = real) -> object:
            found[name] += 1
            return real(*arguments)

        monkeypatch.setattr(module, name, count)
    return found


def test_a_table_is_read_once_and_its_network_validated_once(
    tmp_path: Path, opened: Callable[..., MainWindow], qtbot: QtBot, counted: Counter[str]
) -> None:
    rows = np.random.default_rng(0).standard_normal((60, 3))
    lines = ["a,b,c,kind", *(f"{a},{b},{c},{'yes' if a > b else 'no'}" for a, b, c in rows)]
    (tmp_path / "table.csv").write_text("\n".join(lines) + "\n")
    window = opened(tmp_path / "table.csv")
    qtbot.waitUntil(lambda: window.session.frame is not None, timeout=20_000)
    window.show_workspace("train")
    window.session.step_iteration()
    qtbot.waitUntil(lambda: window.session.iteration == 1 and not window.session.is_playing)
    assert counted == {"read_text": 1, "_structure": 1, "_against_data": 1}
    window.document.attempt("Units", lambda graph: edits.configure(graph, "dense_1", units=3))
    window.session.step_iteration()
    qtbot.waitUntil(lambda: window.session.iteration == 2 and not window.session.is_playing)
    assert counted == {"read_text": 1, "_structure": 2, "_against_data": 2}, "an edit is looked at once more"
