"""Singular values of full fine-tuning behind those of the adapter: of a run of the comparison, from the same start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from nnlab.studies.lora.scenarios import SCENARIOS, task_project
from nnlab.training.difference import Difference
from nnlab.ui.lora.full_spectrum import run_of_full
from nnlab.ui.panels.adapter_spectrum import AdapterSpectrumPanel


def test_full_fine_tuning_trains_beside_and_its_bars_stand_behind(studio: Callable[..., Any], qtbot: QtBot) -> None:
    made = studio(task_project(SCENARIOS["shifted-sine"], "lora", rank=2))
    panel = made.panel("adapter_spectrum")
    assert isinstance(panel, AdapterSpectrumPanel)
    made.train(20)
    QTest.mouseClick(panel.beside.button("full"), Qt.MouseButton.LeftButton)
    assert made.document.project.comparison == (Difference("fine_tuning", "full"),)
    qtbot.waitUntil(lambda: made.session.iteration == 0 and len(made.session.companions) == 1, timeout=20_000)  # both begin anew
    made.train(30)
    qtbot.waitUntil(lambda: panel.plot.full is not None and panel.plot.full.iteration == made.session.iteration, timeout=20_000)
    view, found = made.views[-1], panel.plot.full
    other = run_of_full(view)
    assert other is not None and found is not None
    change = other.frame.get("hidden_1.weight").astype(float) - made.document.project.initial.values["hidden_1.weight"].astype(float)
    assert found.layer == "hidden_1" and np.abs(change).max() > 0
    np.testing.assert_allclose(found.values, np.linalg.svd(change, compute_uv=False), rtol=1e-9, atol=1e-12)
    assert "full" in panel.words.text() and panel.table().names == ("number", "singular value", "full fine-tuning")
    QTest.mouseClick(panel.beside.button("alone"), Qt.MouseButton.LeftButton)
    assert made.document.project.comparison == () and made.document.undo_stack.undoText() == "End the comparison"
