"""Every term of the field that labels of the window use is in the glossary: each word of theirs is one of its terms, or plain.

`plain_words.txt` lists the plain ones. A new label with a new word brings a term (`resources/glossary.toml`) or a word for that list.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QLabel, QTabBar
from pytestqt.qtbot import QtBot
from shared_window import SharedWindow

from nnlab.core.operator import operators
from nnlab.core.optimizer import optimizers
from nnlab.core.schedule import schedules
from nnlab.lessons.glossary import MOST_WORDS, glossary
from nnlab.ui.widgets.counter import Counter
from nnlab.ui.widgets.focus import widgets_within
from nnlab.ui.window.main_window import MainWindow

WORD = re.compile(r"[^\W\d_]{2,}")
ARITHMETIC = {"add", "multiply", "subtract", "scale", "rescale"}  # operators that are called by what everybody learns at school


def labels_of(window: MainWindow) -> set[str]:
    found = {action.text().replace("&", "") for action in window.all_actions()}
    for name in window.panels:
        found.add(window.panels[name].title)
    for widget in widgets_within(window):
        if isinstance(widget, QLabel | QAbstractButton):
            found.add(widget.text())
        elif isinstance(widget, QTabBar):
            found |= {widget.tabText(place) for place in range(widget.count())}
        elif isinstance(widget, Counter):
            found.add(widget._label)
    return {label for label in found if 0 < len(label.split()) <= MOST_WORDS}


def test_every_word_of_a_label_is_a_term_or_plain(shared: SharedWindow, qtbot: QtBot) -> None:
    window = shared.as_new(qtbot)
    plain = set((Path(__file__).parent / "plain_words.txt").read_text(encoding="utf-8").split())
    terms = {word for name in glossary().names for word in WORD.findall(name)}
    unknown = {word: label for label in labels_of(window) for word in WORD.findall(label.casefold()) if word not in terms | plain}
    assert not unknown, f"neither in resources/glossary.toml nor plain: {unknown}"
    assert not plain & terms, "a term is no plain word"


@pytest.mark.parametrize("registry", [operators, optimizers, schedules])
def test_every_operator_optimiser_and_schedule_is_explained(registry: object) -> None:
    missing = []
    for kind in registry:  # type: ignore[attr-defined]
        title = getattr(kind, "title", kind.name).replace("_", " ")
        if kind.name not in ARITHMETIC and glossary().within(title) is None and glossary().within(kind.name.replace("_", " ")) is None:
            missing.append(kind.name)
    assert not missing
