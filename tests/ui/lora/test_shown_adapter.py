"""Which adapter and layer are shown: what was chosen while it is there, else the first; told once for every change."""

from __future__ import annotations

import pytest
from worlds import World

from nnlab.ui.adapters.adapter_edits import AdapterEdits
from nnlab.ui.lora.shown_adapter import ShownAdapter


@pytest.fixture
def shown(adapted: World) -> ShownAdapter:
    return ShownAdapter(adapted.document, adapted.session)


def test_the_first_is_shown_and_a_choice_is_told_once(shown: ShownAdapter) -> None:
    told: list[tuple[str, str]] = []
    shown.changed.connect(lambda: told.append((shown.layer, shown.name)))
    first, second, _ = shown.layers
    assert (shown.layer, shown.name) == (first, "task_a")
    shown.choose_adapter("task_b")
    shown.choose_adapter("task_b")
    shown.choose_adapter("nobody")
    assert told == [(first, "task_b")]
    shown.choose_layer(second)  # task_b does not lie on it
    assert told[1:] == [(second, "task_a")]
    shown.choose_layer("sigmoid_1")
    shown.choose_adapter("task_b")  # the layer has to follow
    assert told[2:] == [(first, "task_b")]


def test_it_follows_a_new_name_and_falls_back_when_what_is_shown_is_gone(adapted: World, shown: ShownAdapter) -> None:
    edits = AdapterEdits(adapted.document, adapted.session)
    shown.choose_adapter("task_b")
    edits.rename("task_b", "sine")
    shown.follow_name("task_b", "sine")
    assert shown.name == "sine"
    edits.delete("sine")
    assert shown.name == "task_a"
    edits.delete("task_a")
    assert (shown.layer, shown.name, shown.layers) == ("", "", ())
    adapted.document.undo_stack.undo()
    adapted.document.undo_stack.undo()
    assert shown.name == "sine", "what was chosen is shown again as soon as it is there"
