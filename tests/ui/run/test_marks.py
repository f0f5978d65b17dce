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


@pytest.mark.parametrize(("seconds", "count"), [(0.59, 1), (0.61, 2)])
def test_changes_within_six_tenths_of_a_second_are_one_gesture(clock: list[float], seconds: float, count: int) -> None:
    found = marks.Marks()
    found.note(RATES[0], RATES[1], 100)
    clock[0] += seconds
    found.note(RATES[1], RATES[2], 140)
    assert [mark.text for mark in found.shown] == (["rate 0.01 → 0.04"] if count == 1 else ["rate 0.01 → 0.02", "rate 0.02 → 0.04"])


def test_what_came_after_an_iteration_is_gone_and_what_follows_is_a_mark_of_its_own(clock: list[float]) -> None:
    found = marks.Marks()
    for k, iteration in enumerate((100, 200)):
        clock[0] += 5
        found.note(RATES[k], RATES[k + 1], iteration)
    found.keep_until(199)
    assert [mark.iteration for mark in found.shown] == [100]
    found.note(RATES[1], RATES[3], 200)
    assert found.shown[-1] == Mark(200, "rate 0.02 → 0.08"), "not from where the gesture began that is gone"
    found.keep_until(200)
    assert len(found.shown) == 2
    found.add(Mark(150, "restored"))
    assert [mark.iteration for mark in found.shown] == [100, 150, 200]
    found.note(RATES[3], RATES[3], 300)
    assert len(found.shown) == 3, "nothing changed"


def test_every_setting_is_said() -> None:
    before = TrainingSettings("adam", {}, 0.01, 16)
    assert marks.difference(before, replace(before, accumulate=4)) == "batches per update 1 → 4"
    assert marks.difference(before, replace(before, zero_gradients=False)) == "gradients not zeroed"
    assert marks.difference(replace(before, zero_gradients=False), before) == "gradients zeroed"
    assert marks.difference(before, before) == ""


def test_three_nodes_are_counted_and_connections_are_named() -> None:
    before = mlp([2, 3, 1])
    added = edits.add_node(before, "relu", node_id="one")
    two = edits.add_node(added, "relu", node_id="two")
    assert marks.network_difference(before, two) == "+ one, + two"
    assert marks.network_difference(before, edits.add_node(two, "relu", node_id="three")) == "3 nodes changed"
    assert marks.network_difference(two, edits.connect(two, "tanh_1", "one")) == "connections"
