"""Kept runs: what remains of a run, in which budget, and how a project starts where one of them ended."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from nnlab.core.errors import NNLabError
from nnlab.core.preparation import prepare
from nnlab.engine.history import Curves
from nnlab.files.examples import load_example
from nnlab.training import kept_runs
from nnlab.training.complete_run import prepare_run
from nnlab.training.kept_run import MOST_BLOCKS, SeedCurve, seed_curve, thinned
from nnlab.training.kept_runs import KeptRuns
from nnlab.training.project import Project
from nnlab.training.restored_run import restored, set_up_like
from nnlab.training.run_settings import differing, settings_of
from nnlab.training.run_table import curves_csv, run_rows, runs_csv
from nnlab.training.test_evaluation import TestEvaluation


@pytest.fixture(scope="module")
def project() -> Project:
    return load_example("xor")


def curve(kilobytes: int = 0, loss: float = 0.5, seed: int = 0) -> SeedCurve:
    """Two iterations with these losses, and weights of so many kilobytes."""
    blocks = np.array([[loss, loss, loss]] * 2)
    checks = np.array([[2.0, loss, loss, 0.5, 0.75]])
    return SeedCurve(seed, 2, 0, 1, blocks, checks, loss, {"a.weight": np.zeros(256 * kilobytes, dtype=np.float32)} if kilobytes else {})


def test_what_remains_of_a_run_is_its_curve_and_the_weights_it_ended_with(project: Project) -> None:
    run = prepare_run(project.graph, prepare(project.data), project.training)
    run.train(40)
    kept, curves = seed_curve(run), run.history.curves()
    assert (kept.iteration, kept.seed, kept.block_size) == (40, project.training.seed, 1)
    assert kept.curves.mean.tolist() == curves.mean.tolist() and kept.curves.smoothed.tolist() == curves.smoothed.tolist()
    assert {name: values.tobytes() for name, values in kept.weights.items()} == {n: v.tobytes() for n, v in run.state.stored().items()}
    run.train(1)
    assert kept.weights["dense_1.weight"].tobytes() != run.state["dense_1.weight"].tobytes()  # a copy


def test_a_long_curve_is_thinned_and_its_extremes_stay_true() -> None:
    rows, checks = 4 * MOST_BLOCKS - 1, 3 * MOST_BLOCKS  # the last three iterations fill no block of four
    means = np.random.default_rng(0).random(rows)
    low, high, at = means - 0.5, means + np.arange(rows), np.arange(1.0, checks + 1)
    empty = np.empty((rows, 0), dtype=np.float32)
    found = thinned(Curves(7, 5, low, high, means, empty, (), at, at, at, at, at, 0.25), 3, 10**6, {})
    assert len(found.blocks) == MOST_BLOCKS - 1 and found.block_size == 20 and found.origin == 7
    assert found.blocks[2].tolist() == [low[8:12].min(), high[8:12].max(), pytest.approx(means[8:12].mean())]
    assert found.checks[:, 0].tolist() == list(range(3, checks + 1, 3)), "every third, of which the last is the last there was"


@pytest.mark.parametrize(("count", "size", "first", "step"), [(512, 1, 1, 1), (513, 2, 1, 2), (1, 1, 1, 1)])
def test_five_hundred_and_twelve_are_kept_as_they_are(count: int, size: int, first: int, step: int) -> None:
    at, rows = np.arange(1.0, count + 1), np.random.default_rng(0).random(count)
    found = thinned(Curves(0, 1, rows, rows, rows, np.empty((count, 0), np.float32), (), at, at, at, at, at, 0.25), 3, 10**6, {})
    assert (found.block_size, len(found.blocks)) == (size, count // size)
    assert found.checks[:, 0].tolist() == list(range(first, count + 1, step))


def test_the_oldest_that_is_not_pinned_goes_first(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_runs, "BUDGET", 100 * 1024)
    runs = KeptRuns()
    for _ in range(3):
        runs = runs.adding(project, (curve(30),))
    runs = runs.pinned(1).adding(project, (curve(30),))
    assert [run.number for run in runs] == [1, 3, 4] and runs.next_number == 5
    with pytest.raises(NNLabError, match=r"“run 4” cannot be pinned: .*; unpin or delete another"):
        runs.pinned(3).replacing(replace(runs[4], seeds=(curve(60),))).pinned(4)
    large = runs.adding(project, (curve(200),))
    assert not large[5].seeds[0].weights and [run.number for run in large] == [1, 3, 4, 5]  # its curve is kept
    full = runs.pinned(3).pinned(4).adding(project, (curve(50),))
    assert [(run.number, bool(run.best.weights)) for run in full] == [(1, True), (3, True), (4, True), (5, False)]
    monkeypatch.setattr(kept_runs, "MOST_KEPT", 3)
    assert [run.number for run in runs.adding(project, (curve(),))] == [1, 4, 5]


def test_renaming_and_deleting(project: Project) -> None:
    runs = KeptRuns().adding(project, (curve(),)).adding(project, (curve(),), "second").renamed(1, " first ")
    assert [run.name for run in runs] == ["first", "second"]
    for name, message in (("", "needs a name"), ("x" * 81, "at most 80 letters"), ("second", "Another run is called “second” already")):
        with pytest.raises(NNLabError, match=message):
            runs.renamed(1, name)
    fewer = runs.without(1)
    with pytest.raises(NNLabError, match="There is no run 1; the project keeps 2."):
        fewer[1]
    assert fewer.replacing(runs[1]).runs == runs.runs and fewer.adding(project, (curve(),)).runs[-1].number == 3


def test_several_seeds_have_a_best_and_a_median(project: Project) -> None:
    run = KeptRuns().adding(project, tuple(curve(loss=loss, seed=k) for k, loss in enumerate((0.3, 0.9, 0.1, 0.2, 0.5)))).runs[0]
    assert (run.best.seed, run.median.seed) == (2, 0)
    assert (run_rows([run])[0].training_loss, run_rows([run])[0].score) == (0.3, 0.5)


def test_only_settings_that_differ_are_columns(project: Project) -> None:
    other = replace(project.with_training(replace(project.training, learning_rate=0.5)), graph=load_example("spiral").graph)
    runs = KeptRuns().adding(project, (curve(),)).adding(other, (curve(),)).adding(project, (curve(),))
    found = differing([settings_of(run.project) for run in runs])
    assert "learning_rate" in found and "layers" in found and "optimizer" not in found and "dense_2.l2" not in found
    own = f"{project.training.learning_rate:g}"
    assert [row.settings["learning_rate"] for row in run_rows(runs.runs)] == [own, "0.5", own]
    assert run_rows((runs[1], runs[3]))[0].settings == {}
    assert runs_csv((runs[1], runs[3])).splitlines() == [
        "number,name,pinned,seeds,iterations,training_loss,validation_loss,score",
        "1,run 1,false,0,2,0.5,0.5,0.5", "3,run 3,false,0,2,0.5,0.5,0.5",
    ]  # fmt: skip
    assert runs_csv((runs[1],)).splitlines()[1:] == ["1,run 1,false,0,2,0.5,0.5,0.5"] and len(runs_csv(()).splitlines()) == 1
    assert curves_csv((runs[1],)).splitlines()[1:] == ["1,run 1,0,1,0.5,0.5,0.5,,", "1,run 1,0,2,0.5,0.5,0.5,0.5,0.5"]


def test_a_project_starts_where_a_run_ended(project: Project) -> None:
    run = prepare_run(project.graph, prepare(project.data), project.training)
    run.train(30)
    kept = KeptRuns().adding(project, (seed_curve(run),)).runs[0]
    again = restored(project, kept)
    assert again.graph is project.graph and again.initial is not None and again.initial.name == "run 1"
    started = prepare_run(again.graph, prepare(again.data), again.training, start=again.initial)
    assert all(values.tobytes() == run.state[name].tobytes() for name, values in started.state.parameters().items())
    elsewhere = replace(load_example("spiral"), data=project.data)
    assert restored(elsewhere, kept).graph == kept.project.graph  # its weights fit no other network
    assert set_up_like(elsewhere, kept) == replace(elsewhere, graph=project.graph, training=project.training)
    with pytest.raises(NNLabError, match="“run 1” was kept without its weights"):
        restored(project, kept.without_weights())


def test_a_run_is_asked_for_by_its_number(project: Project) -> None:
    runs = KeptRuns()
    for _ in range(14):
        runs = runs.adding(project, (curve(),))
    assert [3 in runs, 14 in runs, 15 in runs, 0 in runs] == [True, True, False, False]
    assert 1 not in KeptRuns().adding(project, (curve(),)).without(1)
    assert runs[5].name == "run 5" and len(runs) == 14
    with pytest.raises(NNLabError, match=r"There is no run 99; the project keeps 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14\."):
        runs[99]
    with pytest.raises(NNLabError, match=r"There is no run 1; the project keeps none\."):
        KeptRuns()[1]
    two = KeptRuns().adding(project, (curve(),)).adding(project, (curve(),))
    assert 1 in two.without(2) and 2 not in two.without(2)


def test_where_all_others_are_pinned_the_newest_goes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_runs, "MOST_KEPT", 2)
    runs = KeptRuns().adding(project, (curve(),)).adding(project, (curve(),)).pinned(1).pinned(2)
    after = runs.adding(project, (curve(),))
    assert [run.number for run in after] == [1, 2] and after.next_number == 4
    unpinned = runs.pinned(1, False).adding(project, (curve(),))
    assert [run.number for run in unpinned] == [2, 3]


@pytest.mark.parametrize(("missing", "keeps"), [(0, True), (1, False)])
def test_weights_that_just_fit_the_budget_are_kept(project: Project, monkeypatch: pytest.MonkeyPatch, missing: int, keeps: bool) -> None:
    size = KeptRuns().adding(project, (curve(8),)).nbytes
    monkeypatch.setattr(kept_runs, "BUDGET", size - missing)
    (run,) = KeptRuns().adding(project, (curve(8),))
    assert bool(run.seeds[0].weights) == keeps
    if keeps:
        assert KeptRuns().adding(project, (curve(8),)).pinned(1)[1].is_pinned


def test_numbers_rise_and_the_next_is_beyond_them(project: Project) -> None:
    one, two = KeptRuns().adding(project, (curve(),)).adding(project, (curve(),))
    assert len(KeptRuns((one, two), 3)) == 2
    for runs, following in (((two, one), 3), ((one, one), 2), ((one, two), 2), ((two,), 2)):
        with pytest.raises(NNLabError, match="not numbered in order"):
            KeptRuns(runs, following)


def test_a_run_that_comes_back_has_its_number_and_later_ones_others(project: Project) -> None:
    runs = KeptRuns().adding(project, (curve(),)).adding(project, (curve(),))
    assert runs.without(2).replacing(runs[2]) == runs or [run.number for run in runs.without(2).replacing(runs[2])] == [1, 2]
    again = KeptRuns().replacing(runs[2])
    assert [run.number for run in again] == [2] and again.next_number == 3
    assert runs.replacing(runs[1]).next_number == 3


def test_so_many_runs_are_kept_and_so_many_evaluations_counted(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_runs, "MOST_KEPT", 2)
    monkeypatch.setattr(kept_runs, "MOST_EVALUATIONS", 2)
    runs = KeptRuns()
    for _ in range(3):
        runs = runs.adding(project, (curve(),))
    assert [run.number for run in runs] == [2, 3]
    evaluation = TestEvaluation(5, 10, 0.5, {"accuracy": 0.75})
    tested = runs.tested(evaluation).tested(evaluation)
    assert tested.tests == (evaluation, evaluation)
    with pytest.raises(NNLabError, match="was evaluated 2 times"):
        tested.tested(evaluation)


def test_beside_pinned_runs_the_newest_loses_its_weights_and_stays(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the others hold, and if only one of its seeds has weights."""
    plain = KeptRuns().adding(project, (curve(),)).nbytes
    pinned = KeptRuns()
    for number, kilobytes in ((1, 0), (2, 8), (3, 0)):
        pinned = pinned.adding(project, (curve(kilobytes),)).pinned(number)
    monkeypatch.setattr(kept_runs, "BUDGET", pinned.nbytes + 2 * plain)
    after = pinned.adding(project, (curve(64), curve(seed=1)))
    assert [run.number for run in after] == [1, 2, 3, 4]
    assert not any(seed.weights for seed in after[4].seeds) and after[2].seeds[0].weights
    monkeypatch.setattr(kept_runs, "BUDGET", pinned.nbytes + plain // 2)
    assert [run.number for run in pinned.adding(project, (curve(),))] == [1, 2, 3]


def test_pinned_runs_that_would_fill_the_budget_are_told_in_megabytes(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    runs = KeptRuns().adding(project, (curve(1536),)).adding(project, (curve(1536),)).pinned(1)
    monkeypatch.setattr(kept_runs, "BUDGET", 2 * 2**20)
    with pytest.raises(NNLabError, match=r"^“run 2” cannot be pinned: pinned runs would take 3 MB of the 2 MB for runs; unpin or delete"):
        runs.pinned(2)
