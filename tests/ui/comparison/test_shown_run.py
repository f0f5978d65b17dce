"""What runs that are compared are called, and the figures of each beside the counters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot
from worlds import spiral_project, world

from nnlab.ui.comparison.run_keys import RUN_KEYS
from nnlab.ui.comparison.shown_run import LONGEST_NAME, SHORTER_NAME, ShownRun, run_title, score_figures, shown_runs
from nnlab.ui.run.live_view import LiveView


@pytest.fixture(scope="module")
def view(qapp: object, request: pytest.FixtureRequest) -> Iterator[LiveView]:
    with world(spiral_project(), QtBot(request)) as found:
        yield found.view()


def named(view: LiveView, *names: str) -> list[ShownRun]:
    return [ShownRun(name.partition(": ")[2] or name, name.replace(": ", " "), RUN_KEYS[k], view) for k, name in enumerate(names)]


def labels(runs: list[ShownRun]) -> list[str]:
    return [figure.label for figure in score_figures(runs, ["90 %"] * len(runs), "validation")]


def test_a_run_alone_has_no_figures_of_its_own(view: LiveView) -> None:
    assert score_figures(named(view, "Adam"), ["90 %"], "validation") == ()


def test_the_first_says_what_is_measured_and_a_tip_says_it_of_each(view: LiveView) -> None:
    first, second = score_figures(named(view, "Adam", "SGD"), ["90 %", "85 %"], "validation")
    assert (first.label, first.value, first.tip) == ("accuracy, Adam", "90 %", "accuracy of the run with Adam, of the validation samples")
    assert (second.label, second.value, second.tip) == ("SGD", "85 %", "accuracy of the run with SGD, of the validation samples")


def test_numbers_on_a_scale_have_r2(view: LiveView) -> None:
    numbers = replace(view, data=replace(view.data, target=replace(view.data.target, kind="continuous")))
    assert labels(named(numbers, "Adam", "SGD")) == ["R², Adam", "SGD"]


@pytest.mark.parametrize(("runs", "most"), [(2, LONGEST_NAME), (3, SHORTER_NAME)])
def test_a_long_name_gives_way_to_its_value_and_is_cut_at_last(view: LiveView, runs: int, most: int) -> None:
    others = ["Adam"] * (runs - 1)
    assert labels(named(view, *others, "x" * most))[-1] == "x" * most
    assert labels(named(view, *others, f"{'x' * most}: 0.1"))[-1] == "0.1", "the value alone"
    assert labels(named(view, *others, "x" * (most + 1)))[-1] == "x" * (most - 1) + "…"
    assert labels(named(view, *others, "x" * (most - 2) + " yyyy"))[-1] == "x" * (most - 2) + "…", "no blank before it"


@pytest.mark.parametrize(
    ("key", "name", "title"), [("seed", "3", "seed 3"), ("", "this run", "this run"), ("batch_size", "32", "batch size 32")]
)
def test_a_number_says_what_it_is_a_value_of(key: str, name: str, title: str) -> None:
    assert run_title(key, name) == title


def test_the_projects_own_run_comes_first(view: LiveView) -> None:
    (own,) = shown_runs(view, "seed", (0.5,))
    assert own.key == RUN_KEYS[0]
    assert own.first_gradient == 0.5
    assert own.stopped == ""
    (unknown,) = shown_runs(view, "seed")
    assert unknown.first_gradient != unknown.first_gradient
