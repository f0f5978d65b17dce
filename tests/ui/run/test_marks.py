"""Marks on the plots: one for a gesture, from where it came to where it came to rest."""

from __future__ import annotations

from dataclasses import replace

import pytest
from networks import mlp

from nnlab.graph import edits
from nnlab.training.settings import TrainingSettings
from nnlab.ui.run import marks
from nnlab.ui.run.live_view import Mark

RATES = [replace(TrainingSettings("adam", {}, 0.01, 16), learning_rate=rate) for rate in (0.01, 0.02, 0.04, 0.08)]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1000.0]  # nothing is near the beginning of time
    monkeypatch.setattr(marks.time, "perf_counter", lambda: now[0])
    return now


def test_a_drag_while_training_leaves_one_mark(clock: list[float]) -> None:
    found = marks.Marks()
    for k in range(3):
        clock[0] += 0.05
        found.note(RATES[k], RATES[k + 1], 100 + 40 * k)
    assert found.shown == (Mark(180, "rate 0.01 → 0.08"),)
    clock[0] += 5
    found.note(RATES[3], RATES[1], 900)
    assert [mark.iteration for mark in found.shown] == [180, 900]


def test_what_is_taken_back_before_it_was_used_leaves_none(clock: list[float]) -> None:
    found = marks.Marks()
    found.note(RATES[0], RATES[1], 50)
    clock[0] += 60
    found.note(RATES[1], RATES[0], 50)
    assert found.shown == ()
    found.note(RATES[0], RATES[2], 50)
    assert found.shown == (Mark(50, "rate 0.01 → 0.04"),)


def test_the_start_of_a_run_has_no_mark_and_another_run_none_of_the_last(clock: list[float]) -> None:
    found = marks.Marks()
    found.note(RATES[0], RATES[1], 0)
    assert found.shown == ()
    found.note(RATES[1], replace(RATES[1], optimizer="sgd", batch_size=4), 30)
    assert [mark.text for mark in found.shown] == ["rate 0.01 → 0.02, batch 16 → 4, Adam → SGD"]
    found.forget()
    assert found.shown == ()


def test_a_change_of_the_network_leaves_its_words_beside_those_of_the_settings(clock: list[float]) -> None:
    found, (rate, other, *_) = marks.Marks(), RATES
    found.note(rate, rate, 50, "+ tanh_2")
    found.note(rate, other, 50)
    assert found.shown == (Mark(50, "rate 0.01 → 0.02, + tanh_2"),)
    kept = found.copy(until=49)
    assert kept.shown == () and found.copy(until=50).shown == found.shown


def test_what_of_a_network_changed_is_said_in_few_words() -> None:
    before = mlp([2, 3, 1])
    wider = edits.configure(before, "dense_1", units=5)
    assert marks.network_difference(before, before) == "" and marks.network_difference(before, wider) == "dense_1 changed"
    assert marks.network_difference(before, edits.remove_nodes(before, ["tanh_1"])) .startswith("− tanh_1")
