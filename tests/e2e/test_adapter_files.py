"""Adapters on disk in the real window: saved, loaded, dropped; every refusal is one sentence and changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnlab.graph.adapters import adaptable, adapted
from nnlab.ui.adapters import commands
from nnlab.ui.window.main_window import MainWindow

pytestmark = pytest.mark.window


def attach(window: MainWindow) -> None:
    window.actions_by_id["lora.attach"].trigger()
    window.adapters.popover.accept()


def train(window: MainWindow, qtbot: QtBot) -> None:
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.iteration > 0 and not window.session.is_playing, timeout=20_000)


def saved(window: MainWindow, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Path:
    monkeypatch.setattr(commands, "ask_where_to_save_adapter", lambda parent, suggested: folder)
    window.actions_by_id["lora.save"].trigger()
    return folder


def drop(window: MainWindow, path: Path) -> bool:
    """Drags a file or folder over the window and lets go; whether it was taken."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(50, 50), copy, mime, left, none)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        QApplication.sendEvent(window, QDropEvent(QPointF(50, 50), copy, mime, left, none))
    return enter.isAccepted()


def test_what_was_saved_is_dropped_on_the_base_again_with_its_numbers(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(window)
    train(window, qtbot)
    layers = adaptable(window.document.graph)
    names = [f"{layer}.lora_{letter}.task_a" for layer in layers for letter in "AB"]
    learned = window.session.parameters(names)
    folder = saved(window, monkeypatch, tmp_path / "kept")
    assert sorted(path.name for path in folder.iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    window.actions_by_id["lora.detach"].trigger()
    assert not adapted(window.document.graph)
    for path, name in ((folder, "kept"), (folder / "adapter_config.json", "kept_2"), (folder / "adapter_model.safetensors", "kept_3")):
        assert drop(window, path)
        qtbot.waitUntil(lambda name=name: name in adapted(window.document.graph), timeout=10_000)
        assert window.document.undo_stack.undoText() == f"Load adapter {name}"
        now = window.session.parameters([key.replace("task_a", name) for key in names])
        assert all(np.array_equal(now[key.replace("task_a", name)], learned[key]) for key in names)
    window.document.undo()
    assert list(adapted(window.document.graph)) == ["kept", "kept_2"]


def test_what_is_no_adapter_is_refused_in_one_sentence(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    attach(window)
    folder = saved(window, monkeypatch, tmp_path / "whole")
    config, model = json.loads((folder / "adapter_config.json").read_text()), (folder / "adapter_model.safetensors").read_bytes()
    window.document.undo()
    graph, said = window.document.graph, []
    window.adapters.failed.connect(said.append)

    def made(name: str, files: dict[str, bytes]) -> Path:
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_bytes(content)
        return tmp_path / name

    plain = json.dumps(config).encode()
    wrong = [
        made("empty", {}),
        made("no_config", {"adapter_model.safetensors": model}),
        made("pickle", {"adapter_config.json": plain, "adapter_model.bin": b"\x80\x04"}),
        made("terabytes", {"adapter_config.json": plain, "adapter_model.safetensors": (2**42).to_bytes(8, "little") + b"{}"}),
        made("other", {"adapter_config.json": json.dumps({**config, "target_modules": ["nowhere"]}).encode(),
                       "adapter_model.safetensors": model}),
        made("broken", {"adapter_config.json": b"{", "adapter_model.safetensors": model}),
    ]  # fmt: skip
    for count, path in enumerate(wrong, 1):
        assert drop(window, path)
        qtbot.waitUntil(lambda count=count: len(said) == count, timeout=10_000)
        assert said[-1].endswith(".") and "\n" not in said[-1] and window.document.graph == graph, said[-1]
    assert drop(window, wrong[2] / "adapter_model.bin")
    qtbot.waitUntil(lambda: len(said) == len(wrong) + 1)
    assert "pickle" in said[-1]
    train(window, qtbot)  # the window lives


def test_merging_while_training_is_refused_and_afterwards_w0_comes_back_bit_for_bit(window: MainWindow, qtbot: QtBot) -> None:
    attach(window)
    layer = adaptable(window.document.graph)[0]
    said: list[str] = []
    window.adapters.failed.connect(said.append)
    window.session.play()
    qtbot.waitUntil(lambda: window.session.is_playing and window.session.iteration > 0)
    window.actions_by_id["lora.merge"].trigger()
    assert said == ["task_a cannot be merged while the network trains; pause first."]
    window.session.pause()
    qtbot.waitUntil(lambda: not window.session.is_playing)
    before = window.session.parameters([f"{layer}.weight"])[f"{layer}.weight"]
    window.actions_by_id["lora.merge"].trigger()
    assert window.document.graph[layer].has_merged and window.document.undo_stack.undoText() == "Merge task_a"
    window.actions_by_id["lora.unmerge"].trigger()
    assert not window.document.graph[layer].has_merged
    assert np.array_equal(window.session.parameters([f"{layer}.weight"])[f"{layer}.weight"], before)


def test_the_inspector_sets_rank_alpha_and_weight_and_turns_an_adapter_off(window: MainWindow, qtbot: QtBot) -> None:
    attach(window)
    first, second, *_ = adaptable(window.document.graph)
    window.selection.set([first])
    section = window.inspector.node.adapters
    assert section.isVisible()
    for key, typed in (("alpha", "3"), ("rank", "2"), ("weight", "0.5")):
        field = section.forms["task_a"].editor(key).focusProxy()
        field.selectAll()
        qtbot.keyClicks(field, typed)
        qtbot.keyClick(field, Qt.Key.Key_Return)
    adapters = [window.document.graph[layer].adapter("task_a") for layer in (first, second)]
    assert [(a.alpha, a.rank, a.weight) for a in adapters if a] == [(3.0, 2, 0.5), (8.0, 1, 0.5)]
    qtbot.mouseClick(section.forms["task_a"].editor("enabled").focusProxy(), Qt.MouseButton.LeftButton)
    assert not any(a.enabled for layer in (first, second) for a in window.document.graph[layer].adapters)
    field = section.forms["task_a"].editor("rank").focusProxy()
    field.selectAll()
    qtbot.keyClicks(field, "50")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "smaller side" in section.forms["task_a"].problem("rank")
    qtbot.mouseClick(section.detach_button, Qt.MouseButton.LeftButton)
    assert adapted(window.document.graph)["task_a"][0] == second
