"""In the real window: adapters on one base, by mouse and keyboard, and the matrices they are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from nnlab.graph.adapters import adapted
from nnlab.studies.lora.scenarios import SCENARIOS
from nnlab.studies.lora.study import learned, study_trials
from nnlab.ui.lora import scenario_run
from nnlab.ui.lora.matrices_picture import MatricesPicture
from nnlab.ui.panels.adapter_cost import AdapterCostPanel
from nnlab.ui.panels.adapter_matrices import AdapterMatricesPanel
from nnlab.ui.panels.adapter_spectrum import AdapterSpectrumPanel
from nnlab.ui.panels.adapters import AdaptersPanel
from nnlab.ui.panels.lora_study import LoraStudyPanel
from nnlab.ui.window.main_window import MainWindow

Opener = Callable[..., MainWindow]


def centre(window: MainWindow) -> AdapterMatricesPanel:
    panel = window.panels["adapter_matrices"]
    assert isinstance(panel, AdapterMatricesPanel)
    return panel


def adapters(window: MainWindow) -> AdaptersPanel:
    panel = window.panels["adapters"]
    assert isinstance(panel, AdaptersPanel)
    return panel


def picture(window: MainWindow) -> MatricesPicture:
    shown = centre(window).matrices.shown
    assert shown is not None
    return shown


def names(window: MainWindow) -> list[str]:
    return list(adapted(window.document.graph))


def weights(window: MainWindow) -> dict[str, np.ndarray]:
    return adapters(window).edits.weights()


def is_on(window: MainWindow, name: str) -> bool:
    found = window.document.graph["dense_1"].adapter(name)
    assert found is not None
    return found.enabled


@pytest.fixture
def window(fresh: Opener, qtbot: QtBot) -> MainWindow:
    """Digits with one adapter of rank 4 on both layers, attached as it is on the screen, and 30 iterations."""
    found = fresh("digits")
    found.resize(1280, 800)
    found.show_workspace("lora")
    qtbot.waitUntil(lambda: found.session.frame is not None, timeout=20_000)
    QTest.mouseClick(adapters(found).attach, Qt.MouseButton.LeftButton)
    QTest.keyClick(found.adapters.popover.name, Qt.Key.Key_Return)
    assert names(found) == ["task_a"] and found.document.undo_stack.undoText() == "Attach task_a"
    found.session.run_iterations(30)
    qtbot.waitUntil(lambda: found.session.iteration == 30 and not found.session.is_playing, timeout=20_000)
    settle(found, qtbot)
    return found


def settle(window: MainWindow, qtbot: QtBot) -> None:
    """Until the matrices shown are those of the run."""

    def is_now() -> bool:
        shown = centre(window).matrices.shown
        if shown is None:
            return False
        now = weights(window)
        return bool((shown.adapter.b == now[f"{shown.layer.layer}.lora_B.{shown.adapter.name}"]).all())

    qtbot.waitUntil(is_now, timeout=20_000)


def test_maps_and_hashes_are_those_of_the_run(window: MainWindow, qtbot: QtBot) -> None:
    now = weights(window)
    shown = picture(window)
    a, b, base = (now[f"dense_1.{part}"].astype(np.float64) for part in ("lora_A.task_a", "lora_B.task_a", "weight"))
    assert np.abs(b).max() > 0
    np.testing.assert_array_equal(shown.adapter.a, now["dense_1.lora_A.task_a"])
    np.testing.assert_allclose(shown.adapter.update, 2 * b @ a, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(shown.layer.applied, base + 2 * b @ a, rtol=1e-12, atol=1e-15)
    assert shown.proof is not None and shown.proof.is_unchanged
    assert shown.proof.now == hashlib.sha256(now["dense_1.weight"].tobytes()).hexdigest()


def test_a_cell_is_pointed_at_and_moved_by_keys(window: MainWindow) -> None:
    view = centre(window).matrices
    places = view.places()
    assert places is not None
    at = places.base.topLeft() + QPoint(round(20.5 * places.cell), round(5.5 * places.cell))
    QTest.mouseMove(view, at.toPoint())
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at.toPoint())
    assert view.cell == (5, 20)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.cell == (6, 21)
    now = weights(window)
    found = view.equation()
    assert found is not None and [term.label for term in found.terms if term.label] == ["W₀", "B row · A col", "W"]
    base, product, applied = (term.value for term in found.terms if term.value is not None)
    row, column = now["dense_1.lora_B.task_a"][6].astype(np.float64), now["dense_1.lora_A.task_a"][:, 21].astype(np.float64)
    assert base == now["dense_1.weight"][6, 21] and found.terms[1].text == "+ 2 ×"
    assert product == pytest.approx(float(row @ column), rel=1e-9)
    assert applied == pytest.approx(base + 2 * float(row @ column), rel=1e-9)
    QTest.keyClick(view, Qt.Key.Key_Escape)
    assert view.cell is None


def test_the_other_layer_is_opened_by_a_click_and_by_keys(window: MainWindow, qtbot: QtBot) -> None:
    path = centre(window).path
    place = path.places()["dense_2"].center().toPoint()
    QTest.mouseClick(path, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert picture(window).layer.layer == "dense_2" and window.selection.current == "dense_2"
    QTest.keyClick(path, Qt.Key.Key_Left)
    assert picture(window).layer.layer == "dense_1"


def test_digits_switch_blend_and_leave_the_base_alone(window: MainWindow, qtbot: QtBot) -> None:
    rows = adapters(window).list
    rows.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(rows, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert len(names(window)) == 2
    first, second = names(window)
    QTest.keyClick(rows, Qt.Key.Key_2)
    assert not is_on(window, first) and is_on(window, second) and adapters(window).shown.name == second
    QTest.keyClick(rows, Qt.Key.Key_1, Qt.KeyboardModifier.ShiftModifier)
    assert is_on(window, first) and is_on(window, second)
    QTest.keyClick(rows, Qt.Key.Key_0)
    assert not is_on(window, first) and not is_on(window, second)
    assert window.document.undo_stack.undoText() == "Base alone"
    window.document.undo()
    assert is_on(window, first) and is_on(window, second)


def test_the_weight_is_dragged_in_one_step_and_typed(window: MainWindow, qtbot: QtBot) -> None:
    row = adapters(window).list.rows[0]
    slider, before = row.slider, window.document.undo_stack.count()
    middle = slider.rect().center()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(slider.width() - 20, middle.y()))
    for x in range(slider.width() - 24, middle.x(), -6):
        QTest.mouseMove(slider, QPoint(x, middle.y()))
    QTest.mouseMove(slider, middle)
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle)
    assert window.document.undo_stack.count() == before + 1
    weight = window.document.graph["dense_1"].adapter("task_a").weight  # type: ignore[union-attr]  # it has one
    assert weight == pytest.approx(0.75, abs=0.02) and row.value.value == weight
    row.value.setFocus(Qt.FocusReason.MouseFocusReason)
    row.value.selectAll()
    QTest.keyClicks(row.value, "0.25")
    QTest.keyClick(row.value, Qt.Key.Key_Return)
    assert window.document.graph["dense_2"].adapter("task_a").weight == 0.25  # type: ignore[union-attr]
    settle(window, qtbot)
    qtbot.waitUntil(lambda: picture(window).adapter.scale == 0.5, timeout=10_000)
    now = weights(window)
    update = 0.5 * now["dense_1.lora_B.task_a"].astype(np.float64) @ now["dense_1.lora_A.task_a"].astype(np.float64)
    np.testing.assert_allclose(picture(window).adapter.update, update, rtol=1e-12, atol=1e-15)
    window.document.undo()
    window.document.undo()
    assert window.document.graph["dense_1"].adapter("task_a").weight == 1.0  # type: ignore[union-attr]


def test_renaming_keeps_the_numbers_and_refuses_what_is_no_name(window: MainWindow, qtbot: QtBot) -> None:
    panel, before = adapters(window), weights(window)["dense_1.lora_B.task_a"]
    panel.list.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    editor = panel.list.rows[0].editor
    QTest.keyClicks(editor, "upside down")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert names(window) == ["task_a"] and "cannot name an adapter" in panel.words.text()
    QTest.keyClick(panel.list, Qt.Key.Key_F2)
    QTest.keyClicks(editor, "rotated")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert names(window) == ["rotated"] and panel.words.text() == ""
    np.testing.assert_array_equal(weights(window)["dense_1.lora_B.rotated"], before)


def test_merging_and_back_leaves_the_base_bit_for_bit(window: MainWindow, qtbot: QtBot) -> None:
    panel, before = adapters(window), weights(window)
    QTest.mouseClick(panel.merging.button("merged"), Qt.MouseButton.LeftButton)
    assert window.document.graph["dense_1"].adapter("task_a").merged  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: picture(window).is_merged, timeout=10_000)
    assert picture(window).proof.is_unchanged  # type: ignore[union-attr]
    QTest.mouseClick(panel.merging.button("beside"), Qt.MouseButton.LeftButton)
    after = weights(window)
    assert all((after[name] == before[name]).all() for name in before)


def test_deleting_what_no_file_holds_is_asked_about_and_undone(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *arguments: answers.pop(0))
    rows, before = adapters(window).list, weights(window)
    rows.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert names(window) == ["task_a"]
    QTest.keyClick(rows, Qt.Key.Key_Delete)
    assert names(window) == [] and not answers
    window.document.undo()
    after = weights(window)
    assert all((after[name] == before[name]).all() for name in before)


def test_what_was_saved_is_loaded_and_deleted_without_a_question(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    panel, before = adapters(window), weights(window)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *arguments: str(tmp_path))
    QTest.mouseClick(panel.save_button, Qt.MouseButton.LeftButton)
    assert sorted(path.name for path in (tmp_path / "task_a").iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    monkeypatch.setattr(QMessageBox, "question", lambda *arguments: pytest.fail("nothing is lost"))
    panel.list.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(panel.list, Qt.Key.Key_Delete)
    assert names(window) == []
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *arguments: str(tmp_path / "task_a"))
    QTest.mouseClick(panel.load_button, Qt.MouseButton.LeftButton)
    assert names(window) == ["task_a"]
    after = weights(window)
    for part in ("lora_A", "lora_B"):
        np.testing.assert_array_equal(after[f"dense_1.{part}.task_a"], before[f"dense_1.{part}.task_a"])


def test_a_folder_that_is_none_is_refused_in_one_sentence(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    project = window.document.project
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *arguments: str(tmp_path))
    QTest.mouseClick(adapters(window).load_button, Qt.MouseButton.LeftButton)
    assert "holds no adapter_config.json" in adapters(window).words.text() and adapters(window).words.color == "error"
    assert window.document.project is project


def test_spectrum_and_cost_are_those_of_the_arrays(window: MainWindow, qtbot: QtBot) -> None:
    spectrum, cost = window.panels["adapter_spectrum"], window.panels["adapter_cost"]
    assert isinstance(spectrum, AdapterSpectrumPanel) and isinstance(cost, AdapterCostPanel)
    now = weights(window)
    update = 2 * now["dense_1.lora_B.task_a"].astype(np.float64) @ now["dense_1.lora_A.task_a"].astype(np.float64)
    expected = np.linalg.svd(update, compute_uv=False)[:4]
    qtbot.waitUntil(lambda: spectrum.plot.shown is not None and np.allclose(spectrum.plot.shown.values, expected), timeout=10_000)
    assert spectrum.words.text().startswith("4 of 32")
    qtbot.waitUntil(lambda: cost.rows.shown is not None and cost.rows.shown.rank == 4, timeout=20_000)
    table = cost.rows.shown
    assert table is not None
    by_rank = {found.rank: found.parameters for found in table.costs}
    # 64-32-10: r (64 + 32) + r (32 + 10) beside 64·32 + 32 + 32·10 + 10 numbers; the output layer has no more than r = 10, so that
    # 96 r + 420 passes the weights' 2,368 at r = 21.
    assert by_rank[4] == 4 * 138 and by_rank[1] == 138 and by_rank[None] == 2410 and table.break_even == 21
    assert by_rank[16] == 16 * 96 + 10 * 42 and not any(found.problem for found in table.costs)
    QTest.mouseClick(cost.extent.button("layer"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: cost.rows.shown is not None and cost.rows.shown.break_even == 22, timeout=20_000)
    alone = cost.rows.shown
    assert alone is not None and alone.break_even == 22  # 2,048 / 96 = 21.3
    assert {found.rank: found.parameters for found in alone.costs}[8] == 8 * 96


def test_a_scenario_is_opened_studied_and_a_point_loads_its_run(fresh: Opener, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    window = fresh("spiral")
    window.resize(1280, 800)
    window.show_workspace("lora")
    panel = window.panels["lora_study"]
    assert isinstance(panel, LoraStudyPanel)
    panel.scenario.setCurrentIndex(panel.scenario.findData("shifted-sine"))
    panel.scenario.activated.emit(panel.scenario.currentIndex())
    before = window.document.project
    QTest.mouseClick(panel.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.document.project is not before, timeout=30_000)
    assert names(window) == ["new_task"] and window.document.undo_stack.undoText() == "Open sin x → sin (x − 1)"
    monkeypatch.setattr(scenario_run, "study_trials", lambda name, seeds: study_trials(name, (1,), 1))
    panel.run.seeds = 1
    QTest.mouseClick(panel.start, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not panel.run.is_busy, timeout=120_000)
    found = {summary.title: summary for summary in panel.plot.shown}
    assert set(found) == {"base", "full", "head", "LoRA, r = 1"}
    assert found["full"].new_accuracy > found["base"].new_accuracy and found["base"].parameters == 0
    index = [summary.title for summary in panel.plot.shown].index("LoRA, r = 1")
    viewport = panel.plot.viewport()
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, panel.plot.mark(index).toPoint())
    qtbot.waitUntil(lambda: window.document.undo_stack.undoText().startswith("Open sin x → sin (x − 1), LoRA, r = 1"), timeout=60_000)
    qtbot.waitUntil(lambda: window.session.iteration > 0, timeout=20_000)
    _, run = learned(SCENARIOS["shifted-sine"], "lora", 1, 0)
    now = weights(window)
    for name, values in run.state.parameters().items():
        np.testing.assert_array_equal(now[name], values)
    QTest.mouseClick(panel.pages.button("table"), Qt.MouseButton.LeftButton)
    panel.results.setFocus(Qt.FocusReason.TabFocusReason)
    panel.results.clearSelection()
    QTest.keyClick(panel.results, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().splitlines()[0].startswith("method\tnew task")
    assert len(QGuiApplication.clipboard().text().splitlines()) == 5
